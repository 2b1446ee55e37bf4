"""The heart: take in one message.

    glance -> receive -> read -> check -> decide -> compose -> record -> mark -> reply

`look` is the first step, `take_in` the middle; marks and replies are settled by `polling` and `delivery` afterwards,
from what is recorded. If the process dies anywhere, the next start goes on from the last thing that was recorded.
"""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from statement_intake.desk import Desk, headers_of, scanned
from statement_intake.domain.bounces import may_be_bounce, read_bounce
from statement_intake.domain.checks import Earlier, Facts
from statement_intake.domain.decision import Decision
from statement_intake.domain.faults import LimitExceeded, SurroundingsFault
from statement_intake.domain.finding import Outcome
from statement_intake.domain.forwarding import as_handed_in, received_first
from statement_intake.domain.identity import content_identity
from statement_intake.domain.judge import judge
from statement_intake.domain.message import Glance, Headers, Message
from statement_intake.domain.records import Unfinished, Verdict
from statement_intake.domain.reference import references_in
from statement_intake.domain.triage import Answer, Look, Ties, glance
from statement_intake.giving_up import give_up
from statement_intake.logs import where

log = structlog.get_logger()

#: The wait after a message's first fault of its own; it doubles with each, up to the longest.
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=4)
#: 2 ** 10 minutes are beyond the longest wait.
_DOUBLINGS = 10
#: A process that died this many times over the same message, without a word, died of it.
_MOST_STARTS = 10


class MessageTrouble(Exception):  # noqa: N818 - it counts against this message, and nothing else
    """One message cannot be worked on, though others can; the text says why."""


def pause(faults: int) -> timedelta:
    """How long to leave a message alone after so many faults of its own before."""
    doubled: timedelta = _FIRST_WAIT * 2 ** min(faults, _DOUBLINGS)
    return min(doubled, _LONGEST_WAIT)


