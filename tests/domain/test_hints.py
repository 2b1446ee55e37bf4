"""A subject line is read in full only where it gives a hint of us; none that tells a glance anything is passed over."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statement_intake.domain.subject import SubjectReading, read_subject
from tests.domain.values import knowledge

_LINES = [
    row["subject"]
    for name in ("typed_subjects.csv", "unrelated_mails.csv")
    for row in csv.DictReader((Path(__file__).parent / name).read_text(encoding="utf-8").splitlines())
]
_MEETINGS = knowledge().meetings
#: All that a glance goes by, as it is written in our data.
_PHRASES = [
    *(word for table in ("statement", "automatic", "transfer") for word in knowledge().words.words(table)),
    *(name for meeting in _MEETINGS for name in (*meeting.subject.names, *meeting.references)),
    *(f"{meeting.subject.ordinal}th {meeting.subject.acronym}" for meeting in _MEETINGS),
    "межправительственное совещание экспертов открытого состава银行对账单",
    "12th ECIM", "XII EMCI", "12 EMC", "12th. E.M.I.C.", "Е.М.І.С.", "twelfth ЕМІС", "١٢ EMIC", "xii–emlc",
]  # fmt: skip
#: What may stand around them, with and without a space.
_AROUND = [
    "", " ", "Re: ", "FW: ", "[EXTERNAL] ", "URGENT - ", "France", " 3", "(", ")", ": ", "_", "...", "2023", "12",
    "xii", "st", "7", "、", "银行对账单", "bank statement", "Ref: PMV/UN/0345/2023 ", "10:00 am", "4 September", "й",
    "é", "e.m.", "h.e.", "auto:", "I", "v", "\u200f", "\ufeff", "&nbsp;", "=", "+43 1 26060", "draft 2",
    "thank you for your ",
]  # fmt: skip


def _misread(text: str) -> str:
    """UTF-8 shown as another encoding, as it comes out of some mail programs."""
    return text.encode().decode("latin-1")


_WRITTEN = [
    str,
    str.upper,
    str.title,
    _misread,
    lambda text: text.replace(" ", "_"),
    lambda text: text.replace(" ", "."),
]


def tells(reading: SubjectReading) -> bool:
    """Whether a glance would go by it."""
    return bool(reading.meetings or reading.statement or reading.transfer or reading.automatic)


@pytest.mark.parametrize("lines", [_LINES[start::8] for start in range(8)])
def test_every_line_that_people_typed_gives_its_hint(lines: list[str]) -> None:
    """Statements of all kinds, and other people's mail: what is not read has nothing to tell."""
    idle = [line for line in lines if knowledge().read_hint(line) is None]
    assert not [line for line in idle if tells(knowledge().read_subject(line))]


@given(
    st.sampled_from(_PHRASES),
    st.sampled_from(_WRITTEN),
    *(st.lists(st.sampled_from(_AROUND), max_size=3) for _ in "ab"),
)
def test_whatever_stands_around_a_phrase_hides_no_hint(
    phrase: str, written: object, before: list[str], behind: list[str]
) -> None:
    """Prefixes, dates, file numbers and look-alike letters, in one with it or apart."""
    assert callable(written)
    line = "".join(before) + written(phrase) + "".join(behind)
    known = knowledge()
    if tells(read_subject(line, known.meetings, known.parties, known.words)):
        assert known.read_hint(line) is not None


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Lunch on Thursday (12)",
        "Minutes of the staff meeting 2023/7",
        "Réunion du comité",
        "Отпуск",
        "会议室预订",
        "إجازة",
    ],
)
def test_other_peoples_lines_are_not_read_further(line: str) -> None:
    """That is what most lines of a shared mailbox are."""
    assert knowledge().read_hint(line) is None
