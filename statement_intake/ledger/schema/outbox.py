"""The outbox."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from statement_intake.ledger.schema.base import Moment, metadata

letters = Table(
    "letters",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission_id", Integer, ForeignKey("submissions.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    #: queued, sending, data, sent, deferred, failed, unknown, held, suppressed, dropped.
    Column("state", String(12), nullable=False),
    Column("to_address", String(330), nullable=False),
    Column("language", String(5), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("message_id", String(300), nullable=False, unique=True),
    #: The complete message as it goes out.
    Column("raw", LargeBinary, nullable=False),
    Column("written_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_attempt_at", Moment),
    #: What the server last said, or why the letter waits.
    Column("response", Text, nullable=False, default=""),
    #: It waited: before it goes, a person's own answer is looked for.
    Column("look_first", Boolean, nullable=False, server_default=false()),
    #: The breaker held it: too many letters were written within the hour.
    Column("braked", Boolean, nullable=False, server_default=false()),
    Column("settled_at", Moment),
    UniqueConstraint("submission_id", "revision"),
    #: The state of the last letter, without its text.
    Index(None, "submission_id", "revision", "state"),
    Index(None, "state", "next_attempt_at"),
    Index(None, "written_at"),
    Index(
        "ix_letters_braked",
        "written_at",
        "state",
        # As SQLAlchemy asks it there: SQLite takes an index in part only for the same words.
        sqlite_where=text("braked = 1"),
    ),
)
