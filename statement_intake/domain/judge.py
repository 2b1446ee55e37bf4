"""From a message that was read to a decision: triage, understanding, checks, decision. One pure call."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, lru_cache, partial
from typing import Any

from statement_intake.domain.authentication import Authentication
from statement_intake.domain.checks import ALL, OF_SUBJECT, Case, Facts, run, version
from statement_intake.domain.cover import Cover, read_cover
from statement_intake.domain.decision import Decision, decide
from statement_intake.domain.finding import Effect, Finding, Outcome
from statement_intake.domain.forwarding import as_handed_in
from statement_intake.domain.meeting import Kind, Meeting
from statement_intake.domain.message import Headers, Message
from statement_intake.domain.parties.names import Party, PartyTable
from statement_intake.domain.parties.world import World
from statement_intake.domain.senders import Senders
from statement_intake.domain.subject import Hints, SubjectReading, read_subject
from statement_intake.domain.submission import Role, Submission, understand, with_main
from statement_intake.domain.triage.judging import triage, triage_subject
from statement_intake.domain.triage.ties import Ties
from statement_intake.domain.value import Value
from statement_intake.domain.words import Vocabulary

#: Subjects whose reading is remembered: those of a round.
_REMEMBERED = 1_000


@dataclass(frozen=True)
class Knowledge:
    """What every judgement rests on: read once at the start, never changed."""

    meetings: tuple[Meeting, ...]
    parties: PartyTable
    words: Vocabulary
    senders: Senders = field(default_factory=Senders)
    #: Not for judging: who could have spoken.
    world: World = field(default_factory=World)

    #: Each step of a mail's way asks what its subject says.
    _read: Callable[[str], SubjectReading] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        read = partial(read_subject, meetings=self.meetings, parties=self.parties, words=self.words)
        object.__setattr__(self, "_read", lru_cache(maxsize=_REMEMBERED)(read))

    def read_subject(self, subject: str) -> SubjectReading:
        """Understand a subject line."""
        return self._read(subject)

    def read_hint(self, subject: str) -> SubjectReading | None:
        """Understand a subject line that gives a hint of us; None for any other, as most of a shared mailbox are."""
        return self._read(subject) if self._hints.found_in(subject) else None

    @cached_property
    def _hints(self) -> Hints:
        return Hints.of(self.meetings, self.words)

    def handed_in(self, arrived: Message, own: Iterable[str]) -> Message:
        """The mail that counts: where somebody of our own addresses passes one on, the one within.

        What only claims to come from our own house is not opened as if it did.
        """
        if self.senders.authentication(arrived) is Authentication.FAIL:
            return arrived
        return as_handed_in(arrived, own, self.read_subject, self.words)

    def meeting(self, identity: str) -> Meeting | None:
        """The meeting of that id."""
        return next((meeting for meeting in self.meetings if meeting.id == identity), None)

    def with_open(self, identity: str) -> "Knowledge":
        """The same, with the intake of that meeting alone open."""
        meetings = tuple(
            meeting if meeting.id == identity else meeting.model_copy(update={"intake": "recognised"})
            for meeting in self.meetings
        )
        return replace(self, meetings=meetings)


class Mending(Value):
    """What an officer knows better than the subject line."""

    party: Party | None = None
    items: tuple[str, ...] = ()
    kind: Kind | None = None
    meeting: Meeting | None = None
    #: The digest of the document that is the text, where several are (the same in other languages, say).
    main: str | None = None

    @classmethod
    def of(cls, codes: Mapping[str, Any], parties: PartyTable, *, meeting: Meeting | None = None) -> "Mending":
        """What officers have corrected so far, from the codes in which it is recorded."""
        return cls(
            party=parties.get(codes["party"]) if "party" in codes else None,
            items=tuple(codes.get("items", ())),
            kind=Kind(codes["kind"]) if "kind" in codes else None,
            meeting=meeting,
            main=codes.get("main"),
        )

    def apply(self, submission: Submission) -> Submission:
        """The submission with the officer's corrections."""
        update: dict[str, object] = {}
        if self.party is not None:
            update |= {"party": self.party, "on_behalf_of": None, "together_with": ()}
        if self.items:
            update["items"] = self.items
        if self.kind is not None:
            update["kind"] = self.kind
        if self.meeting is not None:
            update["meeting"] = self.meeting
        if self.main is not None:
            text = Role.TRANSCRIPT if update.get("kind", submission.kind) is Kind.VIDEO else Role.STATEMENT
            update["files"] = with_main(submission.files, self.main, text)
        return submission.model_copy(update=update)


