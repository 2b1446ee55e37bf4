"""What is handed out, in which order, and what was."""

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text

from statement_intake.ledger.schema.base import Moment, metadata

#: In which order the parties speak on an item, as far as the secretariat has settled it.
speaking_order = Table(
    "speaking_order",
    metadata,
    Column("meeting", String(60), primary_key=True),
    Column("item", String(10), primary_key=True),
    Column("party", String(20), primary_key=True),
    Column("position", Integer, nullable=False),
)

#: Agenda items that the meeting has taken up: statements are posted after delivery.
taken_up = Table(
    "taken_up",
    metadata,
    Column("meeting", String(60), primary_key=True),
    Column("item", String(10), primary_key=True),
    Column("at", Moment, nullable=False),
)

#: The clean PDF of a document, made once.
clean_pdfs = Table(
    "clean_pdfs",
    metadata,
    #: SHA-256 of the document as it came.
    Column("original", String(64), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Index(None, "sha256"),
)

#: Documents of which no PDF could be made when that was tried last.
refused_pdfs = Table(
    "refused_pdfs",
    metadata,
    #: SHA-256 of the document as it came.
    Column("original", String(64), primary_key=True),
    #: In plain English, for officers.
    Column("why", Text, nullable=False),
)

#: Packages as they were handed out, so that later changes can be told.
packages = Table(
    "packages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("meeting", String(60), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", String(100), nullable=False),
    #: Its entries, a JSON list.
    Column("entries", JSON, nullable=False),
    Index(None, "meeting", "kind"),
)
