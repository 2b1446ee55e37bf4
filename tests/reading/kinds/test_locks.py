"""Archives that are not opened here, and yet are known to ask for a password."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from statement_intake.reading.kinds.identifying import identify
from tests.reading.locked import SEVEN_FILES, SEVEN_OPEN, SEVEN_TABLE, rar4, rar5

ARCHIVES = {
    "seven-open": (SEVEN_OPEN, False),
    "seven-with-locked-files": (SEVEN_FILES, True),
    "seven-with-a-locked-table": (SEVEN_TABLE, True),
    "rar5-open": (rar5(), False),
    "rar5-with-locked-files": (rar5(files=True), True),
    "rar5-with-a-locked-table": (rar5(table=True), True),
    "rar4-open": (rar4(), False),
    "rar4-with-locked-files": (rar4(files=True), True),
    "rar4-with-a-locked-table": (rar4(table=True), True),
    "rar5-whose-number-never-ends": (b"Rar!\x1a\x07\x01\x00" + b"\x80" * 70_000, False),
    "seven-that-breaks-off": (SEVEN_FILES[:200], False),
}


@pytest.mark.parametrize(("archive", "locked"), ARCHIVES.values(), ids=ARCHIVES)
def test_an_archive_says_whether_it_asks_for_a_password(archive: bytes, locked: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """A delegation is told what is the matter: not "cannot be opened here", but the password."""
    (tmp_path / "archive").write_bytes(archive)
    kind = identify(tmp_path / "archive")
    assert (kind.category, kind.encrypted) == ("archive", locked)


@given(
    archive=st.sampled_from([archive for archive, _ in ARCHIVES.values()]),
    spoilt=st.lists(st.tuples(st.integers(8, 400), st.integers(0, 255)), max_size=8),
    length=st.integers(8, 400),
)
@hypothesis_settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damage_makes_it_raise(archive: bytes, spoilt: list[tuple[int, int]], length: int, tmp_path: Path) -> None:
    """Whatever numbers it claims."""
    raw = bytearray(archive[:length])
    for place, byte in spoilt:
        raw[place % len(raw)] = byte
    (tmp_path / "archive").write_bytes(raw)
    assert identify(tmp_path / "archive").media_type
