"""Serves the console in a thread of its own, beside the service or alone."""

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI

#: How long a page that is being made has when the console stops, in seconds.
_PATIENCE = 5


@dataclass
class Served:
    """A console that answers until it is stopped."""

    host: str
    port: int
    _server: uvicorn.Server
    _thread: threading.Thread

    @property
    def address(self) -> str:
        """Where it answers on this machine."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    def stop(self) -> None:
        """Finish what is under way, and stop."""
        self._server.should_exit = True
        self._thread.join(2 * _PATIENCE)


def serve(build: Callable[[int], FastAPI], host: str, port: int) -> Served:
    """Serve what *build* makes for the port that was got (0: any). Raises OSError where the port cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family)
    port = int(listening.getsockname()[1])
    configuration = uvicorn.Config(
        build(port),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="off",
        timeout_graceful_shutdown=_PATIENCE,
    )
    server = uvicorn.Server(configuration)
    thread = threading.Thread(target=lambda: server.run([listening]), name="console", daemon=True)
    thread.start()
    return Served(host, port, server, thread)
