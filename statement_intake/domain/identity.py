"""Is this the same mail as another one? Delegations write to two addresses; a gateway adds a banner to one copy."""

import hashlib
import json

from statement_intake.domain.message import Category, Message


def content_identity(message: Message) -> str:
    """The SHA-256 over From, Message-ID, Date and the digests of the attachments; where there are none, the text.

    Senders choose their Message-IDs, so it never counts alone. The text stands in for the raw mail because two copies
    of one mail never have the same Received fields. Pictures shown inside the text do not count: a gateway's banner
    brings its own.
    """
    headers = message.headers
    content = sorted(
        attachment.sha256
        for attachment in message.attachments
        if not (attachment.inline and attachment.category is Category.IMAGE)
    )
    if not content:
        content = [" ".join(message.text.split()), headers.subject]
    parts = [
        [address.key for address in headers.sender],
        headers.message_id or "",
        *(headers.all("date")[:1] or ("",)),
        content,
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()
