"""Plays a whole video once, in the cell: measures picture and sound, and makes the previews on the way.

Pictures that no other refers to are not decoded, and large ones not smoothed: that saves more time than all measuring
takes, and nothing that is measured here hangs on it. The small copy has no more than about fifteen pictures a second
for the same reason.
"""

from pathlib import Path
from typing import NamedTuple

from statement_intake.domain.inspection import Inspected, Preview
from statement_intake.domain.message import VideoFacts
from statement_intake.reading.faults import ReaderEnded
from statement_intake.reading.store import Store, Stored
from statement_intake.reading.videos import waveform
from statement_intake.reading.videos.meter import Meter
from statement_intake.reading.videos.tool import Ran, run
from statement_intake.reading.videos.video import SAFE, measure_streams

#: The longer side of the small copy, in pixels, and what its picture may take: kilobits a second.
PROXY_SIDE, PROXY_RATE = 640, 900
#: Samples a second of the small copy's sound: speech loses nothing by it.
SPEECH_RATE = 24_000
#: Pictures on the contact sheet: columns, rows, and the size of each.
COLUMNS, ROWS, CELL_WIDTH, CELL_HEIGHT = 4, 3, 320, 180
#: Pictures nearer to each other than this are left out of the small copy, in seconds.
SPACING = 0.06
#: Bytes of what the filters print: some hundred for each tenth of a second and each picture.
MAXIMUM_OUTPUT = 100_000_000
#: Times that fit under the waveform.
MOST_TIMES = 13
_FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
_PRINT = "metadata=print:file=-:direct=1"


class _Plan(NamedTuple):
    """What is to be done with a video."""

    facts: VideoFacts
    picture: int
    #: None where there is no sound.
    sound: int | None

    @property
    def shape(self) -> tuple[int, int]:
        """Width and height as shown, with square pixels."""
        return max(1, round(self.facts.width * self.facts.pixel_ratio)), max(1, self.facts.height)

    @property
    def small(self) -> tuple[int, int]:
        """Width and height of the small copy: even, and never larger than the original."""
        width, height = self.shape
        share = min(1.0, PROXY_SIDE / max(width, height))
        return max(2, round(width * share / 2) * 2), max(2, round(height * share / 2) * 2)


def inspect_video(source: Path, workspace: Path, *, seconds: float, output_bytes: int) -> Inspected:
    """Inspect the video in *source*; each preview becomes workspace/<sha256>.

    Raises ReaderEnded where a limit ends it or it does not play, ReaderFault, OSError and MemoryError.
    """
    store = Store(workspace, output_bytes)
    with source.open("rb") as stream:
        video = store.keep(iter(lambda: stream.read(1_048_576), b""))
    streams = measure_streams(video.path, seconds=seconds)
    facts = streams.facts
    if not facts.readable or facts.seconds is None:
        raise ReaderEnded(f"it {facts.problem or 'cannot be played'}")
    plan = _Plan(facts, streams.picture, streams.sound if facts.has_sound else None)
    folder = workspace / "previews"
    folder.mkdir()
    meter = Meter()
    command = _command(video.path, folder, plan)
    ran = run(
        command, seconds=seconds, consume=meter.feed, output_bytes=MAXIMUM_OUTPUT, reads=[video.path], writes=folder
    )
    _require(ran, meter)
    errors = sum(bool(line.strip()) for line in ran.errors.splitlines())
    measurements = meter.measurements(shown=plan.shape, errors=errors)
    if plan.sound is not None and meter.levels:
        _draw(meter, max(facts.seconds, facts.audio_seconds or 0.0), folder, seconds)
    video.path.unlink()
    return Inspected(
        measurements=measurements,
        contact_sheet=_kept(folder / "sheet.jpg", store),
        waveform=_kept(folder / "waveform.png", store),
        proxy=_kept(folder / "proxy.mp4", store),
    )


def _require(ran: Ran, meter: Meter) -> None:
    if ran.stopped == "time":
        raise ReaderEnded("took longer to play than allowed")
    if ran.stopped == "output" or ran.returncode < 0:
        raise ReaderEnded("took more to play than allowed")
    if ran.returncode or not meter.pictures:
        raise ReaderEnded(f"does not play to its end: {ran.errors[-300:].decode('utf-8', 'replace').strip()}")


def _command(video: Path, folder: Path, plan: _Plan) -> list[str]:
    """One run of ffmpeg: every picture is decoded, scaled once, and goes three ways."""
    safe = [part for name, value in SAFE.items() for part in (f"-{name}", value)]
    line = ["ffmpeg", "-nostdin", "-nostats", "-v", "error", "-y", *safe, "-threads", "2", "-skip_frame", "noref"]
    if max(plan.shape) >= 2 * PROXY_SIDE:
        # The edges of blocks are smoothed in key frames alone: at half the size and less nobody sees that.
        line += ["-skip_loop_filter", "nokey"]
    line += ["-i", f"file:{video}", "-filter_complex_threads", "1", "-filter_complex", _graph(plan)]
    line += ["-map", "[measured]", "-map", "[fields]"]
    if plan.sound is not None:
        line += ["-map", "[levels]"]
    line += ["-f", "null", "-", "-map", "[sheet]", "-frames:v", "1", "-q:v", "4", f"file:{folder / 'sheet.jpg'}"]
    line += ["-map", "[small]", "-fps_mode", "vfr", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "28"]
    line += ["-maxrate", f"{PROXY_RATE}k", "-bufsize", f"{2 * PROXY_RATE}k", "-pix_fmt", "yuv420p", "-threads", "2"]
    if plan.sound is not None:
        line += ["-map", "[speech]", "-c:a", "aac", "-aac_coder", "fast", "-b:a", "48k"]
    return [*line, "-map_metadata", "-1", "-movflags", "+faststart", f"file:{folder / 'proxy.mp4'}"]


