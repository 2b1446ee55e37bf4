"""Raw mail and attachments, by the SHA-256 of their content. Durable when `put` or `adopt` returns."""

import hashlib
import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from statement_intake.domain.faults import LimitExceeded

_DIGEST = re.compile(r"^[0-9a-f]{64}$")


class Stored(NamedTuple):
    """Where content is, and how much of it."""

    sha256: str
    size: int


class FileStore:
    """A folder of files named by their digest, in 256 subfolders."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, chunks: Iterable[bytes], *, most: int) -> Stored:
        """Write *chunks* to the store as they come. Raises LimitExceeded beyond *most* bytes, OSError if the disk is full."""
        digest, size = hashlib.sha256(), 0
        temporary = self._incoming / secrets.token_hex(8)
        try:
            with temporary.open("xb") as stream:
                for chunk in chunks:
                    size += len(chunk)
                    if size > most:
                        raise LimitExceeded(f"it is larger than {most // 1_000_000} MB")
                    digest.update(chunk)
                    stream.write(chunk)
                stream.flush()
                os.fsync(stream.fileno())
            self._settle(temporary, digest.hexdigest())
        finally:
            temporary.unlink(missing_ok=True)
        return Stored(digest.hexdigest(), size)

    def adopt(self, path: Path, sha256: str) -> None:
        """Take over a file whose digest the caller has computed. It must be on the same file system as the store."""
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
        self._settle(path, sha256)

    def workspace(self) -> Path:
        """A new folder on the store's file system, for the reader's output. The caller removes it."""
        folder = self._incoming / f"work-{secrets.token_hex(8)}"
        folder.mkdir(mode=0o700)
        return folder

    def path(self, sha256: str) -> Path:
        """Where the content of that digest is, or would be."""
        if not _DIGEST.match(sha256):
            raise ValueError("not a SHA-256 digest")
        return self._root / sha256[:2] / sha256

    def open(self, sha256: str) -> BinaryIO:
        """The content of that digest, for reading. Raises FileNotFoundError."""
        return self.path(sha256).open("rb")

    def remove(self, sha256: str) -> None:
        """Forget content, if it is there."""
        self.path(sha256).unlink(missing_ok=True)

    def clear_incoming(self) -> None:
        """Remove what a killed process left half-written. Only for the process that holds the service's lock."""
        for left in self._incoming.iterdir():
            if left.is_dir():
                for file in left.iterdir():
                    file.unlink()
                left.rmdir()
            else:
                left.unlink()

    def _settle(self, temporary: Path, sha256: str) -> None:
        target = self.path(sha256)
        target.parent.mkdir(exist_ok=True, mode=0o700)
        temporary.chmod(0o400)
        temporary.rename(target)
        for folder in (target.parent, self._root):
            _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    """A rename is durable only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
