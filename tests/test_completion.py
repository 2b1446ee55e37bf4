"""One statement from several mails: whatever comes in whichever order, from whom it may, and never mixed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from statement_intake.arriving.polling import finish
from statement_intake.domain.faults import Conflict
from statement_intake.domain.finding import Outcome
from statement_intake.operations.demo.media import docx, speech, video
from statement_intake.review import Correction, give_verdict
from tests.house import KENYA, MORNING, SENDER, Flaky, House, Killed, believe_our_server, statement, written

Files = tuple[tuple[str, bytes], ...]


class Media:
    """Files of a statement."""

    def __init__(self, folder: Path) -> None:
        self.good = video(folder / "good.mp4", 20, size="320x180").read_bytes()
        self.other = video(folder / "other.mp4", 21, size="320x180").read_bytes()
        self.long = video(folder / "long.mp4", 190, size="160x90").read_bytes()

    @property
    def video(self) -> Files:
        """A video that is in order, alone."""
        return (("kenya.mp4", self.good),)

    @property
    def too_long(self) -> Files:
        """A video that is too long, with its transcript."""
        return (("kenya.mp4", self.long), ("Transcript Kenya.docx", written()))


#: A transcript alone.
TRANSCRIPT: Files = (("Transcript Kenya.docx", written()),)
CORRECTED: Files = (("Transcript Kenya corrected.docx", docx(speech(350, "Kenya"))),)


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Media:
    """Made once."""
    return Media(tmp_path_factory.mktemp("media"))


def ours(house: House) -> str:
    """The Message-ID of the latest letter."""
    return str(house.rows("SELECT message_id FROM letters ORDER BY id DESC LIMIT 1")[0][0])


def first(house: House, files: Files, subject: str = KENYA, **more: Any) -> None:  # noqa: ANN401 - fields
    """A first mail, decided and answered."""
    house.deliver(statement(subject, files=files, **more))
    house.round()


def answer(house: House, files: Files, subject: str = f"Re: {KENYA}", **more: Any) -> None:  # noqa: ANN401 - fields
    """An answer to our latest letter, an hour later unless told otherwise."""
    received = more.pop("received", MORNING + timedelta(hours=1))
    fields = {"In_Reply_To": ours(house)} | more
    house.deliver(statement(subject, files=files, **fields), received=received)
    house.round()


def submissions(house: House) -> list[tuple[str, int]]:
    """Outcome and revision of each."""
    return [(row[0], row[1]) for row in house.rows("SELECT outcome, revision FROM submissions ORDER BY id")]


def roles(house: House) -> list[tuple[str, int | None]]:
    """Role and, where another took its place, the revision in which it did, of every file."""
    return [(row[0], row[1]) for row in house.rows("SELECT role, replaced FROM files ORDER BY role, replaced")]


def received(house: House) -> str:
    """The time that counts for the first submission."""
    return str(house.rows("SELECT received_at FROM submissions ORDER BY id")[0][0])[:16]


COMPLETE = [("transcript", None), ("video", None)]


def test_the_missing_transcript_comes_as_an_answer(house: House, media: Media) -> None:
    """One submission, two revisions, the first mail's time, one letter for each; each mail carries the new outcome."""
    first(house, media.video)
    assert (submissions(house), house.letters) == ([("rejected", 1)], [("rejection", "sent")])
    answer(house, TRANSCRIPT)
    assert submissions(house) == [("accepted", 2)]
    assert house.letters == [("rejection", "sent"), ("receipt", "sent")]
    assert roles(house) == COMPLETE
    assert received(house) == "2023-08-23 08:00"
    assert house.outcomes[1] == ("accepted", None)
    assert house.rows("SELECT actor, action, revision FROM decisions ORDER BY id") == [
        ("service", "decide", 1), ("service", "complete", 2),
    ]  # fmt: skip
    assert house.rows("SELECT count(DISTINCT submission_id) FROM messages") == [(1,)]


