"""The child that reads hostile bytes: `python -m statement_intake.reading.child MODE ...`, started by `sandbox.py`.

It limits itself before it reads, says one JSON answer on standard output, and never prints a traceback as a verdict.
"""

import argparse
import errno
import json
import os
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from statement_intake.reading.answer import MAXIMUM_ANSWER, Answer
from statement_intake.reading.faults import OverLimits, ReaderEnded, ReaderFault

MEGABYTE = 1_000_000
#: Processes and threads within the sandbox: this one, ffmpeg and its threads.
MAXIMUM_PROCESSES = 256
MAXIMUM_OPEN_FILES = 128
#: The share of the time that may go into measuring; the rest is for reading and answering.
MEASURING = 0.8


def main(arguments: Sequence[str] | None = None) -> int:
    """Read what the command line names and answer. The exit code is 0 whenever an answer was given."""
    options = _options(arguments)
    # Whatever a library prints must not get between the answer and the parent.
    answer_to = os.dup(1)
    os.dup2(2, 1)
    _limit(options)
    with os.fdopen(answer_to, "wb") as stream:
        stream.write(_as_json(_answer(options)))
    return 0


def _as_json(answer: Answer) -> bytes:
    try:
        text = answer.model_dump_json().encode()
    except (ValueError, MemoryError) as error:
        return Answer(ended=f"the facts about it cannot be told ({type(error).__name__})").model_dump_json().encode()
    if len(text) > MAXIMUM_ANSWER:
        return Answer(ended="the facts about it take more room than allowed").model_dump_json().encode()
    return text


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Reads one mail, or one file. Started by statement-intake itself.")
    parser.add_argument("mode", choices=["read", "attach", "examine"])
    parser.add_argument("--input", type=Path, required=True, help="the raw mail, or the file")
    parser.add_argument("--workspace", type=Path, required=True, help="the folder that content goes to")
    parser.add_argument("--name", default='""', help="the file's name as JSON, if MODE is attach")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--memory-megabytes", type=int, required=True)
    parser.add_argument("--output-megabytes", type=int, required=True)
    parser.add_argument("--message-megabytes", type=int, required=True)
    parser.add_argument("--own-user", action="store_true", help="no other process runs under this user")
    return parser.parse_args(arguments)


def _limit(options: argparse.Namespace) -> None:
    """Limits of this process and, inherited, of each program it starts (setrlimit(2))."""
    limits = {
        resource.RLIMIT_AS: options.memory_megabytes * MEGABYTE,
        resource.RLIMIT_CPU: int(options.seconds) + 1,
        resource.RLIMIT_FSIZE: options.output_megabytes * MEGABYTE + MEGABYTE,
        resource.RLIMIT_NOFILE: MAXIMUM_OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    if options.own_user:
        # Outside a user namespace the limit counts every process of the user, the service's own included.
        limits[resource.RLIMIT_NPROC] = MAXIMUM_PROCESSES
    for limit, value in limits.items():
        _, hard = resource.getrlimit(limit)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)  # noqa: PLW2901
        resource.setrlimit(limit, (value, value))


def _answer(options: argparse.Namespace) -> Answer:
    """The answer, whatever happens."""
    try:
        return _read(options)
    except ReaderFault as fault:
        return Answer(fault=str(fault))
    except ReaderEnded as end:
        return Answer(ended=str(end))
    except MemoryError:
        return Answer(ended=f"needed more memory than allowed ({options.memory_megabytes} MB)")
    except OSError as error:
        if error.errno == errno.EFBIG:
            return Answer(ended=f"wrote more than allowed ({options.output_megabytes} MB)")
        if error.errno == errno.ENOMEM:
            return Answer(ended=f"needed more memory than allowed ({options.memory_megabytes} MB)")
        return Answer(fault=f"the reader met {error.strerror or error}")
    except Exception as error:  # noqa: BLE001 - the last line of defence; a verdict is none of it
        return Answer(ended=f"met the unexpected ({type(error).__name__}: {str(error)[:200]})")


def _read(options: argparse.Namespace) -> Answer:
    # Imported after the limits are set: native libraries are loaded under them.
    from statement_intake.reading.attachment import Described, inspect  # noqa: PLC0415
    from statement_intake.reading.mime import read_message  # noqa: PLC0415
    from statement_intake.reading.store import Store  # noqa: PLC0415

    started = time.monotonic()
    output_bytes = options.output_megabytes * MEGABYTE
    if options.mode == "examine":
        from statement_intake.reading.examination import examine  # noqa: PLC0415

        return Answer(ended="\n".join(examine()))
    if options.mode == "read":
        message = read_message(
            options.input,
            options.workspace,
            seconds=options.seconds * MEASURING,
            message_bytes=options.message_megabytes * MEGABYTE,
            output_bytes=output_bytes,
        )
        return Answer(message=message)
    try:
        with options.input.open("rb") as stream:
            stored = Store(options.workspace, output_bytes).keep(iter(lambda: stream.read(MEGABYTE), b""))
    except OverLimits as limit:
        raise ReaderEnded(str(limit)) from limit
    seconds = options.seconds * MEASURING - (time.monotonic() - started)
    return Answer(attachment=inspect(stored, Described(name=json.loads(options.name)), seconds=seconds))


if __name__ == "__main__":
    sys.exit(main())
