"""What letters say about findings, and what they never say."""

import gettext
from datetime import timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statement_intake.domain.finding import Effect
from statement_intake.replies.compose import Composer
from statement_intake.replies.language import Language
from statement_intake.replies.wording import FAULTS, HINTS, explain
from tests.replies.letters import DETAIL, VIENNA, finding, letter

ENGLISH = Language("en", gettext.NullTranslations())
GENERIC = "One point needs to be looked at by the secretariat."

#: Every code that rejects or holds.
REJECTING = [
    "meeting.unknown", "subject.party_missing", "subject.party_unknown", "subject.item_missing", "subject.placeholder",
    "subject.not_as_announced",
    "deadline.passed", "video.too_long", "video.unreadable", "video.no_picture", "video.no_sound",
    "transcript.missing", "transcript.unreadable", "statement.missing", "statement.unreadable", "attachment.encrypted",
]  # fmt: skip
HOLDING = [
    "message.encrypted", "attachment.closed", "meeting.other", "meeting.unclear", "subject.party_ambiguous",
    "subject.item_unknown", "subject.remark", "version.unclear", "version.reviewed", "deadline.passed",
    "video.multiple", "video.missing", "video.length_unclear", "video.silent", "video.black", "video.damaged",
    "video.by_link", "transcript.scanned", "transcript.in_body",
    "document.macros",
]  # fmt: skip
HELPFUL = [
    "subject.normalised", "video.portrait", "video.low_resolution", "video.format", "transcript.pace",
    "recipient.copy_missing", "recipient.main_missing", "statement.unreadable",
]  # fmt: skip
SECRET = [
    "sender.unverified", "sender.forged", "sender.conflict", "sender.organisation", "attachment.infected",
    "attachment.elsewhere",
    "attachment.bomb", "attachment.not_scanned", "service.fault", "message.no_reply", "message.doubtful",
    "message.conversation", "message.automatic", "message.over_limits", "message.unreadable", "message.withdrawal",
    "message.duplicate", "message.unrelated", "deadline.ambiguous", "document.hidden", "subject.party_sensitive",
]  # fmt: skip
QUIET_NOTES = ["meeting.joint", "video.frozen", "video.loudness", "deadline.passed", "something.new"]


def said(code: str, effect: str, **detail: object) -> tuple[str, str]:
    """Fault and cure, as one English sentence or two each."""
    faults, hints = explain([finding(code, effect, **detail)], ENGLISH, VIENNA)
    (advice,) = faults or hints
    return advice.fault, advice.cure


def test_a_letter_about_a_link_says_what_would_have_fitted() -> None:
    """Services by name, never the link itself."""
    detail = {
        "links": ["https://we.tl/t-1"], "providers": ["WeTransfer"], "days": 7, "mail_octets": 25_500_000,
        "file_octets": 18_269_230, "seconds": 180, "megabits_per_second": 0.81,
    }  # fmt: skip
    cure = said("video.by_link", "hold", **detail)[1]
    assert "Links of WeTransfer usually stop working after 7 days." in cure
    assert "up to 25.5 MB" in cure
    assert "up to 18.3 MB fits into one: for 3 min 00 s that is an average of 0.8 Mbit/s" in cure
    assert "we.tl" not in cure


@pytest.mark.parametrize("detail", [{}, DETAIL], ids=["bare", "full"])
@pytest.mark.parametrize(
    ("code", "effect"),
    [(code, "reject") for code in REJECTING]
    + [(code, "hold") for code in HOLDING]
    + [(code, "note") for code in HELPFUL],
)
def test_every_finding_a_letter_speaks_of_has_words_of_its_own(code: str, effect: str, detail: dict[str, Any]) -> None:
    """A fault and a cure, each a sentence, with details and without."""
    fault, cure = said(code, effect, **detail)
    assert fault != GENERIC
    assert fault.endswith((".", "”."))
    assert cure.endswith(".")
    assert "None" not in fault + cure
    assert "%(" not in fault + cure


def test_the_tables_hold_exactly_the_codes_of_the_design() -> None:
    """Neither more nor fewer."""
    assert set(FAULTS) == {*REJECTING, *HOLDING}
    assert set(HINTS) == set(HELPFUL)


@pytest.mark.parametrize("kind", ["receipt", "rejection", "acknowledgement"])
@pytest.mark.parametrize("effect", list(Effect))
@pytest.mark.parametrize("code", SECRET)
def test_no_letter_speaks_of_identity_conflict_scanning_or_faults_of_ours(code: str, effect: Effect, kind: str) -> None:
    """Whatever is passed in, with whatever effect: the letter reads as if it were not there."""
    composer = Composer()
    findings = [finding("video.no_sound"), finding("video.portrait", "note")]
    told = letter(kind, *findings, finding(code, effect, name="SECRET", text="SECRET", reference="SECRET"))
    assert composer.text(told) == composer.text(letter(kind, *findings))


@pytest.mark.parametrize("code", QUIET_NOTES)
def test_other_notes_stay_with_the_secretariat(code: str) -> None:
    """Only notes that help the delegation are told to it."""
    assert explain([finding(code, "note")], ENGLISH) == ((), ())


@pytest.mark.parametrize("effect", ["silent", "ignore"])
@pytest.mark.parametrize("code", ["video.too_long", "version.unclear"])
def test_what_silences_is_not_spoken_of(code: str, effect: str) -> None:
    """The effect counts, not only the code."""
    assert explain([finding(code, effect, **DETAIL)], ENGLISH) == ((), ())


