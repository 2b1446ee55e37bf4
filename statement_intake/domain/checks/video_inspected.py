"""What a whole look at a video has found: after the decision it is added to the record, later it is known at once."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.inspection import Measurements
from statement_intake.domain.message import Attachment
from statement_intake.domain.submission import Role

#: Loudness that a meeting room can still make good, in LUFS; EBU R 128 aims at -23.
_QUIETEST, _LOUDEST = -30.0, -13.0
#: Above full scale a signal is clipped when it is played, in dBTP.
_FULL_SCALE = 0.0
#: A picture that stands still this long, in seconds, or for this share of the video, is spoken of.
_LONG_FREEZE, _FROZEN_SHARE = 10.0, 0.5
#: So much of the picture has to be there, and so many complaints of a decoder are none, at the joints of a cut.
_DECODED_SHARE, _FEW_ERRORS = 0.9, 10


def check(case: Case) -> Iterator[Finding]:
    """A video that was inspected when it came before, with another mail or before an officer's verdict."""
    for video in case.submission.of(Role.VIDEO):
        if (measured := case.facts.inspected.get(video.sha256)) is not None:
            yield from findings_about(video, measured)


def findings_about(video: Attachment, measured: Measurements) -> Iterator[Finding]:
    """What follows for the meeting room. Nothing that is silent or black from beginning to end is shown unseen."""
    yield from _picture(video, measured)
    yield from _sound(video, measured)


def _picture(video: Attachment, measured: Measurements) -> Iterator[Finding]:
    length = video.video.seconds if video.video and video.video.seconds else measured.seconds
    if measured.seconds < _DECODED_SHARE * length:
        message = f"Of {video.name} only {measured.seconds:.0f} s of {length:.0f} s can be decoded."
        yield _finding("video.damaged", Effect.HOLD, message, video, measured=measured.seconds, unit="s")
    elif measured.decoding_errors >= _FEW_ERRORS:
        message = f"{video.name} has {measured.decoding_errors} faults that can be seen or heard; please watch it."
        yield _finding("video.damaged", Effect.NOTE, message, video, errors=measured.decoding_errors)
    if measured.black:
        yield _finding("video.black", Effect.HOLD, f"{video.name} is black from beginning to end.", video)
    elif measured.longest_freeze_seconds >= _LONG_FREEZE or measured.frozen_seconds >= _FROZEN_SHARE * length > 0:
        frozen, longest = round(measured.frozen_seconds), round(measured.longest_freeze_seconds)
        at_one_time = f", at one time for {longest} s" if longest < frozen else ""
        message = f"The picture of {video.name} stands still for {frozen} s{at_one_time}."
        yield _finding("video.frozen", Effect.NOTE, message, video, measured=measured.frozen_seconds, unit="s")
    if measured.interlaced and not (video.video and video.video.interlaced):
        message = f"The picture of {video.name} is interlaced, though the file does not say so."
        yield _finding("video.interlaced", Effect.NOTE, message, video)


def _sound(video: Attachment, measured: Measurements) -> Iterator[Finding]:
    if measured.silent:
        yield _finding("video.silent", Effect.HOLD, f"{video.name} is silent from beginning to end.", video)
        return
    faults = []
    loudness, peak = measured.loudness_lufs, measured.true_peak_dbtp
    if loudness is not None and loudness < _QUIETEST:
        faults.append(f"is very quiet ({loudness:.1f} LUFS; broadcasters aim at -23)")
    elif loudness is not None and loudness > _LOUDEST:
        faults.append(f"is very loud ({loudness:.1f} LUFS; broadcasters aim at -23)")
    if peak is not None and peak > _FULL_SCALE:
        faults.append(f"is clipped (true peak {peak:+.1f} dBTP)")
    if measured.one_sided:
        faults.append("comes from one side only")
    if faults:
        message = f"The sound of {video.name} {' and '.join(faults)}."
        levels: dict[str, object] = {"loudness_lufs": loudness, "true_peak_dbtp": peak}
        yield _finding("video.loudness", Effect.NOTE, message, video, **levels)


def _finding(code: str, effect: Effect, message: str, video: Attachment, **detail: object) -> Finding:
    return Finding(code=code, effect=effect, message=message, detail={"name": video.name, **detail})
