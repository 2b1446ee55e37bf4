"""The length of a video is that of its packets, whatever its header says; and a picture must really come out."""

import os
import re
import socket
import subprocess
import tracemalloc
import zipfile
from collections import Counter
from itertools import pairwise
from pathlib import Path
from struct import pack

import pytest

from statement_intake.domain.checks import video_length
from statement_intake.domain.message import VideoFacts
from statement_intake.reading.faults import ReaderFault
from statement_intake.reading.videos.packets import Packets
from statement_intake.reading.videos.video import measure
from tests.domain.values import case, document, video
from tests.reading.conftest import MakeVideo, ffmpeg
from tests.reading.films import box, film


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


#: Containers that press offices send, with what ffmpeg has to be told. All have 25 pictures a second.
CONTAINERS = {
    "mp4": ("-c:v", "libx264", "-bf", "3"),
    "mov": (),
    "m4v": (),
    "3gp": ("-c:v", "mpeg4", "-c:a", "aac"),
    "mkv": ("-c:v", "libx264", "-bf", "3"),
    "webm": ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"),
    "avi": ("-c:v", "mpeg4", "-bf", "2"),
    "wmv": (),
    "mpg": ("-bf", "2"),
    "vob": (),
    "ts": ("-c:v", "libx264", "-bf", "3"),
    "m2ts": (),
    "flv": ("-c:v", "libx264", "-bf", "3", "-c:a", "aac"),
    "ogv": (),
    "mxf": ("-c:v", "mpeg2video", "-ar", "48000"),
}
FRAME = 0.0401
#: Matrices of a track header (ISO/IEC 14496-12), in its fixed point.
AS_IT_LIES = (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
A_QUARTER_TURN = (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)


@pytest.mark.parametrize("extension", CONTAINERS)
def test_the_usual_containers_are_measured_to_one_picture(extension: str, make_video: MakeVideo) -> None:
    """Two seconds are two seconds in every container, wherever its clock begins and however pictures are reordered."""
    found = facts(make_video(f"usual.{extension}", *CONTAINERS[extension], rate=25))
    assert (found.readable, found.has_picture, found.has_sound, found.problem) == (True, True, True, "")
    assert found.seconds == pytest.approx(2, abs=FRAME)
    assert found.audio_seconds == pytest.approx(2, abs=0.12)
    assert (found.width, found.height) == (64, 64)
    assert (found.pictures, found.torn) == (50, False)


def test_pictures_that_do_not_say_when_they_are_shown_are_measured(make_video: MakeVideo) -> None:
    """A program stream says it of the first picture in a unit; the last of all may be another, shown one later."""
    found = facts(make_video("many-to-a-unit.mpg", "-bf", "2", rate=25, picture=20, sound=20))
    assert found.seconds == pytest.approx(20, abs=0.001)


def test_a_camcorders_tape_is_measured(tmp_path: Path) -> None:
    """DV has no header at all."""
    ffmpeg("-f", "lavfi", "-i", "testsrc=size=720x576:rate=25:duration=1", str(tmp_path / "tape.dv"))
    found = facts(tmp_path / "tape.dv")
    assert (found.readable, found.torn) == (True, False)
    assert found.seconds == pytest.approx(1, abs=FRAME)


@pytest.mark.parametrize(("box", "factor"), [(b"mvhd", 90), (b"mvhd", 0.1), (b"mdhd", 90)])
def test_a_header_that_lies_is_not_believed(box: bytes, factor: float, make_video: MakeVideo, tmp_path: Path) -> None:
    """A whole file whose header claims another length is readable and as long as its packets."""
    found = facts(
        patch_duration(make_video("usual.mp4", *CONTAINERS["mp4"], rate=25), tmp_path / "lie.mp4", box, factor)
    )
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
        # Its clock of 33 bits starts anew a second after the beginning.
        ("wraps.ts", ("-output_ts_offset", "95442.7")),
        ("bframes.mp4", ("-bf", "3")),
        ("fragmented-bframes.mp4", ("-bf", "3", "-movflags", "frag_keyframe+empty_moov")),
    ],
)
def test_files_without_a_length_in_the_header_are_measured(
    name: str, options: tuple[str, ...], make_video: MakeVideo
) -> None:
    """Fragments, live streams and clocks that start at an hour."""
    found = facts(make_video(name, *options))
    assert found.readable
    assert found.seconds == pytest.approx(2, abs=0.101)


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


