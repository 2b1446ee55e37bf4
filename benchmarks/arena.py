"""A Dovecot with the mailboxes that the contests are about, and videos of any size."""

import base64
import csv
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from importlib.resources import files
from pathlib import Path
from typing import Any

from statement_intake.operations.demo.media import docx, speech
from statement_intake.operations.local_dovecot import MAIL_UID, ImapServer, dovecot

#: Megabytes and seconds of the video that all others are cut from.
LARGEST, LENGTH = 150, 178
#: What is made once and kept from run to run.
CACHE = Path(__file__).parent / "cache"
PARTIES = ("Kenya", "Ghana", "France", "Japan", "Brazil", "Chile", "Norway", "Peru", "Austria", "Canada")
_DATA = files("statement_intake") / "data" / "parties"


def _rows(table: str) -> Iterator[dict[str, str]]:
    return iter(csv.DictReader((_DATA / table).read_text("utf-8").splitlines()))


_CODES = {row["code"] for row in _rows("parties.csv") if row["kind"] == "state"} - {"COG"}
#: A name of each State, so that none speaks more often than at a real meeting; but for Congo, which two are called.
STATES = tuple(
    {
        row["code"]: row["name"]
        for row in _rows("names.csv")
        if row["code"] in _CODES - {"COG"}
        and row["language"] == "en"
        and row["form"] == "short"
        and row["name"].isascii()
    }.values()
)
#: Names of one file; ext4 allows 65,000.
_LINKS = 30_000
_BLOCK = 57 * 16_384


