"""What `doctor` wants to know from inside the sandbox."""

from pathlib import Path

from statement_intake.reading.faults import ReaderFault
from statement_intake.reading.videos.tool import run


def examine() -> list[str]:
    """A sentence for each program that reading needs. Raises ReaderFault if one is missing."""
    return [_version(program) for program in ("ffmpeg", "ffprobe")]


def try_cell(workspace: Path) -> None:
    """Can a program be confined to a single file? Raises ReaderFault or OSError if not."""
    sample = workspace / "sample"
    sample.write_bytes(b"x")
    ran = run(["cat", str(sample)], seconds=20, consume=lambda _: None, output_bytes=100, reads=[sample])
    if ran.returncode or ran.stopped:
        raise ReaderFault(f"a program cannot be confined: {ran.errors.decode('utf-8', 'replace')[:300]}")


def _version(program: str) -> str:
    said = bytearray()
    ran = run([program, "-hide_banner", "-version"], seconds=20, consume=said.extend, output_bytes=100_000)
    if ran.returncode or ran.stopped:
        raise ReaderFault(f"{program} does not work: {ran.errors.decode('utf-8', 'replace')[:300]}")
    first = said.decode("utf-8", "replace").partition("\n")[0].partition(" Copyright")[0]
    return f"{first} works inside the reader."
