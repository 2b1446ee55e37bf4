"""What becomes of each mail in tests/mails: the real reader, real videos, and the code path of `check`.

A mail's files are written @@name@@ and put in here, so that each mail shows its one oddity and stays small. To add a
case: a mail there, and its row in expected.csv.
"""

import base64
import csv
import re
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statement_intake.configuration import load_knowledge
from statement_intake.domain.judge import Knowledge
from statement_intake.operations.check import Checker, as_json, check_one
from statement_intake.operations.demo_media import docx, jpeg, speech, video
from statement_intake.settings import Settings
from statement_intake.workshop import build_correspondent, build_reader
from tests.house import KENYA
from tests.reading import packed
from tests.reading.conftest import ffmpeg, make_docx, make_pdf, page, paragraph
from tests.reading.office import changed_document, convert, plain_document

MAILS = Path(__file__).parent / "mails"
ROWS = list(csv.DictReader((MAILS / "expected.csv").read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files that the mails carry, by the names that stand in them."""
    folder = tmp_path_factory.mktemp("media")
    good = str(video(folder / "good.mp4", 24))
    video(folder / "long.mp4", 190, size="160x90")
    ffmpeg("-i", good, "-c", "copy", str(folder / "good.mov"))
    ffmpeg("-i", good, "-c:v", "h263", "-s", "352x288", "-c:a", "aac", "-ar", "16000", str(folder / "good.3gp"))
    ffmpeg("-i", good, "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libvorbis", str(folder / "good.webm"))
    ffmpeg("-i", good, "-an", "-c", "copy", str(folder / "mute.mp4"))
    ffmpeg("-i", good, "-vn", "-c", "copy", str(folder / "sound.m4a"))
    (folder / "transcript.docx").write_bytes(docx(speech(40, "France")))
    (folder / "statement.docx").write_bytes(docx(speech(400, "France")))
    (folder / "picture.jpg").write_bytes(jpeg())
    make_pdf(folder / "statement.pdf", page("Statement of France. " + "Corruption harms us all. " * 10))
    make_pdf(folder / "registration.pdf", registration())
    make_pdf(folder / "scan.pdf", "0 0 200 200 re f")
    written_by_an_office(folder)
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    return files | packed_in_all_ways(files, tmp_path_factory.mktemp("packed"))


def written_by_an_office(folder: Path) -> None:
    """Documents of other kinds than the usual one."""
    convert([plain_document(folder / "old.docx", speech(400, "France"))], "doc", folder)
    changed_document(folder / "changed.docx")
    make_docx(folder / "macros.docm", paragraph(speech(400, "France")))
    with zipfile.ZipFile(folder / "macros.docm", "a") as archive:
        archive.writestr("word/vbaProject.bin", b"macro")
    with zipfile.ZipFile(folder / "slides.pptx", "w") as archive:
        archive.writestr("ppt/presentation.xml", "<a/>")
    shutil.rmtree(folder / "profile")


def registration() -> str:
    """The page of a note verbale that registers a large delegation."""
    lines = [
        "The Permanent Mission of France presents its compliments to the secretariat",
        "and has the honour to communicate the composition of the delegation:",
        *("Mr. A. Delegate, Adviser to the Minister, and Ms. B. Delegate, Expert" for _ in range(70)),
    ]
    return "BT /F 3 Tf 4 TL 20 290 Td " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"


def packed_in_all_ways(files: dict[str, bytes], folder: Path) -> dict[str, bytes]:
    """A video and its transcript, and what else is packed, as mail programs and people pack it."""
    inner = filled(MAILS / "parts" / "kenya.eml", files)
    both = {"Kenya/Kenya.mp4": files["good.mp4"], "Kenya/Transcript Kenya.docx": files["transcript.docx"]}
    names = {name.rpartition("/")[2]: content for name, content in both.items()}
    archive = packed.zipped(both | {"__MACOSX/Kenya/._Kenya.mp4": b"x", "Kenya/": b""})
    winmail = packed.tnef(names, KENYA, "Please find attached the statement of Kenya.")
    mime = inner[inner.index(b"Content-Type") :]
    outlook = packed.msg(names, KENYA, "Please find attached.", sender="protocol@justice.go.example")
    signed = packed.signed(mime, folder)
    return {
        "kenya.eml": inner,
        "both.zip": archive,
        "locked.zip": packed.locked(archive),
        "nested.zip": packed.zipped({"Kenya.zip": archive}),
        "bomb.zip": packed.zipped({"Kenya.mp4": bytes(60_000_000)}),
        "damaged.zip": archive[: len(archive) // 2],
        "many.zip": packed.zipped({f"{number}.txt": b"x" for number in range(300)}),
        "written.zip": packed.zipped({"Statement.docx": files["statement.docx"]}),
        "archive.rar": b"Rar!\x1a\x07\x01\x00" + bytes(500),
        "archive.7z": b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(500),
        "winmail.dat": winmail,
        "broken.dat": winmail[: len(winmail) // 2],
        "signed.p7m": signed,
        "pieces.p7m": packed.signed(mime, folder, "-stream"),
        "sealed.p7m": packed.sealed(mime, folder),
        "broken.p7m": signed[: len(signed) // 2],
        "pdf.p7m": packed.signed(files["statement.pdf"], folder),
        "kenya.msg": outlook,
        "within.msg": packed.msg({}, "Fwd: see below", "FYI", within=KENYA),
        "broken.msg": outlook[:2000],
    }


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The meetings as they are configured."""
    return load_knowledge(Path("config/meetings"))


@pytest.fixture(scope="session")
def checker(knowledge: Knowledge) -> Checker:
    """What `check` works with, on a day before the deadline."""
    settings = Settings.model_validate({"replies": {"mode": "send"}})
    return Checker(
        knowledge=knowledge,
        reader=build_reader(settings),
        correspondent=build_correspondent(settings, knowledge, mode="send"),
        largest=200_000_000,
        now=datetime(2023, 8, 24, 8, 0, tzinfo=UTC),
    )


def filled(mail: Path, media: dict[str, bytes]) -> bytes:
    """The bytes of *mail* with its files put in."""

    def content(match: re.Match[bytes]) -> bytes:
        return base64.encodebytes(media[match[1].decode()]).rstrip().replace(b"\n", b"\r\n")

    return re.sub(rb"@@([\w.]+)@@", content, mail.read_bytes())


@pytest.mark.parametrize("row", ROWS, ids=[row["mail"] for row in ROWS])
def test_each_mail_ends_as_an_officer_would_have_it(
    row: dict[str, str], media: dict[str, bytes], checker: Checker, tmp_path: Path
) -> None:
    """Outcome, understanding, every finding, every file's role, and who is written to."""
    mail = tmp_path / f"{row['mail']}.eml"
    mail.write_bytes(filled(MAILS / mail.name, media))
    assert summary(as_json(check_one(mail, checker), checker)) | {"mail": row["mail"]} == row


def summary(line: dict[str, Any]) -> dict[str, str]:
    """A line of `check --json` as a row of expected.csv."""
    reply = line["reply"]
    return {
        "outcome": line["outcome"],
        "party": " / ".join(party["code"] for party in (line["party"], line["on_behalf_of"]) if party),
        "items": " ".join(line["items"]),
        "kind": line["kind"] or "",
        "findings": " ".join(f"{finding['effect']}:{finding['code']}" for finding in line["findings"]),
        "files": " ".join(file["role"] for file in line["files"]),
        "reply": " ".join(reply["to"]) if reply["send"] else f"silent: {reply['why']}",
    }


def test_every_mail_has_its_row() -> None:
    """No mail lies there unlooked at, and no row is without its mail."""
    assert sorted(row["mail"] for row in ROWS) == sorted(path.stem for path in MAILS.glob("*.eml"))
