"""Long runs of base64 are decoded to files while a mail arrives, so that a video is there when its mail is.

This is a translation of octets, not a parse: what a run belongs to, and whether it is content at all, the reader finds
out. A run begins behind an empty line, with lines of nothing but base64, and ends before the first other character
(RFC 2045 section 6.8). Where anything is unusual about it, it is dropped: the reader decodes for itself.
"""

import binascii
import hashlib
import re
import secrets
from contextlib import suppress
from pathlib import Path

import pybase64

from statement_intake.domain.decoded import Decoded
from statement_intake.files.flowing import Flowing

#: Octets of content below which the reader's own decoding costs less.
LEAST = 1_000_000
#: Runs of one mail that are decoded.
MOST_RUNS = 20

#: An empty line, and three lines of base64 behind it.
_BEGINNING = re.compile(rb"(?:\r?\n){2}(?=(?:[A-Za-z0-9+/]{40,998}\r?\n){3})")
#: Octets that a beginning may take.
_LONGEST_BEGINNING = 3_100
_FOREIGN = re.compile(rb"[^A-Za-z0-9+/\r\n]")
_PADDING = re.compile(rb"=[\r\n]*=?")
#: Octets that padding may take, line breaks included.
_LONGEST_PADDING = 16


class Decoding:
    """What becomes of one mail's runs; `close` it in any case."""

    def __init__(self, folder: Path) -> None:
        """*folder*: where the files go, under names of no meaning."""
        self._folder = folder
        self._found: list[Decoded] = []
        self._run: _Run | None = None
        #: Octets that passed and are not used up.
        self._kept = b""
        #: Where they begin in the mail.
        self._position = 0
        self._begun = 0

    def feed(self, piece: bytes) -> None:
        """The mail's next octets. Raises OSError where the disk is full."""
        data = self._kept + piece
        while data:
            data, more = self._inside(data) if self._run else self._outside(data)
            if not more:
                break
        self._kept = data

    def finish(self) -> tuple[Decoded, ...]:
        """The mail is over: its runs, in their order. The files are the caller's from now on."""
        if self._run is not None:
            self._end(self._kept)
        found, self._found = tuple(self._found), []
        return found

    def close(self) -> None:
        """Take away what nobody has asked for."""
        if self._run is not None:
            self._run.drop()
            self._run = None
        for decoded in self._found:
            Path(decoded.path).unlink(missing_ok=True)
        self._found = []

    def _outside(self, data: bytes) -> tuple[bytes, bool]:
        """What of *data* is not used up, and whether to go on with it at once."""
        begins = _BEGINNING.search(data) if self._begun < MOST_RUNS else None
        if begins is None:
            return self._skip(data, max(0, len(data) - _LONGEST_BEGINNING)), False
        data = self._skip(data, begins.end())
        self._begun += 1
        self._run = _Run(self._position, self._folder)
        return data, True

    def _inside(self, data: bytes) -> tuple[bytes, bool]:
        run = self._run
        assert run is not None  # noqa: S101 - or we were outside
        if run.take(data):
            return self._skip(data, len(data)), False
        foreign = _FOREIGN.search(data)
        if foreign is None or not run.take(data[: foreign.start()]):
            run.drop()
            self._run = None
            return data, True
        data = self._skip(data, foreign.start())
        padding = _PADDING.match(data)
        if padding and padding.end() == len(data) <= _LONGEST_PADDING:
            # Perhaps its other half comes with the next piece.
            return data, False
        end = padding.end() if padding else 0
        self._end(data[:end])
        return self._skip(data, end), True

    def _end(self, last: bytes) -> None:
        assert self._run is not None  # noqa: S101 - or nothing could end
        decoded = self._run.finish(last, self._position + len(last))
        # Not before: where the disk is full, `close` takes it away.
        self._run = None
        if decoded is not None:
            self._found.append(decoded)

    def _skip(self, data: bytes, count: int) -> bytes:
        self._position += count
        return data[count:]


class _Run:
    """One run on its way to a file, which is made when it is long enough."""

    def __init__(self, start: int, folder: Path) -> None:
        self.start = start
        self._path = folder / f"decoded-{secrets.token_hex(8)}"
        self._stream: Flowing | None = None
        self._waiting: list[bytes] = []
        self._carry = b""
        self._digest = hashlib.sha256()
        self._size = 0

    def take(self, data: bytes) -> bool:
        """Decode *data*; False, and nothing done, where it is not base64 and line breaks alone."""
        letters = memoryview(data.translate(None, b"\r\n"))
        if b"=" in data:
            return False
        # What is left of the piece before, made whole first, so that nothing long is copied.
        missing = min(-len(self._carry) % 4, len(letters))
        first, rest = self._carry + letters[:missing], letters[missing:]
        is_whole = len(first) % 4 == 0
        whole = len(rest) // 4 * 4
        if _FOREIGN.search(first) or _FOREIGN.search(rest[whole:]) or (content := _decode(rest[:whole])) is None:
            return False
        if is_whole:
            self._add(_decode(first) or b"")
        self._add(content)
        self._carry = bytes(rest[whole:]) if is_whole else first
        return True

    def finish(self, last: bytes, end: int) -> Decoded | None:
        """With its *last* octets, padding included; None where it is short, or its end is not what an end should be."""
        content = _decode(self._carry + last.translate(None, b"\r\n"))
        if content is not None:
            self._add(content)
        if content is None or self._stream is None:
            self.drop()
            return None
        self._stream.close()
        return Decoded(self.start, end, self._digest.hexdigest(), self._size, str(self._path))

    def drop(self) -> None:
        """Nothing of it stays."""
        self._waiting = []
        if self._stream is not None:
            with suppress(OSError):
                self._stream.close()
            self._path.unlink(missing_ok=True)

    def _add(self, content: bytes) -> None:
        self._size += len(content)
        self._digest.update(content)
        self._waiting.append(content)
        if self._size < LEAST:
            return
        if self._stream is None:
            self._stream = Flowing(self._path)
        self._stream.write(self._waiting)
        self._waiting = []


def _decode(letters: bytes | memoryview) -> bytes | None:
    """None where it is not base64."""
    try:
        return pybase64.b64decode(letters, validate=True)
    except binascii.Error:
        return None
