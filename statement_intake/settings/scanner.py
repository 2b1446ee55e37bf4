"""Who looks for malware."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator

from statement_intake.settings.table import Table


class ScannerSettings(Table):
    """clamd, if there is one. A file that it cannot scan is noted, and never called clean."""

    #: Its Unix socket, for instance /run/clamav/clamd.ctl; without it nothing is scanned.
    socket: Path | None = None
    #: For one file.
    seconds: Annotated[float, Field(gt=0)] = 120

    @field_validator("socket")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        if path is not None and not path.is_absolute():
            raise ValueError("give the whole path of the socket, such as /run/clamav/clamd.ctl")
        return path