def test_the_reference_in_the_subject_is_enough(house: House, media: Media) -> None:
    """A fresh mail, without threading headers."""
    first(house, media.video)
    answer(house, TRANSCRIPT, f"[{house.references[0]}] transcript", In_Reply_To="<unknown@x.example>")
    assert submissions(house) == [("accepted", 2)]


def test_the_reference_is_understood_as_people_type_it(house: House, media: Media) -> None:
    """In small letters and without hyphens; one that is mistyped is nobody's, and an officer sees the mail."""
    first(house, media.video)
    reference = house.references[0]
    wrong = f"SI-{'7K3M-9QWX' if reference != 'SI-7K3M-9QWX' else '7K3M-9QWY'}"
    answer(house, TRANSCRIPT, f"Transcript {wrong}", In_Reply_To="<unknown@x.example>")
    assert house.outcomes[1] == ("held", "message.doubtful")
    spaced = reference.lower().replace("-", " ")
    answer(house, TRANSCRIPT, f"transcript {spaced}", In_Reply_To="<unknown@x.example>")
    assert house.outcomes[2] == ("accepted", None)


def test_a_shortened_video_takes_the_place_of_the_long_one(house: House, media: Media) -> None:
    """The transcript of the first mail stays; the long video is kept and counts no more."""
    first(house, media.too_long)
    answer(house, media.video)
    assert submissions(house) == [("accepted", 2)]
    assert roles(house) == [("transcript", None), ("video", None), ("video", 2)]
    with house.open() as workshop:
        dossier = workshop.desk.ledger.log.dossier(house.references[0])
        assert dossier is not None
        assert [file.attachment.name for file in dossier.replaced] == ["kenya.mp4"]
        assert workshop.desk.files.holds(dossier.replaced[0].attachment.sha256)


def test_a_new_transcript_is_never_mixed_with_the_old_one(house: House, media: Media) -> None:
    """Of two transcripts the later counts, though the earlier is longer and named as well."""
    first(house, (("kenya.mp4", media.long), *TRANSCRIPT))
    answer(house, (*media.video, *CORRECTED))
    assert submissions(house) == [("accepted", 2)]
    names = house.rows("SELECT name FROM files WHERE replaced IS NULL ORDER BY name")
    assert names == [("Transcript Kenya corrected.docx",), ("kenya.mp4",)]


@pytest.mark.parametrize("subject", ["12th EMIC statement – Kenya 4", "Re: 12th EMIC statement – Kenya 4"])
def test_a_corrected_subject_alone_mends_it(house: House, subject: str) -> None:
    """Nothing is attached: the file is there already."""
    first(house, (("Kenya.docx", written()),), "12th EMIC statement – Atlantis 4")
    assert house.outcomes == [("rejected", "subject.party_unknown")]
    answer(house, (), subject, text="Sorry. Here is the right subject line.")
    assert house.rows("SELECT party, subject, outcome, revision FROM submissions") == [("KEN", subject, "accepted", 2)]
    assert house.letters == [("rejection", "sent"), ("receipt", "sent")]


def test_the_text_in_the_answer_itself_is_told_to_come_as_a_document(house: House, media: Media) -> None:
    """Its sender has done what our letter asks, or thinks so: no silence. What is no such text stays conversation."""
    first(house, media.video)
    answer(house, (), text=speech(300, "Kenya") + "\n\nIs that what you need?")
    assert house.outcomes[1] == ("held", "message.conversation")
    answer(house, (), text=f"Dear colleagues, here is the transcript.\n\n{speech(300, 'Kenya')}")
    assert (house.outcomes[2], submissions(house)[0]) == (("held", "transcript.in_body"), ("held", 2))
    assert house.letters == [("rejection", "sent"), ("acknowledgement", "sent")]
    answer(house, TRANSCRIPT)
    assert submissions(house)[0] == ("accepted", 3)


def test_an_answer_without_anything_new_is_conversation(house: House, media: Media) -> None:
    """It is shown to an officer, and nothing is decided again."""
    first(house, media.video)
    answer(house, (), text="We shall send the transcript tomorrow.")
    assert submissions(house) == [("rejected", 1), ("held", 1)]
    assert house.outcomes[1] == ("held", "message.conversation")
    assert house.letters == [("rejection", "sent")]


