"""One mail, one child: without network, without sight of the machine, and never longer or larger than allowed."""

import base64
import os
import random
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from statement_intake.domain.message import Attachment, Category
from statement_intake.reading.answer import Ended
from statement_intake.reading.gate import Told
from statement_intake.reading.sandbox import Reader, ReaderEnded, ReaderFault, _understand
from statement_intake.reading.verifying import verify
from statement_intake.reading.walls import jail
from statement_intake.reading.walls.cell import Limits
from tests.reading.conftest import MakeVideo, make_pdf, make_reader, page

LIMITS = Limits(seconds=60, memory_megabytes=1500, output_megabytes=400, message_megabytes=200)
HEAD = b"From: a@fr.example\r\nSubject: s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"


def part(content: bytes, headers: str) -> bytes:
    """A part in base64."""
    encoded = base64.encodebytes(content).replace(b"\n", b"\r\n")
    return f"--b\r\n{headers}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode() + encoded


@pytest.fixture
def statement(make_video: MakeVideo, tmp_path: Path) -> Path:
    """A mail with a video and its transcript."""
    video = make_video("statement.mp4").read_bytes()
    pdf = make_pdf(tmp_path / "pdf", page("The delegation thanks the secretariat")).read_bytes()
    raw = (
        HEAD
        + part(video, "Content-Type: video/mp4; name=v.mp4")
        + part(pdf, "Content-Type: application/pdf; name=t.pdf")
    )
    (tmp_path / "raw.eml").write_bytes(raw + b"--b--\r\n")
    return tmp_path / "raw.eml"


def test_a_statement_is_read_and_its_files_are_left_in_the_workspace(
    reader: Reader, statement: Path, make_video: MakeVideo, tmp_path: Path
) -> None:
    """Under their SHA-256, and nothing else."""
    message = reader.read(statement, tmp_path / "out")
    video, transcript = message.attachments
    assert video.video is not None
    assert transcript.document is not None
    assert video.video.seconds == pytest.approx(2, abs=0.1)
    assert (video.category, transcript.document.words) == (Category.VIDEO, 5)
    assert (tmp_path / "out" / video.sha256).read_bytes() == make_video("statement.mp4").read_bytes()
    assert {path.name for path in (tmp_path / "out").iterdir()} == {video.sha256, transcript.sha256}
    assert message.headers == reader.headers(statement.read_bytes())


@pytest.mark.skipif(jail.bubblewrap() is None, reason="nothing is copied without a jail")
def test_a_copy_that_cannot_be_made_whole_is_not_left_behind(tmp_path: Path) -> None:
    """A full disk, say; here the other file system fails while it is read."""
    reader = make_reader("require")
    with pytest.raises(OSError, match="Input/output error"):
        reader.read(Path("/proc/self/mem"), tmp_path / "out")
    reader.close()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_single_file_is_read_under_the_name_it_came_with(
    reader: Reader, make_video: MakeVideo, tmp_path: Path
) -> None:
    """As an officer adds it by hand."""
    found = reader.read_file(make_video("statement.mp4"), "../vidéo “1”.mp4", tmp_path / "out")
    assert (found.name, found.category) == ("vidéo “1”.mp4", Category.VIDEO)
    assert (tmp_path / "out" / found.sha256).stat().st_size == found.size


def test_doctor_is_told_what_works(reader: Reader) -> None:
    """In plain sentences."""
    sentences = reader.examine()
    assert len(sentences) == 3
    assert sentences[1].startswith("ffmpeg version ")
    assert sentences[2].startswith("ffprobe version ")


