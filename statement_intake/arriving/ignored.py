"""Ignored mail: listed for an officer, read live from the mailbox, and one of it pulled in by hand.

The ledger knows neither sender nor subject of it, and no log line ever does.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import groupby, islice

import structlog

from statement_intake.arriving.receiving import store
from statement_intake.desk import Desk, scanned
from statement_intake.domain.decision import overrule
from statement_intake.domain.faults import Conflict
from statement_intake.domain.finding import Outcome
from statement_intake.domain.forwarding import received_first
from statement_intake.domain.identity import content_identity
from statement_intake.domain.judge import judge
from statement_intake.domain.message import Glance, Headers
from statement_intake.domain.records import Arrival, IgnoredMail, Verdict
from statement_intake.domain.reference import new_reference
from statement_intake.domain.value import Value
from statement_intake.mailbox import Mailbox, MessageGone, MessageRefused, OpenFolder
from statement_intake.review import ReviewError, mended
from statement_intake.steps.gathering import find_ties, gather_facts
from statement_intake.steps.reading import MessageTrouble, read
from statement_intake.steps.recording import adopt

log = structlog.get_logger()

#: The service leaves a mail alone that an officer is just pulling in; so long only, lest a killed process keep it away.
_IN_HAND = timedelta(hours=1)
_INBOX = "INBOX"
#: Messages that are asked about at once.
_BATCH = 50


class Shown(Value):
    """An ignored mail, with what its mailbox tells of it at this moment."""

    mail: IgnoredMail
    #: None where it is not in its mailbox any more, or its folder was made anew.
    headers: Headers | None


def place_of(mail: IgnoredMail) -> str:
    """By what `reopen` finds it again: MAILBOX/UID, or MAILBOX/FOLDER/UID outside the INBOX."""
    folder = "" if mail.key.folder == _INBOX else f"{mail.key.folder}/"
    return f"{mail.key.mailbox}/{folder}{mail.key.uid}"


def show_live(
    mailboxes: Sequence[Mailbox], desk: Desk, *, actor: str, mailbox: str | None = None, since: datetime | None = None
) -> Iterator[Shown]:
    """Ignored mail with sender and subject. That somebody looks is written down first. Raises MailboxError."""
    by_name = {box.name: box for box in mailboxes}
    if mailbox is not None and mailbox not in by_name:
        raise ReviewError(f"there is no mailbox {mailbox}")
    looked = {"mailbox": mailbox, "since": since.isoformat() if since else None}
    desk.ledger.audit.note(desk.clock(), actor, "list_ignored", looked)
    rows = desk.ledger.ignored.rows(mailbox, since)
    for (name, folder), group in groupby(rows, key=lambda mail: (mail.key.mailbox, mail.key.folder)):
        box = by_name.get(name)
        if box is None or folder not in box.folders:
            yield from (Shown(mail=mail, headers=None) for mail in group)
            continue
        with box.open(folder) as opened:
            yield from _live(opened, group, desk)


def _live(opened: OpenFolder, mails: Iterator[IgnoredMail], desk: Desk) -> Iterator[Shown]:
    while batch := list(islice(mails, _BATCH)):
        here = [mail.key.uid for mail in batch if mail.key.uidvalidity == opened.state.uidvalidity]
        headers = {raw.uid: desk.reader.headers(raw.header) for raw in opened.glances(here)}
        for mail in batch:
            there = mail.key.uidvalidity == opened.state.uidvalidity
            yield Shown(mail=mail, headers=headers.get(mail.key.uid) if there else None)


def pull_in(  # noqa: PLR0913 - which mail, from where, by whom and why
    place: str, mailboxes: Sequence[Mailbox], desk: Desk, below: Callable[[int], int], *, actor: str, because: str
) -> str:
    """Take in a mail that was ignored; gives its reference. It is held, for the officer to accept or reject.

    No letter is written: the officer's verdict writes one. Raises ReviewError, Conflict, SurroundingsFault or OSError.
    """
    box, folder, uid = _parse(place, mailboxes)
    try:
        # Until the ledger refers to it, a service that starts must not take the file for a killed process's leaving.
        with desk.files.adding(), box.open(folder) as opened:
            mail = _find(place, desk.ledger.ignored.find(box.name, folder, uid), opened)
            arrival = _receive(mail, opened, desk, new_reference(below))
            try:
                return _take_in(arrival, desk, actor=actor, because=because)
            except BaseException:
                _put_back(mail, arrival, desk)
                raise
    except (MessageGone, MessageRefused, MessageTrouble) as trouble:
        raise ReviewError(f"{place} cannot be taken in: {trouble}") from trouble


def _parse(place: str, mailboxes: Sequence[Mailbox]) -> tuple[Mailbox, str, str]:
    name, _, rest = place.partition("/")
    folder, _, uid = rest.rpartition("/")
    box = next((box for box in mailboxes if box.name == name), None)
    if box is None or not uid:
        known = ", ".join(f"{box.name}/UID" for box in mailboxes)
        raise ReviewError(f"{place} is no place of a mail; write {known} or with the folder between")
    return box, folder or _INBOX, uid


def _find(place: str, known: Sequence[IgnoredMail], opened: OpenFolder) -> IgnoredMail:
    mail = next((mail for mail in known if mail.key.uidvalidity == opened.state.uidvalidity), None)
    if mail is None:
        raise ReviewError(f"{place} is not known as ignored mail" + (" of the folder as it is today" if known else ""))
    if mail.copy_of is not None:
        raise ReviewError(f"{place} is a copy of {mail.copy_of}; look at that one")
    return mail


def _receive(mail: IgnoredMail, opened: OpenFolder, desk: Desk, reference: str) -> Arrival:
    raw = next(iter(opened.glances([mail.key.uid])), None)
    if raw is None:
        raise MessageGone("it is not in the mailbox any more")
    headers = desk.reader.headers(raw.header)
    seen = Glance(headers=headers, parts=raw.parts, size=raw.size, received=mail.received)
    stored, size = store(mail.key, seen, raw, opened, desk)
    with _or_forget(desk, stored.sha256):
        return desk.ledger.ignored.take_out(
            mail, reference=reference, size=size, raw_sha256=stored.sha256, until=desk.clock() + _IN_HAND
        )


def _take_in(arrival: Arrival, desk: Desk, *, actor: str, because: str) -> str:
    workspace, knowledge = desk.files.workspace(), desk.knowledge
    try:
        message = knowledge.handed_in(read(arrival, workspace, desk), desk.correspondent.own)
        message = scanned(message, workspace, desk.scanner)
        arrival = arrival.model_copy(update={"received_at": received_first(message, arrival.received_at)})
        ties = find_ties(message.headers, desk)
        facts = gather_facts(message, arrival.received_at, desk, answers=ties.answers)
        reading = knowledge.read_subject(message.headers.subject)
        judged = judge(message, facts, ties, knowledge, mended({}, reading, knowledge))
        decision = overrule(judged, Outcome.HELD, judged.submission)
        adopt(workspace, decision, desk)
    finally:
        shutil.rmtree(workspace, ignore_errors=True)
    with _or_forget(desk, arrival.raw_sha256, *(file.attachment.sha256 for file in decision.submission.files)):
        recorded = desk.ledger.record.decided(
            arrival,
            message,
            content_identity(message),
            decision,
            Verdict(actor=actor, action="reopen", because=because, at=desk.clock()),
            answers=ties.answers,
            mark=arrival.key.mailbox in desk.marking,
        )
        if not recorded:
            raise ReviewError("it is a copy of a mail that was taken in before")
    log.info("pulled in", reference=arrival.reference, mailbox=arrival.key.mailbox, uid=arrival.key.uid, actor=actor)
    return arrival.reference


def _put_back(mail: IgnoredMail, arrival: Arrival, desk: Desk) -> None:
    """Nothing of it stays, as before. A copy that was noted as such stays noted."""
    try:
        desk.ledger.ignored.put_back(mail)
    except Conflict:
        return
    _forget(desk, arrival.raw_sha256)


@contextmanager
def _or_forget(desk: Desk, raw: str, *files: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        _forget(desk, raw, *files)
        raise


def _forget(desk: Desk, raw: str, *files: str) -> None:
    """Remove the *raw* mail, what was decoded of it, and its *files*, but for what a row refers to."""
    with desk.files.decoded(raw):
        pass  # What nobody takes here is gone afterwards.
    with desk.files.keeping():
        for digest in desk.ledger.contents.unreferred([raw, *files]):
            desk.files.remove(digest)
