"""Decides about 200 received mails whose reading is already done: the service, but for its reader."""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.arena import written_mail
from benchmarks.contenders.common import play
from benchmarks.contenders.service import settings_of
from statement_intake.arriving.polling import finish
from statement_intake.domain.decoded import Decoded
from statement_intake.domain.message import Attachment, Category, DocumentFacts, Headers, Message
from statement_intake.domain.records import MessageKey, Received
from statement_intake.logs import configure_logs
from statement_intake.reading.mail.headers import read_headers
from statement_intake.settings import Settings
from statement_intake.workshop import open_workshop

COUNT = 200
_NOON = datetime(2023, 8, 23, 12, tzinfo=UTC)


class Read:
    """Stands in for the reader: what it would say of a written statement."""

    def headers(self, raw: bytes) -> Headers:
        """The real thing."""
        return read_headers(raw)

    def read(self, raw: Path, workspace: Path, _decoded: Sequence[Decoded] = ()) -> Message:
        """One document, different for every mail."""
        content = raw.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        (workspace / digest).write_bytes(content)
        document = DocumentFacts(format="docx", problem=None, text="Statement. " * 200, words=400)
        attachment = Attachment(
            name="s.docx", media_type="application/msword", category=Category.DOCUMENT, size=len(content),
            sha256=digest, document=document,
        )  # fmt: skip
        return Message(
            headers=read_headers(content[:20_000]), text="Please find it attached.", attachments=(attachment,)
        )

    def close(self) -> None:
        """Nothing to end."""


def prepare(options: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    """COUNT mails are received before the clock starts."""
    stack = ExitStack()
    workshop = stack.enter_context(open_workshop(Settings(**settings_of(options))))
    desk = replace(workshop.desk, reader=Read())  # type: ignore[arg-type]
    for number in range(COUNT):
        stored = desk.files.put(iter([written_mail(number)]), most=10**9)
        key = MessageKey(mailbox="main", folder="INBOX", uidvalidity="9", uid=str(number))
        come = Received(
            key=key, reference=f"SI-NEW-{number}", received_at=_NOON, size=stored.size, raw_sha256=stored.sha256,
            letters_wait=False,
        )  # fmt: skip
        desk.ledger.arrivals.receive([come])
    before = desk.ledger.arrivals.counts()

    def work() -> dict[str, Any]:
        finish(desk, lambda: False)
        after = desk.ledger.arrivals.counts()
        decided = before["received"] - after.get("received", 0)
        if decided != COUNT:
            raise RuntimeError(f"{decided} decided of {COUNT}")
        return {"counts": {name: number - before.get(name, 0) for name, number in after.items()}}

    return work


if __name__ == "__main__":
    configure_logs()
    play(prepare)
