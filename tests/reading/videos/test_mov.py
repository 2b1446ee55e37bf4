"""When the sound of an MP4 or a QuickTime film ends, by its index and by its packets."""

from dataclasses import replace
from pathlib import Path

import pytest

from statement_intake.domain.message import VideoFacts
from statement_intake.reading.videos import video
from statement_intake.reading.videos.extent import Extent, measure_extent
from statement_intake.reading.videos.mov import Sound
from tests.reading.conftest import MakeVideo, ffmpeg

#: What may lie between: where an edit list cuts within a packet, that packet is listed whole. Seconds.
PACKET = 0.0262


def by_packets(path: Path, monkeypatch: pytest.MonkeyPatch) -> VideoFacts:
    """Measure without the help of the index."""

    def without_sound(path: Path) -> Extent:
        extent = measure_extent(path)
        return replace(extent, movie=replace(extent.movie, sound=None))

    with monkeypatch.context() as patch:
        patch.setattr(video, "measure_extent", without_sound)
        return video.measure(path, seconds=60)


def sound_of(path: Path) -> Sound | None:
    """What the index says."""
    return measure_extent(path).movie.sound


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("delay.mp4", ()),
        ("no-edits.mp4", ("-use_editlist", "0")),
        ("pcm.mov", ("-c:a", "pcm_s16le")),
        ("blocks.mov", ("-c:a", "adpcm_ima_qt")),
        ("mp3.mp4", ("-c:a", "libmp3lame")),
        ("small.3gp", ("-c:v", "mpeg4", "-c:a", "aac", "-ar", "22050")),
    ],
)
def test_the_index_tells_what_the_packets_of_sound_tell(
    name: str, options: tuple[str, ...], make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With and without a codec's delay, in packets of one sample and of a thousand: nothing is judged otherwise."""
    path = make_video(name, *options, sound=3)
    assert sound_of(path) is not None
    listed, told = by_packets(path, monkeypatch), video.measure(path, seconds=60)
    assert told.audio_seconds == pytest.approx(listed.audio_seconds, abs=0.001)
    assert told.model_copy(update={"audio_seconds": None}) == listed.model_copy(update={"audio_seconds": None})


def test_sound_that_is_cut_or_comes_later_is_measured_by_the_index(
    make_video: MakeVideo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Edit lists that leave something out at the beginning or the end, or begin with nothing, to one packet."""
    source = str(make_video("ten-and-sound.mp4", "-g", "100", picture=10, sound=10))
    cuts = {"cut": ("-ss", "3.3"), "end": ("-t", "2.7"), "both": ("-ss", "1.1", "-t", "2.7")}
    for name, cut in cuts.items():
        ffmpeg(*cut, "-i", source, "-c", "copy", str(tmp_path / f"{name}.mp4"))
    later = ("-itsoffset", "1.5", "-i", source)
    ffmpeg("-i", source, *later, "-map", "0:v", "-map", "1:a", "-c", "copy", str(tmp_path / "late.mp4"))
    ffmpeg(*later, "-i", source, "-map", "0:v", "-map", "1:a", "-c", "copy", str(tmp_path / "early.mp4"))
    for name in (*cuts, "late", "early"):
        path = tmp_path / f"{name}.mp4"
        assert sound_of(path) is not None
        listed, told = by_packets(path, monkeypatch), video.measure(path, seconds=60)
        assert told.audio_seconds == pytest.approx(listed.audio_seconds, abs=PACKET)
        assert told.seconds == listed.seconds


def test_where_the_index_may_not_be_the_whole_truth_the_packets_are_listed(
    make_video: MakeVideo, tmp_path: Path
) -> None:
    """Fragments, two sounds, a film that breaks off, and a table of times that does not fit the samples."""
    whole = make_video("delay.mp4", sound=3)
    ffmpeg("-i", str(whole), "-c", "copy", "-movflags", "frag_keyframe+empty_moov", str(tmp_path / "fragments.mp4"))
    ffmpeg("-i", str(whole), "-map", "0", "-map", "0:a", "-c", "copy", str(tmp_path / "two.mp4"))
    front = make_video("front-and-sound.mp4", "-movflags", "+faststart", sound=3).read_bytes()
    (tmp_path / "cut.mp4").write_bytes(front[:-100])
    raw = bytearray(whole.read_bytes())
    place = raw.rindex(b"stts") + 15
    raw[place] += 1
    (tmp_path / "wrong.mp4").write_bytes(raw)
    for name in ("fragments", "two", "cut", "wrong"):
        assert sound_of(tmp_path / f"{name}.mp4") is None
        found = video.measure(tmp_path / f"{name}.mp4", seconds=60)
        assert found.has_sound
        assert found.audio_seconds == pytest.approx(3, abs=0.1)