def _graph(plan: _Plan) -> str:
    width, height = plan.small
    every = (plan.facts.seconds or 0.0) / (COLUMNS * ROWS)
    chains = [
        # The fields of a picture can be told apart only as long as it is not scaled; a stripe of it will do.
        f"[0:{plan.picture}]split=2[whole][stripe]",
        rf"[stripe]select='lt(mod(n,24),3)',crop=min(iw\,192):ih,idet,{_PRINT}[fields]",
        (
            f"[whole]select='isnan(prev_selected_t)+gte(t-prev_selected_t,{SPACING})',"
            f"scale={width}:{height}:flags=fast_bilinear,setsar=1,format=yuv420p,split=3[small][m][s]"
        ),
        f"[m]scale=160:90:flags=fast_bilinear,blackframe=amount=0:threshold=32,freezedetect=d=2:n=0.002,{_PRINT}[measured]",
        (
            f"[s]select='gte(t,(selected_n+0.5)*{every:.6f})',"
            f"scale={CELL_WIDTH}:{CELL_HEIGHT}:force_original_aspect_ratio=decrease:flags=bicubic,"
            f"pad={CELL_WIDTH}:{CELL_HEIGHT}:(ow-iw)/2:(oh-ih)/2:color=0x202428,{_time_code()}"
            f"tile={COLUMNS}x{ROWS}:padding=6:margin=6:color=0x101214[sheet]"
        ),
    ]
    if plan.sound is not None:
        chains += [
            # A resampler on each side, or the copy's single channel would be all that is measured.
            f"[0:{plan.sound}]asplit=2[heard][h]",
            f"[heard]aresample={SPEECH_RATE},aformat=channel_layouts=mono[speech]",
            (
                "[h]aresample=48000,ebur128=peak=true:metadata=1,astats=metadata=1:reset=1:measure_perchannel=none:"
                f"measure_overall=Peak_level+RMS_level,a{_PRINT}[levels]"
            ),
        ]
    return ";".join(chains)


def _time_code() -> str:
    """Minutes and seconds, in the corner of each picture; nothing where the font is missing."""
    if not _FONT.exists():
        return ""
    style = "fontcolor=white:fontsize=17:box=1:boxcolor=black@0.55:boxborderw=5:x=8:y=h-th-10"
    return rf"drawtext=fontfile={_FONT}:text='%{{pts\:gmtime\:0\:%-M\\\:%S}}':{style},"


def _draw(meter: Meter, length: float, folder: Path, seconds: float) -> None:
    """The waveform with its writing."""
    raw = folder / "waveform.rgb"
    raw.write_bytes(waveform.draw(meter.levels, length))
    size = f"{waveform.WIDTH * waveform.SCALE}x{waveform.HEIGHT * waveform.SCALE}"
    line = ["ffmpeg", "-nostdin", "-nostats", "-v", "error", "-y", "-f", "rawvideo", "-pixel_format", "rgb24"]
    line += ["-video_size", size, "-i", f"file:{raw}", "-frames:v", "1", "-vf", _captions(length)]
    run(
        [*line, f"file:{folder / 'waveform.png'}"],
        seconds=seconds,
        consume=bytearray().extend,
        output_bytes=10_000,
        writes=folder,
    )
    raw.unlink()


def _captions(length: float) -> str:
    steps = [f"scale={waveform.WIDTH}:{waveform.HEIGHT}:flags=area"]
    if _FONT.exists():
        style = f"drawtext=fontfile={_FONT}:fontcolor=0x50565c:fontsize=13"
        steps += [f"{style}:text='{line}':x=8:y={waveform.y_of(line) - 6:.0f}" for line in waveform.LINES]
        steps.append(f"{style}:text='LUFS':x=8:y=4")
        pace = next((pace for pace in (1, 5, 10, 15, 30, 60, 120, 300) if length / pace <= MOST_TIMES), 600)
        for moment in range(0, int(length) + 1, pace):
            x = waveform.x_of(moment, length)
            place = f"x=min({x:.0f}\\,w-tw-4):y=h-20"
            steps.append(rf"{style}:text='{moment // 60}\:{moment % 60:02}':{place}")
    return ",".join(steps)


def _kept(path: Path, store: Store) -> Preview | None:
    """Put a preview where the service finds it; None where there is none."""
    if not path.is_file() or not path.stat().st_size:
        return None
    with path.open("rb") as stream:
        stored: Stored = store.keep(iter(lambda: stream.read(1_048_576), b""))
    path.unlink()
    return Preview(sha256=stored.sha256, size=stored.size)