def inside(code: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Run Python code in the jail, where the warden is: outside of every cell."""
    (tmp_path / "mails").mkdir(exist_ok=True)
    command = [*jail.command(tmp_path / "mails"), sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a test's own command


def test_the_jail_has_no_network(listener: socket.socket, tmp_path: Path) -> None:
    """Not even to this machine."""
    code = f"import socket; socket.create_connection(('127.0.0.1', {listener.getsockname()[1]}), 2)"
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - it does work outside
    assert "ConnectionRefusedError" in inside(code, tmp_path).stderr


def test_the_jail_does_not_see_the_machines_files(tmp_path: Path) -> None:
    """Nor other processes, nor the environment; and it writes only where it should."""
    (tmp_path / "canary").write_text("secret")
    for path in (tmp_path / "canary", "/etc/passwd", "/etc/hostname", "/var/log", Path(__file__)):
        assert "FileNotFoundError" in inside(f"import os; os.stat({str(path)!r})", tmp_path).stderr, path
    assert inside("import os; print(sum(n.isdigit() for n in os.listdir('/proc')))", tmp_path).stdout == "1\n"
    assert set(inside("import os; print(*os.environ)", tmp_path).stdout.split()) <= {
        *jail.environment(),
        "PWD",
        "TMPDIR",
        "LC_CTYPE",
    }
    for path in ("/usr/x", sys.prefix + "/x", "/x", "/dev/shm/x", "/tmp/x", jail.WORKSPACE / "x"):  # noqa: S108
        assert "OSError" in inside(f"open({str(path)!r}, 'w')", tmp_path).stderr, path
    assert inside(f"open('{jail.MAILS}/x', 'w').close()", tmp_path).returncode == 0
    assert (tmp_path / "mails" / "x").stat().st_uid == os.getuid()


PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile {}\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period duration="PT2S">'
    '<AdaptationSet mimeType="video/mp4"><Representation id="1"><BaseURL>{}</BaseURL></Representation></AdaptationSet>'
    "</Period></MPD>",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 {}\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
}


@pytest.mark.parametrize("playlist", PLAYLISTS)
def test_a_playlist_opens_nothing(
    reader: Reader, playlist: str, listener: socket.socket, make_video: MakeVideo, tmp_path: Path
) -> None:
    """Whatever it is called, and whether what it names lies on this machine or behind an address; in no sandbox."""
    canary = make_video("statement.mp4")
    for target in (str(canary), f"file:{canary}", f"http://127.0.0.1:{listener.getsockname()[1]}/x.ts"):
        (tmp_path / "x.mp4").write_text(PLAYLISTS[playlist].format(target))
        found = reader.read_file(tmp_path / "x.mp4", "x.mp4", tmp_path / "out")
        assert found.video is None or (not found.video.readable and found.video.seconds is None)
    with pytest.raises(TimeoutError):
        listener.accept()


def test_memory_and_output_have_limits(statement: Path, tmp_path: Path) -> None:
    """Too little memory for the programs themselves is a fault of the configuration; too much output is the mail's."""
    with pytest.raises(ReaderFault, match=r"cannot be started|does not start"):
        make_reader("limits", memory_megabytes=90).read(statement, tmp_path / "out")
    big = HEAD + part(bytes(3_000_000), "Content-Type: application/octet-stream; name=x")
    (tmp_path / "big").write_bytes(big)
    assert "takes more than 2,000,000 bytes" in str(
        make_reader(output_megabytes=2).read(tmp_path / "big", tmp_path / "out").over_limits
    )
    with pytest.raises(ReaderEnded, match="takes more than 2,000,000 bytes"):
        make_reader(output_megabytes=2).read_file(tmp_path / "big", "x", tmp_path / "out")
    assert "more than 1,000,000" in str(
        make_reader(message_megabytes=1).read(tmp_path / "big", tmp_path / "o").over_limits
    )


def test_a_table_of_eighty_million_samples_is_a_limit(make_video: MakeVideo, tmp_path: Path) -> None:
    """Some kilobytes that make ffprobe ask for gigabytes: nothing is said of the video, nothing breaks."""
    raw = bytearray(make_video("statement.mp4").read_bytes())
    place = raw.index(b"stsz") + 8
    raw[place : place + 8] = (1).to_bytes(4, "big") + (80_000_000).to_bytes(4, "big")
    (tmp_path / "raw").write_bytes(HEAD + part(bytes(raw), "Content-Type: video/mp4; name=v.mp4") + b"--b--\r\n")
    try:
        (video,) = make_reader(seconds=20).read(tmp_path / "raw", tmp_path / "out").attachments
    except ReaderEnded:
        return
    assert video.video is not None
    assert video.video.limited or not video.video.readable


PEAK = """
import re, sys
from pathlib import Path
from statement_intake.reading.mail.mime import read_message
message = read_message(Path(sys.argv[1]), Path(sys.argv[2]), seconds=60, message_bytes=10**9, output_bytes=10**9)
print(message.attachments[0].size, re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


PARENTS_PEAK = """
import re, sys
from pathlib import Path
from statement_intake.reading.sandbox import Reader
reader = Reader(sandbox="require", seconds=60, memory_megabytes=1500, output_megabytes=400, message_megabytes=200)
reader.read(Path(sys.argv[1]), Path(sys.argv[2]))
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


def write_big(path: Path, megabytes: int) -> int:
    """Write a mail with one incompressible file; give back the file's bytes."""
    with path.open("wb") as stream:
        stream.write(HEAD + b"--b\r\nContent-Type: application/octet-stream; name=x\r\n")
        stream.write(b"Content-Transfer-Encoding: base64\r\n\r\n")
        for number in range(megabytes):
            block = random.Random(number).randbytes(57 * 17_544)  # noqa: S311 - no secret
            stream.write(base64.encodebytes(b"\0" + block[1:]).replace(b"\n", b"\r\n"))
        stream.write(b"--b--\r\n")
    return megabytes * 57 * 17_544


def test_memory_does_not_grow_with_the_mail(tmp_path: Path) -> None:
    """40 MB more of attachment, hardly a megabyte more of memory."""
    peaks = []
    for megabytes in (1, 41):
        size = write_big(tmp_path / "raw", megabytes)
        (tmp_path / "out").mkdir(exist_ok=True)
        command = [sys.executable, "-c", PEAK, str(tmp_path / "raw"), str(tmp_path / "out")]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()  # noqa: S603
        assert int(said[0]) == size
        peaks.append(int(said[1]))
    assert peaks[1] - peaks[0] < 6_000  # kilobytes: a few blocks of a megabyte


def test_the_parents_memory_does_not_grow_either(tmp_path: Path) -> None:
    """It checks digests a megabyte at a time."""
    peaks = []
    for megabytes in (1, 41):
        write_big(tmp_path / "raw", megabytes)
        command = [sys.executable, "-c", PARENTS_PEAK, str(tmp_path / "raw"), str(tmp_path / "out")]
        peaks.append(int(subprocess.run(command, capture_output=True, text=True, check=True).stdout))  # noqa: S603
    assert peaks[1] - peaks[0] < 6_000


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"--b\r\nA: b\r\n\r\nx\r\n" * 10_000,
        b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n"
        + b"".join(b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1) for n in range(2_000)),
        b"Content-Type: message/rfc822\r\n\r\n" * 2_000,
        b"Subject: " + b"=?utf-8?Q?a?= " * 20_000 + b"\r\n\r\nbody",
        b"To: " + b"(" * 3_000 + b"\r\n\r\nbody",
        b"Content-Type: text/html\r\n\r\n" + b"<!--" * 100_000,
        b"Content-Type: text/html\r\n\r\n" + b"<a " * 100_000,
        b"Content-Type: text/html\r\n\r\n" + b"<![CDATA[" * 50_000,
        b"Content-Type: text/plain\r\n\r\n" + b"http://" * 100_000,
        b'Content-Type: text/plain; name="' + b"\\" * 60_000 + b"\r\n\r\nx",
        b"Content-Type: text/plain" + b"; name*0*=x" * 5_000 + b"\r\n\r\nx",
    ],
    ids=[
        "parts",
        "nesting",
        "mails in mails",
        "words",
        "comments",
        "comments in HTML",
        "tags",
        "cdata",
        "links",
        "quotes",
        "sections",
    ],
)
def test_a_hostile_mail_is_over_quickly(raw: bytes, tmp_path: Path) -> None:
    """Within seconds there are facts."""
    (tmp_path / "raw").write_bytes(raw)
    start = time.monotonic()
    make_reader().read(tmp_path / "raw", tmp_path / "out")
    assert time.monotonic() - start < 10


