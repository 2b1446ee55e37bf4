"""Raw mail and attachments, by the SHA-256 of their content. Durable when `put` or `adopt` returns."""

import errno
import fcntl
import hashlib
import os
import re
import secrets
import shutil
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from statement_intake.domain.decoded import Decoded
from statement_intake.domain.faults import LimitExceeded
from statement_intake.durable import sync
from statement_intake.files.decoding import Decoding
from statement_intake.files.flowing import Flowing

_DIGEST = re.compile(r"[0-9a-f]{64}")
#: Octets that are decoded and wait for their mail's turn; what would be more is decoded by the reader.
_MOST_WAITING = 1_000_000_000
#: Room that has to be left on the store's file system before anything is blamed on a mail, in octets.
LEAST_ROOM = 50_000_000


class Stored(NamedTuple):
    """Where content is, and how much of it."""

    sha256: str
    size: int


class FileStore:
    """A folder of files named by their digest, in 256 subfolders."""

    def __init__(self, root: Path) -> None:
        self._root = root
        #: What is on its way in, and workspaces.
        self.incoming = root / "incoming"
        self.incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        #: Subfolders whose own entry this process has made durable.
        self._durable: set[str] = set()
        #: Whoever has it puts what no row refers to yet, or removes what none refers to any more; never both at once.
        self._referring = threading.Lock()
        #: By the digest of a raw mail: what was decoded of it, until it is read.
        self._decoded: dict[str, tuple[Decoded, ...]] = {}

    def put(self, chunks: Iterable[bytes], *, most: int) -> Stored:
        """Write *chunks*, a raw mail's, to the store as they come; long base64 in them is decoded on its way.

        Raises LimitExceeded beyond *most* bytes, OSError if the disk is full.
        """
        digest, size = hashlib.sha256(), 0
        temporary = self.incoming / secrets.token_hex(8)
        decoding = Decoding(self.incoming)
        try:
            with Flowing(temporary) as stream:
                for chunk in chunks:
                    size += len(chunk)
                    if size > most:
                        raise LimitExceeded(f"it is larger than {most // 1_000_000} MB")
                    digest.update(chunk)
                    stream.write([chunk])
                    decoding.feed(chunk)
                stream.sync()
            self._settle(temporary, digest.hexdigest())
            self._remember(digest.hexdigest(), decoding)
        finally:
            decoding.close()
            temporary.unlink(missing_ok=True)
        return Stored(digest.hexdigest(), size)

    def put_small(self, content: bytes) -> Stored:
        """Write a whole raw mail that is too small for anything in it to be decoded. Raises OSError."""
        digest = hashlib.sha256(content).hexdigest()
        temporary = self.incoming / secrets.token_hex(8)
        try:
            with temporary.open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            self._settle(temporary, digest)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return Stored(digest, len(content))

    @contextmanager
    def decoded(self, sha256: str) -> Iterator[tuple[Decoded, ...]]:
        """What was decoded of the raw mail of that digest as it arrived; once, and only in the same process.

        The caller may take the files away; what it leaves is gone afterwards.
        """
        found = self._decoded.pop(sha256, ())
        try:
            yield found
        finally:
            for decoded in found:
                Path(decoded.path).unlink(missing_ok=True)

    def _remember(self, sha256: str, decoding: Decoding) -> None:
        found = decoding.finish()
        waiting = sum(run.size for runs in (*self._decoded.values(), found) for run in runs)
        # The same mail may lie in two folders, and both have come before either is read.
        if found and sha256 not in self._decoded and waiting <= _MOST_WAITING:
            self._decoded[sha256] = found
            return
        for run in found:
            Path(run.path).unlink(missing_ok=True)

    def adopt(self, path: Path, sha256: str) -> None:
        """Take over a file whose digest the caller has computed. It must be on the same file system as the store."""
        sync(path)
        self._settle(path, sha256)

    def workspace(self) -> Path:
        """A new folder on the store's file system, for the reader's output. The caller removes it."""
        folder = self.incoming / f"work-{secrets.token_hex(8)}"
        folder.mkdir(mode=0o700)
        return folder

    def path(self, sha256: str) -> Path:
        """Where the content of that digest is, or would be."""
        if not _DIGEST.fullmatch(sha256):
            raise ValueError("not a SHA-256 digest")
        # Not joined piece by piece: it is asked several times about every mail.
        return Path(f"{self._root}/{sha256[:2]}/{sha256}")

    def open(self, sha256: str) -> BinaryIO:
        """The content of that digest, for reading. Raises FileNotFoundError."""
        return self.path(sha256).open("rb")

    def remove(self, sha256: str) -> None:
        """Forget content, if it is there."""
        self.path(sha256).unlink(missing_ok=True)

    def holds(self, sha256: str) -> bool:
        """Whether the content of that digest is here."""
        return self.path(sha256).is_file()

    def size(self, sha256: str) -> int:
        """The octets of the content of that digest. Raises FileNotFoundError."""
        return self.path(sha256).stat().st_size

    def require_room(self, octets: int) -> None:
        """Raise OSError (ENOSPC) unless there is room for *octets* and then some."""
        if shutil.disk_usage(self._root).free < octets + LEAST_ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._root))

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Neither another thread nor another process removes, meanwhile, what no row refers to yet. Raises OSError."""
        with self._referring, self.adding():
            yield

    @contextmanager
    def adding(self) -> Iterator[None]:
        """Nothing is swept or purged meanwhile: for whoever adds files, until they have rows. Raises OSError."""
        with self._locked(fcntl.LOCK_SH):
            yield

    @contextmanager
    def removing(self) -> Iterator[None]:
        """Nobody is adding meanwhile what is found to be in no row. Waits for whoever is; raises OSError."""
        with self._locked(fcntl.LOCK_EX):
            yield

    def sweep(self, unreferred: Callable[[Sequence[str]], Collection[str]]) -> int | None:
        """Remove what a killed process left: half-written files, and content that no row refers to.

        *unreferred* gives those of some digests that the ledger does not know. Only for the process that holds the
        service's lock. Gives the number of files removed from the store; None where somebody is adding a file just
        now, and nothing was done.
        """
        try:
            with self._locked(fcntl.LOCK_EX | fcntl.LOCK_NB):
                for left in self.incoming.iterdir():
                    _remove(left)
                return sum(self._sweep_folder(folder, unreferred) for folder in self._folders())
        except BlockingIOError:
            return None

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        """A lock that goes with the process, however that ends. Raises BlockingIOError for one that does not wait."""
        with (self._root / "sweep.lock").open("ab") as lock:
            fcntl.flock(lock, how)
            yield

    def _folders(self) -> Iterator[Path]:
        return (folder for folder in self._root.iterdir() if len(folder.name) == 2 and folder.is_dir())  # noqa: PLR2004 - the first octet

    def _sweep_folder(self, folder: Path, unreferred: Callable[[Sequence[str]], Collection[str]]) -> int:
        orphans = unreferred([name for name in os.listdir(folder) if _DIGEST.fullmatch(name)])  # noqa: PTH208 - names alone
        for name in orphans:
            self.remove(name)
        return len(orphans)

    def _settle(self, temporary: Path, sha256: str) -> None:
        target = self.path(sha256)
        folder = target.parent
        if sha256[:2] not in self._durable:
            folder.mkdir(exist_ok=True, mode=0o700)
        temporary.chmod(0o400)
        temporary.rename(target)
        sync(folder)
        if sha256[:2] not in self._durable:
            # Once is enough, but by this process: another one may have died before it had done so.
            sync(self._root)
            self._durable.add(sha256[:2])


def _remove(left: Path) -> None:
    """A file, or a workspace with whatever a reader has made in it."""
    if left.is_dir() and not left.is_symlink():
        shutil.rmtree(left, ignore_errors=True)
    else:
        with suppress(FileNotFoundError):
            left.unlink()
