"""What `doctor` wants to know from inside the sandbox."""

from statement_intake.reading.faults import ReaderFault
from statement_intake.reading.tool import run


def examine() -> list[str]:
    """A sentence for each program that reading needs. Raises ReaderFault if one is missing."""
    return [_version(program) for program in ("ffmpeg", "ffprobe")]


def _version(program: str) -> str:
    said = bytearray()
    ran = run([program, "-hide_banner", "-version"], seconds=20, consume=said.extend, output_bytes=100_000)
    if ran.returncode or ran.stopped:
        raise ReaderFault(f"{program} does not work: {ran.errors.decode('utf-8', 'replace')[:300]}")
    first = said.decode("utf-8", "replace").partition("\n")[0].partition(" Copyright")[0]
    return f"{first} works inside the reader."
