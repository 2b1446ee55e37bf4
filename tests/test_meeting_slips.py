"""Whatever is typed into a meeting's file is understood, or refused with file and key; nothing ends in a traceback."""

from pathlib import Path

import pytest

from statement_intake.configuration import ConfigurationError, load_knowledge, load_meetings
from tests.house import MEETINGS

_FILE = "emic-12.toml"
_TEXT = (MEETINGS / _FILE).read_text(encoding="utf-8")


def written(folder: Path, content: bytes) -> Path:
    """A folder with the one file."""
    (folder / _FILE).write_bytes(content.replace(b'sister_meetings = ["irg-14-resumed", "wgar-17"]', b""))
    return folder


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        *(('"EMIC"', name, "subject.acronym") for name in ('""', '" "', '"*"', '"."', '"e"', '"a\\nb"')),
        *(("names = [", f"names = [{name},", "subject.names.0") for name in ('"*"', '"-*"', '"’*"', '""', '"a"')),
        *(("ordinal = 12", f"ordinal = 12\nsynonyms = [{word}]", "subject.synonyms.0") for word in ('"*"', '""')),
        ("names = [", f'names = ["{"a " * 3000}",', "subject.names.0"),
        ('"12th EMIC"', '"12th\\r\\nEMIC"', "subject.short_name"),
        *(("ordinal = 12", f"ordinal = {number}", "subject.ordinal") for number in ("9" * 30, "true", '"12"')),
        *(("begins = 2023-09-04", f"begins = {day}", "begins") for day in ("1693785600", '"1693785600"')),
        *(("date = 2023-08-28", f"date = {day}", "deadline.video.date") for day in ("0001-01-01", "9999-12-31")),
        *(("time = 23:59:59", f"time = {time}", "deadline.video.time") for time in ("86399", '"23:59:59Z"')),
        *(("max_seconds = 180", f"max_seconds = {much}", "video.max_seconds") for much in ("inf", "true", "9e9")),
        ("tolerance_seconds = 0.5", "tolerance_seconds = 500", "video.tolerance_seconds"),
        *(("minute = 90", f"minute = {pace}", "transcript.slowest_words_per_minute") for pace in ("nan", "inf", "-1")),
        ("minute = 90", "minute = 200", "fastest_words_per_minute is less than slowest_words_per_minute"),
        *(("cure_days = 2", f"cure_days = {days}", "cure_days") for days in ("9" * 20, "true", "0x" + "f" * 9000)),
        ('number = "1"', 'number = "01"', "agenda.0.number"),
        ('number = "1"', 'number = "١"', "agenda.0.number"),
        ("joint = true", 'joint = "yes"', "agenda.2.joint"),
        ('main = "uncac@un.org"', 'main = "\\u200buncac@un.org"', "addresses.main"),
        ('contact = "uncac@un.org"', 'contact = "a@b.c\\r\\nBcc: d@e.f"', "contact"),
        ("[publication]", "[retention]\nmail_days = 99999999999\n[publication]", "retention.mail_days"),
        ("cure_days = 2", f"cure_days = {'9' * 5000}", "is not valid TOML"),
        ("cure_days = 2", f"cure_days = {'[' * 5000}", "is not valid TOML"),
    ],
)
def test_a_slip_is_refused_where_it_stands(tmp_path: Path, old: str, new: str, key: str) -> None:
    """Before a mail is read by it; and what has another type is not taken for what it might have meant."""
    assert old in _TEXT
    with pytest.raises(ConfigurationError) as error:
        load_meetings(written(tmp_path, _TEXT.replace(old, new, 1).encode()))
    assert f"{tmp_path / _FILE}: " in str(error.value)
    assert key in str(error.value)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    """Editors put it there unasked."""
    assert load_knowledge(written(tmp_path, _TEXT.encode("utf-8-sig"))).meeting("emic-12") is not None
