"""The naive script: whole mails into memory, parsed, each attachment to a temporary file, probed, a row committed."""

import base64
import tempfile
from collections.abc import Callable
from typing import Any

import ffmpeg
import mailparser
from imapclient import IMAPClient
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from benchmarks.contenders.common import play


class Base(DeclarativeBase):
    """The script's tables."""


class Row(Base):
    """One mail."""

    __tablename__ = "mails"
    id: Mapped[int] = mapped_column(primary_key=True)
    sender: Mapped[str]
    subject: Mapped[str]
    seconds: Mapped[float | None]


def prepare(options: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    """A fresh database in *folder*."""
    engine = create_engine(f"sqlite:///{options['folder']}/naive.db")
    Base.metadata.create_all(engine)

    def work() -> dict[str, Any]:
        count = 0
        with IMAPClient(options["host"], port=options["port"], ssl=False) as client, Session(engine) as session:
            client.login(options["user"], options["password"])
            client.select_folder("INBOX", readonly=True)
            for uid in client.search("ALL"):
                _one(client.fetch([uid], ["RFC822"])[uid][b"RFC822"], session)
                count += 1
        return {"mails": count}

    return work


def _one(raw: bytes, session: Session) -> None:
    mail = mailparser.parse_from_bytes(raw)
    seconds = None
    for attachment in mail.attachments:
        content = attachment["payload"]
        data = base64.b64decode(content) if attachment["content_transfer_encoding"] == "base64" else content.encode()
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            if attachment["filename"].endswith(".mp4"):
                seconds = float(ffmpeg.probe(file.name)["format"]["duration"])
    session.add(Row(sender=str(mail.from_), subject=mail.subject, seconds=seconds))
    session.commit()


if __name__ == "__main__":
    play(prepare)
