"""What the demo's console needs: a port that is free, a password that can be typed, the command as it is typed here."""

import secrets
import socket
import sys
from contextlib import suppress
from pathlib import Path

#: Where people expect it.
_PORT = 8080
_WORDS = (
    "agenda", "amber", "anchor", "atlas", "basil", "cedar", "clover", "compass", "copper", "coral", "delta", "ember",
    "fable", "fjord", "garnet", "harbour", "hazel", "indigo", "ivory", "jasper", "juniper", "kestrel", "lantern",
    "linden", "lotus", "maple", "marble", "meadow", "nectar", "oasis", "olive", "opal", "orchid", "pebble", "pepper",
    "plum", "quartz", "raven", "river", "saffron", "sage", "silver", "sparrow", "summit", "tango", "thistle", "topaz",
    "tulip", "velvet", "violet", "walnut", "willow",
)  # fmt: skip
#: Five of 52 words are 28 bits: enough for a demo on loopback whose logins are slowed down.
_LONG = 5


def passphrase() -> str:
    """Some words, by chance."""
    return "-".join(secrets.choice(_WORDS) for _ in range(_LONG))


def free_port() -> int:
    """8080, or any other where somebody has that."""
    for port in (_PORT, 0):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)) as taken:
            return int(taken.getsockname()[1])
    return _PORT


def typed() -> str:
    """The command, as it can be typed in this folder."""
    beside = Path(sys.executable).parent / "statement-intake"
    if not beside.exists():
        return f"{sys.executable} -m statement_intake"
    return str(beside.relative_to(Path.cwd()) if beside.is_relative_to(Path.cwd()) else beside)
