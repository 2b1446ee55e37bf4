"""Which authorities a server's certificate may be signed by: read when they have changed, not for each connection."""

import os
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

#: What tells that a file is another one by now: its number, its size, and when it was written in nanoseconds.
_Stamp = tuple[int, int, int]
#: By file of authorities, None for the system's: the stamps it was read under, and what was made of it.
_MADE: dict[Path | None, tuple[tuple[_Stamp, ...], ssl.SSLContext]] = {}


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """What verifies certificate and name by the authorities in *ca_file*, or by the system's. Raises OSError.

    To read the system's takes a processor fifteen milliseconds, more than all else about a connection. It is shared by
    threads and by connections, so nobody may change it; httpx, which says in it that HTTP follows, has its own.
    """
    # Before the reading: what changes meanwhile is then read once more, and not missed.
    stamps = tuple(_stamps(ca_file))
    made = _MADE.get(ca_file)
    if made is None or made[0] != stamps:
        made = _MADE[ca_file] = stamps, ssl.create_default_context(cafile=ca_file)
    return made[1]


def _stamps(ca_file: Path | None) -> Iterator[_Stamp]:
    if ca_file is not None:
        yield _stamp(ca_file)
        return
    system = ssl.get_default_verify_paths()
    for path in filter(None, (system.cafile, system.capath)):
        with suppress(OSError):
            yield _stamp(path)


def _stamp(path: str | Path) -> _Stamp:
    facts = os.stat(path)  # noqa: PTH116 - one of the paths is the system's, and a string
    return facts.st_ino, facts.st_size, facts.st_mtime_ns
