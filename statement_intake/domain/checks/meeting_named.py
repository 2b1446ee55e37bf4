"""Which meeting: this one, another of its series, a sister meeting, or not certain."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.meeting import Meeting
from statement_intake.domain.subject.meetings import Certainty, MeetingMention


def check(case: Case) -> Iterator[Finding]:
    """One finding at most; none where the meeting alone is named and its intake is open here."""
    reading = case.reading
    past = [mention for mention in reading.meetings if mention.certainty is Certainty.PAST and _is_open(mention)]
    doubtful = [mention for mention in reading.meetings if mention.certainty is Certainty.DOUBTFUL]
    named = ", ".join(dict.fromkeys(mention.text for mention in reading.meetings))
    if reading.meeting is None and past and len(past) == len(reading.meetings):
        yield _unknown(past[0])
    elif reading.meeting is None and doubtful:
        yield _unclear(f"It is not certain which meeting is meant: {named}.", named)
    elif reading.meeting is None and reading.sisters and len(reading.sisters) == len(reading.meetings):
        yield _sister(case)
    elif reading.meeting is None and reading.meetings:
        yield _unclear(f"Several meetings are named: {named}.", named)
    elif reading.meeting is not None and reading.sisters:
        yield _joint(reading.meeting, case, named)


def _is_open(mention: MeetingMention) -> bool:
    return mention.meeting.intake == "open"


def _unknown(mention: MeetingMention) -> Finding:
    expected = mention.meeting.subject.short_name
    return Finding(
        code="meeting.unknown",
        effect=Effect.REJECT,
        message=f"The subject names {mention.text}; statements are taken in for the {expected}.",
        detail={"text": mention.text, "meeting": expected},
    )


def _sister(case: Case) -> Finding:
    sister = case.reading.sisters[0].meeting
    return Finding(
        code="meeting.other",
        effect=Effect.HOLD,
        message=f"The statement is for another meeting, whose intake is not open here: {sister.title['en']}.",
        detail={"text": case.reading.sisters[0].text, "meeting": sister.id, "title": sister.title["en"]},
    )


def _unclear(message: str, named: str) -> Finding:
    return Finding(code="meeting.unclear", effect=Effect.HOLD, message=message, detail={"text": named})


def _joint(meeting: Meeting, case: Case, named: str) -> Finding:
    known = {mention.meeting.id for mention in case.reading.sisters}
    sure = all(mention.certainty is Certainty.CERTAIN for mention in case.reading.sisters)
    found = [meeting.item(number) for number in case.submission.items]
    if (
        sure
        and found
        and all(item is not None and item.joint for item in found)
        and known <= set(meeting.sister_meetings)
    ):
        return Finding(
            code="meeting.joint",
            effect=Effect.NOTE,
            message=f"Sister meetings are named too; all items are taken up jointly: {named}.",
            detail={"text": named, "meetings": sorted(known)},
        )
    return _unclear(f"Several meetings are named, and not all items are taken up jointly: {named}.", named)
