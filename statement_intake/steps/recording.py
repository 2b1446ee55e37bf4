"""The end of the line: what was decided is said, its files are kept, its letter is written, and all is recorded."""

from pathlib import Path

import structlog

from statement_intake.desk import Desk
from statement_intake.domain.completion import Completion
from statement_intake.domain.decision import Decision
from statement_intake.domain.identity import content_identity
from statement_intake.domain.message import Message
from statement_intake.domain.records import Arrival, Recorded, Verdict
from statement_intake.domain.triage.ties import Ties

log = structlog.get_logger()


def say_decided(reference: str, decision: Decision) -> None:
    """Into the log: codes, and nothing of the mail's."""
    log.info(
        "decided",
        reference=reference,
        outcome=str(decision.outcome),
        findings=[finding.code for finding in decision.findings],
    )


def adopt(workspace: Path, decision: Decision, desk: Desk) -> None:
    """Keep the files of the statement. Only now, so that nothing of other people's mail ever reaches the store."""
    for file in decision.submission.files:
        if (content := workspace / file.attachment.sha256).exists():
            desk.files.adopt(content, file.attachment.sha256)


def record(arrival: Arrival, message: Message, decision: Decision, ties: Ties, desk: Desk) -> None:
    """A submission of its own."""
    now = desk.clock()
    letter = desk.correspondent.write(
        decision,
        message.headers,
        reference=arrival.reference,
        revision=1,
        received=arrival.received_at,
        now=now,
        meeting=desk.knowledge.read_subject(message.headers.subject).series,
        wait=_why_to_wait(arrival, message),
    )
    recorded = desk.ledger.record.decided(
        arrival,
        message,
        content_identity(message),
        decision,
        Verdict(at=now, letter=letter),
        answers=ties.answers,
        mark=arrival.key.mailbox in desk.marking,
    )
    _say_recorded(arrival.reference, decision, recorded)


def record_completion(arrival: Arrival, message: Message, found: Completion, decision: Decision, desk: Desk) -> None:
    """One more revision of an open submission, by the mail *message*. Raises Conflict where that has changed."""
    now, dossier = desk.clock(), found.dossier
    letter = desk.correspondent.write(
        decision,
        message.headers,
        reference=dossier.reference,
        revision=dossier.revision + 1,
        received=found.received,
        now=now,
        meeting=decision.submission.meeting or desk.knowledge.read_subject(found.whole.headers.subject).series,
        wait=_why_to_wait(arrival, message),
    )
    verdict = Verdict(
        action="complete",
        because=f"a mail of {message.headers.sender[0].key} ({arrival.reference})",
        at=now,
        letter=letter,
        mending=dossier.mending,
        added_by={file.attachment.sha256: file.added_by for file in dossier.files if file.added_by},
    )
    recorded = desk.ledger.record.completed(
        arrival,
        message,
        content_identity(message),
        decision,
        verdict,
        dossier=dossier,
        received=found.received,
        whole=found.whole,
        authentication=desk.knowledge.senders.authentication(message),
        mark=arrival.key.mailbox in desk.marking,
    )
    _say_recorded(dossier.reference, decision, recorded)


def _say_recorded(reference: str, decision: Decision, recorded: Recorded | None) -> None:
    if recorded is None:
        log.info("ignored", reference=reference, reason="message.duplicate")
        return
    log.info("recorded", reference=reference, outcome=str(decision.outcome), letter=recorded.state or None)
    if recorded.breaker:
        log.error("too many letters: none goes by itself for now", reference=reference, why=recorded.why)
    elif recorded.braked:
        log.warning("a letter waits for a person", reference=reference, why=recorded.why)


def _why_to_wait(arrival: Arrival, message: Message) -> str:
    """Why a person has to look at the letter before it goes; empty if it may go by itself."""
    if arrival.letters_wait:
        return "the mail may have been answered: its folder was made anew, or the ledger restored"
    if message.forwarding is not None and message.forwarding.staff:
        return f"passed on by {message.forwarding.by.email if message.forwarding.by else 'an officer'}"
    return ""
