"""Loads what judgements rest on: meetings and delegates from their files, parties and words from the package's data."""

import csv
import tomllib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from functools import cache
from importlib import resources
from io import StringIO
from pathlib import Path

from pydantic import ValidationError

from statement_intake.domain.houses import Houses
from statement_intake.domain.judge import Knowledge
from statement_intake.domain.meeting import Meeting
from statement_intake.domain.parties.names import PartyTable
from statement_intake.domain.parties.rows import FILES
from statement_intake.domain.parties.world import Nation, World, world
from statement_intake.domain.senders import Senders
from statement_intake.domain.words import Vocabulary
from statement_intake.settings.problems import in_plain_words
from statement_intake.settings.toml import UnreadableError, tables_of

#: What exports call the columns that count.
_COLUMNS = {"country": "party", "delegation": "party", "email address": "email", "mail": "email"}
_DATA = resources.files("statement_intake") / "data"


class ConfigurationError(Exception):
    """A meeting's file, or the list of delegates, cannot be used. The text names file, place and problem."""


def load_knowledge(meetings: Path, *, delegates: Path | None = None, trusted: str | None = None) -> Knowledge:
    """Everything that does not change while the service runs. Raises ConfigurationError.

    *delegates*: the list of registered delegates; *trusted*: the authserv-id of our own mail server.
    """
    parties = load_parties()
    registered = load_delegates(delegates, parties) if delegates else None
    senders = Senders(trusted=trusted, delegates=registered, houses=load_houses())
    return Knowledge(
        meetings=load_meetings(meetings),
        parties=parties,
        words=load_words(),
        senders=senders,
        world=load_world(parties),
    )


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
        tables = tables_of(file)
    except UnreadableError as error:
        raise ConfigurationError(f"{file}: {error}") from error
    try:
        return Meeting(**tables)
    except ValidationError as error:
        faults = ((".".join(map(str, fault["loc"])), in_plain_words(fault)) for fault in error.errors())
        raise ConfigurationError("\n".join(": ".join(filter(None, (str(file), *said))) for said in faults)) from None


def load_delegates(file: Path, parties: PartyTable) -> dict[str, frozenset[str]]:
    """Registered delegates: address to party codes. Raises ConfigurationError with the line that is wrong.

    A CSV file with the columns party (a code or a name), name and e-mail, as the registration system exports it, or as
    Excel has saved it again: with commas, semicolons or tabs, in UTF-8, UTF-16 or the Western Windows charset.
    """
    found: dict[str, set[str]] = {}
    try:
        text = _text(file.read_bytes())
        rows = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text.partition("\n")[0]))
        columns = [_COLUMNS.get(name := _plain(column), name) for column in next(rows, [])]
        if missing := {"party", "email"} - set(columns):
            raise ConfigurationError(f"{file}: line 1: there is no column {', '.join(sorted(missing))}")
        for row in filter(any, rows):
            values = dict(zip(columns, (value.strip() for value in row), strict=False))
            mention = parties.exact(values.get("party", ""))
            if mention is None or len(mention.parties) != 1 or "@" not in values.get("email", ""):
                problem = f'"{values.get("party", "")}" with "{values.get("email", "")}"'
                raise ConfigurationError(
                    f"{file}: line {rows.line_num}: {problem} is not a party with an e-mail address"
                )
            found.setdefault(values["email"].casefold(), set()).add(mention.parties[0].code)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(f"{file}: cannot be read as CSV: {error}") from error
    return {address: frozenset(codes) for address, codes in found.items()}


def _text(raw: bytes) -> str:
    """A wrong guess does no harm: the party is then not known, and the line is named."""
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252")


def _delimiter(heading: str) -> str:
    return max(",;\t", key=heading.count)


def _plain(column: str) -> str:
    return column.strip().casefold().replace("-", "").replace("_", " ")


@cache
def load_parties() -> PartyTable:
    """The table of States, groups and organisations."""
    folder = _DATA / "parties"
    return PartyTable.from_csv({name: (folder / f"{name}.csv").read_text(encoding="utf-8") for name in FILES})


def load_world(parties: PartyTable) -> World:
    """All States with their regions, and the members of groups as far as they are known."""
    folder = _DATA / "parties"
    rows = _rows((folder / "parties.csv").read_text(encoding="utf-8"))
    nations = (
        Nation(code=party.code, name=party.name, region=row["region"])
        for row in rows
        if row["kind"] == "state" and (party := parties.get(row["code"]))
    )
    members = {
        row["group"]: frozenset(row["members"].split())
        for row in _rows((folder / "members.csv").read_text(encoding="utf-8"))
    }
    return world(nations, members)


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


@cache
def load_houses() -> Houses:
    """Which domains are governments', and which are anybody's."""
    tables = tomllib.loads((_DATA / "domains.toml").read_text(encoding="utf-8"))
    return Houses(public=frozenset(tables["public"]["hosts"]), **tables["governmental"])


@cache
def load_words() -> Vocabulary:
    """The vocabulary of statements, in six languages."""
    tables = tomllib.loads((_DATA / "words.toml").read_text(encoding="utf-8"))
    return Vocabulary({table: {key: tuple(words) for key, words in keys.items()} for table, keys in tables.items()})
