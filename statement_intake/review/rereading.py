"""A mail that nobody could read is read once more when an officer opens its submission again.

What hindered the service may be mended by then: the reader, a limit, a fault in a rule. Nothing is answered by it.
"""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from statement_intake.desk import Desk, scanned
from statement_intake.domain.decision import Decision
from statement_intake.domain.faults import LimitExceeded, SurroundingsFault
from statement_intake.domain.finding import Effect
from statement_intake.domain.forwarding import received_first
from statement_intake.domain.judge import before_the_rules
from statement_intake.domain.records import Dossier, MailRecord
from statement_intake.domain.triage.ties import Ties
from statement_intake.logs import where
from statement_intake.review.verdict import ReviewError
from statement_intake.steps.recording import adopt

log = structlog.get_logger()


@dataclass(frozen=True)
class Opened:
    """A submission that is looked at again."""

    dossier: Dossier
    #: Those of its mails that were read again, and where the files of each lie.
    read: tuple[MailRecord, ...] = ()
    workspaces: tuple[Path, ...] = ()

    def keep_files(self, decision: Decision, desk: Desk) -> None:
        """Take what is part of the statement into the store."""
        for workspace in self.workspaces:
            adopt(workspace, decision, desk)


@contextmanager
def opened(dossier: Dossier, desk: Desk) -> Iterator[Opened]:
    """*dossier* with what the reader finds today in the mails of it that are unread; the others stay as they are.

    Raises ReviewError where it turns out to be none of ours: then nothing of it is kept but what was there before.
    Raises SurroundingsFault and OSError where it cannot be read for a reason of ours.
    """
    if not dossier.unread:
        yield Opened(dossier)
        return
    # Until the ledger refers to it, a service that starts must not take a file for a killed process's leaving.
    with desk.files.adding(), ExitStack() as stack:
        mails, read, workspaces = list[MailRecord](), list[MailRecord](), list[Path]()
        for mail in dossier.mails:
            workspace = desk.files.workspace()
            stack.callback(shutil.rmtree, workspace, ignore_errors=True)
            again = _read(mail, workspace, desk) if mail.unread else None
            mails.append(again or mail)
            if again is not None:
                if len(dossier.mails) == 1:
                    _require_ours(again, dossier, desk)
                read.append(again)
                workspaces.append(workspace)
        received = min((dossier.received, *(received_first(mail.message, mail.received) for mail in read)))
        anew = dossier.model_copy(update={"mails": tuple(mails), "received": received})
        yield Opened(anew, tuple(read), tuple(workspaces))


def _read(mail: MailRecord, workspace: Path, desk: Desk) -> MailRecord | None:
    """None where it is not kept whole, or where it cannot be read to its end this time either."""
    if mail.raw_sha256 is None or not desk.files.holds(mail.raw_sha256) or desk.files.size(mail.raw_sha256) < mail.size:
        return None
    try:
        arrived = desk.reader.read(desk.files.path(mail.raw_sha256), workspace)
    except LimitExceeded as limit:
        log.warning("a limit ended the reader again", mailbox=mail.key.mailbox, uid=mail.key.uid, limit=str(limit))
        return None
    except (SurroundingsFault, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - what it was given up for may still be there, and is no officer's slip
        log.error("a fault of ours, as before", mailbox=mail.key.mailbox, uid=mail.key.uid, problem=where(error))  # noqa: TRY400 - its text may quote the mail
        return None
    message = desk.knowledge.handed_in(arrived, desk.correspondent.own)
    message = scanned(message, workspace, desk.scanner)
    return mail.model_copy(
        update={"message": message, "authentication": desk.knowledge.senders.authentication(message)}
    )


def _require_ours(mail: MailRecord, dossier: Dossier, desk: Desk) -> None:
    """Nobody could say so when it came, and who wrote it may have told us anything."""
    message, knowledge = mail.message, desk.knowledge
    reading = knowledge.read_subject(message.headers.subject)
    found = before_the_rules(message, reading, Ties(answers=dossier.answers), knowledge)
    if found is not None and found.effect is Effect.IGNORE:
        raise ReviewError(f"{dossier.reference}, read now, is none of ours ({found.code}); reject it without a letter")
