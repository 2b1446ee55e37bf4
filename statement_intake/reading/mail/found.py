"""What has been found so far in one mail, and how much more may still be found in it."""

import time
from dataclasses import dataclass, field

from statement_intake.domain.message import Attachment, Message
from statement_intake.reading.faults import OverLimits
from statement_intake.reading.store import Store

#: Files of one mail, those of a mail within it included.
MAXIMUM_ATTACHMENTS = 200
MAXIMUM_DEFECTS = 50
#: Characters of all documents' texts together, so that the answer stays small.
MAXIMUM_TEXTS = 1_000_000
#: Mails within the mail whose subjects are told, however deep they lie.
MAXIMUM_FORWARDED = 50
#: Characters of the body, and of delivery reports, that are given back.
MAXIMUM_TEXT, MAXIMUM_REPORT = 100_000, 20_000


@dataclass
class Budget:
    """What a mail and the mails within it may take together."""

    store: Store
    #: Of the monotonic clock, in seconds.
    deadline: float
    files: int = 0
    characters: int = 0

    @property
    def seconds(self) -> float:
        """What is left; never less than a second, so that every file is at least named."""
        return max(1.0, self.deadline - time.monotonic())

    def next_file(self) -> int:
        """The number of the next file, from 1. Raises OverLimits."""
        if self.files >= MAXIMUM_ATTACHMENTS:
            raise OverLimits(f"the mail has more than {MAXIMUM_ATTACHMENTS} files")
        self.files += 1
        return self.files

    def require_files(self, count: int) -> None:
        """Raises OverLimits where *count* more files would be too many, before any of them is read."""
        if self.files + count > MAXIMUM_ATTACHMENTS:
            raise OverLimits(f"the mail has more than {MAXIMUM_ATTACHMENTS} files")

    def trimmed(self, attachment: Attachment) -> Attachment:
        """*attachment* with so much of its text as all documents' texts together may still have."""
        if attachment.document is None:
            return attachment
        text = attachment.document.text[: max(0, MAXIMUM_TEXTS - self.characters)]
        self.characters += len(text)
        return attachment.model_copy(update={"document": attachment.document.model_copy(update={"text": text})})


@dataclass(frozen=True)
class BodyText:
    """A text of the body."""

    #: "plain" or "html"; HTML is text by now.
    subtype: str
    text: str
    #: The multipart/alternative that it is part of, by its number.
    alternative: int | None = None


@dataclass
class Found:
    """Collects the facts of one mail."""

    budget: Budget
    attachments: list[Attachment] = field(default_factory=list)
    structure: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    texts: list[BodyText] = field(default_factory=list)
    #: The charset that the first text of the body declares: names of files are probably written in it, too.
    charset: str = ""
    #: Texts that Outlook packed away; they count where there is no other.
    packed_texts: list[BodyText] = field(default_factory=list)
    #: Targets of links in HTML, and what is shown in their place.
    anchors: dict[str, str] = field(default_factory=dict)
    enclosed: list[Message] = field(default_factory=list)
    forwarded_subjects: list[str] = field(default_factory=list)
    #: The fields of delivery reports.
    report: str = ""
    encrypted: bool = False
    #: Files may have been lost in broken MIME.
    torn: bool = False

    def complain(self, what: str) -> None:
        """Note a defect of the mail, once."""
        if what not in self.defects and len(self.defects) < MAXIMUM_DEFECTS:
            self.defects.append(what)

    def forwards(self, subject: str) -> None:
        """Note the subject of a mail within the mail."""
        if len(self.forwarded_subjects) < MAXIMUM_FORWARDED:
            self.forwarded_subjects.append(subject)

    def body(self) -> str:
        """The texts in their order, without the HTML whose plain alternative was sent along."""
        texts = self.texts if any(text.text for text in self.texts) else self.packed_texts
        plain = {text.alternative for text in texts if text.subtype == "plain" and text.text}
        kept = [
            text.text
            for text in texts
            if text.text and (text.subtype == "plain" or text.alternative is None or text.alternative not in plain)
        ]
        return "\n\n".join(kept)[:MAXIMUM_TEXT]