@pytest.mark.parametrize(
    ("name", "options", "share"),
    [
        ("front.mp4", ("-movflags", "+faststart"), 0.5),
        # The last half second alone is missing: nobody else would notice.
        ("front.mp4", ("-movflags", "+faststart"), 0.99),
        ("whole.mkv", (), 0.5),
        ("whole.avi", ("-c:v", "mpeg4"), 0.5),
        ("whole.wmv", (), 0.5),
        ("whole.flv", (), 0.5),
    ],
)
def test_a_truncated_video_says_where_it_breaks_off(
    name: str, options: tuple[str, ...], share: float, make_video: MakeVideo, tmp_path: Path
) -> None:
    """The outermost structure tells it from one whose header merely promises too much."""
    raw = make_video(name, *options, picture=60, sound=0).read_bytes()
    (tmp_path / "x").write_bytes(raw[: int(len(raw) * share)])
    found = facts(tmp_path / "x")
    assert not found.readable
    assert re.match(r"breaks off after \d+ s( of 60 s|, with [\d,]+ bytes missing)$", found.problem)
    assert found.seconds == pytest.approx(60 * share, abs=8)


@pytest.mark.parametrize("name", ["usual.ts", "usual.mpg", "usual.m2ts"])
def test_streams_that_do_not_say_how_long_they_are_may_still_be_torn(
    name: str, make_video: MakeVideo, tmp_path: Path
) -> None:
    """They end in the middle of a packet; a person looks, for most of it plays."""
    raw = make_video(name, *CONTAINERS[name.partition(".")[2]], rate=25).read_bytes()
    (tmp_path / "x").write_bytes(raw[: -len(raw) // 2 + 101])
    found = facts(tmp_path / "x")
    assert (found.readable, found.torn) == (True, True)


@pytest.mark.parametrize(("name", "step"), [("large.ts", 188), ("large.m2ts", 192)])
def test_a_transport_stream_cut_between_two_packets_is_torn_within_a_picture(
    name: str, step: int, make_video: MakeVideo, tmp_path: Path
) -> None:
    """Nothing in it is malformed, but its last picture has only begun; whole, each picture ends."""
    whole = make_video(name, "-c:v", "libx264", "-vf", "scale=640:360", rate=25)
    raw = whole.read_bytes()
    packets = [raw[place + step - 188 : place + step] for place in range(0, len(raw), step)]
    streams = [(packet[1] & 0x1F, packet[2]) for packet in packets]
    ((picture, _),) = Counter(streams).most_common(1)
    of_picture = [place for place, stream in enumerate(streams) if stream == picture]
    halfway = of_picture[len(of_picture) // 2 :]
    begun = next(one for one, more in pairwise(halfway) if packets[one][1] & 0x40 and not packets[more][1] & 0x40)
    (tmp_path / "x").write_bytes(raw[: (begun + 1) * step])
    cut = facts(tmp_path / "x")
    assert (facts(whole).torn, cut.readable, cut.torn) == (False, True, True)


def test_the_stream_marked_as_the_default_is_the_one_that_is_shown(tmp_path: Path) -> None:
    """The other is told of, for another player may show that one."""
    two = tmp_path / "two.mkv"
    ffmpeg(
        *("-f", "lavfi", "-i", "testsrc=size=64x64:rate=25:duration=3"),
        *("-f", "lavfi", "-i", "testsrc=size=96x64:rate=25:duration=1"),
        *("-map", "0", "-map", "1", "-disposition:v:0", "0", "-disposition:v:1", "default", str(two)),
    )
    found = facts(two)
    assert found.width == 96
    assert found.seconds == pytest.approx(1, abs=FRAME)
    assert found.other_picture_seconds == pytest.approx(3, abs=FRAME)


def test_a_variable_rate_is_measured_by_its_pictures(make_video: MakeVideo) -> None:
    """Every third second a picture is missing; the last one lasts as long as it says."""
    choice = ("-vf", "select='mod(n,3)'", "-fps_mode", "vfr")
    found = facts(make_video("vfr.mkv", *choice, rate=25, picture=3, sound=0))
    assert found.seconds == pytest.approx(3, abs=2 * FRAME)


def test_the_limit_itself_is_kept_and_one_picture_more_is_not(make_video: MakeVideo) -> None:
    """180 s, 180.5 s (the tolerance), and one picture more, as measured by packets and judged by the rule."""
    verdicts = []
    for pictures in (4500, 4512, 4513):
        options = ("-frames:v", str(pictures), "-c:v", "libx264", "-preset", "ultrafast", "-g", "1000")
        measured = facts(make_video(f"limit-{pictures}.mp4", *options, rate=25, picture=190, sound=0))
        assert measured.seconds == pytest.approx(pictures / 25, abs=0.001)
        file = video(**measured.model_dump())
        verdicts.append([found.code for found in video_length.check(case(file, document()))])
    assert verdicts == [[], [], ["video.too_long"]]


def test_a_picture_that_stands_upright_is_turned(make_video: MakeVideo, tmp_path: Path) -> None:
    """A telephone stores it lying, with a note on how to turn it."""
    wide = make_video("wide.mp4", "-vf", "scale=128:64", rate=25)
    # Written by hand: before version 6 ffmpeg has no option for the matrix, and since 7 no metadata that stand for it.
    lying, turned = (pack(">9i", *matrix) for matrix in (AS_IT_LIES, A_QUARTER_TURN))
    before, header, track = wide.read_bytes().partition(b"tkhd")
    assert lying in track[:100]
    (tmp_path / "upright.mp4").write_bytes(before + header + track.replace(lying, turned, 1))
    found = facts(tmp_path / "upright.mp4")
    assert (found.width, found.height) == (64, 128)


def test_a_protected_video_is_named_as_such(make_video: MakeVideo, tmp_path: Path) -> None:
    """What a shop sells plays nowhere else."""
    key, locked = "0123456789abcdef0123456789abcdef", tmp_path / "locked.mp4"
    ffmpeg(
        *("-i", str(make_video("usual.mp4", *CONTAINERS["mp4"], rate=25)), "-c", "copy"),
        *("-encryption_scheme", "cenc-aes-ctr", "-encryption_key", key, "-encryption_kid", key, str(locked)),
    )
    found = facts(locked)
    assert not found.readable
    assert "is protected against copying" in found.problem


@pytest.mark.parametrize(("samples", "kind"), [(80_000_000, b"vide"), (80_000_000, b"soun")])
def test_an_index_of_eighty_million_samples_is_not_even_opened(samples: int, kind: bytes, tmp_path: Path) -> None:
    """1.6 KB of MP4 that would take two gigabytes: held, as every limit, and nothing is started."""
    table = box(b"stsz", bytes(4) + (1).to_bytes(4, "big") + samples.to_bytes(4, "big"))
    handler = box(b"hdlr", bytes(8) + kind + bytes(12))
    track = box(b"trak", box(b"mdia", handler + box(b"minf", box(b"stbl", table))))
    (tmp_path / "x.mp4").write_bytes(box(b"ftyp", b"isom" + bytes(4)) + box(b"moov", track) + bytes(1400))
    found = facts(tmp_path / "x.mp4")
    assert (found.readable, found.limited, found.problem) == (False, True, "it has too many packets")


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
    """Above 40 million pixels nothing is decoded, and a person looks; the file itself has less than a megabyte."""
    picture = ("-f", "lavfi", "-i", "color=size=12000x12000:rate=1:duration=1")
    ffmpeg(*picture, "-c:v", "mjpeg", "-q:v", "31", str(tmp_path / "huge.mov"))
    found = facts(tmp_path / "huge.mov")
    assert (found.readable, found.limited) == (False, True)
    assert found.problem == "needs more memory to read than allowed"


def test_a_flood_of_tiny_pictures_is_measured_in_little_memory(tmp_path: Path) -> None:
    """Hundreds of thousands, a thousandth of a second each: it lasts as long as it does."""
    (tmp_path / "many.mov").write_bytes(film(200_000))
    tracemalloc.start()
    found = facts(tmp_path / "many.mov")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.readable, found.pictures, found.seconds) == (True, 200_000, 200.0)
    assert peak < 4_000_000


def test_a_flood_that_takes_too_long_is_a_limit(tmp_path: Path) -> None:
    """Nearly two million pictures in a moment: nobody's fault, and a person looks."""
    (tmp_path / "many.mov").write_bytes(film(1_800_000))
    found = facts(tmp_path / "many.mov", seconds=0.5)
    assert (found.readable, found.limited, found.problem) == (False, True, "took longer to read than allowed")


def test_a_codec_that_is_not_known_here_is_named_as_the_reason(make_video: MakeVideo, tmp_path: Path) -> None:
    """It is measured like any other, but nobody can see it."""
    raw = make_video("usual.mp4", *CONTAINERS["mp4"], rate=25).read_bytes()
    (tmp_path / "x.mp4").write_bytes(raw.replace(b"avc1", b"zzzz"))
    found = facts(tmp_path / "x.mp4")
    assert (found.readable, found.limited, found.has_picture) == (False, False, True)
    assert found.seconds == pytest.approx(2, abs=FRAME)
    assert found.problem == "has a picture in a format that is not known here"


def test_time_that_runs_out_is_a_limit(make_video: MakeVideo) -> None:
    """Nothing is said of the video then."""
    found = facts(make_video("usual.mp4", *CONTAINERS["mp4"], rate=25), seconds=0.001)
    assert (found.readable, found.limited, found.seconds) == (False, True, None)


def test_a_missing_program_is_a_fault_of_ours(make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch) -> None:
    """It never becomes a finding."""
    path = make_video("usual.mp4", *CONTAINERS["mp4"], rate=25)
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ReaderFault, match="ffprobe cannot be started"):
        facts(path)


PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://{0}\n#EXTINF:10,\nhttp://{1}/a.ts\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile canary.mp4\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>file://{0}</BaseURL><BaseURL>http://{1}/</BaseURL></MPD>',
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
}


