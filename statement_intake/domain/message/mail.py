"""A mail as the reader understood it, with the mails within it."""

from collections.abc import Iterator, Mapping

from pydantic import Field

from statement_intake.domain.message.attachment import Attachment, Category
from statement_intake.domain.message.facts import Scan
from statement_intake.domain.message.headers import Address, Headers
from statement_intake.domain.value import Value


class Forwarding(Value):
    """Who passed a mail on, where the statement was in a mail within the mail."""

    #: Who sent the outer mail; None where its From does not name exactly one mailbox.
    by: Address | None
    #: From an address of our own house: the inner mail's sender is the one who speaks, and is written to.
    staff: bool = False
    #: The outer mail's subject, decoded.
    subject: str = ""


class Message(Value):
    """A mail as the reader understood it."""

    headers: Headers
    #: The readable text of the body (plain, or taken from HTML), capped at 100,000 characters, without our own markers.
    text: str = ""
    #: https links found in the text and in the HTML's anchors, in order, unique.
    links: tuple[str, ...] = ()
    #: What the HTML shows in the place of a link, where that is something else.
    link_labels: dict[str, str] = Field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    #: The mails within the mail, each with its own files; what lies within them in turn is not opened.
    enclosed: tuple["Message", ...] = ()
    #: Subjects of all mails within the mail, however deep they lie.
    forwarded_subjects: tuple[str, ...] = ()
    #: Set where this is what a mail within the mail holds (see `domain.forwarding`).
    forwarding: Forwarding | None = None
    #: Media types of every MIME part, multiparts included, in order: "multipart/report", "text/plain", ...
    structure: tuple[str, ...] = ()
    #: The fields of its delivery reports (RFC 3464), as text, capped at 20,000 characters.
    report: str = ""
    #: What is wrong with the mail's MIME, in plain English; never a reason to reject.
    defects: tuple[str, ...] = ()
    #: Its MIME is broken in such a way that files may have been lost in it.
    torn: bool = False
    #: S/MIME or PGP that cannot be opened here.
    encrypted: bool = False
    #: Which limit was exceeded, in plain English, or None. Nothing below the limit was read then.
    over_limits: str | None = None
    #: Why the mail could not be parsed even leniently, or None.
    unreadable: str | None = None

    @property
    def all_attachments(self) -> Iterator[Attachment]:
        """The attachments of the mail and of the mails within it."""
        yield from self.attachments
        for message in self.enclosed:
            yield from message.all_attachments

    def scanned(self, scans: Mapping[str, Scan]) -> "Message":
        """The same, with what the scanner said of each file, by its digest; also in the mails within it."""
        return self.model_copy(
            update={
                "attachments": tuple(
                    attachment.model_copy(update={"scan": scans.get(attachment.sha256)})
                    for attachment in self.attachments
                ),
                "enclosed": tuple(message.scanned(scans) for message in self.enclosed),
            }
        )

    def of(self, *categories: Category) -> Iterator[Attachment]:
        """The attachments of the given categories, in the mail's order."""
        return (attachment for attachment in self.attachments if attachment.category in categories)
