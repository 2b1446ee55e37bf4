"""What the messages are understood to be, and what was decided about it."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
    true,
)

from statement_intake.ledger.schema.base import Moment, metadata

submissions = Table(
    "submissions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reference", String(20), nullable=False, unique=True),
    Column("received_at", Moment, nullable=False),
    Column("sender", String(330), nullable=False),
    Column("subject", Text, nullable=False),
    Column("meeting", String(60)),
    Column("party", String(20)),
    Column("party_name", String(200)),
    Column("on_behalf_of", String(20)),
    #: Codes of the other States of a joint statement, a JSON list.
    Column("together_with", JSON, nullable=False),
    #: Agenda items, a JSON list.
    Column("items", JSON, nullable=False),
    Column("kind", String(10)),
    Column("outcome", String(10), nullable=False),
    #: current, superseded, withdrawal_requested, withdrawn.
    Column("standing", String(24), nullable=False),
    Column("superseded_by", String(20)),
    #: The submission whose letter its mail answers.
    Column("answers", String(20)),
    Column("revision", Integer, nullable=False),
    #: What officers corrected (a Mending by codes), as JSON.
    Column("mending", JSON, nullable=False),
    #: What has gone since its time was over (Stages), separated by spaces; empty while all is kept.
    Column("purged", String(30), nullable=False, server_default=""),
    #: Why a person has to look although it is decided; empty if nobody has to. An officer's verdict clears it.
    Column("needs_person", Text, nullable=False, server_default=""),
    Index(None, "meeting", "party"),
    Index(None, "outcome", "received_at"),
    Index(None, "standing", "received_at"),
    #: Few at any time: found without a look at the others.
    Index(
        "ix_submissions_needs_person",
        "received_at",
        sqlite_where=text("needs_person <> ''"),
    ),
    Index(None, "received_at"),
    Index(None, "sender"),
    Index(None, "party_name"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission_id", Integer, ForeignKey("submissions.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("decided_at", Moment, nullable=False),
    #: "service", or the officer's name.
    Column("actor", String(100), nullable=False),
    Column("action", String(20), nullable=False),
    Column("because", Text, nullable=False),
    #: What was known of the sender (SenderFacts), as JSON.
    Column("sender", JSON),
    UniqueConstraint("submission_id", "revision"),
)

findings = Table(
    "findings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("decision_id", Integer, ForeignKey("decisions.id"), nullable=False),
    Column("code", String(60), nullable=False),
    Column("effect", String(10), nullable=False),
    Column("message", Text, nullable=False),
    Column("detail", JSON, nullable=False),
    Index(None, "decision_id"),
    Index(None, "code"),
)

#: The files of a submission: those that its current decision sees, and those whose place they have taken.
files = Table(
    "files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission_id", Integer, ForeignKey("submissions.id"), nullable=False),
    Column("role", String(12), nullable=False),
    Column("name", String(300), nullable=False),
    Column("media_type", String(120), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("seconds", Float),
    #: Who added it, for a file that did not come with the mail.
    Column("added_by", String(100)),
    #: False once the content has gone; its digest stays.
    Column("kept", Boolean, nullable=False, server_default=true()),
    #: The revision in which another file took its place; NULL for the files that count.
    Column("replaced", Integer),
    #: What the reader found (an Attachment), as JSON.
    Column("facts", JSON, nullable=False),
    Index(None, "submission_id"),
    Index(None, "sha256"),
)

#: The inspection of each video (an Inspection), whichever submissions it is part of.
inspections = Table(
    "inspections",
    metadata,
    Column("video", String(64), primary_key=True),
    #: pending, done, failed.
    Column("state", String(10), nullable=False),
    #: Times the work on it was begun, and times a fault ended it.
    Column("starts", Integer, nullable=False, default=0),
    Column("faults", Integer, nullable=False, default=0),
    Column("next_attempt_at", Moment),
    Column("problem", Text, nullable=False, default=""),
    #: What was measured (Measurements), as JSON.
    Column("measurements", JSON),
    #: SHA-256 of the previews in the file store.
    Column("contact_sheet", String(64)),
    Column("waveform", String(64)),
    Column("proxy", String(64)),
    Column("inspected_at", Moment),
    Index(None, "state", "next_attempt_at"),
    Index(None, "contact_sheet"),
    Index(None, "waveform"),
    Index(None, "proxy"),
)
