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

    def known(self, sha256: str, size: int) -> Stored:
        """A file that is in the folder from the beginning. Raises OverLimits."""
        self._count(size)
        return Stored(path=self.folder / sha256, sha256=sha256, size=size)

    def keep(self, pieces: Iterable[bytes]) -> Stored:
        """Write *pieces* to a file. Raises OverLimits, and OSError where the disk is full."""
        digest = hashlib.sha256()
        size = 0
        draft = self.folder / "draft"
        with draft.open("wb") as stream:
            for piece in pieces:
                size += len(piece)
                try:
                    self._count(len(piece))
                except OverLimits:
                    draft.unlink()
                    raise
                digest.update(piece)
                stream.write(piece)
        path = self.folder / digest.hexdigest()
        if path.exists():
            # Nothing can take the place of what was there from the beginning, nor has to.
            draft.unlink()
        else:
            draft.replace(path)
        return Stored(path=path, sha256=path.name, size=size)

    def _count(self, octets: int) -> None:
        self.written += octets
        if self.written > self.limit:
            raise OverLimits(f"the mail's content takes more than {self.limit:,} bytes")
