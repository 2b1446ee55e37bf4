"""The end of all tries: a message that cannot be worked on comes into a person's sight."""

import structlog

from statement_intake.desk import Desk, headers_of
from statement_intake.domain.decision import decide
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.message import Headers, Message
from statement_intake.domain.records import Arrival, Verdict
from statement_intake.domain.submission import Submission, understand
from statement_intake.logs import where

log = structlog.get_logger()


def give_up(arrival: Arrival, desk: Desk) -> None:
    """Held in sight of a person, with the mail kept; nothing is sent, for the fault is ours.

    Nothing here may rest on what failed: the mail may be missing, its header may be what no rule survives.
    """
    fault = Finding(
        code="service.fault",
        effect=Effect.SILENT,
        message=f"The service could not read this mail{_where_it_is(arrival, desk)}.",
        detail={"attempts": max(arrival.starts, arrival.faults)},
    )
    message = Message(headers=_headers_if_any(arrival, desk))
    log.error("given up", reference=arrival.reference, attempts=arrival.faults, starts=arrival.starts)
    desk.ledger.record.decided(
        arrival,
        message,
        # Not by its content, which nobody has read.
        arrival.raw_sha256,
        decide(_understood(message, desk), (fault,)),
        Verdict(at=desk.clock()),
        answers=None,
        mark=arrival.key.mailbox in desk.marking,
    )


def _where_it_is(arrival: Arrival, desk: Desk) -> str:
    """Where a person finds it: of what a mailbox does not hand out, or is too large, no more than a header is here."""
    try:
        whole = desk.files.size(arrival.raw_sha256) >= arrival.size
    except OSError:
        whole = False
    return (
        "; the mail itself is kept, and read again when it is reopened"
        if whole
        else " and has no whole copy of it; it lies in its mailbox"
    )


def _headers_if_any(arrival: Arrival, desk: Desk) -> Headers:
    try:
        return headers_of(arrival, desk)
    except Exception as error:  # noqa: BLE001 - this is the last line: the mail has to come into sight
        log.error("its header cannot be read", reference=arrival.reference, problem=where(error))  # noqa: TRY400
        return Headers()


def _understood(message: Message, desk: Desk) -> Submission:
    """Whose statement it seems to be, for the log."""
    try:
        return understand(message, desk.knowledge.read_subject(message.headers.subject), desk.knowledge.words)
    except Exception as error:  # noqa: BLE001 - as above
        log.error("its subject cannot be understood", problem=where(error))  # noqa: TRY400
        return Submission()
