"""The videos that are measured: of three sizes and three lengths, as a camera and a usual encoder make them."""

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple


class Clip(NamedTuple):
    """How a file is coded."""

    pixels: str
    #: Kilobits a second.
    rate: int
    #: The most pictures in a row that no other refers to.
    unreferenced: int = 3


_CLIPS = {
    "720p": Clip("1280x720", 2500),
    "1080p": Clip("1920x1080", 4500),
    "2160p": Clip("3840x2160", 14000),
}
_LENGTHS = {"10 s": 10, "3 min": 180, "30 min": 1800}
#: The files that a full inspection is compared with a full decode on. Without B pictures, each one has to be decoded.
INSPECTED = {"1080p 3 min": (_CLIPS["1080p"], 180), "1080p 3 min, no B": (Clip("1920x1080", 4500, 0), 180)}
#: All files, with their seconds.
FILES = {f"{size} {length}": (clip, s) for size, clip in _CLIPS.items() for length, s in _LENGTHS.items()} | INSPECTED
#: Of each clip that is made; longer files repeat it, packet by packet.
_SECONDS = 10


@contextmanager
def videos(names: Sequence[str]) -> Iterator[dict[str, Path]]:
    """The files, by name. Each clip is encoded once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = {name: folder / f"{number}.mp4" for number, name in enumerate(names)}
        for clip in {FILES[name][0] for name in names}:
            _encode(folder / "clip.mp4", clip)
            for title, path in made.items():
                if FILES[title][0] == clip:
                    repeat = str(FILES[title][1] // _SECONDS - 1)
                    source = ("-stream_loop", repeat, "-i", str(folder / "clip.mp4"))
                    _ffmpeg(*source, "-c", "copy", "-movflags", "+faststart", str(path))
        yield made


def _encode(path: Path, clip: Clip) -> None:
    """A moving picture with a camera's noise, coded as usual; and sound that comes and goes."""
    picture = f"testsrc2=size={clip.pixels}:rate=30:duration={_SECONDS},gblur=sigma=2,noise=alls=4:allf=t"
    sound = f"anoisesrc=color=pink:seed=3:duration={_SECONDS},tremolo=f=3:d=0.8,pan=stereo|c0=c0|c1=c0"
    _ffmpeg(
        *("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound),
        *("-c:v", "libx264", "-preset", "veryfast", "-bf", str(clip.unreferenced), "-b:v", f"{clip.rate}k"),
        *("-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "128k", str(path)),
    )


def _ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments], check=True)  # noqa: S603, S607
