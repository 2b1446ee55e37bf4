"""The one place where findings become an outcome, and where a person overrules it."""

from collections.abc import Iterable, Sequence

from statement_intake.domain.finding import Effect, Finding, Outcome
from statement_intake.domain.senders import SenderFacts
from statement_intake.domain.submission import Submission
from statement_intake.domain.value import Value

__all__ = ["Decision", "Effect", "Finding", "Outcome", "OverruleError", "decide", "outcome_of", "overrule"]


#: From the strongest to the weakest; the first that is found decides.
_PRECEDENCE: tuple[tuple[Effect, Outcome], ...] = (
    (Effect.SILENT, Outcome.HELD),
    (Effect.IGNORE, Outcome.IGNORED),
    (Effect.HOLD, Outcome.HELD),
    (Effect.REJECT, Outcome.REJECTED),
)


def outcome_of(findings: Iterable[Finding]) -> Outcome:
    """Silent > ignore > hold > reject > accept; notes never change the outcome."""
    effects = {finding.effect for finding in findings}
    return next((outcome for effect, outcome in _PRECEDENCE if effect in effects), Outcome.ACCEPTED)


class Decision(Value):
    """What was decided about a submission, and why."""

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    submission: Submission = Submission()
    #: The reference of an earlier submission that this one takes the place of.
    supersedes: str | None = None
    #: References of submissions that it asks to withdraw: they are blocked at once.
    asks_back: tuple[str, ...] = ()
    #: What was known of the sender.
    sender: SenderFacts = SenderFacts()

    @property
    def silent(self) -> bool:
        """True where nothing may be sent."""
        return self.outcome is Outcome.IGNORED or any(finding.effect is Effect.SILENT for finding in self.findings)

    @property
    def why_silent(self) -> str | None:
        """The code of the finding that forbids a letter."""
        strong = [finding.code for finding in self.findings if finding.effect in {Effect.SILENT, Effect.IGNORE}]
        return strong[0] if strong else None


def decide(submission: Submission, findings: Sequence[Finding], *, supersedes: str | None = None) -> Decision:
    """Every finding found is kept; the strongest decides.

    Accepting needs meeting, party, item, kind and the kind's files, never just the absence of findings: where the
    rules found nothing and yet something is missing, the rules are at fault and a person decides.
    """
    outcome = outcome_of(findings)
    found = tuple(findings)
    if outcome is Outcome.ACCEPTED and submission.missing:
        outcome = Outcome.HELD
        gaps = ", ".join(submission.missing)
        found = (
            *found,
            Finding(code="service.fault", effect=Effect.SILENT, message=f"No rule spoke, yet this is missing: {gaps}."),
        )
    return Decision(
        outcome=outcome,
        findings=found,
        submission=submission,
        supersedes=supersedes if outcome is Outcome.ACCEPTED else None,
    )


class OverruleError(Exception):
    """The verdict cannot stand; the text says what it lacks."""


def overrule(decision: Decision, outcome: Outcome, submission: Submission) -> Decision:
    """A person's verdict about a decision, on a submission that the person may have mended.

    The findings stay as they are: they are what was found, the person says what follows. Raises OverruleError where
    an acceptance lacks what every acceptance needs.
    """
    if outcome is Outcome.ACCEPTED and submission.missing:
        raise OverruleError(f"cannot be accepted: this is missing: {', '.join(submission.missing)}")
    return Decision(
        outcome=outcome,
        findings=decision.findings,
        submission=submission,
        supersedes=decision.supersedes if outcome is Outcome.ACCEPTED else None,
        sender=decision.sender,
    )
