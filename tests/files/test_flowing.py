"""A large file is on its way to the disk before it is complete."""

import os
from pathlib import Path

import pytest

from statement_intake.files.flowing import STEP, Flowing


def test_the_kernel_is_told_of_every_octet_once_and_none_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Piece behind piece, whatever their sizes; what is left at the end is less than a step."""
    told: list[tuple[int, int]] = []
    tell = os.posix_fadvise

    def telling(descriptor: int, start: int, length: int, advice: int) -> None:
        told.append((start, start + length))
        tell(descriptor, start, length, advice)

    monkeypatch.setattr(os, "posix_fadvise", telling)
    pieces = [bytes([number]) * size for number, size in enumerate((1, STEP - 1, 0, 3 * STEP, 5, STEP // 2, STEP))]
    with Flowing(tmp_path / "file") as stream:
        for piece in pieces:
            stream.write([piece[:1], piece[1:]])
        stream.sync()
    content = b"".join(pieces)
    assert (tmp_path / "file").read_bytes() == content
    assert [start for start, _ in told] == [0, *(end for _, end in told[:-1])]
    assert len(content) - told[-1][1] < STEP


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    """Names are chosen at random; one that is taken is somebody's."""
    (tmp_path / "file").write_bytes(b"theirs")
    with pytest.raises(FileExistsError):
        Flowing(tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"theirs"
