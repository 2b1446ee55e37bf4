"""The tables. Migrations in migrations/ bring a ledger here; a test proves that they do."""

from statement_intake.ledger.schema.arrivals import folders, messages
from statement_intake.ledger.schema.base import Moment, metadata
from statement_intake.ledger.schema.outbox import letters
from statement_intake.ledger.schema.people import accounts, sessions, sign_ons
from statement_intake.ledger.schema.publishing import clean_pdfs, packages, refused_pdfs, speaking_order, taken_up
from statement_intake.ledger.schema.running import audit, keys, notices, pulses
from statement_intake.ledger.schema.statements import decisions, files, findings, inspections, submissions

__all__ = [
    "Moment",
    "accounts",
    "audit",
    "clean_pdfs",
    "decisions",
    "files",
    "findings",
    "folders",
    "inspections",
    "keys",
    "letters",
    "messages",
    "metadata",
    "notices",
    "packages",
    "pulses",
    "refused_pdfs",
    "sessions",
    "sign_ons",
    "speaking_order",
    "submissions",
    "taken_up",
]
