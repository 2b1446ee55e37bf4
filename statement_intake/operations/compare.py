"""Which past decisions would differ today: after a change of a rule, a limit, a name or a word."""

from collections.abc import Iterable, Iterator

from statement_intake.desk import Desk
from statement_intake.domain.decision import Decision, outcome_of
from statement_intake.domain.finding import Finding
from statement_intake.domain.records import SERVICE, Dossier
from statement_intake.domain.value import Value
from statement_intake.ledger.log import Filter
from statement_intake.review import judged_today


class View(Value):
    """What a decision says, as far as a delegation or an officer would notice."""

    outcome: str
    party: str | None
    items: tuple[str, ...]
    kind: str | None
    #: Codes of the findings, sorted.
    codes: tuple[str, ...]


class Difference(Value):
    """A past decision that would be another one today."""

    reference: str
    #: An officer has decided since: that stands, whatever the rules say.
    officer: bool
    then: View
    today: View
    #: What a letter would say otherwise of findings that stay: "video.too_long: limit 180 -> 170".
    figures: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """The difference in a line."""
        parts = [
            f"{name}: {_say(before)} -> {_say(after)}"
            for name, before, after in (
                ("outcome", self.then.outcome, self.today.outcome),
                ("party", self.then.party, self.today.party),
                ("items", self.then.items, self.today.items),
                ("kind", self.then.kind, self.today.kind),
            )
            if before != after
        ]
        parts += [f"+{code}" for code in self.today.codes if code not in self.then.codes]
        parts += [f"-{code}" for code in self.then.codes if code not in self.today.codes]
        parts += self.figures
        return (
            f"{self.reference}  {'; '.join(parts)}{'  (an officer has decided: that stands)' if self.officer else ''}"
        )


def differences(desk: Desk) -> Iterator[Difference]:
    """Judge every submission again by what its mail was found to hold. Changes nothing.

    Left out is what a fault of ours kept from being read, and what was purged: nothing of it could be judged. Of
    ignored mail the ledger keeps nothing to judge either; a rehearsal over the mailbox looks at that.
    """
    for row in desk.ledger.log.rows(Filter()):
        dossier = desk.ledger.log.dossier(row.reference) if row.reference else None
        if dossier is None or dossier.purged or "service.fault" in row.codes:
            continue
        decision = judged_today(dossier, desk)
        then, today = _then(dossier), _today(decision)
        figures = tuple(_figures(dossier.history[-1].findings, decision.findings))
        if then != today or figures:
            officer = any(step.actor != SERVICE for step in dossier.history)
            yield Difference(reference=dossier.reference, officer=officer, then=then, today=today, figures=figures)


def _then(dossier: Dossier) -> View:
    """What the rules said when the submission was last judged; an officer's verdict has their findings, too."""
    findings = dossier.history[-1].findings
    return View(
        outcome=str(outcome_of(findings)),
        party=dossier.party,
        items=dossier.items,
        kind=dossier.kind,
        codes=_codes(findings),
    )


def _today(decision: Decision) -> View:
    understood = decision.submission
    return View(
        outcome=str(outcome_of(decision.findings)),
        party=understood.party.code if understood.party else None,
        items=understood.items,
        kind=str(understood.kind) if understood.kind else None,
        codes=_codes(decision.findings),
    )


def _figures(before: Iterable[Finding], after: Iterable[Finding]) -> Iterator[str]:
    """Where a finding stays, and gives other figures; not what only one of the versions of this program knows."""
    left = list(before)
    for now in after:
        then = next((finding for finding in left if finding.code == now.code), None)
        if then is None:
            continue
        left.remove(then)
        old, new = (finding.model_dump(mode="json")["detail"] for finding in (then, now))
        for name in sorted(old.keys() & new.keys()):
            if old[name] != new[name]:
                yield f"{now.code}: {name} {old[name]} -> {new[name]}"


def _codes(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(sorted({finding.code for finding in findings}))


def _say(value: str | tuple[str, ...] | None) -> str:
    return (", ".join(value) if isinstance(value, tuple) else value) or "none"
