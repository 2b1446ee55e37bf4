"""Who wrote to whom, when and about what: the header section of a mail, decoded."""

from datetime import datetime

from statement_intake.domain.value import Value


class Address(Value):
    """One mailbox of an address header (RFC 5322 section 3.4)."""

    #: The display name, decoded; empty if there is none.
    name: str = ""
    #: The addr-spec as written; compare with `key`.
    email: str

    @property
    def key(self) -> str:
        """The address in the form in which addresses are compared."""
        return self.email.casefold()

    @property
    def domain(self) -> str:
        """The part behind the last @, casefolded; empty where there is none."""
        return self.key.rpartition("@")[2]


class Headers(Value):
    """The header section of a mail, decoded. Every occurrence of every field is kept."""

    #: The mailboxes of all From fields.
    sender: tuple[Address, ...] = ()
    #: A From field names a group (RFC 6854), with whatever mailboxes.
    sent_by_group: bool = False
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    #: Decoded (RFC 2047) and unfolded; empty if there is none.
    subject: str = ""
    #: The Date field, aware; None if there is none or it cannot be read. Never used as the time of receipt.
    date: datetime | None = None
    #: With angle brackets; None if there is none or it is malformed.
    message_id: str | None = None
    #: Message-IDs of In-Reply-To and References, nearest first, malformed ones left out.
    answers: tuple[str, ...] = ()
    #: "" for the null sender <>, None where no Return-Path was recorded.
    return_path: str | None = None
    #: The time in the topmost Received field, aware.
    received: datetime | None = None
    #: All fields in their order, names in lower case, values unfolded and decoded.
    fields: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of the field *name* (lower case), topmost first."""
        return tuple(value for field, value in self.fields if field == name)
