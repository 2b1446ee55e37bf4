"""A list of speakers as the secretariat writes it: lines of an item and a party, in speaking order."""

import csv
from collections.abc import Iterable

from statement_intake.domain.meeting import Meeting
from statement_intake.domain.parties.names import PartyTable


class OrderError(Exception):
    """The list cannot be used; the text names the line."""


def read_order(lines: Iterable[str], meeting: Meeting, parties: PartyTable) -> dict[str, tuple[str, ...]]:
    """Item to codes, in the order of the lines. Raises OrderError: then nothing of the list counts.

    *lines* are those of a CSV file with the columns item and party (a code or a name).
    """
    found: dict[str, list[str]] = {}
    try:
        rows = csv.DictReader(lines, skipinitialspace=True)
        columns = {column.strip().casefold(): column for column in rows.fieldnames or ()}
        if missing := {"item", "party"} - columns.keys():
            raise OrderError(f"line 1: there is no column {', '.join(sorted(missing))}")
        for row in rows:
            item, name = ((row[columns[key]] or "").strip() for key in ("item", "party"))
            if not item and not name:
                continue
            if meeting.item(item) is None:
                raise OrderError(f"line {rows.line_num}: the agenda has no item “{item}”")
            found.setdefault(item, []).append(_code(name, parties, f"line {rows.line_num}"))
    except csv.Error as error:
        raise OrderError(f"is not a CSV file: {error}") from error
    return {item: tuple(codes) for item, codes in found.items()}


def _code(name: str, parties: PartyTable, place: str) -> str:
    if known := parties.get(name.upper()):
        return known.code
    mention = parties.exact(name)
    if mention is None or len(mention.parties) != 1:
        raise OrderError(f"{place}: “{name}” is not one party; give its code, such as FRA")
    return mention.parties[0].code
