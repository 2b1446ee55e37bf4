"""Mail to the staff: plain text, in English, from the service and not from a meeting."""

import re
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from statement_intake.replies.compose import wrapped

#: Spaces, and a word that stands apart from the rest.
_BEGINNING = re.compile(r" *(?:\S+ {2,})?")


def staff_mail(  # noqa: PLR0913 - the fields of a mail
    subject: str, paragraphs: str, *, sender: str, to: str, name: str = "", message_id: str, date: datetime
) -> bytes:
    """A complete message for one person of the staff.

    `Auto-Submitted: auto-generated` (RFC 3834 section 5) keeps machines from answering, and keeps the service from
    taking its own mail for a statement where the address is a mailbox that it reads.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = formataddr((name, to))
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(date)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    greeting = f"Dear {name},\n\n" if name else ""
    message.set_content(greeting + "\n".join(_line(line) for line in paragraphs.splitlines()) + "\n")
    return message.as_bytes()


def _line(line: str) -> str:
    """Long lines broken between words, with what follows under their beginning, or under what stands beside a word."""
    begins = _BEGINNING.match(line)
    indent = begins[0] if begins else ""
    return wrapped(line[len(indent) :].strip(), indent) if line.strip() else ""
