"""The Message-IDs of our letters: the same for the same letter whenever it is written, and not to be guessed."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field

#: Octets of the authentication code that a Message-ID carries: 120 bits, 24 letters.
_OCTETS = 15
_OURS = re.compile(r"<(?P<letter>[^<>@\s]{1,60}\.[1-9][0-9]{0,8})\.(?P<code>[a-z2-7]{24})@[^<>@\s]+>")


@dataclass(frozen=True)
class MessageIds:
    """Makes Message-IDs, and knows its own again without a look into the ledger: after a restored backup, too.

    The reference is in the letter for everybody to read; only the key makes a Message-ID of it. So nobody can send, in
    advance, a mail that would be taken for an answer of ours or for an answer to it.
    """

    #: Kept with the ledger, never shown.
    key: bytes = field(repr=False)

    def make(self, reference: str, revision: int, domain: str) -> str:
        """The Message-ID, with angle brackets, of the letter that goes with that revision of a submission."""
        letter = f"{reference}.{revision}"
        return f"<{letter}.{self._code(letter)}@{domain}>"

    def made(self, message_id: str | None) -> bool:
        """Whether it is one of ours; what stands behind the @ does not matter, for a sender address may change."""
        match = _OURS.fullmatch(message_id or "")
        return match is not None and hmac.compare_digest(self._code(match["letter"]), match["code"])

    def _code(self, letter: str) -> str:
        digest = hmac.digest(self.key, letter.encode(), hashlib.sha256)
        return base64.b32encode(digest[:_OCTETS]).decode("ascii").lower()