@dataclass
class Arena:
    """Where the contests take place."""

    server: ImapServer
    folder: Path
    count: int = 0

    def options(self, user: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """What a contender has to know to work on *user*'s mailbox, with a folder of its own."""
        self.count += 1
        own = self.folder / f"run-{self.count}"
        own.mkdir()
        server = self.server
        return {
            "host": server.host, "port": server.port, "user": user, "password": server.password, "folder": str(own),
        } | more  # fmt: skip

    def clean(self, options: dict[str, Any]) -> None:
        """Take away what a contender has left."""
        shutil.rmtree(options["folder"], ignore_errors=True)

    def fill(self, user: str, mails: Iterable[Path | bytes]) -> None:
        """Put mails into *user*'s INBOX, as files that Dovecot finds there."""
        maildir = self.server.maildir(user)
        for part in ("cur", "new", "tmp"):
            (maildir / part).mkdir(parents=True, exist_ok=True)
        for number, mail in enumerate(mails):
            target = maildir / "cur" / f"{1_692_775_800 + number}.M{number}.host:2,S"
            if isinstance(mail, Path):
                mail.rename(target)
            else:
                target.write_bytes(mail)
            os.utime(target, (1_692_775_800, 1_692_775_800))
        for path in (maildir.parent, *maildir.parent.rglob("*")):
            if os.geteuid() == 0:
                os.chown(path, MAIL_UID, MAIL_UID)

    def fill_with_copies(self, user: str, mail: bytes, count: int) -> None:
        """The same mail *count* times, as one file under as many names as the file system allows, and so on."""
        cur = self.server.maildir(user) / "cur"
        self.fill(user, [mail])
        (first,) = cur.iterdir()
        for number in range(1, count):
            name = first.with_name(f"{1_692_775_800 + number}.M{number}.host:2,S")
            if number % _LINKS == 0:
                shutil.copy2(first, name)
                shutil.chown(name, first.stat().st_uid, first.stat().st_gid)
                first = name
            else:
                os.link(first, name)


@contextmanager
def arena() -> Iterator[Arena]:
    """Start a Dovecot; stop it at the end, and take everything away."""
    with tempfile.TemporaryDirectory(prefix="statement-intake-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        (folder / "runs").mkdir()
        with dovecot(folder / "dovecot") as server:
            yield Arena(server, folder / "runs")


def video(megabytes: int) -> Path:
    """An H.264 video of about so many megabytes, at the bit rate of all of them."""
    CACHE.mkdir(exist_ok=True)
    path = CACHE / f"{megabytes}.mp4"
    if path.exists():
        return path
    draft = path.with_suffix(".draft.mp4")
    if megabytes == LARGEST:
        rate = f"{LARGEST * 8_000 // LENGTH}k"
        picture = ["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25,noise=alls=30:allf=t"]
        made = ["-c:v", "libx264", "-preset", "ultrafast", "-b:v", rate, "-maxrate", rate, "-bufsize", rate, "-g", "50",
                "-pix_fmt", "yuv420p", "-c:a", "aac", "-t", str(LENGTH)]  # fmt: skip
        _ffmpeg(*picture, "-f", "lavfi", "-i", "sine=frequency=220:sample_rate=48000", *made, str(draft))
    else:
        seconds = LENGTH * megabytes / LARGEST
        _ffmpeg("-i", str(video(LARGEST)), "-t", f"{seconds:.2f}", "-c", "copy", "-movflags", "+faststart", str(draft))
    draft.rename(path)
    return path


def _ffmpeg(*arguments: str) -> None:
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments]
    subprocess.run(command, check=True)  # noqa: S603 - our own command


def head(
    party: str, number: int = 0, text: str = "Please find attached our statement and its transcript.", item: int = 4
) -> EmailMessage:
    """The mail of a delegation, without files."""
    mail = EmailMessage()
    domain = re.sub("[^a-z]", "", party.lower()) + ".example"
    mail["From"] = f"mission@{domain}"
    mail["To"], mail["Cc"] = "uncac@un.org", "unov.conference@un.org"
    mail["Subject"] = f"12th EMIC statement – {party} {item}"
    mail["Date"] = "Wed, 23 Aug 2023 07:30:00 +0000"
    mail["Message-ID"] = f"<{number}@{domain}>"
    mail.set_content(text)
    return mail


def video_mail(folder: Path, party: str, megabytes: int) -> Path:
    """The mail of a delegation with a video of so many megabytes and its transcript, written a block at a time."""
    mail = head(party)
    mail.add_attachment(docx(speech(400, party)), maintype="application", subtype="octet-stream", filename="t.docx")
    mail.add_attachment(b"VIDEO", maintype="video", subtype="mp4", filename=f"{party}.mp4")
    before, after = mail.as_bytes().replace(b"\n", b"\r\n").split(base64.b64encode(b"VIDEO"))
    path = folder / f"{party}-{megabytes}.eml"
    with path.open("wb") as stream, video(megabytes).open("rb") as content:
        stream.write(before)
        while block := content.read(_BLOCK):
            stream.write(base64.encodebytes(block).replace(b"\n", b"\r\n"))
        stream.write(after.lstrip(b"\r\n"))
    return path


def written_mail(number: int) -> bytes:
    """A written statement of about 55 KB, no two of the same party on the same item."""
    turn, place = divmod(number, len(STATES))
    party = STATES[place]
    mail = head(party, number, "Please find attached a copy of our written statement.", item=1 + turn)
    content = docx(speech(400, f"{party} {number}"))
    # A Word file with a letterhead: a picture that does not shrink.
    mail.add_attachment(content, maintype="application", subtype="octet-stream", filename="s.docx")
    picture = b"\x89PNG\r\n\x1a\n" + os.urandom(36_000)
    mail.add_attachment(picture, maintype="image", subtype="png", filename="emblem.png", disposition="inline")
    return mail.as_bytes().replace(b"\n", b"\r\n")


def unrelated_mail(number: int) -> bytes:
    """Other people's mail: a few lines, in text and HTML; every fourth with a document of 60 KB."""
    mail = EmailMessage()
    mail["From"], mail["To"] = f"colleague{number}@example.org", "uncac@un.org"
    topic = ("Lunch on Thursday", "Minutes of the staff meeting", "Travel request", "Invoice")[number % 4]
    # No two alike, as in a real mailbox: what a subject says is remembered.
    mail["Subject"] = f"{topic} ({number})"
    mail["Date"], mail["Message-ID"] = "Wed, 23 Aug 2023 07:30:00 +0000", f"<u{number}@example.org>"
    lines = [f"This is line {line} of a mail about something else entirely." for line in range(20)]
    mail.set_content("\n".join(lines))
    mail.add_alternative("<p>" + "</p>\n<p>".join(lines) + "</p>", subtype="html")
    if number % 4 == 3:  # noqa: PLR2004 - said above
        mail.add_attachment(os.urandom(60_000), maintype="application", subtype="pdf", filename="invoice.pdf")
    return mail.as_bytes().replace(b"\n", b"\r\n")
