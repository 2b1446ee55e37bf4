"""A request to a warden, with its mail where it can be seen: bubblewrap's jail shows nothing but the workspaces."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from statement_intake.domain.decoded import Decoded
from statement_intake.reading.answer import Mode, Request, Run
from statement_intake.reading.gate import Gate


@contextmanager
def shown_to(  # noqa: PLR0913 - the gate, and what a request says
    gate: Gate, mode: Mode, source: Path, workspace: Path, name: str, decoded: Sequence[Decoded] = ()
) -> Iterator[Request]:
    """The request; the mail is shown as long as the context lasts. Raises OSError."""
    if not gate.jailed:
        yield Request(mode=mode, source=str(source), workspace=str(workspace), name=name)
        return
    shown = gate.root / f"{workspace.name}.input"
    try:
        _show(source, shown)
        # The jail shows what lies in the root, and no more.
        runs = tuple(_run(known) for known in decoded if Path(known.path).resolve().parent == gate.root)
        yield Request(mode=mode, source=shown.name, workspace=workspace.name, name=name, runs=runs)
    finally:
        shown.unlink(missing_ok=True)


def _run(known: Decoded) -> Run:
    return Run(start=known.start, end=known.end, sha256=known.sha256, size=known.size, source=Path(known.path).name)


def _show(source: Path, shown: Path) -> None:
    """Give *source* a second name, or copy it where that cannot be."""
    try:
        if source.is_file():
            os.link(source, shown)
            return
    except OSError:
        pass  # another file system, or another user's file
    with source.open("rb") as stream, shown.open("wb") as copy:
        shutil.copyfileobj(stream, copy)
