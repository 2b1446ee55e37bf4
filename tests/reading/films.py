"""QuickTime films made by hand, box by box (ISO/IEC 14496-12), for what no encoder writes."""

import struct

#: Leaves everything where it is (section 6.2.2).
_UNTURNED = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_ONE = struct.pack(">I", 1)


def box(name: bytes, *content: bytes) -> bytes:
    """A box."""
    inside = b"".join(content)
    return struct.pack(">I", 8 + len(inside)) + name + inside


def film(pictures: int, *, codec: bytes = b"raw ", side: int = 2, size: int = 16, rate: int = 1000) -> bytes:
    """So many pictures of *size* zeros and *side* times *side* pixels, *rate* of them a second."""
    times = struct.pack(">II", rate, pictures)
    picture = box(
        codec,
        *(bytes(6), struct.pack(">H", 1), bytes(16), struct.pack(">HHII", side, side, 0x480000, 0x480000)),
        *(bytes(4), struct.pack(">H", 1), bytes(32), struct.pack(">Hh", 24, -1)),
    )
    start = box(b"ftyp", b"qt  ", bytes(4), b"qt  ")

    def index(place: int) -> bytes:
        table = box(
            b"stbl",
            box(b"stsd", bytes(4), _ONE, picture),
            box(b"stts", bytes(4), _ONE, struct.pack(">II", pictures, 1)),
            box(b"stsc", bytes(4), _ONE, struct.pack(">III", 1, pictures, 1)),
            box(b"stsz", bytes(4), struct.pack(">II", size, pictures)),
            box(b"stco", bytes(4), _ONE, struct.pack(">I", place)),
        )
        here = box(b"dinf", box(b"dref", bytes(4), _ONE, box(b"url ", _ONE)))
        media = box(
            b"mdia",
            box(b"mdhd", bytes(12), times, bytes(4)),
            box(b"hdlr", bytes(8), b"vide", bytes(13)),
            box(b"minf", box(b"vmhd", bytes(12)), here, table),
        )
        track = box(
            b"tkhd", bytes(12), _ONE, bytes(4), times[4:], bytes(16), _UNTURNED, 2 * struct.pack(">I", side << 16)
        )
        shown = box(
            b"mvhd", bytes(12), times, struct.pack(">IH", 0x10000, 0x100), bytes(10), _UNTURNED, bytes(24), _ONE
        )
        return box(b"moov", shown, box(b"trak", track, media))

    place = len(start) + len(index(0)) + 8
    return start + index(place) + box(b"mdat", bytes(size * pictures))