def look(seen: Glance, desk: Desk) -> Look:
    """Is it worth downloading? Headers and structure only. What cannot be judged is, so that it comes into sight."""
    try:
        return _look(seen, desk)
    except (SurroundingsFault, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - one mail's header must not end the poll for all others
        log.error("a fault of ours at the glance", problem=where(error))  # noqa: TRY400 - its text may quote the mail
        return Look(answer=Answer.UNSURE)


def _look(seen: Glance, desk: Desk) -> Look:
    reading = desk.knowledge.read_subject(seen.headers.subject)
    forwarded = [desk.knowledge.read_subject(part.subject_within) for part in seen.parts or () if part.subject_within]
    looked = glance(seen, reading, forwarded, find_ties(seen.headers, desk))
    structure = [part.media_type for part in seen.parts or ()]
    if (
        looked.answer is Answer.OTHER
        and may_be_bounce(seen.headers, structure, desk.knowledge.words)
        and desk.ledger.outbox.may_bounce(seen.received)
    ):
        # Perhaps a letter of ours did not arrive. Which one, often only the body says.
        return Look(answer=Answer.UNSURE)
    return looked


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
        give_up(arrival, desk)
        return
    desk.ledger.arrivals.begin(arrival.id)
    try:
        _decide_about(arrival, desk)
    except (SurroundingsFault, OSError) as error:
        desk.ledger.arrivals.interrupted(arrival.id)
        note.warning("intake interrupted", problem=str(error))
        raise
    except Exception as error:  # noqa: BLE001 - one message's trouble must not stop the others
        wait = pause(arrival.faults)
        desk.ledger.arrivals.fault(arrival.id, f"{type(error).__name__}: {error}", desk.clock() + wait)
        # Not the error's text, which may quote a mail that turns out to be none of ours; the ledger has it.
        note.error("a fault of ours, to be tried again", problem=where(error), of=desk.attempts)


def _decide_about(arrival: Unfinished, desk: Desk) -> None:
    workspace = desk.files.workspace()
    try:
        _decide_in(workspace, arrival, desk)
    finally:
        shutil.rmtree(workspace, ignore_errors=True)


def _decide_in(workspace: Path, arrival: Unfinished, desk: Desk) -> None:
    own, knowledge = desk.correspondent.own, desk.knowledge
    arrived = read(arrival, workspace, desk)
    message = as_handed_in(arrived, own, knowledge.read_subject, knowledge.words)
    arrival = arrival.model_copy(update={"received_at": received_first(message, arrival.received_at)})
    if desk.ledger.record.duplicate(arrival, content_identity(message)):
        log.info("ignored", reference=arrival.reference, reason="message.duplicate")
        return
    message = scanned(message, workspace, desk.scanner)
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
        _note_bounce(arrived, arrival, desk)
        _forget(arrival, decision, desk)
        return
    # Only now, so that nothing of other people's mail ever reaches the store.
    for file in decision.submission.files:
        if (content := workspace / file.attachment.sha256).exists():
            desk.files.adopt(content, file.attachment.sha256)
    _record(arrival, message, decision, ties, desk)


def read(arrival: Unfinished, workspace: Path, desk: Desk) -> Message:
    """Read the raw mail in the reader's sandbox; its attachments come into *workspace*.

    Raises MessageTrouble, SurroundingsFault, OSError.
    """
    if not desk.files.holds(arrival.raw_sha256):
        raise MessageTrouble("its raw mail is not in the store")
    if desk.files.size(arrival.raw_sha256) < arrival.size:
        # Only its header was kept, whatever the limit has become since.
        return Message(headers=headers_of(arrival, desk), over_limits=f"it has {arrival.size // 1_000_000} MB")
    try:
        message = desk.reader.read(desk.files.path(arrival.raw_sha256), workspace)
    except LimitExceeded as limit:
        log.warning("a limit ended the reader", reference=arrival.reference, limit=str(limit))
        message = Message(headers=headers_of(arrival, desk), over_limits=str(limit))
    except SurroundingsFault as fault:
        # Is it this mail or the reader? If these two find fault, too, nothing can be read, and no mail is blamed.
        desk.files.require_room(2 * arrival.size)
        desk.reader.examine()
        raise MessageTrouble(str(fault)) from fault
    log.info(
        "read",
        reference=arrival.reference,
        attachments=len(message.attachments),
        seconds=[attachment.video.seconds for attachment in message.attachments if attachment.video],
    )
    return message


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
        largest=desk.largest,
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
    if recorded:
        state = letter.state if letter else None
        log.info("recorded", reference=arrival.reference, outcome=str(decision.outcome), letter=state)
    else:
        log.info("ignored", reference=arrival.reference, reason="message.duplicate")


def _why_to_wait(arrival: Unfinished, message: Message) -> str:
    """Why a person has to look at the letter before it goes; empty if it may go by itself."""
    if arrival.letters_wait:
        return "the mailbox changed its UIDVALIDITY"
    if message.forwarding is not None and message.forwarding.staff:
        return f"passed on by {message.forwarding.by.email if message.forwarding.by else 'an officer'}"
    return ""


def _note_bounce(message: Message, arrival: Unfinished, desk: Desk) -> None:
    """Where a mail server says that a letter of ours did not arrive, the letter shows it."""
    bounce = read_bounce(message, desk.knowledge.words)
    if bounce is None:
        return
    reference = desk.ledger.outbox.bounced(bounce, desk.clock(), arrival.key)
    if reference is not None:
        log.warning("a letter bounced" if bounce.final else "a letter is delayed", reference=reference)


def _forget(arrival: Unfinished, decision: Decision, desk: Desk) -> None:
    """Other people's mail, read only because a glance was not enough: nothing of it stays."""
    desk.ledger.record.not_ours(arrival, decision.findings[0].code)
    # Another row may need it: the same mail in another folder, not decided yet.
    for digest in desk.ledger.arrivals.unreferred([arrival.raw_sha256]):
        desk.files.remove(digest)
    log.info("ignored", reference=arrival.reference, reason=decision.findings[0].code)
