"""The step *read*: a raw mail becomes a Message, its attachments files in a workspace."""

from pathlib import Path

import structlog

from statement_intake.desk import Desk, headers_of
from statement_intake.domain.faults import LimitExceeded, SurroundingsFault
from statement_intake.domain.message import Message
from statement_intake.domain.records import Arrival

log = structlog.get_logger()


class MessageTrouble(Exception):  # noqa: N818 - it counts against this message, and nothing else
    """One message cannot be worked on, though others can; the text says why."""


def read(arrival: Arrival, workspace: Path, desk: Desk) -> Message:
    """Read the raw mail in the reader's sandbox; its attachments come into *workspace*.

    Raises MessageTrouble, SurroundingsFault, OSError.
    """
    if not desk.files.holds(arrival.raw_sha256):
        raise MessageTrouble("its raw mail is not in the store")
    if desk.files.size(arrival.raw_sha256) < arrival.size:
        # Only its header was kept, whatever the limit has become since.
        return Message(headers=headers_of(arrival, desk), over_limits=f"it has {arrival.size // 1_000_000} MB")
    try:
        with desk.files.decoded(arrival.raw_sha256) as decoded:
            message = desk.reader.read(desk.files.path(arrival.raw_sha256), workspace, decoded)
    except LimitExceeded as limit:
        log.warning("a limit ended the reader", reference=arrival.reference, limit=str(limit))
        message = Message(headers=headers_of(arrival, desk), over_limits=str(limit))
    except SurroundingsFault as fault:
        # Is it this mail or the reader? If these two find fault, too, nothing can be read, and no mail is blamed.
        desk.files.require_room(2 * arrival.size)
        desk.reader.examine()
        raise MessageTrouble(str(fault)) from fault
    log.info(
        "read",
        reference=arrival.reference,
        attachments=len(message.attachments),
        seconds=[attachment.video.seconds for attachment in message.attachments if attachment.video],
    )
    return message
