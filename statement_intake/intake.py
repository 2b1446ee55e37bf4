"""The heart: take in one message.

    glance -> receive -> read -> check -> decide -> compose -> record -> mark -> reply

`take_in` is the middle, from *read* to *record*; the steps lie in `steps`. Mail was glanced at and received before, by
`arriving`, which marks it afterwards; `delivery` replies. Both go by what is recorded. If the process dies anywhere,
the next start goes on from the last thing that was recorded.
"""

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import structlog

from statement_intake.desk import Desk, scanned
from statement_intake.domain.completion import completion, was_reviewed
from statement_intake.domain.decision import Decision
from statement_intake.domain.faults import Conflict, SurroundingsFault
from statement_intake.domain.finding import Outcome
from statement_intake.domain.forwarding import received_first
from statement_intake.domain.identity import content_identity
from statement_intake.domain.judge import Mending, judge
from statement_intake.domain.letters.bounces import read_bounce
from statement_intake.domain.message import Message
from statement_intake.domain.records import Arrival
from statement_intake.domain.triage.ties import Ties
from statement_intake.domain.waiting import pause
from statement_intake.logs import where
from statement_intake.steps.gathering import find_open, find_ties, gather_facts
from statement_intake.steps.giving_up import give_up
from statement_intake.steps.reading import MessageTrouble, read
from statement_intake.steps.recording import adopt, record, record_completion, say_decided

log = structlog.get_logger()

#: Looks at a submission that somebody else is deciding about.
_LOOKS = 3
#: A process that died this many times over the same message, without a word, died of it.
_MOST_STARTS = 10

#: Waits until it is a message's turn to be decided about, and lets no other have it meanwhile.
Turn = Callable[[], AbstractContextManager[None]]


def take_in(arrival: Arrival, desk: Desk, turn: Turn = nullcontext) -> None:
    """Decide about one received message, whatever happens: by its merits, or as a fault of ours in a person's sight.

    It is read at once, side by side with others, and decided about in its *turn*.
    Raises SurroundingsFault (or OSError) where something around us fails: that stops the intake and counts against no
    message.
    """
    note = log.bind(reference=arrival.reference)
    if arrival.starts >= _MOST_STARTS or arrival.faults >= desk.attempts:
        with turn():
            give_up(arrival, desk)
        return
    desk.ledger.arrivals.begin(arrival.id)
    try:
        _decide_about(arrival, desk, turn)
    except (SurroundingsFault, OSError) as error:
        desk.ledger.arrivals.interrupted(arrival.id)
        note.warning("intake interrupted", problem=str(error))
        raise
    except Exception as error:  # noqa: BLE001 - one message's trouble must not stop the others
        wait = pause(arrival.faults)
        desk.ledger.arrivals.fault(arrival.id, f"{type(error).__name__}: {error}", desk.clock() + wait)
        # Not the error's text, which may quote a mail that turns out to be none of ours; the ledger has it.
        note.error("a fault of ours, to be tried again", problem=where(error), of=desk.attempts)


def _decide_about(arrival: Arrival, desk: Desk, turn: Turn) -> None:
    workspace = desk.files.workspace()
    try:
        arrived = read(arrival, workspace, desk)
        with turn():
            _decide_in(workspace, arrival, arrived, desk)
    finally:
        shutil.rmtree(workspace, ignore_errors=True)


def _decide_in(workspace: Path, arrival: Arrival, arrived: Message, desk: Desk) -> None:
    message = desk.knowledge.handed_in(arrived, desk.correspondent.own)
    arrival = arrival.model_copy(update={"received_at": received_first(message, arrival.received_at)})
    if desk.ledger.record.duplicate(arrival, content_identity(message)):
        log.info("ignored", reference=arrival.reference, reason="message.duplicate")
        return
    message = scanned(message, workspace, desk.scanner)
    ties = find_ties(message.headers, desk)
    if _complete_what_is_open(workspace, arrival, message, ties, desk):
        return
    decision = _decide_alone(workspace, arrival, message, ties, desk)
    if decision.outcome is Outcome.IGNORED:
        _note_bounce(arrived, arrival, desk)
        _forget(arrival, decision, desk)


def _complete_what_is_open(workspace: Path, arrival: Arrival, message: Message, ties: Ties, desk: Desk) -> bool:
    """False if *message* completes nothing. Where an officer was quicker, what it says now is looked at again."""
    for _ in range(_LOOKS):
        try:
            return _complete(workspace, arrival, message, ties, desk)
        except Conflict as conflict:
            log.info("looked at again", reference=arrival.reference, because=str(conflict))
    raise MessageTrouble("what it may complete changes under our hands")


def _complete(workspace: Path, arrival: Arrival, message: Message, ties: Ties, desk: Desk) -> bool:
    """Decide about an open submission again, with one more mail. False if *message* completes none.

    Raises Conflict where somebody else has decided about it meanwhile.
    """
    candidates = find_open(message, arrival.received_at, ties, desk)
    office, knowledge = desk.correspondent.office, desk.knowledge
    found = completion(message, arrival.received_at, ties, candidates, knowledge, office)
    if found is None:
        return False
    dossier, whole = found.dossier, found.whole
    mending = Mending.of(dossier.mending, knowledge.parties)
    facts = gather_facts(
        whole, found.received, desk, answers=dossier.answers, submission=dossier.id, mending=mending,
        completes=True, reviewed=was_reviewed(dossier),
    )  # fmt: skip
    decision = judge(whole, facts, Ties(answers=dossier.answers), knowledge, mending)
    say_decided(dossier.reference, decision)
    with desk.files.adding():
        adopt(workspace, decision, desk)
        record_completion(arrival, message, found, decision, desk)
    return True


def _decide_alone(workspace: Path, arrival: Arrival, message: Message, ties: Ties, desk: Desk) -> Decision:
    """A submission of its own, or none of ours: then nothing of it is recorded here."""
    facts = gather_facts(message, arrival.received_at, desk, answers=ties.answers)
    decision = judge(message, facts, ties, desk.knowledge)
    say_decided(arrival.reference, decision)
    if decision.outcome is not Outcome.IGNORED:
        with desk.files.adding():
            adopt(workspace, decision, desk)
            record(arrival, message, decision, ties, desk)
    return decision


def _note_bounce(message: Message, arrival: Arrival, desk: Desk) -> None:
    """Where a mail server says that a letter of ours did not arrive, the letter shows it."""
    bounce = read_bounce(message, desk.knowledge.words)
    if bounce is None:
        return
    reference = desk.ledger.bounces.record(bounce, desk.clock(), arrival.key)
    if reference is not None:
        log.warning("a letter bounced" if bounce.final else "a letter is delayed", reference=reference)


def _forget(arrival: Arrival, decision: Decision, desk: Desk) -> None:
    """Other people's mail, read only because a glance was not enough: nothing of it stays."""
    desk.ledger.record.not_ours(arrival, decision.findings[0].code)
    # Another row may need it: the same mail in another folder, not decided yet.
    with desk.files.keeping():
        for digest in desk.ledger.contents.unreferred([arrival.raw_sha256]):
            desk.files.remove(digest)
    log.info("ignored", reference=arrival.reference, reason=decision.findings[0].code)
