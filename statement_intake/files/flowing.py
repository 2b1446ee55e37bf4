"""A file that goes to the disk while it is written, so that the wait at its end is short."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Self

#: Octets between two words to the kernel, which would otherwise keep all of a mail until it is asked for at the end.
STEP = 4 * 1024 * 1024


class Flowing:
    """A new file. Raises OSError where the disk is full; what the kernel could not write is raised by `sync`."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("xb")
        self._written = self._told = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, pieces: Iterable[bytes]) -> None:
        """Write *pieces*, one behind the other."""
        for piece in pieces:
            self._stream.write(piece)
            self._written += len(piece)
        if self._written - self._told >= STEP:
            # On Linux this begins to write what is not written yet, waits for nothing, and forgets only what is on the
            # disk already: what is asked about just now stays in memory for whoever reads it next.
            os.posix_fadvise(self._stream.fileno(), self._told, self._written - self._told, os.POSIX_FADV_DONTNEED)
            self._told = self._written

    def sync(self) -> None:
        """Return when all of it is on the disk."""
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def close(self) -> None:
        """Nothing more comes."""
        self._stream.close()
