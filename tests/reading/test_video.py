"""The length of a video is that of its packets, whatever its header says; and a picture must really come out."""

import os
import subprocess
from pathlib import Path

import pytest

from statement_intake.domain.message import VideoFacts
from statement_intake.reading.faults import ReaderFault
from statement_intake.reading.video import measure
from tests.reading.conftest import MakeVideo, ffmpeg


def facts(path: Path, seconds: float = 60) -> VideoFacts:
    """Measure within a minute."""
    return measure(path, seconds=seconds)


def patch_duration(path: Path, target: Path, box: bytes, factor: float) -> Path:
    """Multiply the duration in the *box* (mvhd or mdhd, version 0) of an MP4."""
    raw = bytearray(path.read_bytes())
    place = raw.index(box) + 4 + 16
    raw[place : place + 4] = int(int.from_bytes(raw[place : place + 4], "big") * factor).to_bytes(4, "big")
    target.write_bytes(raw)
    return target


@pytest.mark.parametrize("extension", ["mp4", "mov", "mkv", "webm", "avi", "wmv", "mpg", "ts", "flv"])
def test_the_usual_containers_are_measured(extension: str, make_video: MakeVideo) -> None:
    """Two seconds are two seconds in every container."""
    found = facts(make_video(f"usual.{extension}", rate=25))
    assert (found.readable, found.has_picture, found.has_sound, found.problem) == (True, True, True, "")
    assert found.seconds == pytest.approx(2, abs=0.1)
    assert found.audio_seconds == pytest.approx(2, abs=0.12)
    assert (found.width, found.height) == (64, 64)
    assert found.pictures == 50


@pytest.mark.parametrize(("box", "factor"), [(b"mvhd", 90), (b"mvhd", 0.1), (b"mdhd", 90)])
def test_a_header_that_lies_is_not_believed(box: bytes, factor: float, make_video: MakeVideo, tmp_path: Path) -> None:
    """A whole file whose header claims another length is readable and as long as its packets."""
    found = facts(patch_duration(make_video("usual.mp4", rate=25), tmp_path / "lie.mp4", box, factor))
    assert found.readable
    assert found.seconds == pytest.approx(2, abs=0.1)


def test_three_minutes_and_seven_seconds_are_187_seconds(make_video: MakeVideo) -> None:
    """One picture a second, each of which lasts a second: so does the last."""
    path = make_video("long.mp4", rate=1, picture=187, sound=0)
    found = facts(path)
    assert found.seconds == pytest.approx(187, abs=0.001)
    assert (found.pictures, found.largest_gap_seconds, found.has_sound, found.audio_seconds) == (187, 1.0, False, None)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("fragmented.mp4", ("-movflags", "frag_keyframe+empty_moov")),
        ("live.webm", ("-c:v", "libvpx", "-deadline", "realtime", "-live", "1")),
        ("start.ts", ("-output_ts_offset", "3600")),
        ("bframes.mp4", ("-bf", "3")),
    ],
)
def test_files_without_a_length_in_the_header_are_measured(
    name: str, options: tuple[str, ...], make_video: MakeVideo
) -> None:
    """Fragments, live streams and clocks that start at an hour."""
    found = facts(make_video(name, *options))
    assert found.readable
    assert found.seconds == pytest.approx(2, abs=0.21)  # B-frames may delay the first picture


def test_a_recording_piped_to_matroska_has_no_duration_and_is_measured(tmp_path: Path) -> None:
    """As browsers' MediaRecorder writes it."""
    with (tmp_path / "piped.mkv").open("wb") as stream:
        source = "testsrc=size=64x64:rate=10:duration=3"
        command = ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", source, "-f", "matroska", "-"]
        subprocess.run(command, stdout=stream, check=True)  # noqa: S603 - a test's own command
    found = facts(tmp_path / "piped.mkv")
    assert (found.readable, found.header_seconds) == (True, None)
    assert found.seconds == pytest.approx(3, abs=0.05)


def test_what_an_edit_list_cuts_away_does_not_count(make_video: MakeVideo, tmp_path: Path) -> None:
    """A copy from the middle keeps the pictures since the last key frame, but does not show them."""
    source = make_video("ten.mp4", "-g", "100", picture=10, sound=0)
    ffmpeg("-ss", "3.3", "-i", str(source), "-c", "copy", str(tmp_path / "cut.mp4"))
    found = facts(tmp_path / "cut.mp4")
    assert found.readable
    assert found.seconds == pytest.approx(6.7, abs=0.11)


def test_sound_may_run_on_after_the_picture(make_video: MakeVideo) -> None:
    """Both ends are told."""
    found = facts(make_video("sound.mp4", picture=2, sound=6))
    assert found.seconds == pytest.approx(2, abs=0.1)
    assert found.audio_seconds == pytest.approx(6, abs=0.1)
    assert found.header_seconds == pytest.approx(6, abs=0.1)


