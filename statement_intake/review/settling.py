"""What is settled without a letter: a withdrawal is confirmed, and whether the texts may be posted."""

import structlog

from statement_intake.desk import Desk
from statement_intake.domain.records import Dossier, Verdict
from statement_intake.review.standing import find, still_as_seen

log = structlog.get_logger()


def withdraw(reference: str, desk: Desk, *, actor: str, because: str, seen: int | None = None) -> Dossier:
    """Confirm that a statement is withdrawn: neither played out nor posted any more. No letter goes by itself.

    Raises ReviewError, or Conflict where it is withdrawn already or somebody else was quicker.
    """
    dossier = find(reference, desk)
    still_as_seen(dossier, seen)
    verdict = Verdict(actor=actor, action="withdraw", because=because, at=desk.clock(), letter=None)
    desk.ledger.verdicts.withdrawn(dossier.id, dossier.revision, verdict)
    log.info("withdraw", reference=dossier.reference, actor=actor)
    return find(reference, desk)


def settle_publishing(  # noqa: PLR0913 - as `withdraw`
    reference: str, desk: Desk, *, agreed: bool, actor: str, because: str, seen: int | None = None
) -> Dossier:
    """Settle whether a statement's texts may be posted on the meeting's website. Nothing is sent.

    Raises ReviewError, or Conflict where somebody else was quicker.
    """
    dossier = find(reference, desk)
    still_as_seen(dossier, seen)
    verdict = Verdict(actor=actor, action="publish", because=because, at=desk.clock(), letter=None)
    desk.ledger.verdicts.publishing_settled(dossier.id, dossier.revision, agreed, verdict)
    log.info("publish", reference=dossier.reference, agreed=agreed, actor=actor)
    return find(reference, desk)
