"""Whether a transport stream (ISO/IEC 13818-1) ends in the middle of a picture or of a piece of sound.

It does not say how long it is, and whoever cuts it between two packets leaves nothing behind that is malformed. But
each unit (PES packet) begins in a packet of its own. So the last packet of the unit before is stuffed, unless what is
left of it fills that to the octet, which is so once in 184 times; and small units say how long they are.
"""

from collections.abc import Iterable
from dataclasses import dataclass

_START_OF_UNIT = b"\0\0\1"
#: The octets that an adaptation field's flags announce (section 2.4.3.4): two clocks, and a splice's countdown.
_ANNOUNCED = ((0x10, 6), (0x08, 6), (0x04, 1))
#: Flags of fields whose length would have to be read: what has them counts as stuffed.
_OTHERS = 0x03


@dataclass
class _Unit:
    """The unit that a stream is in. Octets."""

    #: As announced, its header included; 0: not announced.
    size: int
    seen: int = 0
    #: The last packet holds less of it than it could.
    stuffed: bool = False

    @property
    def finished(self) -> bool:
        return self.seen >= self.size if self.size else self.stuffed


def is_unfinished(packets: Iterable[bytes]) -> bool:
    """Whether *packets*, of 188 octets each, the last of a file, leave a unit of any stream unfinished."""
    units: dict[int, _Unit] = {}
    for packet in packets:
        if len(packet) < 188 or packet[0] != ord("G") or packet[3] & 0x10 == 0:  # noqa: PLR2004 - no payload in it
            continue
        stream = int.from_bytes(packet[1:3], "big") & 0x1FFF
        extra = packet[4] + 1 if packet[3] & 0x20 else 0
        payload = packet[4 + extra :]
        if packet[1] & 0x40:
            units.pop(stream, None)
            if payload.startswith(_START_OF_UNIT) and len(payload) >= 6:  # noqa: PLR2004 - up to its size
                size = int.from_bytes(payload[4:6], "big")
                units[stream] = _Unit(size + 6 if size else 0)
        if unit := units.get(stream):
            unit.seen += len(payload)
            unit.stuffed = _is_stuffed(packet[4 : 4 + extra])
    return any(not unit.finished for unit in units.values())


def _is_stuffed(field: bytes) -> bool:
    """Whether an adaptation field is longer than what it holds; one of a single octet is nothing but stuffing."""
    if len(field) <= 1:
        return len(field) == 1
    needed = 2 + sum(size for flag, size in _ANNOUNCED if field[1] & flag)
    return len(field) > needed or field[1] & _OTHERS != 0