@pytest.mark.parametrize("order", ["video first", "transcript first"])
def test_video_and_transcript_find_each_other_in_either_order(house: House, media: Media, order: str) -> None:
    """Two fresh mails, the same address, party and item, within three days."""
    halves = (media.video, TRANSCRIPT) if order == "video first" else (TRANSCRIPT, media.video)
    first(house, halves[0])
    house.deliver(statement(files=halves[1]), received=MORNING + timedelta(days=1))
    house.round()
    assert submissions(house) == [("accepted", 2)]
    assert roles(house) == COMPLETE
    assert [kind for kind, _ in house.letters][-1] == "receipt"


def test_both_halves_in_one_poll_are_one_statement(house: House, media: Media) -> None:
    """The letter about the first has not left yet, and never will."""
    house.tables["replies"] = {"mode": "hold"}
    house.deliver(statement(files=media.video))
    house.deliver(statement(files=TRANSCRIPT), received=MORNING + timedelta(minutes=1))
    house.round()
    assert submissions(house) == [("accepted", 2)]
    assert house.letters == [("rejection", "dropped"), ("receipt", "held")]


@pytest.mark.parametrize(
    ("change", "days"),
    [
        ({"sender": "other@kenya.go.ke"}, 1),
        ({"subject": "12th EMIC statement – Kenya 3"}, 1),
        ({"subject": "12th EMIC statement – Ghana 4"}, 1),
        ({"text": "Please find attached our written statement."}, 1),
        ({}, 4),
    ],
)
def test_halves_that_do_not_surely_belong_together_do_not_meet(
    house: House, media: Media, change: dict[str, Any], days: int
) -> None:
    """Another address, item or party, another kind, or too late."""
    first(house, media.video)
    house.deliver(statement(files=TRANSCRIPT, **change), received=MORNING + timedelta(days=days))
    house.round()
    assert submissions(house)[0] == ("rejected", 1)
    assert len(house.references) == 2


@pytest.mark.parametrize(
    ("sender", "by"),
    [("stranger@gmail.com", "thread"), ("stranger@gmail.com", "reference"), ("clerk@justice.go.ke", "thread")],
)
def test_a_stranger_completes_nothing(house: House, media: Media, sender: str, by: str) -> None:
    """He may know the reference or even our letter: his file is held in silence, and the submission stays as it was."""
    first(house, media.video)
    if by == "thread":
        answer(house, TRANSCRIPT, sender=sender)
    else:
        answer(house, TRANSCRIPT, f"[{house.references[0]}] {KENYA}", sender=sender, In_Reply_To="<x@y.example>")
    assert submissions(house) == [("rejected", 1), ("held", 1)]
    assert house.outcomes[1] == ("held", "sender.conflict")
    assert house.letters == [("rejection", "sent")]


def test_a_colleague_at_the_same_ministry_completes_it(house: House, media: Media) -> None:
    """The same governmental house; the letter goes to who wrote."""
    first(house, media.video)
    answer(house, TRANSCRIPT, sender="ambassador@vienna.kenya.go.ke")
    assert submissions(house) == [("accepted", 2)]
    assert house.rows("SELECT to_address FROM letters ORDER BY id") == [(SENDER,), ("ambassador@vienna.kenya.go.ke",)]


def test_two_submissions_named_at_once_are_for_a_person(house: House, media: Media) -> None:
    """The thread says one, the subject another."""
    first(house, media.video)
    reference = house.references[0]
    first(house, media.too_long, "12th EMIC statement – Kenya 3")
    answer(house, TRANSCRIPT, f"[{reference}] {KENYA}")
    assert submissions(house) == [("rejected", 1), ("rejected", 1), ("held", 1)]
    assert house.outcomes[2] == ("held", "version.unclear")


