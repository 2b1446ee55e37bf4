"""The rule about a second submission."""

from statement_intake.domain.checks import Earlier, Facts, version
from statement_intake.domain.finding import Effect, Finding, Outcome
from statement_intake.domain.senders import Owner
from tests.domain.values import RECEIVED, SENDER, case, document, video

REFERENCE = "SI-0000-0001"


def earlier(**changes: object) -> Earlier:
    """An accepted video on item 3 of the same sender."""
    values: dict[str, object] = {
        "reference": REFERENCE, "outcome": Outcome.ACCEPTED, "kind": "video", "items": ("3",),
        "owner": Owner(sender=SENDER),
    }  # fmt: skip
    return Earlier.model_validate(values | changes)


def known(*submissions: Earlier, answers: Earlier | None = None) -> Facts:
    """What the ledger knows."""
    return Facts(received=RECEIVED, earlier=submissions, answers=answers)


UNCLEAR = Finding(
    code="version.unclear",
    effect=Effect.HOLD,
    message=f"The same party has a statement on this item already ({REFERENCE}): a replacement or an addition?",
    detail={"reference": REFERENCE},
)


def test_a_first_statement_stands_alone() -> None:
    """On another item, of another kind, or after one that was refused."""
    others = known(earlier(items=("4",)), earlier(kind="written"), earlier(outcome=Outcome.REJECTED))
    assert list(version.check(case(video(), document(), facts=others))) == []


def test_a_second_one_is_for_a_person() -> None:
    """Nothing says whether it replaces or adds."""
    assert list(version.check(case(video(), document(), facts=known(earlier())))) == [UNCLEAR]


def test_what_says_that_it_replaces_does() -> None:
    """Same sender, same items, a video."""
    replacing = case(video(), document(), text="This replaces our video.", facts=known(earlier()))
    assert list(version.check(replacing)) == []
    assert version.superseded(replacing) == REFERENCE


def test_a_written_one_is_never_replaced_by_itself() -> None:
    """Several written statements of one party are common."""
    replacing = case(document("Statement.docx"), text="This replaces it.", facts=known(earlier(kind="written")))
    assert list(version.check(replacing)) == [UNCLEAR]
    assert version.superseded(replacing) is None


def test_another_sender_replaces_nothing() -> None:
    """And hears nothing of it."""
    replacing = case(
        video(), document(), text="This replaces it.", facts=known(earlier(owner=Owner(sender="other@mfa.example")))
    )
    assert list(version.check(replacing)) == [
        Finding(
            code="sender.conflict",
            effect=Effect.SILENT,
            message=f"Another sender's statement stands for the same party and item ({REFERENCE}).",
            detail={"reference": REFERENCE},
        )
    ]
    assert version.superseded(replacing) is None


def test_a_part_in_answer_to_our_letter_is_put_together_by_a_person() -> None:
    """The transcript alone, after the video alone."""
    answered = known(answers=earlier(outcome=Outcome.REJECTED))
    part = Finding(
        code="version.unclear",
        effect=Effect.HOLD,
        message=f"It answers the letter about {REFERENCE}, and may be a part of that statement.",
        detail={"reference": REFERENCE},
    )
    assert list(version.check(case(document(), facts=answered))) == [part]
    assert list(version.check(case(video(), facts=answered))) == [part]
    assert list(version.check(case(video(), document(), facts=answered))) == []


def test_a_video_after_a_document_that_was_taken_for_a_statement_is_for_a_person() -> None:
    """It may be its transcript; another sender's, or one on another item, is not."""
    document_before = earlier(kind="written")
    found = list(version.check(case(video(), facts=known(document_before))))
    assert [(finding.code, str(finding.effect)) for finding in found] == [("version.unclear", "hold")]
    others = known(earlier(kind="written", items=("4",)), earlier(kind="written", owner=Owner(sender="x@y.example")))
    assert list(version.check(case(video(), facts=others))) == []
    assert list(version.check(case(video(), document(), facts=known(document_before)))) == []


def test_what_came_later_is_never_replaced_by_what_is_judged_again() -> None:
    """An old mail that is mended now says "replaces" of something else."""
    replacing = case(video(), document(), text="This replaces it.", facts=known(earlier(later=True)))
    assert list(version.check(replacing)) == [UNCLEAR]
    assert version.superseded(replacing) is None


def test_what_an_officer_refused_is_accepted_by_no_robot() -> None:
    """Though it is complete now."""
    whole = case(video(), document(), facts=Facts(received=RECEIVED, reviewed=True))
    assert [finding.code for finding in version.check(whole)] == ["version.reviewed"]


def test_other_speakers_are_not_overlapped() -> None:
    """For a group, or together with another State, it is another statement."""
    others = known(earlier(on_behalf_of="X-G77"), earlier(together_with=("DEU",)))
    assert list(version.check(case(video(), document(), facts=others))) == []
