"""The heart: take in one message.

    glance -> receive -> read -> check -> decide -> compose -> record -> mark -> reply

`look` is the first step, `take_in` the middle; marks and replies are settled by `polling` and `delivery` afterwards,
from what is recorded. If the process dies anywhere, the next start goes on from the last thing that was recorded.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from statement_intake.correspondence import Correspondent
from statement_intake.domain.checks import Earlier, Facts
from statement_intake.domain.decision import Decision, decide
from statement_intake.domain.faults import LimitExceeded, SurroundingsFault
from statement_intake.domain.finding import Effect, Finding, Outcome
from statement_intake.domain.identity import content_identity
from statement_intake.domain.judge import Knowledge, judge
from statement_intake.domain.message import Glance, Headers, Message
from statement_intake.domain.records import Unfinished, Verdict
from statement_intake.domain.reference import references_in
from statement_intake.domain.submission import Submission
from statement_intake.domain.triage import Look, Ties, glance

if TYPE_CHECKING:
    from statement_intake.files import FileStore
    from statement_intake.ledger.ledger import Ledger
    from statement_intake.reading.sandbox import Reader

log = structlog.get_logger()

#: The wait after a message's first fault of its own; it doubles with each.
_FIRST_WAIT = timedelta(minutes=1)
#: A process that died this many times over the same message, without a word, died of it.
_MOST_STARTS = 10
#: Octets of a header section that are looked at when the mail itself could not be read.
_HEADER_OCTETS = 65536


@dataclass(frozen=True)
class Desk:
    """What lies on the table when a message is taken in."""

    ledger: "Ledger"
    files: "FileStore"
    reader: "Reader"
    knowledge: Knowledge
    correspondent: Correspondent
    clock: Callable[[], datetime]
    #: Tries at one message before it is held in sight of a person.
    attempts: int
    #: The most octets that one mail may have.
    largest: int
    #: Names of the mailboxes in which outcomes are marked.
    marking: frozenset[str]


def look(seen: Glance, desk: Desk) -> Look:
    """Is it worth downloading? Headers and structure only."""
    reading = desk.knowledge.read_subject(seen.headers.subject)
    forwarded = [
        desk.knowledge.read_subject(part.forwarded_subject) for part in seen.parts or () if part.forwarded_subject
    ]
    return glance(seen, reading, forwarded, find_ties(seen.headers, desk))


def find_ties(headers: Headers, desk: Desk) -> Ties:
    """What the ledger knows about the mail's thread and sender."""
    sender = headers.sender[0].key if len(headers.sender) == 1 else ""
    return desk.ledger.arrivals.ties(headers.message_id, headers.answers, references_in(headers.subject), sender)


def take_in(arrival: Unfinished, desk: Desk) -> None:
    """Decide about one received message, whatever happens: by its merits, or as a fault of ours in a person's sight.

    Raises SurroundingsFault (or OSError) where something around us fails: that stops the intake and counts against no
    message.
    """
    note = log.bind(reference=arrival.reference)
    if arrival.starts >= _MOST_STARTS or arrival.faults >= desk.attempts:
        _give_up(arrival, desk)
        return
    desk.ledger.arrivals.begin(arrival.id)
    try:
        _decide_about(arrival, desk)
    except (SurroundingsFault, OSError) as error:
        desk.ledger.arrivals.interrupted(arrival.id)
        note.warning("intake interrupted", problem=str(error))
        raise
    except Exception as error:
        wait = _FIRST_WAIT * 2**arrival.faults
        desk.ledger.arrivals.fault(arrival.id, f"{type(error).__name__}: {error}", desk.clock() + wait)
        note.exception("a fault of ours, to be tried again", attempt=arrival.faults + 1, of=desk.attempts)


