"""What the local servers have in common: programs to find, ports to choose, and how they fail."""

import os
import shutil
import socket

from statement_intake.domain.faults import SurroundingsFault

HOST = "127.0.0.1"
#: How long a server may take to answer its first connection, or to end.
PATIENCE_SECONDS = 20.0
#: Between finding a port free and taking it, another process may take it: so often another one is tried.
ATTEMPTS = 3


class LocalServerError(SurroundingsFault):
    """A local server cannot be had. The text says what is missing, or quotes the server's log."""


def program(name: str, package: str) -> str:
    """The path of the program *name*, also where only root's search path has it. Raises LocalServerError."""
    # Debian keeps servers in /usr/sbin, which is not in an ordinary user's PATH.
    path = shutil.which(name) or shutil.which(name, path=os.pathsep.join(("/usr/sbin", "/usr/local/sbin", "/sbin")))
    if path is None:
        raise LocalServerError(f"{name} is not installed (on Debian: apt-get install {package})")
    return path


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port
