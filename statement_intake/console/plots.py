"""What people would rather look at than read: geometry for the pictures in templates/plots.html, in SVG's own units."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from statement_intake.domain.coverage import Statement, arrivals
from statement_intake.domain.meeting import Meeting
from statement_intake.domain.value import Value

#: The drawing area; labels stand outside it.
WIDTH, HEIGHT = 380, 130
#: More days than this are shown as their last ones: who looks at arrivals looks at the days before a deadline.
_MOST_DAYS = 60


class Bar(Value):
    """A bar of a plot, with what it says when it is read aloud or pointed at."""

    x: float
    y: float
    width: float
    height: float
    label: str
    count: int


class Line(Value):
    """A line across a plot: a deadline, a limit."""

    at: float
    label: str


class Days(Value):
    """Arrivals, day by day."""

    bars: tuple[Bar, ...]
    #: The deadlines that fall into it.
    lines: tuple[Line, ...]
    first: date
    last: date
    most: int


class Dot(Value):
    """A video in the plot of lengths."""

    x: float
    y: float
    reference: str
    party: str
    seconds: float
    over: bool


class Lengths(Value):
    """Videos by their length, with the limit."""

    dots: tuple[Dot, ...]
    limit: Line
    longest: float


def days(statements: Sequence[Statement], meeting: Meeting) -> Days | None:
    """Arrivals up to the last one, or to the last deadline within reach of it. None where nothing came."""
    counts = arrivals(statements, meeting.zone)
    if not counts:
        return None
    moments = {
        str(kind): deadline.moment.astimezone(ZoneInfo(meeting.zone)) for kind, deadline in meeting.deadline.items()
    }
    last = max(counts)
    near = [moment.date() for moment in moments.values() if last < moment.date() <= last + timedelta(days=14)]
    last = max([last, *near])
    first = max(min(counts), last - timedelta(days=_MOST_DAYS - 1))
    number, most = (last - first).days + 1, max(counts.values())
    step = WIDTH / number
    bars = tuple(
        Bar(
            x=round(place * step + step * 0.1, 2),
            y=round(HEIGHT - HEIGHT * count / most, 2),
            width=round(step * 0.8, 2),
            height=round(HEIGHT * count / most, 2),
            label=day.isoformat(),
            count=count,
        )
        for day, count in counts.items()
        if (place := (day - first).days) >= 0
    )
    return Days(bars=bars, lines=tuple(_deadlines(moments, first, number, step)), first=first, last=last, most=most)


def _deadlines(moments: Mapping[str, datetime], first: date, number: int, step: float) -> list[Line]:
    found = []
    for kind, moment in moments.items():
        place = (moment.date() - first).days + (moment.hour * 60 + moment.minute) / 1440
        if 0 <= place <= number:
            found.append(Line(at=round(place * step, 2), label=kind))
    return found


def reasons(counts: Mapping[str, int], rows: int = 8) -> tuple[Bar, ...]:
    """The most frequent reasons, as lying bars."""
    most = max(counts.values(), default=1)
    return tuple(
        Bar(x=0, y=place * 24, width=round(WIDTH * 0.42 * count / most, 2), height=16, label=code, count=count)
        for place, (code, count) in enumerate(list(counts.items())[:rows])
    )


def lengths(statements: Sequence[Statement], meeting: Meeting, names: Mapping[str, str]) -> Lengths | None:
    """Every video that stands, by its length. None where there is none, or no limit."""
    videos = [one for one in statements if one.seconds is not None and one.standing == "current"]
    if not videos or meeting.video is None:
        return None
    limit = meeting.video.max_seconds
    # Half as much again as the limit at least, so that the limit is never at the edge.
    longest = math.ceil(max(limit * 1.25, *(min(one.seconds or 0.0, limit * 3) for one in videos)) / 30) * 30
    lanes: dict[int, int] = {}
    dots = []
    for one in sorted(videos, key=lambda video: video.seconds or 0.0):
        seconds = one.seconds or 0.0
        x = round(WIDTH * min(seconds, longest) / longest, 2)
        # Dots of about the same length stand one above the other.
        lane = lanes[int(x // 9)] = lanes.get(int(x // 9), -1) + 1
        dots.append(
            Dot(
                x=x,
                y=round(HEIGHT - 8 - (lane % 13) * 9.5, 2),
                reference=one.reference,
                party=names.get(one.party or "", "?"),
                seconds=round(seconds, 2),
                over=seconds > limit + meeting.video.tolerance_seconds,
            )
        )
    return Lengths(
        dots=tuple(dots), limit=Line(at=round(WIDTH * limit / longest, 2), label=f"{limit:g}"), longest=longest
    )
