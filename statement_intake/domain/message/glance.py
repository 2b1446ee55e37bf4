"""What a server tells of a mail that is not downloaded."""

from datetime import datetime

from statement_intake.domain.message.headers import Headers
from statement_intake.domain.value import Value


class Part(Value):
    """A leaf of a mail's structure as the server describes it (BODYSTRUCTURE), nothing downloaded."""

    #: type/subtype as declared, lower case.
    media_type: str
    #: The declared file name, decoded; empty if there is none.
    name: str = ""
    #: Octets as encoded for transport.
    size: int = 0
    #: The subject of a forwarded message (message/rfc822), decoded.
    forwarded_subject: str | None = None

    @property
    def subject_within(self) -> str:
        """The subject of the mail that the part holds, as far as it can be told; empty if it is no mail.

        Mail programs name a mail that is saved as a file after its subject.
        """
        stem, _, extension = self.name.rpartition(".")
        return self.forwarded_subject or (stem if extension.lower() in {"eml", "msg"} else "")


class Glance(Value):
    """What can be known of a mail without downloading it."""

    headers: Headers
    #: None where the server's description of the structure could not be read.
    parts: tuple[Part, ...] | None
    #: RFC822.SIZE, in octets.
    size: int
    #: INTERNALDATE, or the topmost Received date where that is earlier; aware.
    received: datetime
