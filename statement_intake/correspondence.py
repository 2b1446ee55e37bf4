"""Writes the letter that follows from a decision, and stamps whether it may go by itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from statement_intake.domain.decision import Decision
from statement_intake.domain.finding import Outcome
from statement_intake.domain.letters.message_ids import MessageIds
from statement_intake.domain.letters.reply import Correspondence, plan_letter
from statement_intake.domain.letters.wish import Going, Wish
from statement_intake.domain.message import Headers
from statement_intake.domain.office import Office
from statement_intake.domain.records import OutgoingLetter

if TYPE_CHECKING:
    from statement_intake.domain.meeting import Meeting
    from statement_intake.replies.compose import Composer


@dataclass(frozen=True)
class Correspondent:
    """The house's pen: one for the service, the reviewers and `check`."""

    composer: "Composer"
    office: Office
    #: Our own addresses, casefolded; never answered.
    own: frozenset[str]
    #: From, where the meeting does not say otherwise.
    sender: str
    #: "send", "hold" or "off".
    mode: str
    hold_outcomes: frozenset[str]
    message_ids: MessageIds

    def write(  # noqa: PLR0913 - each is a fact of its own
        self, decision: Decision, headers: Headers, *, reference: str, revision: int, received: datetime, now: datetime,
        meeting: "Meeting | None", because: str = "", wait: str = "", officer: bool = False,
    ) -> OutgoingLetter | None:  # fmt: skip
        """The letter for the outbox; None where nothing may be sent. *wait*: why a person has to look at it first."""
        about = Correspondence(
            headers=headers,
            reference=reference,
            received=received,
            now=now,
            own=self.own,
            office=self.office,
            meeting=meeting,
        )
        letter = plan_letter(decision, about, because=because, officer=officer)
        if letter is None:
            return None
        message_id = self.message_ids.make(reference, revision, self.sender.rpartition("@")[2])
        composed = self.composer.compose(letter, sender=self.sender, message_id=message_id, date=now)
        state, response = self._stamp(decision.outcome, wait)
        return OutgoingLetter(
            kind=str(letter.kind),
            to=letter.to,
            language=letter.language,
            subject=composed.subject,
            body=composed.text,
            message_id=message_id,
            raw=composed.raw,
            state=state,
            response=response,
        )

    def as_wished(self, letter: OutgoingLetter, wish: Wish, now: datetime) -> OutgoingLetter | None:
        """The letter as an officer wants it; None where none is wanted. In a shadow run none goes in any case."""
        if wish.going is Going.NEVER:
            return None
        update: dict[str, object] = {}
        if wish.body is not None:
            subject = letter.subject if wish.subject is None else wish.subject
            rewritten = self.composer.rewrite(letter.raw, subject, wish.body)
            update |= {"subject": rewritten.subject, "body": rewritten.text, "raw": rewritten.raw}
        if letter.state != "suppressed":
            if wish.going is Going.WAIT:
                update |= {"state": "held", "response": "an officer lets it wait"}
            elif wish.going is Going.GO:
                update |= {"state": "queued", "response": ""}
            if update.get("state", letter.state) == "queued" and wish.after:
                update["next_attempt_at"] = now + wish.after
        return letter.model_copy(update=update)

    def _stamp(self, outcome: Outcome, wait: str) -> tuple[str, str]:
        if self.mode == "off":
            return "suppressed", 'mode = "off"'
        if wait:
            return "held", wait
        if self.mode == "hold":
            return "held", 'mode = "hold"'
        if str(outcome) in self.hold_outcomes:
            return "held", f"letters for {outcome} statements wait (hold_outcomes)"
        return "queued", ""
