"""A verdict goes where every decision goes: a letter in the outbox and a row in the ledger, in one transaction."""

from collections.abc import Sequence
from typing import Any

import structlog

from statement_intake.desk import Desk
from statement_intake.domain.decision import Decision
from statement_intake.domain.message import Attachment, Message
from statement_intake.domain.records import Dossier, MailRecord, OutgoingLetter, Verdict
from statement_intake.review.verdict import Order, Reviewed

log = structlog.get_logger()

#: Whose reason the delegation reads; every other reason is the secretariat's own business.
_TOLD = frozenset({"reject", "ask"})
#: What answers a delegation as the service would; every other letter is an officer's.
_AS_THE_SERVICE = frozenset({"attach", "correct", "join"})


def conclude(  # noqa: PLR0913 - the submission, what it is now, what is ordered, and what that adds
    dossier: Dossier, message: Message, decision: Decision, desk: Desk, order: Order, *, mending: dict[str, Any],
    added: Attachment | None = None, read: Sequence[MailRecord] = (),
) -> Reviewed:  # fmt: skip
    """Record *decision* about one submission, and queue its letter. *read*: those of its mails that were read for it.

    Raises Conflict where somebody else was quicker.
    """
    verdict = verdict_on(dossier, message, decision, desk, order, mending=mending, added=added)
    desk.ledger.verdicts.overruled(
        dossier.id, dossier.revision, decision, verdict, dossier.standing, read=read, received=dossier.received
    )
    log.info(order.action, reference=dossier.reference, outcome=str(decision.outcome), actor=order.actor)
    return Reviewed(reference=dossier.reference, outcome=decision.outcome, letter=verdict.letter)


def verdict_on(  # noqa: PLR0913 - as `conclude`
    dossier: Dossier, message: Message, decision: Decision, desk: Desk, order: Order, *, mending: dict[str, Any],
    added: Attachment | None = None,
) -> Verdict:  # fmt: skip
    """What the ledger keeps of an order, with the letter as the officer wished it."""
    now = desk.clock()
    letter = None
    if order.letter and (composed := write(dossier, message, decision, desk, order.action, order.because)):
        letter = desk.correspondent.as_wished(composed, order.wish, now)
    added_by = {file.attachment.sha256: file.added_by for file in dossier.files if file.added_by}
    if added is not None:
        added_by[added.sha256] = order.actor
    return Verdict(
        actor=order.actor, action=order.action, because=order.because, at=now, letter=letter, mending=mending,
        added_by=added_by,
    )  # fmt: skip


def write(  # noqa: PLR0913 - what a letter depends on
    dossier: Dossier, message: Message, decision: Decision, desk: Desk, action: str, because: str
) -> OutgoingLetter | None:
    """The letter of a verdict, as composed; None where the mail must not be answered. Reopening sends nothing."""
    if action == "reopen":
        return None
    return desk.correspondent.write(
        decision,
        message.headers,
        reference=dossier.reference,
        revision=dossier.revision + 1,
        received=dossier.received,
        now=desk.clock(),
        meeting=decision.submission.meeting,
        because=because if action in _TOLD else "",
        officer=action not in _AS_THE_SERVICE,
    )
