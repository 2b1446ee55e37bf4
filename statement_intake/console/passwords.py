"""Passwords, kept as argon2id hashes."""

from dataclasses import dataclass, field
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

#: NIST SP 800-63B section 3.1.1.2 asks for 15 characters where a password stands alone.
SHORTEST = 15


@dataclass
class Passwords:
    """Makes and checks hashes, at most two at a time: each wants 64 MiB and all of a core."""

    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    _turn: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(2))
    _nobodys: str = ""

    def __post_init__(self) -> None:
        """Make the hash that nobody's password is compared with."""
        self._nobodys = self.hasher.hash("nobody has this password")

    def make(self, password: str) -> str:
        """The hash to keep."""
        with self._turn:
            return self.hasher.hash(password)

    def fits(self, password: str, kept: str | None) -> bool:
        """Whether *password* is the one. Takes as long where there is no account: nobody learns who has one."""
        with self._turn:
            try:
                return self.hasher.verify(kept or self._nobodys, password) and kept is not None
            except (Argon2Error, InvalidHashError):
                return False
