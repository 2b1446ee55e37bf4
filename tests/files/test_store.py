"""The store: content under its digest, whole or not at all."""

import errno
import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from statement_intake.domain.faults import LimitExceeded
from statement_intake.files import FileStore


def test_content_is_found_under_its_digest(tmp_path: Path) -> None:
    """Put in pieces, read as a whole; twice is once."""
    store = FileStore(tmp_path)
    for _ in range(2):
        stored = store.put(iter([b"ab", b"c"]), most=10)
    assert stored == (hashlib.sha256(b"abc").hexdigest(), 3)
    with store.open(stored.sha256) as stream:
        assert stream.read() == b"abc"
    assert (store.holds(stored.sha256), store.size(stored.sha256)) == (True, 3)
    assert len(list(tmp_path.glob("??/*"))) == 1


def test_what_is_too_long_or_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    """Neither half a mail nor a temporary file stays."""

    def broken() -> Iterator[bytes]:
        yield b"half"
        raise OSError(errno.ECONNRESET, "gone")

    store = FileStore(tmp_path)
    with pytest.raises(LimitExceeded):
        store.put(iter([b"12345", b"6"]), most=5)
    with pytest.raises(OSError, match="gone"):
        store.put(broken(), most=100)
    assert list(tmp_path.glob("??/*")) == []
    assert list((tmp_path / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "A" * 64, "", "0" * 63, f"{'0' * 64}\n", f"{'0' * 32}/{'0' * 31}"]
)
def test_only_digests_are_names(tmp_path: Path, name: str) -> None:
    """Nothing from outside becomes a path."""
    with pytest.raises(ValueError, match="not a SHA-256 digest"):
        FileStore(tmp_path).path(name)


def test_a_sweep_removes_what_nobody_refers_to_and_what_a_reader_left(tmp_path: Path) -> None:
    """Folders within a workspace, links out of the store and half-written files go; what is referred to stays."""
    store = FileStore(tmp_path / "store")
    kept, orphan = (store.put(iter([content]), most=10).sha256 for content in (b"kept", b"orphan"))
    workspace = store.workspace()
    (workspace / "deep" / "deeper").mkdir(parents=True)
    (workspace / "deep" / "file").write_bytes(b"x")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_bytes(b"x")
    (workspace.parent / "link").symlink_to(outside)
    (workspace.parent / "half").write_bytes(b"x")

    def unreferred(digests: Sequence[str]) -> set[str]:
        return {digest for digest in digests if digest != kept}

    assert store.sweep(unreferred) == 1
    assert (store.holds(kept), store.holds(orphan)) == (True, False)
    assert list(workspace.parent.iterdir()) == []
    assert (outside / "precious").exists()


def test_a_file_that_the_reader_wrote_is_taken_over(tmp_path: Path) -> None:
    """Moved, made read-only for its owner alone."""
    store = FileStore(tmp_path)
    digest = hashlib.sha256(b"film").hexdigest()
    (workspace := store.workspace()).joinpath(digest).write_bytes(b"film")
    store.adopt(workspace / digest, digest)
    assert store.path(digest).read_bytes() == b"film"
    assert os.stat(store.path(digest)).st_mode & 0o777 == 0o400  # noqa: PTH116 - the mode alone
    store.remove(digest)
    store.remove(digest)
    assert not store.holds(digest)


def test_room_is_asked_for_before_a_mail_is_blamed(tmp_path: Path) -> None:
    """More than any disk has."""
    store = FileStore(tmp_path)
    with pytest.raises(OSError, match="No space left") as full:
        store.require_room(10**18)
    assert full.value.errno == errno.ENOSPC
