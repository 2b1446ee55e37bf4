"""The refresh token that a provider gave in place of the last one, in a file: the old one may be good no more.

The file belongs to the token that the settings name: where somebody has consented anew, what was kept of the old
consent counts no more. Only the service's account may read it, and no line of the log has anything of it.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import structlog

from statement_intake.domain.faults import SurroundingsFault
from statement_intake.durable import sync

log = structlog.get_logger()

_OTHERS = 0o077
#: No provider's tokens are longer.
_MOST_OCTETS = 100_000


class KeptToken:
    """One refresh token in one file."""

    def __init__(self, path: Path, *consent: str) -> None:
        """*consent*: what the settings say, the first refresh token among it; all that is kept comes from there."""
        self._path = path
        self._consent = hashlib.sha256("\0".join(consent).encode()).hexdigest()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No other process asks for a token meanwhile: the provider may take two uses of one token for a theft."""
        with ExitStack() as held:
            try:
                lock = held.enter_context(self._path.with_name(f"{self._path.name}.lock").open("ab"))
                fcntl.flock(lock, fcntl.LOCK_EX)
            except OSError as error:
                # A token without the lock is better than none.
                log.error("the refresh token cannot be kept", file=str(self._path), problem=error.strerror)  # noqa: TRY400 - the text says it all
            yield

    def read(self) -> str | None:
        """The token that was kept last; None where none was, or what is there is torn or of another consent."""
        try:
            with self._path.open("rb") as stream:
                kept = json.loads(stream.read(_MOST_OCTETS))
            if kept["consent"] == self._consent and isinstance(kept["refresh_token"], str):
                return kept["refresh_token"] or None
        except FileNotFoundError:
            pass
        except OSError as error:
            log.error("the kept refresh token cannot be read", file=str(self._path), problem=error.strerror)  # noqa: TRY400
        except (ValueError, KeyError, TypeError):
            # Not the error's own text, which quotes what it could not read.
            log.error("the kept refresh token is damaged; the one of the settings is used", file=str(self._path))  # noqa: TRY400
        return None

    def write(self, token: str) -> bool:
        """Keep *token*, durably, in place of the last one. False, and said in the log, where it cannot be."""
        try:
            self._replace(json.dumps({"consent": self._consent, "refresh_token": token}).encode())
        except OSError as error:
            log.error("the refresh token cannot be kept", file=str(self._path), problem=error.strerror)  # noqa: TRY400
            return False
        return True

    def examine(self) -> str:
        """For `doctor`: whether it can be kept, in a sentence. Raises SurroundingsFault."""
        try:
            self._write_beside(b"")
            self._beside.unlink()
            if self._path.exists() and self._path.stat().st_mode & _OTHERS:
                raise SurroundingsFault(f"{self._path} can be read by others: chmod 600 {self._path}")
        except OSError as error:
            raise SurroundingsFault(f"A refresh token cannot be kept in {self._path}: {error.strerror}") from None
        return f"A refresh token that the provider changes is kept in {self._path}."

    @property
    def _beside(self) -> Path:
        """Where the next one is written before it takes the place of the last one."""
        return self._path.with_name(f"{self._path.name}.new")

    def _replace(self, content: bytes) -> None:
        self._write_beside(content)
        self._beside.rename(self._path)
        sync(self._path.parent)

    def _write_beside(self, content: bytes) -> None:
        # What a killed process left may have other permissions, or be a link to somewhere else.
        with suppress(FileNotFoundError):
            self._beside.unlink()
        descriptor = os.open(self._beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor
            stream.write(content)
            stream.flush()
            os.fsync(descriptor)
