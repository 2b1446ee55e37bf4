"""The log as a table for other programs: CSV and XLSX. No cell can act as a formula."""

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import xlsxwriter
from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.responses import Response, StreamingResponse

from statement_intake.console.asked import Asked, LogQuery, wanted
from statement_intake.console.door import Viewer
from statement_intake.console.parts import parts_of
from statement_intake.domain.people import Visit
from statement_intake.domain.records import LogRow

router = APIRouter()

COLUMNS = (
    "reference", "received", "outcome", "standing", "meeting", "party", "party_name", "items", "kind", "reasons",
    "codes", "sender", "subject", "letter",
)  # fmt: skip
#: A cell that begins so is a formula to spreadsheet programs (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_CHUNK = 65_536
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/log.csv")
def as_csv(request: Request, visit: Viewer, asked: Asked) -> Response:
    """What the log shows, all pages of it, as CSV (RFC 4180, UTF-8 with a mark that spreadsheets know it by)."""
    rows = _rows(request, visit, asked, "csv")
    return StreamingResponse(_csv_lines(rows), media_type="text/csv; charset=utf-8", headers=_named("log.csv"))


@router.get("/log.xlsx")
def as_xlsx(request: Request, visit: Viewer, asked: Asked) -> Response:
    """The same as a workbook. Every cell is written as text, so that nothing is computed."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it is sent
    book = xlsxwriter.Workbook(
        file,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "default_date_format": ""},
    )
    sheet = book.add_worksheet("Log")
    bold = book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(COLUMNS):
        sheet.write_string(0, column, name, bold)
    for number, row in enumerate(_rows(request, visit, asked, "xlsx"), start=1):
        for column, value in enumerate(row):
            sheet.write_string(number, column, value[:32_000])
    book.close()
    file.seek(0)
    chunks = iter(lambda: file.read(_CHUNK), b"")
    return StreamingResponse(
        chunks, media_type=_WORKBOOK, headers=_named("log.xlsx"), background=BackgroundTask(file.close)
    )


def harmless(value: str) -> str:
    """*value* as a cell that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def _rows(request: Request, visit: Visit, asked: LogQuery, form: str) -> Iterator[tuple[str, ...]]:
    """The cells of every row. That they were taken out stays in the audit."""
    parts = parts_of(request)
    zone = visit.account.zone or parts.zone
    detail = {"form": form, "query": json.loads(asked.model_dump_json(exclude={"page"}, exclude_defaults=True))}
    parts.ledger.audit.note(parts.clock(), visit.account.name, "export", detail)
    search = wanted(asked, zone).model_copy(update={"cursor": None})
    return (_cells(row, zone) for row in parts.ledger.search.every(search))


def _cells(row: LogRow, zone: str) -> tuple[str, ...]:
    return (
        row.reference or "", _time(row.received, zone), str(row.outcome), row.standing or "", row.meeting or "",
        row.party or "", row.party_name or "", "; ".join(row.items), row.kind or "", "; ".join(row.reasons),
        "; ".join(row.codes), row.sender or "", row.subject or "", row.reply or "",
    )  # fmt: skip


def _time(when: datetime, zone: str) -> str:
    return when.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")


def _csv_lines(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "\ufeff" + _line(COLUMNS)
    for row in rows:
        yield _line(harmless(value) for value in row)


def _line(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
