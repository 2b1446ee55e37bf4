"""The manifest of a package: what is in it, for people, for spreadsheets and for `sha256sum --check`."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime

from statement_intake.domain.packing.packing import Entry, running_time


def manifest(entries: Sequence[Entry], meeting: str, made_at: datetime) -> dict[str, bytes]:
    """The files of the manifest, by name: manifest.json, manifest.csv and SHA256SUMS."""
    rows = [entry.model_dump(mode="json") for entry in entries]
    content = {
        "meeting": meeting,
        "made_at": made_at.isoformat(),
        "seconds_of_video": running_time(entries),
        "files": rows,
    }
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, fieldnames=list(Entry.model_fields))
    writer.writeheader()
    writer.writerows({key: _harmless(value) for key, value in row.items()} for row in rows)
    sums = "".join(f"{entry.sha256}  {entry.path}\n" for entry in entries)
    return {
        "manifest.json": (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode(),
        # With the mark by which spreadsheet programs know UTF-8.
        "manifest.csv": table.getvalue().encode("utf-8-sig"),
        "SHA256SUMS": sums.encode(),
    }


def _harmless(value: object) -> object:
    """What a spreadsheet would take for a formula begins with an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
