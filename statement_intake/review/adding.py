"""What belongs to a submission but did not come with its mail: a file that came another way, another submission."""

import shutil
from pathlib import Path

import structlog

from statement_intake.desk import Desk
from statement_intake.domain.faults import LimitExceeded
from statement_intake.domain.letters.wish import AS_COMPOSED, Wish
from statement_intake.domain.message import Attachment
from statement_intake.review.concluding import conclude, verdict_on
from statement_intake.review.standing import as_it_stands, find, judge_again, still_as_seen
from statement_intake.review.verdict import Order, Reviewed, ReviewError

log = structlog.get_logger()


def attach(  # noqa: PLR0913 - as `give_verdict`
    reference: str, file: Path, desk: Desk, *, actor: str, because: str, wish: Wish = AS_COMPOSED,
    seen: int | None = None,
) -> Reviewed:  # fmt: skip
    """Add a file that came another way. It is read and judged as if it had come with the mail, in the mail's time.

    Raises ReviewError, Conflict, or SurroundingsFault where it cannot be read for a reason of ours.
    """
    dossier = find(reference, desk)
    still_as_seen(dossier, seen)
    # Until the ledger refers to it, a service that starts must not take the file for a killed process's leaving.
    with desk.files.adding():
        attachment = _read(file, desk)
        message = as_it_stands(dossier, desk.knowledge)
        message = message.model_copy(update={"attachments": (*message.attachments, attachment)})
        decision = judge_again(dossier, message, dossier.mending, desk)
        order = Order(action="attach", actor=actor, because=because, wish=wish)
        return conclude(dossier, message, decision, desk, order, mending=dossier.mending, added=attachment)


def join(  # noqa: PLR0913 - as `give_verdict`
    reference: str, other: str, desk: Desk, *, actor: str, because: str, wish: Wish = AS_COMPOSED,
    seen: int | None = None,
) -> Reviewed:  # fmt: skip
    """Make one submission of two: the mails and files of *other* become part of *reference*, which is judged again.

    It keeps the earlier one's time. Raises ReviewError where they cannot be one, or Conflict.
    """
    dossier, given = find(reference, desk), find(other, desk)
    still_as_seen(dossier, seen)
    if dossier.id == given.id:
        raise ReviewError("a submission cannot be joined to itself")
    if "superseded" in {dossier.standing, given.standing} or "withdrawn" in {dossier.standing, given.standing}:
        raise ReviewError("only submissions that stand can be joined; one of the two is superseded or withdrawn")
    both = dossier.model_copy(
        update={
            "mails": tuple(sorted((*dossier.mails, *given.mails), key=lambda mail: mail.received)),
            "files": (*dossier.files, *given.files),
            "received": min(dossier.received, given.received),
        }
    )
    message = as_it_stands(both, desk.knowledge)
    decision = judge_again(both, message, dossier.mending, desk)
    order = Order(action="join", actor=actor, because=because, wish=wish)
    verdict = verdict_on(both, message, decision, desk, order, mending=dossier.mending)
    desk.ledger.verdicts.joined(dossier, given, decision, verdict, whole=message)
    log.info("join", reference=dossier.reference, given=given.reference, outcome=str(decision.outcome), actor=actor)
    return Reviewed(reference=dossier.reference, outcome=decision.outcome, letter=verdict.letter)


def _read(file: Path, desk: Desk) -> Attachment:
    workspace = desk.files.workspace()
    try:
        attachment = desk.reader.read_file(file, file.name, workspace)
        if desk.scanner is not None:
            scan = desk.scanner.scan(workspace / attachment.sha256)
            attachment = attachment.model_copy(update={"scan": scan})
        if (content := workspace / attachment.sha256).exists():
            desk.files.adopt(content, attachment.sha256)
    except LimitExceeded as limit:
        raise ReviewError(f"{file.name} cannot be read: {limit}") from limit
    finally:
        shutil.rmtree(workspace, ignore_errors=True)
    return attachment
