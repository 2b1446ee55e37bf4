"""What the service remembers of its own running, and of everything that was done."""

from sqlalchemy import JSON, Column, Index, Integer, LargeBinary, String, Table, Text

from statement_intake.ledger.schema.base import Moment, metadata

#: Append-only: who did what, when, to which submission.
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor", String(100), nullable=False),
    Column("action", String(40), nullable=False),
    Column("reference", String(20)),
    Column("detail", JSON, nullable=False),
    Index(None, "reference"),
)

#: Keys as old as the ledger; one so far, "message-id".
keys = Table(
    "keys",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

#: When each thing that has to keep working last worked: a mailbox, the outbox.
pulses = Table(
    "pulses",
    metadata,
    Column("what", String(200), primary_key=True),
    Column("worked_at", Moment),
    #: Since when every attempt has failed; NULL while it works.
    Column("failing_since", Moment),
    Column("problem", Text, nullable=False, default=""),
)

#: What the service has told the staff of its own accord, so that it says everything once.
notices = Table(
    "notices",
    metadata,
    Column("kind", String(30), primary_key=True),
    #: A mailbox, a submission's reference, a day.
    Column("about", String(200), primary_key=True),
    Column("told_at", Moment, nullable=False),
)
