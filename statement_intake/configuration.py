"""Loads what judgements rest on: meetings from their files, parties and words from the package's own data."""

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from statement_intake.domain.judge import Knowledge
from statement_intake.domain.meeting import Meeting
from statement_intake.domain.parties import PartyTable
from statement_intake.domain.words import Vocabulary

_DATA = resources.files("statement_intake") / "data"


class ConfigurationError(Exception):
    """A meeting's file cannot be used. The text names the file, the key and the problem."""


def load_knowledge(meetings: Path) -> Knowledge:
    """Everything that does not change while the service runs. Raises ConfigurationError."""
    return Knowledge(meetings=load_meetings(meetings), parties=load_parties(), words=load_words())


def load_meetings(folder: Path) -> tuple[Meeting, ...]:
    """Every *.toml in *folder*, by file name. Raises ConfigurationError."""
    files = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    if not files:
        raise ConfigurationError(f"[meetings] path: no meeting's file (*.toml) in {folder}")
    meetings = tuple(_meeting(file) for file in files)
    known = {meeting.id for meeting in meetings}
    if len(known) != len(meetings):
        raise ConfigurationError(f"{folder}: two meetings have the same id")
    for meeting in meetings:
        if unknown := sorted(set(meeting.sister_meetings) - known):
            raise ConfigurationError(f"{folder}: {meeting.id}: sister_meetings: no file for {', '.join(unknown)}")
    return meetings


def _meeting(file: Path) -> Meeting:
    try:
        with file.open("rb") as stream:
            tables: dict[str, Any] = tomllib.load(stream)
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: is not valid TOML: {error}") from error
    try:
        return Meeting(**tables)
    except ValidationError as error:
        faults = (f"{file}: {'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors())
        raise ConfigurationError("\n".join(faults)) from None


def load_parties() -> PartyTable:
    """The table of States, groups and organisations."""
    folder = _DATA / "parties"
    names = ("parties", "names", "ambiguous", "sensitive", "phrases")
    contents = {name: (folder / f"{name}.csv").read_text(encoding="utf-8") for name in names}
    return PartyTable.from_csv(**contents)


def load_words() -> Vocabulary:
    """The vocabulary of statements, in six languages."""
    tables = tomllib.loads((_DATA / "words.toml").read_text(encoding="utf-8"))
    return Vocabulary({table: {key: tuple(words) for key, words in keys.items()} for table, keys in tables.items()})
