"""The people of the secretariat who use the console: accounts, what each role may do, and visits."""

from datetime import datetime
from enum import IntEnum

from statement_intake.domain.value import Value


class Role(IntEnum):
    """What somebody may do; each may do what those before may."""

    #: Reads everything, decides nothing.
    VIEWER = 1
    #: Decides about submissions and letters.
    OFFICER = 2
    #: Sees and ends other people's access, and the whole audit.
    ADMINISTRATOR = 3

    @property
    def word(self) -> str:
        """The role as settings, commands and pages write it."""
        return self.name.lower()

    @classmethod
    def named(cls, word: str) -> "Role":
        """The role of that word. Raises ValueError."""
        try:
            return cls[word.upper()]
        except KeyError:
            raise ValueError(f"there is no role {word}; there are: viewer, officer, administrator") from None


class Account(Value):
    """Somebody who may log in: with a password kept here, or through an identity provider."""

    id: int
    #: How the person logs in and is named in the audit.
    name: str
    role: Role
    #: An argon2id hash; None for somebody whom an identity provider vouches for.
    password_hash: str | None
    #: The identity provider and its own, stable name for the person (OpenID Connect Core section 2); None for a local
    #: account. Never an address, which may be given to somebody else.
    issuer: str | None
    subject: str | None
    #: The zone in which times are shown; None: the office's.
    zone: str | None
    created_at: datetime
    disabled_at: datetime | None


class Visit(Value):
    """A session of somebody who has logged in."""

    account: Account
    #: What forms have to carry back.
    csrf: str
    began_at: datetime
    seen_at: datetime