def test_a_pause_between_pictures_is_told(make_video: MakeVideo) -> None:
    """One stray picture at the end makes a long file of few pictures."""
    source = make_video("gap.mp4", "-vf", "select='lt(n,10)+gt(n,118)'", "-fps_mode", "vfr", picture=12, sound=0)
    found = facts(source)
    assert found.seconds == pytest.approx(12, abs=0.15)
    assert found.largest_gap_seconds == pytest.approx(11, abs=0.15)
    assert found.pictures == 11


def test_a_truncated_video_says_where_it_breaks_off(make_video: MakeVideo, tmp_path: Path) -> None:
    """With the index in front, the header still promises everything."""
    raw = make_video("front.mp4", "-movflags", "+faststart", picture=60, sound=0).read_bytes()
    (tmp_path / "x").write_bytes(raw[: len(raw) // 2])
    found = facts(tmp_path / "x")
    assert not found.readable
    assert found.problem.startswith("breaks off after ")
    assert found.problem.endswith(" s of 60 s")


def test_a_video_without_its_index_is_incomplete(make_video: MakeVideo, tmp_path: Path) -> None:
    """With the index at the end, nothing can be read."""
    raw = make_video("ten.mp4", "-g", "100", picture=10, sound=0).read_bytes()
    (tmp_path / "x").write_bytes(raw[: len(raw) // 2])
    found = facts(tmp_path / "x")
    assert (found.readable, found.seconds) == (False, None)
    assert "is incomplete" in found.problem


def test_sound_alone_is_no_picture(make_video: MakeVideo) -> None:
    """A sound file inside a video's container."""
    found = facts(make_video("sound-only.mp4", picture=0))
    assert (found.readable, found.has_picture, found.has_sound) == (False, False, True)
    assert found.problem == "has sound but no picture"


def test_cover_art_is_no_picture(make_video: MakeVideo, tmp_path: Path) -> None:
    """An m4a with a cover has a video stream, of a kind."""
    cover = tmp_path / "cover.png"
    ffmpeg("-f", "lavfi", "-i", "testsrc=size=64x64:duration=1", "-frames:v", "1", str(cover))
    target = tmp_path / "cover.m4a"
    sound = make_video("plain.m4a", picture=0)
    ffmpeg(
        "-i",
        str(sound),
        "-i",
        str(cover),
        "-map",
        "0",
        "-map",
        "1",
        "-c",
        "copy",
        "-disposition:v:0",
        "attached_pic",
        str(target),
    )
    assert not facts(target).has_picture


def test_pictures_that_do_not_decode_are_not_readable(make_video: MakeVideo, tmp_path: Path) -> None:
    """The packets are all there, but what is in them is noise."""
    raw = bytearray(make_video("front.mp4", "-movflags", "+faststart", picture=60, sound=0).read_bytes())
    start = raw.index(b"mdat") + 4
    raw[start:] = bytes(len(raw) - start)
    (tmp_path / "x").write_bytes(raw)
    found = facts(tmp_path / "x")
    assert (found.readable, found.limited) == (False, False)
    assert found.problem == "has a picture that cannot be decoded"


def test_a_huge_picture_is_a_limit_not_a_fault_of_the_sender(tmp_path: Path) -> None:
    """Above 40 million pixels nothing is decoded, and a person looks."""
    ffmpeg("-f", "lavfi", "-i", "color=size=8000x6000:rate=1:duration=1", "-c:v", "mpeg4", str(tmp_path / "huge.mp4"))
    found = facts(tmp_path / "huge.mp4")
    assert (found.readable, found.limited) == (False, True)


def test_time_that_runs_out_is_a_limit(make_video: MakeVideo) -> None:
    """Nothing is said of the video then."""
    found = facts(make_video("usual.mp4", rate=25), seconds=0.001)
    assert (found.readable, found.limited, found.seconds) == (False, True, None)


def test_a_missing_program_is_a_fault_of_ours(make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch) -> None:
    """It never becomes a finding."""
    path = make_video("usual.mp4", rate=25)
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ReaderFault, match="ffprobe cannot be started"):
        facts(path)


PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://{}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile canary.mp4\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>file://{}</BaseURL></MPD>',
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
}


@pytest.mark.parametrize("text", PLAYLISTS.values(), ids=PLAYLISTS.keys())
def test_a_playlist_leads_nowhere(text: str, tmp_path: Path) -> None:
    """A file named .mp4 that points at another one does not get it opened: opening a pipe without a writer hangs."""
    canary = tmp_path / "canary.mp4"
    os.mkfifo(canary)
    (tmp_path / "x.mp4").write_text(text.format(canary))
    found = facts(tmp_path / "x.mp4", seconds=10)
    assert (found.readable, found.limited, found.has_picture, found.seconds) == (False, False, False, None)
