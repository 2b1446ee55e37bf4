"""Content on its way to disk: hashed as it is written, named by its SHA-256, bounded altogether."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from statement_intake.reading.faults import OverLimits


@dataclass(frozen=True)
class Stored:
    """A file in the workspace."""

    path: Path
    sha256: str
    #: Bytes.
    size: int


@dataclass
class Store:
    """The folder that one mail's content goes to."""

    folder: Path
    #: What all content together may take, in bytes.
    limit: int
    written: int = 0

    def keep(self, pieces: Iterable[bytes]) -> Stored:
        """Write *pieces* to a file. Raises OverLimits, and OSError where the disk is full."""
        digest = hashlib.sha256()
        size = 0
        draft = self.folder / "draft"
        with draft.open("wb") as stream:
            for piece in pieces:
                self.written += len(piece)
                size += len(piece)
                if self.written > self.limit:
                    draft.unlink()
                    raise OverLimits(f"the mail's content takes more than {self.limit:,} bytes")
                digest.update(piece)
                stream.write(piece)
        path = self.folder / digest.hexdigest()
        draft.replace(path)
        return Stored(path=path, sha256=path.name, size=size)
