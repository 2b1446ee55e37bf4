"""What comes out of a container: files, and what a mail that is packed in it says of itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

#: Bytes read at a time.
CHUNK = 1_048_576


class Closed(Exception):  # noqa: N818 - expected trouble
    """The container cannot be opened here; the text says why, in plain English. Never leaves the child."""


@dataclass(frozen=True)
class Slice:
    """Bytes within a file, that are looked at when they are wanted."""

    path: Path
    start: int
    size: int

    def pieces(self) -> Iterator[bytes]:
        """The bytes, at most CHUNK at a time."""
        left = self.size
        with self.path.open("rb") as stream:
            stream.seek(self.start)
            while left > 0 and (block := stream.read(min(CHUNK, left))):
                left -= len(block)
                yield block


@dataclass(frozen=True)
class Member:
    """A file in a container."""

    #: As written there, decoded; a path, perhaps; empty if there is none.
    name: str
    pieces: Iterator[bytes]
    #: The media type that is stated; empty if none is.
    declared_type: str = ""
    inline: bool = False


@dataclass
class PackedMail:
    """A mail in a format that is not MIME."""

    #: The header section that it came with, where that was kept.
    header: bytes = b""
    subject: str = ""
    sender_name: str = ""
    #: Empty where the format holds no Internet address.
    sender: str = ""
    text: str = ""
    html: str = ""
    files: list[Member] = field(default_factory=list)
    #: Mails within it that are not opened: their subjects.
    forwarded_subjects: list[str] = field(default_factory=list)
