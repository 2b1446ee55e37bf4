"""What lies on the table when a message is taken in or looked at again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from statement_intake.correspondence import Correspondent
from statement_intake.domain.judge import Knowledge
from statement_intake.domain.message import Headers, Message
from statement_intake.domain.records import Arrival

if TYPE_CHECKING:
    from statement_intake.files import FileStore
    from statement_intake.ledger.ledger import Ledger
    from statement_intake.reading.printing.press import Press
    from statement_intake.reading.sandbox import Reader
    from statement_intake.scanner import Scanner

#: Octets of a header section that are looked at when the mail itself could not be read.
_HEADER_OCTETS = 65536


@dataclass(frozen=True)
class Desk:
    """The parts that the steps are given."""

    ledger: "Ledger"
    files: "FileStore"
    reader: "Reader"
    knowledge: Knowledge
    correspondent: Correspondent
    #: None where attachments are not scanned for malware.
    scanner: "Scanner | None"
    clock: Callable[[], datetime]
    #: Tries at one message before it is held in sight of a person.
    attempts: int
    #: The most octets that one mail may have.
    largest: int
    #: Names of the mailboxes in which outcomes are marked.
    marking: frozenset[str]
    #: Makes the PDFs that are published.
    press: "Press"


def scanned(message: Message, folder: Path, scanner: "Scanner | None") -> Message:
    """*message* with what the scanner says of each file that lies in *folder* under its digest. Raises OSError."""
    if scanner is None:
        return message
    digests = {attachment.sha256 for attachment in message.all_attachments}
    return message.scanned({digest: scanner.scan(folder / digest) for digest in sorted(digests)})


def headers_of(arrival: Arrival, desk: Desk) -> Headers:
    """The header section of a received mail, decoded. Raises OSError."""
    with desk.files.open(arrival.raw_sha256) as raw:
        return desk.reader.headers(raw.read(_HEADER_OCTETS))
