"""Structured logs on standard error: one line per step, with the reference, so that one mail can be followed.

The doors import this before anything else that logs.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

from prometheus_client import Counter

from statement_intake.withheld import withheld

# It would colour tracebacks with rich, of which there are none in our lines, and look for greenlets, of which there
# are none in our process: 13 MiB for nothing.
with withheld("rich", "greenlet"):
    import structlog

#: What happened, by the fixed words of the log lines.
EVENTS = Counter("statement_intake_events", "Log lines, by what they say.", ["event", "level"], registry=None)


class _Unfailing:
    """A stream that loses what it cannot write: a full disk under the log must not keep statements from being read.

    What is lost is counted.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        """Write it, or count that it is lost."""
        try:
            self._stream.write(text)
        except OSError:
            EVENTS.labels("a log line was lost", "error").inc()

    def flush(self) -> None:
        """Flush it, if that can be done."""
        with suppress(OSError):
            self._stream.flush()


def configure_logs(*, quiet: bool = False) -> None:
    """Human-readable on a terminal, key=value lines elsewhere. *quiet*: warnings and errors only."""
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    # A round that outlasts the interval is no trouble: the next one follows when it ends.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            _counted,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _lists_as_words,
            *(_for_people() if terminal else _for_programs()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", _Unfailing(sys.stderr))),
        cache_logger_on_first_use=False,
    )


def _for_people() -> tuple[structlog.types.Processor, ...]:
    return (structlog.dev.ConsoleRenderer(colors=True),)


def _for_programs() -> tuple[structlog.types.Processor, ...]:
    first = ("timestamp", "level", "reference", "event")
    return (
        structlog.processors.format_exc_info,
        structlog.processors.LogfmtRenderer(key_order=first, drop_missing=True, bool_as_flag=False),
    )


def _counted(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    EVENTS.labels(event["event"], event["level"]).inc()
    return event


def _lists_as_words(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, list | tuple):
            event[key] = ",".join(str(item) for item in value)
    return event


def where(error: BaseException) -> str:
    """The kind of an error and the place it comes from, without its text, which may quote a mail."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place