def test_a_finding_without_words_gets_a_sentence_that_repeats_nothing() -> None:
    """A code newer than the catalogue."""
    fault, cure = said("subject.something_new", "reject", text="<evil>", name="evil.mp4")
    assert fault == GENERIC
    assert "evil" not in fault + cure


@pytest.mark.parametrize(
    ("measured", "limit", "sentence"),
    [
        (187.0, 180, "The video lasts 3 min 07 s; the limit is 3 min 00 s. It is 7 s too long."),
        (187.24, 180, "The video lasts 3 min 07.2 s; the limit is 3 min 00 s. It is 7.2 s too long."),
        (180.51, 180, "The video lasts 3 min 00.5 s; the limit is 3 min 00 s. It is 0.5 s too long."),
        (180.01, 180, "The video lasts 3 min 00.1 s; the limit is 3 min 00 s. It is 0.1 s too long."),
        (239.96, 180, "The video lasts 4 min 00 s; the limit is 3 min 00 s. It is 1 min 00 s too long."),
        (3723.0, 180, "The video lasts 62 min 03 s; the limit is 3 min 00 s. It is 59 min 03 s too long."),
        (61.0, 45, "The video lasts 1 min 01 s; the limit is 45 s. It is 16 s too long."),
    ],
)
def test_lengths_add_up_as_printed(measured: float, limit: float, sentence: str) -> None:
    """Measured less limit is the excess, to the tenth that is shown; nobody is 0 s too long."""
    assert said("video.too_long", "reject", measured=measured, limit=limit)[0] == sentence


def test_a_header_that_lies_is_mentioned() -> None:
    """Or the delegation would look at its own player and not believe us."""
    fault, _ = said("video.too_long", "reject", measured=187.0, limit=180, header_seconds=60.0)
    assert fault.endswith("The file itself states a length of 1 min 00 s, but what counts is how long it really plays.")


def test_a_late_statement_is_told_both_times_and_the_delay() -> None:
    """In the time zone of the meeting, whatever the zone of the record."""
    fault, cure = said(
        "deadline.passed", "hold", deadline="2023-08-30T21:59:59+00:00", received="2023-09-01T01:05:10+02:00"
    )
    assert fault == (
        "The deadline was Wednesday, 30 August 2023, 23:59 (UTC+02:00). The statement was received on Friday,"
        " 1 September 2023, 01:05 (UTC+02:00), that is 1 day, 1 hour and 5 minutes later."
    )
    assert cure == "The secretariat will decide whether it can still be taken, and will tell you."
    fault, _ = said(
        "deadline.passed", "reject", deadline="2023-08-30T17:00:00+02:00", received="2023-08-30T15:00:30+00:00"
    )
    assert "30 August 2023, 17:00:00 (UTC+02:00)" in fault
    assert "30 August 2023, 17:00:30 (UTC+02:00), that is 30 s later." in fault
    assert "please write to the secretariat" in said("deadline.passed", "reject")[1]


def test_of_a_locked_transcript_a_letter_speaks_once() -> None:
    """By its name as the transcript; another locked file has its own point."""
    found = [
        finding("attachment.encrypted", "reject", name="t.pdf"),
        finding("attachment.encrypted", "reject", name="annex.zip"),
        finding("transcript.unreadable", "reject", name="t.pdf", problem="encrypted"),
    ]
    faults, _ = explain(found, ENGLISH)
    assert [fault.files for fault in faults] == [("annex.zip",), ("t.pdf",)]


def test_suggestions_and_candidates_are_listed() -> None:
    """The delegation chooses; nobody guesses."""
    assert said("subject.party_unknown", "reject", text="Frence", suggestions=["France", "Greece"])[1].startswith(
        "Did you mean France or Greece?"
    )
    fault, _ = said("subject.party_ambiguous", "hold", text="Korea", candidates=["Republic of Korea", "DPR Korea"])
    assert fault == "“Korea” in the subject line may stand for Republic of Korea or DPR Korea."


def test_what_strangers_wrote_is_quoted_little() -> None:
    """Eighty characters of a text, five names of a list, no controls, nothing that a mail program makes a link of."""
    fault, cure = said(
        "subject.party_unknown",
        "reject",
        text="see https://evil.example\r\n\u202e" + "x" * 500,
        suggestions=[str(n) for n in range(50)],
    )
    assert len(fault) < 200
    assert "://" not in fault
    assert not {"\r", "\n", "\u202e"} & set(fault)
    assert cure.startswith("Did you mean 0, 1, 2, 3 or 4?")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(
    code=st.sampled_from([*FAULTS, *HINTS]),
    effect=st.sampled_from(["reject", "hold", "note"]),
    detail=st.dictionaries(st.sampled_from(sorted(DETAIL)), json_values, max_size=8),
)
def test_no_detail_can_break_a_letter(code: str, effect: str, detail: dict[str, Any]) -> None:
    """Any JSON under any key: sentences come out, or the finding is not spoken of."""
    for zone in (VIENNA, timezone(timedelta(hours=2)), None):
        faults, hints = explain([finding(code, effect, **detail)], ENGLISH, zone)
        assert all(advice.fault and advice.cure for advice in (*faults, *hints))
