"""Every rule about one submission: what was measured, the limit, and whether it was passed.

The rules themselves are in `domain.checks`; this tells what they found, also where they found nothing.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from statement_intake.console import measures
from statement_intake.console.measures import Looked
from statement_intake.console.words import N_
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.meeting import Kind, Meeting
from statement_intake.domain.records import Dossier
from statement_intake.domain.value import Value


class Rule(NamedTuple):
    """A rule as people know it."""

    title: str
    measure: Callable[[Looked], tuple[str, str]]
    #: Of its findings.
    codes: tuple[str, ...]
    #: The kind of statement that it is about; None: both.
    kind: Kind | None = None
    #: Whether it was looked at all: what nobody has measured is not passed.
    looked: Callable[[Looked], bool] = measures.always


class Reported(Value):
    """What a rule came to."""

    title: str
    #: "passed", "failed" (it rejects or holds), "noted", "open" (not looked at) or "none" (not about this kind).
    result: str
    measured: str
    limit: str
    findings: tuple[Finding, ...]


_PARTY = ("subject.party_missing", "subject.party_unknown", "subject.party_ambiguous", "subject.party_sensitive")
_MEETING = ("meeting.unknown", "meeting.other", "meeting.unclear", "meeting.joint")
_FORM = ("subject.normalised", "subject.remark", "subject.not_as_announced")
_TRANSCRIPT = ("transcript.missing", "transcript.unreadable", "transcript.scanned", "transcript.in_body")
_PLAYED = ("video.unreadable", "video.damaged", "video.no_picture", "video.no_sound", "video.silent", "video.black")
_LENGTH = ("video.too_long", "video.length_unclear", "video.header")
_CLOSED = ("message.encrypted", "attachment.encrypted", "attachment.closed", "attachment.elsewhere", "attachment.bomb")
_PICTURE = (
    "video.portrait",
    "video.aspect",
    "video.low_resolution",
    "video.interlaced",
    "video.frame_rate",
    "video.frozen",
)

_SCAN = ("attachment.infected", "attachment.not_scanned")

#: In the order of `domain.checks.ALL`.
RULES: tuple[Rule, ...] = (
    Rule(N_("May be answered"), measures.nothing, ("message.no_reply",)),
    Rule(N_("Sender"), measures.sender, ("sender.forged", "sender.unverified", "sender.conflict")),
    Rule(N_("Meeting"), measures.meeting, _MEETING),
    Rule(N_("Party"), measures.party, (*_PARTY, "sender.organisation", "subject.placeholder")),
    Rule(N_("Agenda item"), measures.items, ("subject.item_missing", "subject.item_unknown")),
    Rule(N_("Subject line as asked for"), measures.nothing, _FORM),
    Rule(N_("Files can be opened"), measures.files, _CLOSED),
    Rule(N_("Scan for malware"), measures.nothing, _SCAN, None, measures.scanned),
    Rule(N_("Nothing hidden in documents"), measures.nothing, ("document.macros", "document.hidden")),
    Rule(N_("Deadline"), measures.deadline, ("deadline.passed", "deadline.ambiguous")),
    Rule(N_("Addresses"), measures.nothing, ("recipient.main_missing", "recipient.copy_missing")),
    Rule(N_("Versions"), measures.nothing, ("version.unclear", "version.reviewed")),
    Rule(N_("One video"), measures.videos, ("video.missing", "video.multiple", "video.by_link"), Kind.VIDEO),
    Rule(N_("Video can be played"), measures.codecs, _PLAYED, Kind.VIDEO),
    Rule(N_("Length of the video"), measures.length, _LENGTH, Kind.VIDEO),
    Rule(N_("Picture"), measures.picture, (*_PICTURE, "video.format"), Kind.VIDEO),
    Rule(N_("Loudness"), measures.loudness, ("video.loudness",), Kind.VIDEO, measures.inspected),
    Rule(N_("Words of the transcript"), measures.transcript, _TRANSCRIPT, Kind.VIDEO),
    Rule(N_("Pace of the transcript"), measures.pace, ("transcript.pace",), Kind.VIDEO),
    Rule(N_("Words of the statement"), measures.statement, ("statement.missing", "statement.unreadable"), Kind.WRITTEN),
)


def report(dossier: Dossier, meeting: Meeting | None, zone: str) -> tuple[Reported, ...]:
    """All rules in the order in which they are applied, then what else was found."""
    found = dossier.history[-1].findings
    rows = list(_reported(Looked(dossier, meeting, zone), found))
    told = {code for rule in RULES for code in rule.codes}
    if rest := tuple(finding for finding in found if finding.code not in told):
        title = N_("Further findings")
        rows.append(Reported(title=title, result=_result(rest), measured="", limit="", findings=rest))
    return tuple(rows)


def _reported(at: Looked, found: tuple[Finding, ...]) -> Iterator[Reported]:
    # Triage comes before the rules: what it holds, they have not seen.
    seen = not any(finding.code.startswith("message.") and finding.effect is Effect.SILENT for finding in found)
    for rule in RULES:
        of_rule = tuple(finding for finding in found if finding.code in rule.codes)
        measured, limit = rule.measure(at)
        result = _result(of_rule)
        if not of_rule and rule.kind is not None and at.dossier.kind != rule.kind:
            result = "none"
        elif not of_rule and not (seen and rule.looked(at)):
            result = "open"
        yield Reported(title=rule.title, result=result, measured=measured, limit=limit, findings=of_rule)


def _result(found: tuple[Finding, ...]) -> str:
    if any(finding.effect is not Effect.NOTE for finding in found):
        return "failed"
    return "noted" if found else "passed"
