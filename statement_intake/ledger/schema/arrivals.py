"""What was seen in the mailboxes."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from statement_intake.ledger.schema.base import Moment, metadata

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
