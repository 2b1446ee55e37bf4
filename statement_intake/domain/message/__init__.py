"""What arrived: a mail, decoded, with the facts that the reader measured about each attachment."""

from statement_intake.domain.message.attachment import OPENPGP, Attachment, Category, Understood
from statement_intake.domain.message.facts import DocumentFacts, DocumentProblem, Hidden, Scan, VideoFacts
from statement_intake.domain.message.glance import Glance, Part
from statement_intake.domain.message.headers import Address, Headers
from statement_intake.domain.message.mail import Forwarding, Message

__all__ = [
    "OPENPGP",
    "Address",
    "Attachment",
    "Category",
    "DocumentFacts",
    "DocumentProblem",
    "Forwarding",
    "Glance",
    "Headers",
    "Hidden",
    "Message",
    "Part",
    "Scan",
    "Understood",
    "VideoFacts",
]
