"""Archives that cannot be opened here: another format than ZIP, an archive within an archive, a damaged one."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.submission import Role

_FORMATS = {
    "application/vnd.rar": "RAR",
    "application/x-7z-compressed": "7z",
    "application/gzip": "GZIP",
    "application/x-bzip2": "BZIP2",
    "application/x-xz": "XZ",
    "application/x-tar": "TAR",
    "application/vnd.ms-tnef": "winmail.dat",
    "application/zip": "ZIP",
}


def check(case: Case) -> Iterator[Finding]:
    """Held, because the missing file may lie in it; beside a video and its transcript an archive is an annex."""
    if case.submission.of(Role.VIDEO) and case.submission.of(Role.TRANSCRIPT):
        return
    for archive in case.packed:
        if not archive.encrypted and not archive.bomb:
            called = _FORMATS.get(archive.media_type, archive.media_type)
            yield Finding(
                code="attachment.closed",
                effect=Effect.HOLD,
                message=f"{archive.name} cannot be opened here ({called}); the statement may be in it.",
                detail={"name": archive.name, "format": called},
            )
