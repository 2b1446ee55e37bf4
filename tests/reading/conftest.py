"""Real videos made by ffmpeg, real documents, and a reader in its real sandbox."""

import socket
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from statement_intake.reading.sandbox import Reader

MakeVideo = Callable[..., Path]

PICTURE = ("-f", "lavfi", "-i", "testsrc=size=64x64:rate={}:duration={}")
SOUND = ("-f", "lavfi", "-i", "sine=duration={}")


def ffmpeg(*arguments: str) -> None:
    """Run ffmpeg; a failure fails the test."""
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments], check=True)  # noqa: S603, S607


@pytest.fixture(scope="session")
def make_video(tmp_path_factory: pytest.TempPathFactory) -> MakeVideo:
    """Make a small video once: name, ffmpeg's options, seconds of picture and sound (0: none), pictures a second."""
    folder = tmp_path_factory.mktemp("videos")

    def make(name: str, *options: str, picture: float = 2, sound: float = 2, rate: int = 10) -> Path:
        path = folder / name
        if not path.exists():
            sources = [part.format(rate, picture) for part in PICTURE] if picture else []
            sources += [part.format(sound) for part in SOUND] if sound else []
            ffmpeg(*sources, *options, str(path))
        return path

    return make


def make_reader(sandbox: str = "require", **changes: float) -> Reader:
    """A reader with the service's own limits but for *changes*."""
    values = {"seconds": 60, "memory_megabytes": 1500, "output_megabytes": 400, "message_megabytes": 200} | changes
    return Reader(sandbox=sandbox, **values)  # type: ignore[arg-type]


@pytest.fixture(params=["require", "limits"])
def reader(request: pytest.FixtureRequest) -> Reader:
    """A reader, inside bubblewrap and without."""
    return make_reader(request.param)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """What a file might call: nobody should be waiting at it when its `accept` runs out of time."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        yield server


def make_docx(path: Path, body: str, **more: str) -> Path:
    """A DOCX of the least possible members: *body* is the XML within w:body, *more* the XML of further members."""
    word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"<w:document {word}><w:body>{body}</w:body></w:document>")
        for name, xml in more.items():
            archive.writestr(f"word/{name}.xml", f"<w:part {word}>{xml}</w:part>")
    return path


def paragraph(text: str) -> str:
    """A paragraph of a DOCX."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def make_pdf(path: Path, *pages: str, encrypt: str = "") -> Path:
    """A PDF with a content stream per page and the font /F; *encrypt* is what the trailer has more."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, content in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    raw, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(raw))
        raw += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    start = len(raw)
    raw += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    raw += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {encrypt}>>\nstartxref\n{start}\n%%EOF\n".encode(
        "latin-1"
    )
    path.write_bytes(raw)
    return path


def page(text: str) -> str:
    """The content stream of a page that says *text*."""
    return f"BT /F 12 Tf 20 200 Td ({text}) Tj ET"
