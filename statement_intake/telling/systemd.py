"""Tells systemd how it goes (sd_notify(3)): ready, alive, stopping. Without systemd it says nothing."""

import os
import socket
from contextlib import suppress


def tell(state: str) -> None:
    """Send one state, such as "READY=1". Never raises: a service that works does not fail over its supervisor."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        # Linux's abstract namespace.
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notify:
        notify.sendto(state.encode(), address)


def watchdog_seconds() -> float | None:
    """How often systemd wants to hear that we are alive; None where it does not ask (sd_watchdog_enabled(3))."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    ours = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(microseconds) / 1_000_000 if microseconds.isdecimal() and ours else None
