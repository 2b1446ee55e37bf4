"""What a whole look at a video finds, after the decision: measured while it plays once from beginning to end."""

from datetime import datetime
from typing import Literal

from statement_intake.domain.value import Value


class Measurements(Value):
    """What one pass over the whole video measured. Times in seconds; None where there was nothing to measure."""

    #: Seconds of picture that were decoded, and the pictures in it (some decoders leave out what nothing refers to).
    seconds: float
    pictures: int
    #: Integrated loudness in LUFS and the loudness range in LU (EBU R 128, EBU Tech 3342).
    loudness_lufs: float | None = None
    loudness_range_lu: float | None = None
    #: The highest true peak of any channel, in dBTP (ITU-R BS.1770-4).
    true_peak_dbtp: float | None = None
    #: Nothing can be heard from beginning to end.
    silent: bool = False
    #: Of two channels only one carries sound.
    one_sided: bool = False
    #: Seconds of black picture altogether; `black`: it is black from beginning to end.
    black_seconds: float = 0.0
    black: bool = False
    #: Seconds of unmoving picture altogether, and the longest stretch of it.
    frozen_seconds: float = 0.0
    longest_freeze_seconds: float = 0.0
    #: The picture consists of two fields taken at different times.
    interlaced: bool = False
    #: As it is shown: turned upright, with square pixels.
    shown_width: int = 0
    shown_height: int = 0
    #: Complaints of the decoders.
    decoding_errors: int = 0


class Preview(Value):
    """A file that was made of a video."""

    sha256: str
    size: int


class Inspected(Value):
    """What the reader gives back of one video."""

    measurements: Measurements
    contact_sheet: Preview | None = None
    waveform: Preview | None = None
    proxy: Preview | None = None

    @property
    def previews(self) -> tuple[Preview, ...]:
        """Those that there are."""
        return tuple(one for one in (self.contact_sheet, self.waveform, self.proxy) if one is not None)


class Inspection(Value):
    """The inspection of one video, whichever submissions it is part of."""

    #: SHA-256 of the video.
    video: str
    #: "failed": it could not be inspected; that is never a verdict about the video.
    state: Literal["pending", "done", "failed"]
    measurements: Measurements | None = None
    #: SHA-256 of previews in the file store: twelve pictures with time codes (JPEG), the level of the sound over time
    #: (PNG), a small copy for browsers (MP4, H.264 and AAC). None where there is none.
    contact_sheet: str | None = None
    waveform: str | None = None
    proxy: str | None = None
    inspected_at: datetime | None = None
    #: Why the last attempt came to nothing, in plain English; empty if none did.
    problem: str = ""

    @property
    def previews(self) -> tuple[str, ...]:
        """Digests of the previews that there are."""
        return tuple(digest for digest in (self.contact_sheet, self.waveform, self.proxy) if digest)


class PendingInspection(Value):
    """A video that waits to be inspected."""

    video: str
    #: Times that the work was begun, and times a fault ended it.
    starts: int
    faults: int
