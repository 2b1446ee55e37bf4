"""A whole look at each video, after its decision: what it finds is added to the record, and never decides.

The receipt does not wait for it. If the process dies meanwhile, the next start begins that video anew; a fault is tried
again a limited number of times and then noted, and is no verdict about the video.
"""

import shutil
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from statement_intake.desk import Desk
from statement_intake.domain.checks.video_inspected import findings_about
from statement_intake.domain.faults import LimitExceeded, SurroundingsFault
from statement_intake.domain.inspection import Inspection, PendingInspection
from statement_intake.logs import where

if TYPE_CHECKING:
    from statement_intake.domain.finding import Finding
    from statement_intake.domain.inspection import Inspected, Measurements
    from statement_intake.domain.message import Attachment

log = structlog.get_logger()

#: The wait after a video's first fault; it doubles with each.
_FIRST_WAIT = timedelta(minutes=5)
#: A process that died this many times over the same video died of it.
_MOST_STARTS = 5


def inspect_waiting(desk: Desk, stopping: Callable[[], bool]) -> None:
    """Inspect every video whose time has come. Raises SurroundingsFault, OSError: then nothing counts against it."""
    for waiting in desk.ledger.inspections.due(desk.clock()):
        if stopping():
            return
        _inspect(waiting, desk)


def _inspect(waiting: PendingInspection, desk: Desk) -> None:
    inspections, video = desk.ledger.inspections, waiting.video
    if waiting.starts >= _MOST_STARTS or waiting.faults >= desk.attempts:
        _give_up(video, "given up after several attempts", desk)
        return
    if not desk.files.holds(video):
        _give_up(video, "the video is not in the store any more", desk)
        return
    inspections.begin(video)
    try:
        _look(video, desk)
    except LimitExceeded as limit:
        # The same would end the next attempt.
        _give_up(video, str(limit), desk)
    except (SurroundingsFault, OSError):
        inspections.interrupted(video)
        raise
    except Exception as error:  # noqa: BLE001 - one video's trouble must not stop the others
        inspections.fault(video, where(error), desk.clock() + _FIRST_WAIT * 2**waiting.faults)
        log.error("a fault of ours with a video, to be tried again", video=video, problem=where(error))  # noqa: TRY400


def _look(video: str, desk: Desk) -> None:
    workspace = desk.files.workspace()
    try:
        found = desk.reader.inspect(desk.files.path(video), workspace)
        with desk.files.adding():
            for preview in found.previews:
                desk.files.adopt(workspace / preview.sha256, preview.sha256)
            desk.ledger.inspections.done(_inspection(video, found, desk), desk.clock(), _judge(found.measurements))
    finally:
        shutil.rmtree(workspace, ignore_errors=True)
    log.info("inspected", video=video, seconds=found.measurements.seconds, loudness=found.measurements.loudness_lufs)


def _judge(measured: "Measurements") -> Callable[["Attachment"], Sequence["Finding"]]:
    return lambda video: tuple(findings_about(video, measured))


def _inspection(video: str, found: "Inspected", desk: Desk) -> Inspection:
    return Inspection(
        video=video,
        state="done",
        measurements=found.measurements,
        contact_sheet=found.contact_sheet.sha256 if found.contact_sheet else None,
        waveform=found.waveform.sha256 if found.waveform else None,
        proxy=found.proxy.sha256 if found.proxy else None,
        inspected_at=desk.clock(),
    )


def _give_up(video: str, why: str, desk: Desk) -> None:
    desk.ledger.inspections.failed(video, why, desk.clock())
    log.warning("a video cannot be inspected", video=video, problem=why)
