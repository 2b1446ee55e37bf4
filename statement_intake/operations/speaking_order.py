"""Reads a list of speakers from a file of the secretariat's."""

import csv
from pathlib import Path

from statement_intake.domain.faults import SurroundingsFault
from statement_intake.domain.meeting import Meeting
from statement_intake.domain.parties import PartyTable


class OrderError(SurroundingsFault):
    """The list cannot be used; the text names the line."""


def read_order(file: Path, meeting: Meeting, parties: PartyTable) -> dict[str, tuple[str, ...]]:
    """Item to codes, in the order of the lines. Raises OrderError, and OSError where the file cannot be read.

    A CSV file in UTF-8 with the columns item and party (a code or a name).
    """
    found: dict[str, list[str]] = {}
    with file.open(encoding="utf-8-sig", newline="") as stream:
        try:
            rows = csv.DictReader(stream, skipinitialspace=True)
            columns = {column.strip().casefold(): column for column in rows.fieldnames or ()}
            if missing := {"item", "party"} - columns.keys():
                raise OrderError(f"{file}: line 1: there is no column {', '.join(sorted(missing))}")
            for row in rows:
                item, name = ((row[columns[key]] or "").strip() for key in ("item", "party"))
                if not item and not name:
                    continue
                if meeting.item(item) is None:
                    raise OrderError(f"{file}: line {rows.line_num}: the agenda has no item “{item}”")
                found.setdefault(item, []).append(_code(name, parties, f"{file}: line {rows.line_num}"))
        except (UnicodeDecodeError, csv.Error) as error:
            raise OrderError(f"{file}: cannot be read as CSV in UTF-8: {error}") from error
    return {item: tuple(codes) for item, codes in found.items()}


def _code(name: str, parties: PartyTable, place: str) -> str:
    if known := parties.get(name.upper()):
        return known.code
    mention = parties.exact(name)
    if mention is None or len(mention.parties) != 1:
        raise OrderError(f"{place}: “{name}” is not one party; give its code, such as FRA")
    return mention.parties[0].code
