"""Long base64 is decoded as it arrives: exactly, or not at all."""

import base64
import errno
import os
import random
import tracemalloc
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statement_intake.domain.decoded import Decoded
from statement_intake.files import FileStore, decoding
from statement_intake.files import store as files_store
from statement_intake.files.decoding import Decoding
from statement_intake.reading.answer import Run
from statement_intake.reading.mail.skeleton import cut as cut_out
from tests.reading.conftest import make_reader

CONTENT = random.Random(5).randbytes(5_000)  # noqa: S311 - any bytes will do


@pytest.fixture(autouse=True)
def _short_runs_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """What needs a megabyte in life needs a kilobyte here."""
    monkeypatch.setattr(decoding, "LEAST", 1_000)


def encoded(content: bytes, end: bytes = b"\r\n") -> bytes:
    """Base64 as mail programs write it."""
    return base64.encodebytes(content).replace(b"\n", end)


def part(body: bytes, end: bytes = b"\r\n") -> bytes:
    """A mail of one part."""
    return b"Content-Type: multipart/mixed; boundary=b" + 2 * end + b"--b" + end + b"A: b" + 2 * end + body + b"--b--"


def decode(pieces: Iterator[bytes] | list[bytes], folder: Path) -> list[tuple[Decoded, bytes]]:
    """What comes out of *pieces*."""
    work = Decoding(folder)
    try:
        for piece in pieces:
            work.feed(piece)
        return [(found, Path(found.path).read_bytes()) for found in work.finish()]
    finally:
        work.close()


def cut(raw: bytes, size: int) -> list[bytes]:
    """*raw* in pieces of *size*."""
    return [raw[start : start + size] for start in range(0, len(raw), size)]


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("size", [1, 7, 76, 1_000, 100_000])
def test_a_run_is_found_wherever_the_pieces_are_cut(tmp_path: Path, end: bytes, padding: int, size: int) -> None:
    """Its place in the mail, its content and its digest; whatever padding it ends with."""
    content = CONTENT[: 4_998 - padding]
    body = encoded(content, end)
    raw = part(body, end)
    ((found, got),) = decode(cut(raw, size), tmp_path)
    assert got == content
    assert (found.size, raw[found.start : found.start + 4]) == (len(content), body[:4])
    assert base64.b64decode(raw[found.start : found.end]) == content
    assert raw[found.end :].strip() == b"--b--"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (encoded(CONTENT[:600]), "it is short"),
        (encoded(CONTENT)[:-9] + b"\r\n", "its last group is not whole"),
        (encoded(CONTENT).replace(b"\r\n", b" \r\n"), "its lines end in spaces"),
        (b"a text\r\n" + encoded(CONTENT), "something stands before it"),
    ],
)
def test_what_is_unusual_is_left_to_the_reader(tmp_path: Path, body: bytes, why: str) -> None:
    """Nothing is given, and no file stays."""
    assert decode(cut(part(body), 100), tmp_path) == [], why
    assert list(tmp_path.iterdir()) == []


def test_base64_that_goes_on_behind_its_padding_is_told_only_up_to_it(tmp_path: Path) -> None:
    """That there is more, the reader sees."""
    body = encoded(CONTENT[:4_999]) + encoded(b"more")
    ((found, got),) = decode(cut(part(body), 100), tmp_path)
    assert got == CONTENT[:4_999]
    assert part(body)[found.end :].startswith(b"\r\n" + encoded(b"more"))


def test_a_mail_of_many_runs_has_so_many_decoded_and_no_more(tmp_path: Path) -> None:
    """The rest is the reader's."""
    raw = (b"\r\n\r\n" + encoded(CONTENT) + b"--b") * (decoding.MOST_RUNS + 5)
    assert len(decode(cut(raw, 1_000), tmp_path)) == decoding.MOST_RUNS


def test_a_disk_that_is_full_at_the_end_of_a_run_keeps_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in its middle: the mail is stored when there is room."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(decoding._Run, "finish", full)  # noqa: SLF001 - the fault
    store = FileStore(tmp_path)
    with pytest.raises(OSError, match="No space left"):
        store.put(iter(cut(part(encoded(CONTENT)), 1_000)), most=10**7)
    assert list(store.incoming.iterdir()) == []