def test_what_contradicts_is_for_a_person(house: House, media: Media) -> None:
    """The answer names another party than the statement that it answers."""
    first(house, media.video)
    answer(house, TRANSCRIPT, "Re: 12th EMIC statement – Ghana 4")
    assert submissions(house) == [("rejected", 1), ("held", 1)]


@pytest.mark.parametrize(
    ("days", "time", "outcome"),
    [(2.0, "2023-08-30 08:00", "accepted"), (5.0, "2023-09-04 08:00", "held")],
)
def test_within_the_days_of_cure_the_first_mails_time_counts(
    house: House, media: Media, days: float, time: str, outcome: str
) -> None:
    """Received on the last day; mended on Friday it is in time, on Monday it is late."""
    last = MORNING + timedelta(days=7)
    house.deliver(statement(files=media.video), received=last)
    house.round()
    answer(house, TRANSCRIPT, received=last + timedelta(days=days))
    assert received(house) == time
    assert submissions(house) == [(outcome, 2)]


def test_the_same_answer_twice_counts_once(house: House, media: Media) -> None:
    """It comes to both addresses."""
    first(house, media.video)
    mail = statement(f"Re: {KENYA}", files=TRANSCRIPT, In_Reply_To=ours(house))
    house.deliver(mail)
    house.deliver(mail, "copy")
    house.round(2)
    assert submissions(house) == [("accepted", 2)]
    assert sorted(house.outcomes, key=str)[1] == ("ignored", "message.duplicate")
    assert house.letters == [("rejection", "sent"), ("receipt", "sent")]


def test_a_second_answer_makes_a_third_revision(house: House, media: Media) -> None:
    """First the wrong thing, then the right one."""
    first(house, (("kenya.mp4", media.long),))
    answer(house, TRANSCRIPT)
    assert submissions(house) == [("rejected", 2)]
    answer(house, media.video, received=MORNING + timedelta(hours=2))
    assert submissions(house) == [("accepted", 3)]
    assert roles(house) == [*COMPLETE, ("video", 3)]
    assert [kind for kind, _ in house.letters] == ["rejection", "rejection", "receipt"]


@pytest.mark.parametrize("after", [False, True])
def test_a_death_at_the_record_completes_it_once(house: House, media: Media, after: bool) -> None:  # noqa: FBT001
    """Killed before or right after the transaction: in the end there is one revision and one letter."""
    first(house, media.video)
    house.desk["ledger"] = lambda real: Flaky(
        real, {}, instead={"record": Flaky(real.record, {"completed": [Killed()]}, after=after)}
    )
    with pytest.raises(Killed):
        answer(house, TRANSCRIPT)
    house.desk.clear()
    house.round()
    assert submissions(house) == [("accepted", 2)]
    assert house.letters == [("rejection", "sent"), ("receipt", "sent")]


class Quicker:
    """An officer who decides just before the completion is recorded."""

    def __init__(self, house: House, action: str) -> None:
        self.house, self.action = house, action

    def of(self, real: Any) -> Any:  # noqa: ANN401 - the ledger
        """Stand before the ledger's record."""

        def completed(*arguments: object, **named: object) -> object:
            """Decide once, then record."""
            if self.action:
                action, self.action = self.action, ""
                self.house.desk.clear()
                with self.house.open() as workshop:
                    verdict(self.house, workshop, action)
            return real.record.completed(*arguments, **named)

        return Flaky(real, {}, instead={"record": Flaky(real.record, {}, instead={"completed": completed})})


def verdict(house: House, workshop: Any, action: str) -> None:  # noqa: ANN401 - a workshop
    """What an officer says of the first submission."""
    give_verdict(action, house.references[0], workshop.desk, actor="officer", because="so", correction=Correction())


@pytest.mark.parametrize(
    ("action", "expected"),
    [("accept", [("accepted", 2), ("held", 1)]), ("reject", [("held", 3)]), ("reopen", [("held", 3)])],
)
def test_an_officer_who_is_quicker_is_not_overruled(
    house: House, media: Media, action: str, expected: list[tuple[str, int]]
) -> None:
    """The completion is looked at again: what an officer has accepted is complete, what he refused no robot accepts."""
    first(house, media.video)
    house.desk["ledger"] = Quicker(house, action).of
    answer(house, TRANSCRIPT)
    assert submissions(house) == expected
    reasons = house.outcomes[1][1]
    assert reasons == ("version.unclear" if action == "accept" else "version.reviewed")