def judge(message: Message, facts: Facts, ties: Ties, knowledge: Knowledge, mending: Mending | None = None) -> Decision:
    """Decide about *message*. Same input, same decision.

    With *mending* triage is over (an officer has looked, or it completes what was judged before), and the corrections
    count as if the mail had said so.
    """
    decision = _judge(message, facts, ties, knowledge, mending)
    party = decision.submission.party
    return decision.model_copy(
        update={"sender": knowledge.senders.facts(message, party.code if party is not None else None)}
    )


def _judge(message: Message, facts: Facts, ties: Ties, knowledge: Knowledge, mending: Mending | None) -> Decision:
    reading = knowledge.read_subject(message.headers.subject)
    if mending is None and (finding := before_the_rules(message, reading, ties, knowledge)):
        return (
            decide(Submission(), (finding,))
            if finding.effect is Effect.IGNORE
            else _held(message, reading, finding, facts, knowledge)
        )
    submission = understand(message, reading, knowledge.words)
    if mending is not None:
        submission = mending.apply(submission)
    case = Case(
        message=message,
        reading=reading,
        submission=submission,
        cover=read_cover(message, reading, knowledge.words),
        facts=facts,
        senders=knowledge.senders,
    )
    return decide(submission, run(ALL, case), supersedes=version.superseded(case))


def before_the_rules(message: Message, reading: SubjectReading, ties: Ties, knowledge: Knowledge) -> Finding | None:
    """What keeps a mail from being judged as a statement: triage, and what of it could not be read. None: nothing."""
    forwarded = [knowledge.read_subject(subject) for subject in message.forwarded_subjects]
    found = triage(message, reading, forwarded, ties, knowledge.words)
    if found is not None and found.code == "message.automatic":
        return found
    # It was worth reading at a glance, and what made it so may lie in what could not be read: never "unrelated".
    if message.over_limits is not None:
        return _silent("message.over_limits", f"Over the limits: {message.over_limits}.", message.over_limits)
    if message.unreadable is not None:
        return _silent("message.unreadable", f"Cannot be read: {message.unreadable}.", message.unreadable)
    return found


def _silent(code: str, text: str, why: str) -> Finding:
    return Finding(code=code, effect=Effect.SILENT, message=text, detail={"why": why})


def _held(message: Message, reading: SubjectReading, finding: Finding, facts: Facts, knowledge: Knowledge) -> Decision:
    """What triage holds is shown with all that was understood, so that an officer can take it from there."""
    submission = understand(message, reading, knowledge.words)
    asked = _asked_back(message, submission, facts, knowledge) if finding.code == "message.withdrawal" else ()
    return Decision(outcome=Outcome.HELD, findings=(finding,), submission=submission, asks_back=asked)


def _asked_back(message: Message, submission: Submission, facts: Facts, knowledge: Knowledge) -> tuple[str, ...]:
    """What the mail asks to withdraw and its sender may: what it answers, else all of its party's on these items.

    Anybody else's wish is shown to an officer, and blocks nothing: it could take down a State's statement.
    """
    items = set(submission.items)
    of_party = (earlier for earlier in facts.earlier if not items or items & set(earlier.items))
    meant = (facts.answers,) if facts.answers else of_party
    answered = facts.answers is not None
    return tuple(
        earlier.reference
        for earlier in meant
        if knowledge.senders.may_act(message, earlier.owner, has_our_letter=answered)
    )


def judge_subject(subject: str, knowledge: Knowledge) -> tuple[SubjectReading, tuple[Finding, ...]]:
    """Everything that a subject line alone decides, triage included, as if a statement had come with it."""
    reading = knowledge.read_subject(subject)
    if finding := triage_subject(reading):
        return reading, (finding,)
    message = Message(headers=Headers(subject=subject))
    submission = understand(message, reading, knowledge.words)
    facts = Facts(received=datetime.max.replace(tzinfo=UTC))
    case = Case(message=message, reading=reading, submission=submission, cover=Cover(), facts=facts)
    return reading, run(OF_SUBJECT, case)
