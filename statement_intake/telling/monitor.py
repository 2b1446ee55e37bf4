"""What monitoring asks over HTTP: /metrics in Prometheus' text format, and /healthz."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from statement_intake.logs import EVENTS

if TYPE_CHECKING:
    from statement_intake.ledger.ledger import Ledger

log = structlog.get_logger()

_SECONDS_FOR_A_REQUEST = 10


class Gauges(Collector):
    """Reads the ledger whenever it is asked; nothing has to be counted along the way, or survives a restart wrongly."""

    def __init__(self, ledger: "Ledger", clock: Callable[[], datetime]) -> None:
        self._ledger, self._clock = ledger, clock

    def collect(self) -> Iterator[Metric]:
        """Everything that can be told from the ledger."""
        figures, now = self._ledger.figures.read(), self._clock()
        yield _by("submissions", "Submissions by outcome as they stand.", "outcome", figures.outcomes)
        yield _by("messages", "Messages by state.", "state", figures.messages)
        yield _by("letters", "Letters by state.", "state", figures.letters)
        ages = {"intake": figures.oldest_message, "outbox": figures.oldest_letter, "held": figures.oldest_held}
        seconds = {queue: (now - since).total_seconds() for queue, since in ages.items() if since}
        yield _by("oldest_seconds", "Age of the oldest entry of a queue.", "queue", seconds)
        polled = {pulse.what: pulse.worked_at.timestamp() for pulse in self._ledger.pulses.all() if pulse.worked_at}
        yield _by("last_success_timestamp_seconds", "When it last worked.", "what", polled)


def _by(name: str, text: str, label: str, values: dict[str, float] | dict[str, int]) -> Metric:
    family = GaugeMetricFamily(f"statement_intake_{name}", text, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


class Monitor:
    """Answers for one ledger."""

    def __init__(self, ledger: "Ledger", clock: Callable[[], datetime], stale: timedelta) -> None:
        """*stale*: what has not worked for so long makes the service ill: a mailbox, the intake, the outbox."""
        self._ledger, self._clock, self._stale = ledger, clock, stale
        self._registry = CollectorRegistry()
        self._registry.register(Gauges(ledger, clock))
        self._registry.register(EVENTS)

    def metrics(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self._registry)

    def health(self) -> tuple[bool, dict[str, object]]:
        """Whether everything that must work does, and what is known."""
        now, pulses = self._clock(), self._ledger.pulses.all()
        ill = [pulse.what for pulse in pulses if pulse.is_ill(now, self._stale)]
        told = {
            pulse.what: {
                "last_success": pulse.worked_at.isoformat() if pulse.worked_at else None,
                "failing_since": pulse.failing_since.isoformat() if pulse.failing_since else None,
            }
            for pulse in pulses
        }
        return not ill, {"healthy": not ill, "ill": ill, "pulses": told}

    def answer(self, path: str) -> tuple[HTTPStatus, str, bytes]:
        """Status, type and body for a path."""
        if path == "/metrics":
            return HTTPStatus.OK, CONTENT_TYPE_LATEST, self.metrics()
        if path == "/healthz":
            well, told = self.health()
            status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
            return status, "application/json", json.dumps(told).encode()
        return HTTPStatus.NOT_FOUND, "text/plain", b"/metrics and /healthz are here\n"


@contextmanager
def serving(monitor: Monitor, host: str, port: int | None) -> Iterator[int | None]:
    """Answer on *host* and *port* as long as the context lasts; the port that was taken, None where none is wanted.

    Raises OSError where the port is taken already.
    """
    if port is None:
        yield None
        return
    server = ThreadingHTTPServer((host, port), _handler(monitor))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="monitor", daemon=True)
    thread.start()
    log.info("monitoring answers", host=host, port=server.server_port)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(monitor: Monitor) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        #: A client that says nothing does not keep a thread.
        timeout = _SECONDS_FOR_A_REQUEST
        server_version = "statement-intake"
        sys_version = ""

        def do_GET(self) -> None:
            """Answer; a ledger that cannot be read is ill, not silent."""
            try:
                status, kind, body = monitor.answer(self.path.partition("?")[0])
            except Exception as error:  # noqa: BLE001 - whatever it is, monitoring has to hear that something is wrong
                status, kind, body = HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", f"{type(error).__name__}\n".encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Requests of monitoring are no events."""

    return Handler
