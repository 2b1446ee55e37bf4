"""One pass over a video, in the reader's real sandbox: what can be heard and seen, and the previews."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from statement_intake.domain.inspection import Inspected, Preview
from statement_intake.reading.faults import ReaderEnded
from statement_intake.reading.sandbox import Reader
from tests.reading.conftest import ffmpeg, make_reader


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """The reader with the service's own limits."""
    reader = make_reader()
    yield reader
    reader.close()


def speech(volume: str = "0dB", seconds: int = 4, **sides: str) -> tuple[str, ...]:
    """Pink noise that comes and goes, on both sides unless told otherwise."""
    pan = sides.get("pan", "stereo|c0=c0|c1=c0")
    sound = f"anoisesrc=color=pink:seed=7:duration={seconds},tremolo=f=2:d=0.8,volume={volume},pan={pan}"
    return ("-f", "lavfi", "-i", sound)


def moving(size: str = "320x180", seconds: int = 4, rate: int = 25) -> tuple[str, ...]:
    """A picture in which something moves."""
    return ("-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}")


def probed(path: Path) -> dict[str, Any]:
    """What ffprobe says of a preview."""
    command = ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", str(path)]
    answer: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603
    return answer


def inspect(reader: Reader, tmp_path: Path, *sources: str, name: str = "video.mp4") -> Inspected:
    """Make a video and inspect it."""
    if sources:
        ffmpeg(*sources, "-preset", "ultrafast", str(tmp_path / name))
    return reader.inspect(tmp_path / name, tmp_path / "files" / "work")


def test_a_video_in_order_is_measured_and_has_its_previews(reader: Reader, tmp_path: Path) -> None:
    """Nothing to complain of; twelve pictures, the sound's shape, and a copy that browsers play."""
    found = inspect(reader, tmp_path, *moving("1280x720"), *speech(), "-bf", "3")
    measured = found.measurements
    assert measured.seconds == pytest.approx(4, abs=0.15)
    assert measured.loudness_lufs == pytest.approx(-21.5, abs=6)
    assert measured.true_peak_dbtp is not None
    assert -20 < measured.true_peak_dbtp < 0
    assert not any((measured.silent, measured.black, measured.one_sided, measured.interlaced))
    assert (measured.frozen_seconds, measured.decoding_errors) == (0, 0)
    assert (measured.shown_width, measured.shown_height) == (1280, 720)
    folder = tmp_path / "files" / "work"
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == sorted(
        preview.sha256 for preview in found.previews
    )
    sheet, waveform, proxy = (probed(folder / preview.sha256) for preview in found.previews)
    assert [(one["codec_name"], one["width"]) for one in sheet["streams"]] == [("mjpeg", 1310)]
    assert [(one["codec_name"], one["width"], one["height"]) for one in waveform["streams"]] == [("png", 1280, 320)]
    assert [(one["codec_name"], one.get("width")) for one in proxy["streams"]] == [("h264", 640), ("aac", None)]
    assert float(proxy["format"]["duration"]) == pytest.approx(4, abs=0.2)


def test_the_small_copy_begins_with_its_index(reader: Reader, tmp_path: Path) -> None:
    """A browser shows it before all of it has arrived."""
    found = inspect(reader, tmp_path, *moving(), *speech())
    assert isinstance(found.proxy, Preview)
    raw = (tmp_path / "files" / "work" / found.proxy.sha256).read_bytes()
    assert raw.index(b"moov") < raw.index(b"mdat")


def test_a_silent_and_black_video_is_known_as_such(reader: Reader, tmp_path: Path) -> None:
    """From beginning to end."""
    dark = ("-f", "lavfi", "-i", "color=black:size=320x180:rate=25:duration=4")
    quiet = ("-f", "lavfi", "-i", "anullsrc=channel_layout=stereo:sample_rate=48000:duration=4")
    measured = inspect(reader, tmp_path, *dark, *quiet, "-t", "4").measurements
    assert (measured.silent, measured.black, measured.loudness_lufs) == (True, True, None)
    assert measured.black_seconds == pytest.approx(4, abs=0.15)
    assert measured.longest_freeze_seconds == pytest.approx(4, abs=0.2)


def test_a_picture_that_is_black_for_a_while_is_not_black(reader: Reader, tmp_path: Path) -> None:
    """Half of it; and the other half moves."""
    half = "geq=lum='if(lt(T,2),16,lum(X,Y))':cb='if(lt(T,2),128,cb(X,Y))':cr='if(lt(T,2),128,cr(X,Y))'"
    measured = inspect(reader, tmp_path, *moving("128x72"), *speech(), "-vf", half).measurements
    assert not measured.black
    assert measured.black_seconds == pytest.approx(2, abs=0.2)


@pytest.mark.parametrize(("volume", "low", "high"), [("-40dB", -75, -45), ("18dB", -12, 0)])
def test_loudness_follows_the_level(volume: str, low: float, high: float, reader: Reader, tmp_path: Path) -> None:
    """Very quiet, and very loud."""
    measured = inspect(reader, tmp_path, *moving(), *speech(volume)).measurements
    assert measured.loudness_lufs is not None
    assert low < measured.loudness_lufs < high
    assert not measured.silent


def test_sound_on_one_side_only_is_heard_as_such(reader: Reader, tmp_path: Path) -> None:
    """A microphone on one of two channels."""
    measured = inspect(reader, tmp_path, *moving(), *speech(pan="stereo|c0=c0|c1=0*c0")).measurements
    assert measured.one_sided


def test_fields_are_seen_although_the_file_calls_itself_progressive(reader: Reader, tmp_path: Path) -> None:
    """Two moments woven into one picture."""
    woven = ("-vf", "interlace=scan=tff:lowpass=off,setfield=prog", "-c:v", "libx264")
    assert inspect(reader, tmp_path, *moving("640x480", rate=50), *speech(), *woven).measurements.interlaced


def test_a_telephones_upright_video_without_sound(reader: Reader, tmp_path: Path) -> None:
    """Its longer side is 640 pixels; there is nothing to hear, and no picture of it."""
    found = inspect(reader, tmp_path, *moving("720x1280"))
    assert (found.waveform, found.measurements.loudness_lufs, found.measurements.silent) == (None, None, False)
    assert found.proxy is not None
    (picture,) = probed(tmp_path / "files" / "work" / found.proxy.sha256)["streams"]
    assert (picture["width"], picture["height"]) == (360, 640)


def test_pictures_that_are_noise_are_complained_of(reader: Reader, tmp_path: Path) -> None:
    """The first pictures decode, so that it was taken for readable; the rest is destroyed."""
    ffmpeg(*moving(seconds=8), *speech(seconds=8), "-g", "25", "-movflags", "+faststart", str(tmp_path / "video.mp4"))
    raw = bytearray((tmp_path / "video.mp4").read_bytes())
    start = raw.index(b"mdat") + (len(raw) - raw.index(b"mdat")) // 2
    raw[start:] = bytes(len(raw) - start)
    (tmp_path / "video.mp4").write_bytes(raw)
    measured = inspect(reader, tmp_path).measurements
    assert measured.decoding_errors >= 10
    assert measured.seconds < 7


def test_what_does_not_play_is_an_end_not_a_fault(reader: Reader, tmp_path: Path) -> None:
    """The next attempt would end alike."""
    (tmp_path / "video.mp4").write_bytes(b"nothing of a video" * 100)
    with pytest.raises(ReaderEnded, match="is damaged or in a format"):
        inspect(reader, tmp_path)
