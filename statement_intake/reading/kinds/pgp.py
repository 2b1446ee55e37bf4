"""Files that are encrypted with OpenPGP (RFC 9580), told by their first packet, which says with what the rest opens."""

from statement_intake.domain.message import OPENPGP, Category
from statement_intake.reading.kinds.kind import Kind

#: Like an archive that is not opened: what seems to be missing may lie in it.
ENCRYPTED = Kind(OPENPGP, Category.ARCHIVE, "pgp", "an encrypted message", encrypted=True)

#: Packets (section 5): a session key for a public key, one for a password, and what may come behind it.
_FOR_A_KEY, _FOR_A_PASSWORD = 1, 3
_BEHIND = frozenset({_FOR_A_KEY, _FOR_A_PASSWORD, 9, 18, 20})
#: Versions of those packets, and of the ways to make a key of a password (section 3.7).
_KEY_VERSIONS, _PASSWORD_VERSIONS, _WAYS = {3, 6}, {4, 5, 6}, {0, 1, 3, 4}
#: Octets of such a packet's content, with the longest keys that there are.
_SHORTEST, _LONGEST = 4, 4_096
_TAGGED, _NEW_FORMAT = 0x80, 0x40


def is_encrypted(head: bytes) -> bool:
    """Whether *head* begins with a session key, and something to be opened stands behind it."""
    tag, start, size = _packet(head)
    content = head[start : start + size]
    if not _SHORTEST <= size <= _LONGEST or len(content) < size:
        return False
    if tag == _FOR_A_KEY:
        known = content[0] in _KEY_VERSIONS
    else:
        # Versions 5 and 6 say more before they say the way.
        known = tag == _FOR_A_PASSWORD and content[0] in _PASSWORD_VERSIONS
        known = known and (content[0] != min(_PASSWORD_VERSIONS) or content[2] in _WAYS)
    return known and _packet(head[start + size :])[0] in _BEHIND


def _packet(head: bytes) -> tuple[int, int, int]:
    """Its tag, where its content begins, and how many octets that has (section 4.2); 0, 0, 0 for what is none."""
    if len(head) < 2 or not head[0] & _TAGGED:  # noqa: PLR2004 - a tag and a length
        return 0, 0, 0
    if not head[0] & _NEW_FORMAT:
        octets = (1, 2, 4, 0)[head[0] & 3]
        return head[0] >> 2 & 0xF, 1 + octets, int.from_bytes(head[1 : 1 + octets])
    first = head[1]
    if first < 192:  # noqa: PLR2004 - section 4.2.1.1
        return head[0] & 0x3F, 2, first
    if first < 224:  # noqa: PLR2004 - section 4.2.1.2
        return head[0] & 0x3F, 3, (first - 192 << 8) + head[2] + 192 if len(head) > 2 else 0  # noqa: PLR2004
    if first == 255:  # noqa: PLR2004 - section 4.2.1.3
        return head[0] & 0x3F, 6, int.from_bytes(head[2:6])
    # In pieces (section 4.2.1.4), as only what is encrypted is.
    return head[0] & 0x3F, 2, 1 << (first & 0x1F)