def test_an_officer_who_looked_at_the_revision_before_is_told(house: House, media: Media) -> None:
    """The completion came in between: compare-and-swap on the revision."""
    first(house, media.video)
    with house.open() as workshop:
        stale = workshop.desk.ledger.log.dossier(house.references[0])
        answer(house, TRANSCRIPT)

        real = workshop.desk.ledger
        told = Flaky(real.log, {}, instead={"dossier": lambda _reference: stale})
        object.__setattr__(workshop.desk, "ledger", Flaky(real, {}, instead={"log": told}))
        with pytest.raises(Conflict, match="somebody else"):
            verdict(house, workshop, "reject")
    assert submissions(house) == [("accepted", 2)]


def test_what_an_officer_then_decides_is_about_the_whole(house: House, media: Media) -> None:
    """All files of all mails, and the letter goes to the one who wrote last."""
    first(house, (("kenya.mp4", media.long),))
    answer(house, TRANSCRIPT)
    with house.open() as workshop:
        verdict(house, workshop, "accept")
    house.round()
    assert submissions(house) == [("accepted", 3)]
    assert roles(house) == COMPLETE
    assert house.letters[-1] == ("receipt", "sent")


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("dmarc=pass", "dmarc=pass", [("accepted", 2)]),
        ("dmarc=none", "dmarc=none", [("accepted", 2)]),
        ("dmarc=none", "dmarc=pass", [("accepted", 2)]),
        ("dmarc=pass", "dmarc=none", [("rejected", 1), ("held", 1)]),
        ("dmarc=none", "dmarc=fail", [("rejected", 1), ("held", 1)]),
    ],
)
def test_nobody_less_authentic_completes_it(
    house: House, media: Media, before: str, now: str, expected: list[tuple[str, int]]
) -> None:
    """An address alone is written by anybody."""
    believe_our_server(house)
    first(house, media.video, Authentication_Results=f"mx.un.org; {before}")
    answer(house, TRANSCRIPT, Authentication_Results=f"mx.un.org; {now}")
    assert submissions(house) == expected


def test_a_forged_half_never_meets_the_true_one(house: House, media: Media) -> None:
    """Somebody sends a video in the mission's name; the mission's own transcript does not make a statement of it."""
    believe_our_server(house)
    first(house, media.video, Authentication_Results="mx.un.org; dmarc=none")
    house.deliver(statement(files=TRANSCRIPT, Authentication_Results="mx.un.org; dmarc=pass"))
    house.round()
    assert submissions(house)[0] == ("rejected", 1)
    assert len(house.references) == 2


def test_a_fault_in_between_changes_nothing_of_what_counts(house: House, media: Media) -> None:
    """Two answers; the earlier one is read only after the later one: still the later one's video counts."""
    first(house, media.too_long)
    letter = ours(house)
    early = statement(f"Re: {KENYA}", files=(("early.mp4", media.other),), In_Reply_To=letter)
    late = statement(f"Re: {KENYA}", files=(("late.mp4", media.good), *CORRECTED), text="12 pages", In_Reply_To=letter)
    house.deliver(early, received=MORNING + timedelta(hours=1))
    house.deliver(late, received=MORNING + timedelta(hours=2))
    house.desk["reader"] = lambda real: Flaky(real, {"read": [RuntimeError("stumbled")]})
    house.round()
    house.desk.clear()
    house.clock.turn(hours=1)
    with house.open() as workshop:
        finish(workshop.desk, lambda: False)
    house.round()
    assert house.rows("SELECT name FROM files WHERE replaced IS NULL AND role = 'video' AND submission_id = 1") == [
        ("late.mp4",)
    ]
    assert Outcome(submissions(house)[0][0]) is Outcome.ACCEPTED