def test_a_heap_of_mail_that_waits_takes_no_second_heap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was decoded of the first mails is there for them; of the others nothing is, until the first are read."""
    monkeypatch.setattr(files_store, "_MOST_WAITING", 2 * len(CONTENT))
    store = FileStore(tmp_path)
    one, two, three = (store.put(iter([b"%d" % n + part(encoded(CONTENT))]), most=10**7).sha256 for n in range(3))
    assert len(list(store.incoming.iterdir())) == 2
    for digest, runs in ((one, 1), (two, 1), (three, 0)):
        with store.decoded(digest) as decoded:
            assert len(decoded) == runs
    assert list(store.incoming.iterdir()) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    contents=st.lists(st.binary(min_size=0, max_size=3_000), max_size=4),
    junk=st.binary(max_size=300),
    cuts=st.randoms(use_true_random=False),
)
def test_no_octets_and_no_cuts_make_it_wrong(
    tmp_path: Path, contents: list[bytes], junk: bytes, cuts: random.Random
) -> None:
    """Whatever comes out is what the mail has at that place, as a strict decoder sees it."""
    raw = junk.join(part(encoded(content)) for content in contents) + junk
    pieces, start = [], 0
    while start < len(raw):
        pieces.append(raw[start : start + cuts.randint(1, 900)])
        start += len(pieces[-1])
    for found, got in decode(pieces, tmp_path):
        assert base64.b64decode(raw[found.start : found.end].replace(b"\r\n", b""), validate=True) == got
        Path(found.path).unlink()
    assert list(tmp_path.iterdir()) == []


def mail(*contents: bytes) -> bytes:
    """A mail with files, as mail programs write it."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "12th EMIC statement"
    message.set_content("Please find it attached.")
    for number, content in enumerate(contents):
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=f"{number}.bin")
    return message.as_bytes().replace(b"\n", b"\r\n")


@pytest.mark.parametrize("sandbox", ["require", "limits"])
def test_the_reader_finds_the_same_with_what_was_decoded_and_without(tmp_path: Path, sandbox: str) -> None:
    """Same files, same facts; and what was decoded is moved, not copied."""
    contents = [CONTENT * 20, b"short", CONTENT[::-1] * 20, CONTENT * 20]
    store = FileStore(tmp_path / "store")
    stored = store.put(iter(cut(mail(*contents), 50_000)), most=10**7)
    reader = make_reader(sandbox)
    plain, quick = store.workspace(), store.workspace()
    try:
        expected = reader.read(store.path(stored.sha256), plain)
        with store.decoded(stored.sha256) as decoded:
            inodes = {Path(known.path).stat().st_ino for known in decoded}
            message = reader.read(store.path(stored.sha256), quick, decoded)
    finally:
        reader.close()
    assert len(decoded) == 3
    assert message == expected
    assert {path.name: path.read_bytes() for path in quick.iterdir()} == {
        path.name: path.read_bytes() for path in plain.iterdir()
    }
    moved = {path.stat().st_ino for path in quick.iterdir()} & inodes
    assert len(moved) == 2
    assert not [path for path in store.incoming.iterdir() if path.name.startswith("decoded-")]


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("empty_line", [True, False])
def test_what_was_decoded_is_used_however_its_run_ends(
    tmp_path: Path,
    padding: int,
    end: bytes,
    empty_line: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """With padding or without; and its last line break may be the boundary's."""
    head, gap, tail = mail((CONTENT * 20)[: 99_999 - padding]).rpartition(b"\r\n\r\n--")
    raw = head + (gap if empty_line else b"\r\n--") + tail
    store = FileStore(tmp_path)
    stored = store.put(iter([raw.replace(b"\r\n", end)]), most=10**7)
    with store.decoded(stored.sha256) as (known,):
        skeleton = cut_out(store.path(stored.sha256), message_bytes=10**7)
        *_, part = message_from_bytes(skeleton.content).walk()
        run = Run(start=known.start, end=known.end, sha256=known.sha256, size=known.size, source="")
        assert skeleton.run(str(part.get_payload()), {known.start: run}) == run


def test_a_part_that_says_it_is_not_base64_is_taken_at_its_word(tmp_path: Path) -> None:
    """A text that looks like base64 stays that text; so does base64 with more behind its padding."""
    raw = mail(CONTENT * 20, CONTENT * 20 + b"x").replace(b"Transfer-Encoding: base64", b"Transfer-Encoding: 7bit", 1)
    raw = raw.replace(b"==\r\n", b"==\r\nQUJD\r\n").replace(b"=\r\n\r\n--", b"=\r\nQUJD\r\n\r\n--")
    store = FileStore(tmp_path / "store")
    stored = store.put(iter([raw]), most=10**7)
    reader = make_reader()
    try:
        expected = reader.read(store.path(stored.sha256), store.workspace())
        with store.decoded(stored.sha256) as decoded:
            message = reader.read(store.path(stored.sha256), store.workspace(), decoded)
    finally:
        reader.close()
    assert len(decoded) == 2
    assert message == expected


def test_memory_does_not_grow_with_the_mail(tmp_path: Path) -> None:
    """A piece or two are in memory, never the whole."""
    piece = encoded(os.urandom(57 * 5_000))

    def pieces() -> Iterator[bytes]:
        yield b"A: b\r\n\r\n"
        yield from [piece] * 100

    tracemalloc.start()
    try:
        (found,) = _kept(pieces(), tmp_path)
        assert found.size == 57 * 5_000 * 100
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def _kept(pieces: Iterator[bytes], folder: Path) -> tuple[Decoded, ...]:
    work = Decoding(folder)
    for piece in pieces:
        work.feed(piece)
    return work.finish()
