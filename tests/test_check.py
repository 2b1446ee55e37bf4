"""What becomes of each mail in tests/mails: the real reader, real videos, and the code path of `check`.

A mail's files are written @@name@@ and put in here, so that each mail shows its one oddity and stays small. To add a
case: a mail there, and its row in expected.csv.
"""

import base64
import csv
import json
import re
import shutil
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from statement_intake.building import build_correspondent, build_reader
from statement_intake.configuration import load_knowledge
from statement_intake.domain.faults import LimitExceeded
from statement_intake.domain.finding import Outcome
from statement_intake.domain.judge import Knowledge
from statement_intake.operations.check import Checker, as_json, check_all, check_one
from statement_intake.operations.demo.media import docx, jpeg, speech, video
from statement_intake.settings import Settings
from tests.domain.test_texts import SPEECHES
from tests.house import KENYA
from tests.reading import locked, packed
from tests.reading.conftest import ffmpeg, make_docx, make_pdf, page, paragraph
from tests.reading.office import changed_document, convert, plain_document

MAILS = Path(__file__).parent / "mails"
ROWS = list(csv.DictReader((MAILS / "expected.csv").read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files that the mails carry, by the names that stand in them."""
    folder = tmp_path_factory.mktemp("media")
    good = str(video(folder / "good.mp4", 30))
    video(folder / "long.mp4", 190, size="160x90")
    ffmpeg("-i", good, "-c", "copy", str(folder / "good.mov"))
    ffmpeg("-i", good, "-c:v", "h263", "-s", "352x288", "-c:a", "aac", "-ar", "16000", str(folder / "good.3gp"))
    ffmpeg("-i", good, "-c:v", "libvpx", "-s", "320x180", "-c:a", "libvorbis", str(folder / "good.webm"))
    ffmpeg("-i", good, "-an", "-c", "copy", str(folder / "mute.mp4"))
    ffmpeg("-i", good, "-vn", "-c", "copy", str(folder / "sound.m4a"))
    (folder / "transcript.docx").write_bytes(docx(speech(40, "France")))
    (folder / "statement.docx").write_bytes(docx(speech(400, "France")))
    (folder / "picture.jpg").write_bytes(jpeg())
    make_pdf(folder / "statement.pdf", page("Statement of France. " + "Corruption harms us all. " * 10))
    make_pdf(folder / "registration.pdf", registration())
    make_pdf(folder / "scan.pdf", "0 0 200 200 re f")
    (folder / "french.docx").write_bytes(docx(SPEECHES["fr"] + "\n\n" + SPEECHES["fr"]))
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
        "locked.7z": locked.SEVEN_FILES,
        "locked.rar": locked.rar5(files=True),
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
        # Three hundred mails with the same few videos.
        plays=False,
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


ATTEMPT = (
    "From: Mission <mission@vienna.gouv.example>\r\nTo: uncac@un.org\r\nCc: unov.conference@un.org\r\n"
    "Subject: 12th EMIC statement - France 3\r\nMessage-ID: <1@mail.example>\r\n"
)
MULTIPART = ATTEMPT + "Content-Type: multipart/mixed; boundary=b0\r\n\r\n"
NESTED = "".join(f"--b{n}\r\nContent-Type: multipart/mixed; boundary=b{n + 1}\r\n\r\n" for n in range(2_000))
#: Faults that are too large to lie in tests/mails.
HUGE = {
    "nested-two-thousand-deep": MULTIPART + NESTED,
    "mails-within-mails-two-thousand-deep": ATTEMPT + "Content-Type: message/rfc822\r\n\r\n" * 2_000,
    "ten-thousand-parts": MULTIPART + "--b0\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 10_000,
    "a-hundred-thousand-parts": MULTIPART + "--b0\r\n\r\nx\r\n" * 100_000,
    "header-of-a-megabyte": ATTEMPT + "X-Long: " + "x" * 1_000_000 + "\r\n\r\nbody",
    "header-that-never-ends": ATTEMPT + "X-A: b\r\n" * 100_000,
}


@pytest.mark.parametrize("raw", HUGE.values(), ids=HUGE)
def test_a_mail_over_a_limit_is_held_with_the_reason(raw: str, checker: Checker, tmp_path: Path) -> None:
    """Before it is parsed; nothing is sent, and an officer sees whose it seems to be."""
    (tmp_path / "huge.eml").write_bytes(raw.encode())
    line = as_json(check_one(tmp_path / "huge.eml", checker), checker)
    assert (line["outcome"], [finding["code"] for finding in line["findings"]]) == ("held", ["message.over_limits"])
    assert line["findings"][0]["detail"]["why"]
    assert (line["party"] or {}).get("code") == "FRA"
    assert not line["reply"]["send"]


def test_twenty_thousand_encoded_words_are_cut_before_they_are_decoded(checker: Checker, tmp_path: Path) -> None:
    """What is left of the subject names nothing, so nobody is answered; the mail is told like any other."""
    raw = ATTEMPT.replace("12th EMIC", "12th EMIC " + "=?utf-8?q?x?= " * 20_000) + "\r\nbody"
    (tmp_path / "words.eml").write_bytes(raw.encode())
    line = as_json(check_one(tmp_path / "words.eml", checker), checker)
    assert not line["reply"]["send"]


FRAGMENTS = st.sampled_from(
    [
        b"\r\n",
        b"\n",
        b"\x00",
        b"\xff\xfe",
        b"--b0\r\n",
        b"--b0--\r\n",
        b"Subject: 12th EMIC statement - France 3\r\n",
        b"From: a@b.example\r\n",
        b"From: \r\n",
        b"Content-Type: multipart/mixed; boundary=b0\r\n",
        b"Content-Type: multipart/report; boundary=b0\r\n",
        b"Content-Type: message/rfc822\r\n\r\n",
        b"Content-Type: text/html; charset=utf-7\r\n",
        b'Content-Type: application/ms-tnef\r\n\r\nx\x9f>"',
        b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Disposition: attachment; filename=a.mp4\r\n",
        b"=?utf-8?b?////?=",
        b"Zm9v\r\n",
        b"PK\x03\x04",
        b"https://we.tl/t-x\r\n",
    ]
)
MAILS_OF_ANY_KIND = st.one_of(
    st.binary(max_size=2000), st.lists(st.one_of(FRAGMENTS, st.binary(max_size=30)), max_size=30).map(b"".join)
)


@hypothesis_settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MAILS_OF_ANY_KIND)
def test_no_mail_breaks_the_check(checker: Checker, tmp_path: Path, raw: bytes) -> None:
    """Whatever its bytes: an outcome, and a line that can be printed."""
    (tmp_path / "any.eml").write_bytes(raw)
    line = as_json(check_one(tmp_path / "any.eml", checker), checker)
    assert line["outcome"] in {"accepted", "rejected", "held", "ignored"}
    json.dumps(line, ensure_ascii=False).encode()


def test_videos_are_played_beside_the_reading_of_other_mails(
    media: dict[str, bytes], checker: Checker, tmp_path: Path
) -> None:
    """Neither ends the other: they share one reader's parent, which is never started anew in between."""
    raw = filled(MAILS / "subject-twice.eml", media)
    paths = [str(tmp_path / f"{number}.eml") for number in range(6)]
    for path in paths:
        Path(path).write_bytes(raw)
    checked = list(check_all(paths, replace(checker, plays=True)))
    assert [(one.decision.outcome, one.decision.findings) for one in checked] == [(Outcome.ACCEPTED, ())] * 6


def test_a_video_that_cannot_be_played_in_time_is_judged_without_it(
    media: dict[str, bytes], checker: Checker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit of ours is no verdict about a video."""
    mail = tmp_path / "subject-twice.eml"
    mail.write_bytes(filled(MAILS / mail.name, media))

    def slow(*_: object) -> None:
        raise LimitExceeded("took longer to play than allowed")

    monkeypatch.setattr(checker.reader, "inspect", slow)
    line = as_json(check_one(mail, replace(checker, plays=True)), checker)
    assert (line["outcome"], line["findings"]) == ("accepted", [])


def test_what_interpreters_plan_by_stands_beside_each_file(
    media: dict[str, bytes], checker: Checker, tmp_path: Path
) -> None:
    """The language of the speech and of each text, which is the translation, and how the text wants to be taken."""
    mail = tmp_path / "video-with-its-text-and-a-translation.eml"
    mail.write_bytes(filled(MAILS / mail.name, media))
    files = as_json(check_one(mail, checker), checker)["files"]
    told = [(file["language"], file["translation"], file["delivery"]) for file in files]
    assert told == [("fr", False, []), ("en", True, []), ("fr", False, ["check"])]


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
