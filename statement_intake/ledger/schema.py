"""The tables. Migrations in migrations/ bring a ledger here; a test proves that they do."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
    true,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Aware in, UTC stored; a naive moment is a fault of ours."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be recorded")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """UTC out, aware."""
        return None if value is None else value.replace(tzinfo=UTC)


#: How far each folder has been looked through.
folders = Table(
    "folders",
    metadata,
    Column("mailbox", String(100), primary_key=True),
    Column("folder", String(500), primary_key=True),
    Column("uidvalidity", String(40), nullable=False),
    #: The highest UID up to which every message has a row.
    Column("high_uid", String(300)),
    #: After a change of UIDVALIDITY, the highest UID whose letters wait for a person.
    Column("careful_until", String(300)),
    Column("compared_at", Moment),
)

#: A row for every message of every folder; of other people's mail it holds no more than key, date and reason.
messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mailbox", String(100), nullable=False),
    Column("folder", String(500), nullable=False),
    Column("uidvalidity", String(40), nullable=False),
    Column("uid", String(300), nullable=False),
    #: INTERNALDATE, or the topmost Received date where that is earlier.
    Column("received_at", Moment, nullable=False),
    #: "refused" (the server does not hand it out), "received" (the raw mail is in the store) or "decided".
    Column("state", String(10), nullable=False),
    Column("outcome", String(10)),
    #: The code of the strongest finding.
    Column("reason", String(60)),
    #: Becomes the submission's reference; NULL for mail that was never downloaded.
    Column("reference", String(20), unique=True),
    Column("size", Integer),
    Column("raw_sha256", String(64)),
    #: Content identity: a second mail with the same one gets no second decision and no second reply.
    Column("identity", String(64), unique=True),
    Column("message_id", String(300)),
    Column("sender", String(330)),
    #: "pass", "fail" or "unknown": the word of our own mail server about the sender when it was decided.
    Column("authentication", String(10)),
    #: What the reader found (a Message), as JSON.
    Column("facts", JSON),
    Column("submission_id", Integer, ForeignKey("submissions.id")),
    #: The revision of its submission that it brought.
    Column("revision", Integer),
    #: Times the work on it was begun, and times a fault of its own ended it.
    Column("starts", Integer, nullable=False, default=0),
    Column("faults", Integer, nullable=False, default=0),
    Column("next_attempt_at", Moment),
    Column("last_fault", Text),
    #: "none", "pending" or "done".
    Column("mark", String(10), nullable=False, default="none"),
    #: Its letter waits for a person, whatever the mode.
    Column("letters_wait", Boolean, nullable=False, default=False),
    UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
    Index(None, "state", "next_attempt_at"),
    Index(None, "mark"),
    Index(None, "message_id"),
    Index(None, "sender"),
    Index(None, "submission_id"),
    Index(None, "raw_sha256"),
)

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
        postgresql_where=text("needs_person <> ''"),
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
        postgresql_where=text("braked"),
    ),
)

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
