"""Understands what ffmpeg's measuring filters print about each picture and each tenth of a second of sound."""

import math
from dataclasses import dataclass, field
from typing import NamedTuple

from statement_intake.domain.inspection import Measurements

#: A picture counts as black if so many per cent of its pixels are.
_BLACK = 98
#: What may be missing of "from beginning to end", in seconds and as a share: a flash between two programmes.
_WHOLLY_SECONDS, _WHOLLY_SHARE = 1.0, 0.99
#: EBU R 128's gate: no block of sound was louder than this, in LUFS. And a peak that none hears, in dB.
_GATE, _INAUDIBLE = -70.0, -50.0
#: A channel this much below the other carries no more than what coding lets through, in dB.
_ONE_SIDE = 26.0
#: Pictures whose fields were judged, and the share of them that makes a video interlaced.
_JUDGED, _FIELDS_SHARE = 6, 0.75
#: Tenths of a second that are kept for drawing: almost three hours.
_MOST_LEVELS = 100_000
_FLOOR = -120.0


class Level(NamedTuple):
    """A tenth of a second of sound."""

    #: When it begins, in seconds.
    start: float
    #: Highest sample and mean level, in dB below full scale.
    peak: float
    mean: float
    #: Momentary loudness (EBU Tech 3341), in LUFS.
    momentary: float


@dataclass
class Meter:
    """Collects what one pass over a video prints. Times in seconds."""

    levels: list[Level] = field(default_factory=list)
    pictures: int = 0
    black_seconds: float = 0.0
    _now: float = 0.0
    _values: dict[str, float] = field(default_factory=dict)
    _first_picture: float | None = None
    _last_picture: float = 0.0
    _was_black: bool = False
    _frozen_since: float | None = None
    _freezes: list[float] = field(default_factory=list)
    _fields: int = 0
    _progressive: int = 0
    _rest: bytes = b""

    def feed(self, block: bytes) -> None:
        """Take the next piece of output."""
        *lines, self._rest = (self._rest + block).split(b"\n")
        for line in lines:
            name, _, value = line.decode("ascii", "replace").partition("=")
            if name.startswith("frame:"):
                self._now = _number(name.rpartition("pts_time:")[2])
            elif name == "lavfi.idet.single.current_frame":
                self._fields += value in {"tff", "bff"}
                self._progressive += value == "progressive"
            elif name.startswith("lavfi."):
                self._take(name[len("lavfi.") :], _number(value))

    def _take(self, name: str, value: float) -> None:
        if name == "blackframe.pblack":
            self._picture(black=value >= _BLACK)
        elif name == "freezedetect.freeze_start":
            self._frozen_since = value
        elif name == "freezedetect.freeze_duration":
            self._freezes.append(value)
            self._frozen_since = None
        else:
            self._values[name] = value
            if name == "astats.Overall.RMS_level" and len(self.levels) < _MOST_LEVELS:
                peak = self._values.get("astats.Overall.Peak_level", _FLOOR)
                self.levels.append(Level(self._now, peak, value, self._values.get("r128.M", _FLOOR)))

    def _picture(self, *, black: bool) -> None:
        if self._first_picture is None:
            self._first_picture = self._now
        elif self._was_black:
            self.black_seconds += self._now - self._last_picture
        self.pictures += 1
        self._was_black, self._last_picture = black, self._now

    def measurements(self, *, shown: tuple[int, int], errors: int) -> Measurements:
        """Everything that was measured. *shown*: width and height; *errors*: complaints of the decoders."""
        first = self._first_picture or 0.0
        usual = (self._last_picture - first) / (self.pictures - 1) if self.pictures > 1 else 0.0
        seconds = self._last_picture - first + usual if self.pictures else 0.0
        black = self.black_seconds + (usual if self._was_black else 0.0)
        freezes = [*self._freezes]
        if self._frozen_since is not None:
            freezes.append(max(0.0, self._last_picture + usual - self._frozen_since))
        heard = bool(self.levels)
        loudness = self._values.get("r128.I", _GATE)
        peak = self._true_peak("r128.true_peak")
        return Measurements(
            seconds=round(seconds, 3),
            pictures=self.pictures,
            loudness_lufs=round(loudness, 1) if heard and loudness > _GATE else None,
            loudness_range_lu=round(self._values.get("r128.LRA", 0.0), 1) if heard else None,
            true_peak_dbtp=round(peak, 1) if heard else None,
            silent=heard and loudness <= _GATE and peak <= _INAUDIBLE,
            one_sided=heard and self._is_one_sided(),
            black_seconds=round(black, 3),
            black=self.pictures > 0 and black >= max(seconds * _WHOLLY_SHARE, seconds - _WHOLLY_SECONDS),
            frozen_seconds=round(sum(freezes), 3),
            longest_freeze_seconds=round(max(freezes, default=0.0), 3),
            interlaced=self._fields >= _JUDGED and self._fields >= _FIELDS_SHARE * (self._fields + self._progressive),
            shown_width=shown[0],
            shown_height=shown[1],
            decoding_errors=errors,
        )

    def _true_peak(self, name: str) -> float:
        """A true peak in dB. Some versions print the amplitude instead: then it fits the samples' own peak."""
        value = self._values.get(name, 0.0)
        samples = max((level.peak for level in self.levels), default=_FLOOR)
        amplitude = 20 * math.log10(value) if value > 0 else _FLOOR
        return min((value, amplitude), key=lambda peak: abs(peak - max(samples, _FLOOR)))

    def _is_one_sided(self) -> bool:
        sides = [self._values.get(f"r128.true_peaks_ch{number}") for number in (0, 1)]
        if "r128.true_peaks_ch2" in self._values or None in sides:
            return False
        amplitudes = [max(side or 0.0, 0.0) for side in sides]
        if any(side is not None and side < 0 for side in sides):
            amplitudes = [10 ** ((side or 0.0) / 20) for side in sides]
        louder, softer = max(amplitudes), min(amplitudes)
        return 20 * math.log10(louder or 1e-6) > _INAUDIBLE and softer < louder * 10 ** (-_ONE_SIDE / 20)


def _number(text: str) -> float:
    """A finite number; what is none, as the logarithm of silence, is the floor."""
    try:
        value = float(text)
    except ValueError:
        return _FLOOR
    return value if math.isfinite(value) else _FLOOR
