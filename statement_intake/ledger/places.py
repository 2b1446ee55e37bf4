"""Where a message is, in its row: the four columns of a key."""

from sqlalchemy import ColumnElement, Row

from statement_intake.domain.records import MessageKey
from statement_intake.ledger.schema import messages


def here(key: MessageKey) -> ColumnElement[bool]:
    """The row of the message with that key."""
    return (
        (messages.c.mailbox == key.mailbox)
        & (messages.c.folder == key.folder)
        & (messages.c.uidvalidity == key.uidvalidity)
        & (messages.c.uid == key.uid)
    )


def key_at(row: Row[tuple[object, ...]]) -> MessageKey:
    """The key of the message whose row it is."""
    return MessageKey(mailbox=row.mailbox, folder=row.folder, uidvalidity=row.uidvalidity, uid=row.uid)
