"""Which findings letters speak of, and in which words. The table below is the whole policy.

To change a sentence in one language, edit its catalogue; to change what is said, edit the function and the template
catalogue `letters.pot`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import tzinfo
from types import MappingProxyType

from statement_intake.domain.finding import Effect, Finding
from statement_intake.replies.language import Language
from statement_intake.replies.wording import documents, subject, video
from statement_intake.replies.wording.facts import Advice, Facts

__all__ = ["FAULTS", "HINTS", "Advice", "explain", "is_spoken_of"]

Words = Callable[[Language, Facts], Advice]

#: Reasons for which something is rejected or held.
FAULTS: Mapping[str, Words] = MappingProxyType(
    {
        "message.encrypted": documents.message_encrypted,
        "meeting.unknown": subject.meeting_unknown,
        "meeting.other": subject.meeting_other,
        "meeting.unclear": subject.meeting_unclear,
        "subject.party_missing": subject.party_missing,
        "subject.party_unknown": subject.party_unknown,
        "subject.party_ambiguous": subject.party_ambiguous,
        "subject.item_missing": subject.item_missing,
        "subject.item_unknown": subject.item_unknown,
        "subject.remark": subject.remark,
        "subject.placeholder": subject.placeholder,
        "subject.not_as_announced": subject.not_as_announced,
        "version.unclear": subject.version_unclear,
        "version.reviewed": subject.version_reviewed,
        "deadline.passed": subject.deadline_passed,
        "video.too_long": video.too_long,
        "video.unreadable": video.unreadable,
        "video.no_picture": video.no_picture,
        "video.multiple": video.multiple,
        "video.missing": video.missing,
        "video.length_unclear": video.length_unclear,
        "video.no_sound": video.no_sound,
        "video.silent": video.silent,
        "video.black": video.black,
        "video.damaged": video.unreadable,
        "video.by_link": video.by_link,
        "transcript.missing": documents.transcript_missing,
        "transcript.unreadable": documents.transcript_unreadable,
        "transcript.scanned": documents.transcript_scanned,
        "transcript.in_body": documents.transcript_in_body,
        "statement.missing": documents.statement_missing,
        "statement.unreadable": documents.statement_unreadable,
        "document.macros": documents.document_macros,
        "attachment.encrypted": documents.attachment_encrypted,
        "attachment.closed": documents.attachment_closed,
    }
)

#: Notes that help. Every other note is for the secretariat alone.
HINTS: Mapping[str, Words] = MappingProxyType(
    {
        "subject.normalised": subject.normalised,
        "recipient.copy_missing": subject.address_missing,
        "recipient.main_missing": subject.address_missing,
        "video.low_resolution": video.low_resolution,
        "video.portrait": video.portrait,
        "video.format": video.unusual_format,
        "transcript.pace": documents.transcript_pace,
        "statement.unreadable": documents.statement_unreadable,
    }
)

#: Identity, conflict between senders, scanning and faults of ours: no letter speaks of them, whatever their effect.
NEVER_BY_ROOM = frozenset({"sender", "service", "message", "attachment"})
NEVER = frozenset({"deadline.ambiguous", "subject.party_sensitive", "document.hidden"})


def is_spoken_of(finding: Finding) -> bool:
    """Whether a letter may speak of *finding*."""
    if finding.effect in {Effect.SILENT, Effect.IGNORE} or finding.code in NEVER:
        return False
    if finding.effect is Effect.NOTE:
        return finding.code in HINTS
    return finding.code in FAULTS or finding.code.partition(".")[0] not in NEVER_BY_ROOM


def explain(
    findings: Iterable[Finding], say: Language, zone: tzinfo | None = None
) -> tuple[tuple[Advice, ...], tuple[Advice, ...]]:
    """The faults and the hints among *findings*, in their order; times are shown in *zone*."""
    spoken = _once([finding for finding in findings if is_spoken_of(finding)])
    faults = [
        FAULTS.get(finding.code, HINTS.get(finding.code, _generic))(say, Facts(finding, zone))
        for finding in spoken
        if finding.effect is not Effect.NOTE
    ]
    hints = [HINTS[finding.code](say, Facts(finding, zone)) for finding in spoken if finding.effect is Effect.NOTE]
    return tuple(dict.fromkeys(faults)), tuple(dict.fromkeys(hints))


def _once(findings: Sequence[Finding]) -> list[Finding]:
    """Without what another finding says better: that the transcript is the file that is locked."""
    known = {finding.detail.get("name") for finding in findings if finding.code == "transcript.unreadable"}
    return [one for one in findings if one.code != "attachment.encrypted" or one.detail.get("name") not in known]


def _generic(say: Language, _facts: Facts) -> Advice:
    """A finding newer than the words for it: nothing of the sender's is repeated."""
    return Advice(
        fault=say("One point needs to be looked at by the secretariat."),
        cure=say("Please write to the secretariat if you would like to know more."),
    )