@pytest.mark.parametrize("text", PLAYLISTS.values(), ids=PLAYLISTS.keys())
def test_a_playlist_leads_nowhere(text: str, tmp_path: Path) -> None:
    """A file named .mp4 that points at others gets none of them opened: a pipe without a writer would hang."""
    canary = tmp_path / "canary.mp4"
    os.mkfifo(canary)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        place = f"127.0.0.1:{listener.getsockname()[1]}"
        (tmp_path / "x.mp4").write_text(text.format(canary, place))
        found = facts(tmp_path / "x.mp4", seconds=10)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert (found.readable, found.limited, found.has_picture, found.seconds) == (False, False, False, None)


def test_a_video_that_is_an_archive_as_well_is_a_video(make_video: MakeVideo, tmp_path: Path) -> None:
    """What stands behind its end belongs to nobody."""
    both = tmp_path / "both.mp4"
    both.write_bytes(make_video("usual.mp4", *CONTAINERS["mp4"], rate=25).read_bytes())
    with zipfile.ZipFile(both, "a") as archive:
        archive.writestr("inside.txt", "hello")
    found = facts(both)
    assert (found.readable, found.pictures) == (True, 50)


@pytest.mark.parametrize("content", [b"", b"Thank you, Mr. President.", bytes(5000), b"\x00\x00\x00\x20ftypisom"])
def test_what_is_no_video_has_a_plain_reason(content: bytes, tmp_path: Path) -> None:
    """Empty, text, zeros, and no more than the first box of a video."""
    (tmp_path / "x.mp4").write_bytes(content)
    found = facts(tmp_path / "x.mp4")
    assert (found.readable, found.limited, found.has_picture) == (False, False, False)
    assert found.problem.startswith(("is damaged", "is incomplete"))


def test_hundreds_of_thousands_of_packets_take_no_memory() -> None:
    """What is told of them is taken as it comes, and nothing of it is kept."""
    packets = Packets()
    tracemalloc.start()
    for number in range(200):
        lines = [
            f"packet|stream_index=0|pts_time={number * 1000 + place}.5|dts_time=N/A|duration_time=1.0|flags=K_"
            for place in range(1000)
        ]
        packets.feed("\n".join([*lines, ""]).encode())
    packets.finish()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (packets.count, packets.tracks[0].count, packets.tracks[0].largest_gap) == (200_000, 200_000, 1.0)
    assert peak < 2_000_000
