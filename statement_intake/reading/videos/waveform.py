"""Draws the level of the sound over time: peaks and mean as a band, the loudness as a curve over it."""

from collections.abc import Sequence

from statement_intake.reading.videos.meter import Level

#: The picture's size in pixels, and how much larger it is drawn: its edges become smooth when it is made smaller.
WIDTH, HEIGHT, SCALE = 1280, 320, 2
#: Room for the scale at the left and for the time below, in pixels.
LEFT, BELOW = 48, 28
#: The loudness scale, from top to bottom, in LUFS; and where broadcasters aim at (EBU R 128).
TOP, BOTTOM, TARGET = 0.0, -60.0, -23.0
#: Lines of the scale, in LUFS.
LINES = (-10, -23, -40, -50)
#: Below this there is no loudness, only silence (EBU R 128's absolute gate), in LUFS.
GATE = -70.0

_PAPER, _GRID = (250, 250, 248), (222, 224, 226)
_PEAK, _MEAN, _CURVE, _AIM = (190, 208, 226), (108, 148, 190), (196, 72, 24), (120, 160, 120)


def draw(levels: Sequence[Level], seconds: float) -> bytes:
    """The picture as RGB pixels, row by row, SCALE times as large as WIDTH x HEIGHT, and without any writing."""
    canvas = _Canvas()
    for line in LINES:
        canvas.line(y_of(line), _AIM if line == TARGET else _GRID)
    middle = (HEIGHT - BELOW) / 2
    columns = _columns(levels, seconds)
    for x, column in columns.items():
        for level, colour in ((column.peak, _PEAK), (column.mean, _MEAN)):
            # Amplitudes, not decibels: the shape that everybody knows from an editing program.
            reach = middle * min(1.0, 10 ** (level / 20))
            canvas.column(x, middle - reach, middle + reach, colour)
    before: float | None = None
    for x, column in columns.items():
        if column.momentary < GATE:
            before = None
            continue
        y = y_of(column.momentary)
        canvas.curve(x, y if before is None else before, y)
        before = y
    return bytes(canvas.pixels)


def y_of(loudness: float) -> float:
    """How far below the upper edge a loudness lies, in pixels."""
    share = (TOP - min(TOP, max(BOTTOM, loudness))) / (TOP - BOTTOM)
    return share * (HEIGHT - BELOW - 1)


def x_of(moment: float, seconds: float) -> float:
    """How far from the left edge a moment lies, in pixels."""
    return LEFT + moment / max(seconds, 0.1) * (WIDTH - LEFT - 1)


def _columns(levels: Sequence[Level], seconds: float) -> dict[int, Level]:
    """What is drawn in each column: the loudest of what falls into it; gaps are filled from the left."""
    columns: dict[int, Level] = {}
    for level in levels:
        x = int(x_of(level.start, seconds) * SCALE)
        if x >= WIDTH * SCALE:
            break
        there = columns.get(x)
        columns[x] = level if there is None or level.peak > there.peak else there
    filled: dict[int, Level] = {}
    last: Level | None = None
    end = int(x_of(levels[-1].start + 0.1, seconds) * SCALE) if levels else 0
    for x in range(LEFT * SCALE, min(WIDTH * SCALE, end)):
        last = columns.get(x, last)
        if last is not None:
            filled[x] = last
    return filled


class _Canvas:
    """Pixels, three octets each."""

    def __init__(self) -> None:
        self.width, self.height = WIDTH * SCALE, HEIGHT * SCALE
        self.pixels = bytearray(bytes(_PAPER) * (self.width * self.height))

    def line(self, y: float, colour: tuple[int, int, int]) -> None:
        """A thin line across."""
        for row in range(int(y * SCALE), int(y * SCALE) + SCALE):
            start = (row * self.width + LEFT * SCALE) * 3
            self.pixels[start : (row + 1) * self.width * 3] = bytes(colour) * (self.width - LEFT * SCALE)

    def column(self, x: int, top: float, bottom: float, colour: tuple[int, int, int]) -> None:
        """A column one pixel wide. *x* is in pixels of the canvas."""
        first, last = max(0, int(top * SCALE)), min(self.height, int(bottom * SCALE) + 1)
        for part in range(3):
            place = slice((first * self.width + x) * 3 + part, (last * self.width + x) * 3 + part, self.width * 3)
            self.pixels[place] = bytes([colour[part]]) * (last - first)

    def curve(self, x: int, before: float, y: float) -> None:
        """The piece of a curve that ends here."""
        self.column(x, min(before, y) - 0.6, max(before, y) + 0.6, _CURVE)