def announced(name: str, size: int) -> tuple[Attachment, ...]:
    """What a child says that was taken over by a mail."""
    return (Attachment(name="x", media_type="text/plain", category=Category.OTHER, size=size, sha256=name),)


def test_the_childs_word_for_a_file_is_not_taken(tmp_path: Path) -> None:
    """Paths, links, wrong digests, wrong sizes and pipes are refused."""
    digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"  # of "hello"
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "outside").write_text("hello")
    (out / digest).write_text("hello")
    (out / "unannounced").write_text("x")
    (out / "link").symlink_to(tmp_path / "outside")
    verify(announced(digest, 5), out)
    assert [path.name for path in out.iterdir()] == [digest]
    assert (tmp_path / "outside").exists()
    os.mkfifo(out / ("a" * 64))
    (out / ("b" * 64)).symlink_to(out / digest)
    for name, size in (
        ("../outside", 5),
        (digest, 6),
        ("a" * 64, 0),
        ("b" * 64, 5),
        ("c" * 64, 5),
        (digest.upper(), 5),
    ):
        with pytest.raises(ReaderEnded, match="cannot be trusted"):
            verify(announced(name, size), out)
    os.link(out / digest, tmp_path / "second name")
    with pytest.raises(ReaderEnded, match="cannot be trusted"):
        verify(announced(digest, 5), out)


@pytest.mark.parametrize(
    "said", [b"{", b"[]", b'{"message": 1}', b'{"unknown": 1}', b"null", b'{"message": {"headers": {}, "x": 1}}']
)
def test_a_malformed_answer_is_refused(said: bytes) -> None:
    """It is as hostile as the mail."""
    with pytest.raises(ReaderEnded, match="cannot be trusted"):
        _understand(Told(Ended(code=0), said), LIMITS)


@pytest.mark.parametrize(
    ("ended", "raised", "words"),
    [
        (Ended(code=143, why="time"), ReaderEnded, "took longer than 60 s"),
        (Ended(code=137, why="processor"), ReaderEnded, "60 s of processor time"),
        (Ended(code=0, why="answer"), ReaderEnded, "said more than 8,000,000 bytes about itself"),
        (Ended(code=137), ReaderEnded, "SIGKILL"),
        (Ended(code=-9), ReaderEnded, "SIGKILL"),
        (Ended(code=139), ReaderEnded, "SIGSEGV"),
        (Ended(code=-9, why="closed"), ReaderFault, "was closed"),
        (Ended(code=1), ReaderFault, "without an answer"),
        (Ended(code=0), ReaderFault, "without an answer"),
    ],
)
def test_the_end_of_a_cell_is_told_in_plain_words(ended: Ended, raised: type[Exception], words: str) -> None:
    """A limit is the mail's, everything else is ours."""
    with pytest.raises(raised, match=words):
        _understand(Told(ended, b""), LIMITS)
