"""The policy of the whole system on one screen: the ordered table of checks.

To add a rule: one file beside this one, one row here, one mail in tests/mails/. Every check looks at the same Case and
yields findings; none sees what another found. Which outcome follows is settled in `decision.decide` alone.
"""

from collections.abc import Callable, Iterator

from statement_intake.domain.checks import (
    addressees,
    announced_form,
    answerable,
    bomb,
    closed,
    confidential,
    deadline,
    elsewhere,
    encrypted,
    hidden,
    item_named,
    macros,
    meeting_named,
    party_named,
    placeholder,
    remark,
    scanned,
    sender,
    statement,
    subject_normalised,
    transcript,
    version,
    video_advice,
    video_by_link,
    video_count,
    video_inspected,
    video_length,
    video_playable,
)
from statement_intake.domain.checks.case import Case, Earlier, Elsewhere, Facts
from statement_intake.domain.finding import Finding

__all__ = ["ALL", "OF_SUBJECT", "Case", "Check", "Earlier", "Elsewhere", "Facts", "run"]

Check = Callable[[Case], Iterator[Finding]]

#: What the subject line alone decides.
OF_SUBJECT: tuple[Check, ...] = (
    placeholder.check,  #        subject.placeholder
    meeting_named.check,  #      meeting.unknown, .other, .unclear, .joint
    party_named.check,  #        subject.party_missing, _unknown, _ambiguous, _sensitive; sender.organisation
    item_named.check,  #         subject.item_missing, _unknown
    remark.check,  #             subject.remark
    announced_form.check,  #     subject.not_as_announced
    subject_normalised.check,  # subject.normalised
)

ALL: tuple[Check, ...] = (
    answerable.check,  #         message.no_reply
    sender.check,  #             sender.forged, .unverified
    *OF_SUBJECT,
    encrypted.check,  #          message.encrypted, attachment.encrypted
    bomb.check,  #               attachment.bomb, message.over_limits
    closed.check,  #             attachment.closed
    scanned.check,  #            attachment.infected, .not_scanned
    deadline.check,  #           deadline.passed, .ambiguous
    addressees.check,  #         recipient.main_missing, .copy_missing
    version.check,  #            version.unclear, .reviewed; sender.conflict
    elsewhere.check,  #          attachment.elsewhere
    video_count.check,  #        video.multiple, .missing
    video_by_link.check,  #      video.by_link
    video_playable.check,  #     video.unreadable, .no_picture, .no_sound
    video_length.check,  #       video.too_long, .length_unclear, .header
    video_advice.check,  #       video.portrait, .low_resolution, .aspect, .interlaced, .frame_rate, .format
    video_inspected.check,  #    video.silent, .black, .damaged, .frozen, .loudness, .interlaced
    transcript.check,  #         transcript.missing, .unreadable, .scanned, .in_body, .pace
    statement.check,  #          statement.missing, .unreadable
    macros.check,  #             document.macros
    hidden.check,  #             document.hidden
    confidential.check,  #       document.confidential
)


def run(checks: tuple[Check, ...], case: Case) -> tuple[Finding, ...]:
    """Every finding of every check, in the table's order."""
    return tuple(finding for check in checks for finding in check(case))
