"""What the reader says of files, held against the files: the child was in the hands of the mail."""

import hashlib
import os
import re
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from statement_intake.domain.decoded import Decoded
from statement_intake.domain.inspection import Preview
from statement_intake.domain.message import Attachment
from statement_intake.reading.faults import ReaderEnded

_SHA256 = re.compile(r"[0-9a-f]{64}")


def moved(decoded: Sequence[Decoded], attachments: Sequence[Attachment], workspace: Path) -> dict[str, int]:
    """Put what was decoded in the place of its picture in the workspace, where it is an attachment's content.

    The digests and sizes of what was moved: ours, not the child's, who could see it and not change it.
    """
    named = {attachment.sha256 for attachment in attachments}
    moved: dict[str, int] = {}
    for known in decoded:
        place = workspace / known.sha256
        if known.sha256 in named and known.sha256 not in moved and not place.is_dir():
            Path(known.path).replace(place)
            moved[known.sha256] = known.size
    return moved


def verify(
    attachments: Sequence[Attachment | Preview], workspace: Path, known: Mapping[str, int] | None = None
) -> None:
    """Check that every file is there, plain, and what it is said to be; remove what was not announced.

    *known*: sizes of files that the child has not written, by digest.

    The child was in the hands of the mail, so nothing is opened by a name of its choosing, and no link is followed.
    """
    named = {attachment.sha256: attachment.size for attachment in attachments}
    for name, size in named.items():
        if known and known.get(name) == size:
            continue
        if not _SHA256.fullmatch(name) or _digest(workspace / name, size) != name:
            raise ReaderEnded("the reader's answer cannot be trusted: a file is not what it is said to be")
    if any(attachment.size != named[attachment.sha256] for attachment in attachments):
        raise ReaderEnded("the reader's answer cannot be trusted: a file has two sizes")
    for entry in os.scandir(workspace):
        if entry.name not in named and not entry.is_dir(follow_symlinks=False):
            Path(entry.path).unlink()


def _digest(path: Path, size: int) -> str | None:
    """The SHA-256 of *path* if that is a regular file of *size* bytes that has no other name."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1 or status.st_size != size:
            return None
        return hashlib.file_digest(stream, "sha256").hexdigest()