def _decide_about(arrival: Unfinished, desk: Desk) -> None:
    message = _read(arrival, desk)
    ties = find_ties(message.headers, desk)
    facts = gather_facts(message, arrival.received_at, ties, desk)
    decision = judge(message, facts, ties, desk.knowledge)
    log.info(
        "decided",
        reference=arrival.reference,
        outcome=str(decision.outcome),
        findings=[finding.code for finding in decision.findings],
    )
    if decision.outcome is Outcome.IGNORED:
        _forget(arrival, decision, desk)
    else:
        _record(arrival, message, decision, ties, desk)


def _read(arrival: Unfinished, desk: Desk) -> Message:
    """Read the raw mail in the reader's sandbox; its attachments come into the store."""
    if arrival.size > desk.largest:
        return Message(headers=_headers(arrival, desk), over_limits=f"it is larger than {desk.largest // 1_000_000} MB")
    workspace = desk.files.workspace()
    try:
        message = desk.reader.read(desk.files.path(arrival.raw_sha256), workspace)
        for attachment in message.attachments:
            if (content := workspace / attachment.sha256).exists():
                desk.files.adopt(content, attachment.sha256)
    except LimitExceeded as limit:
        message = Message(headers=_headers(arrival, desk), over_limits=str(limit))
    finally:
        shutil.rmtree(workspace, ignore_errors=True)
    log.info(
        "read",
        reference=arrival.reference,
        attachments=len(message.attachments),
        seconds=[attachment.video.seconds for attachment in message.attachments if attachment.video],
    )
    return message


def _headers(arrival: Unfinished, desk: Desk) -> Headers:
    with desk.files.open(arrival.raw_sha256) as raw:
        return desk.reader.headers(raw.read(_HEADER_OCTETS))


def gather_facts(
    message: Message, received: datetime, ties: Ties, desk: Desk, *, submission: int | None = None
) -> Facts:
    """What the surroundings know and the mail does not say. *submission*: the one that is judged again, if any."""
    reading = desk.knowledge.read_subject(message.headers.subject)
    earlier: tuple[Earlier, ...] = ()
    if reading.meeting is not None and reading.speakers.party is not None:
        earlier = desk.ledger.log.earlier(reading.meeting.id, reading.speakers.party.code, before=submission)
    return Facts(
        received=received,
        own=desk.correspondent.own,
        earlier=earlier,
        answers=desk.ledger.log.submission(ties.answers) if ties.answers else None,
    )


def _record(arrival: Unfinished, message: Message, decision: Decision, ties: Ties, desk: Desk) -> None:
    now = desk.clock()
    letter = desk.correspondent.write(
        decision,
        message.headers,
        reference=arrival.reference,
        revision=1,
        received=arrival.received_at,
        now=now,
        meeting=desk.knowledge.read_subject(message.headers.subject).series,
        wait="the mailbox changed its UIDVALIDITY" if arrival.letters_wait else "",
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
    note = log.bind(reference=arrival.reference)
    if recorded:
        note.info("recorded", outcome=str(decision.outcome), letter=letter.state if letter else None)
    else:
        note.info("ignored", reason="message.duplicate")


def _forget(arrival: Unfinished, decision: Decision, desk: Desk) -> None:
    """Other people's mail, read only because a glance was not enough: nothing of it stays."""
    desk.ledger.record.not_ours(arrival, decision.findings[0].code)
    desk.files.remove(arrival.raw_sha256)
    log.info("ignored", reference=arrival.reference, reason=decision.findings[0].code)


def _give_up(arrival: Unfinished, desk: Desk) -> None:
    """Held in sight of a person, with the mail kept; nothing is sent, for the fault is ours."""
    message = Message(headers=_headers(arrival, desk))
    fault = Finding(
        code="service.fault",
        effect=Effect.SILENT,
        message="The service could not read this mail; the mail itself is kept.",
        detail={"attempts": max(arrival.starts, arrival.faults)},
    )
    decision = decide(Submission(), (fault,))
    log.error("given up", reference=arrival.reference, attempts=arrival.faults, starts=arrival.starts)
    _record(arrival, message, decision, Ties(), desk)
