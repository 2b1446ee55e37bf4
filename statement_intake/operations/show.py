"""The log and a submission, as tables for people, and as JSON and CSV for programs."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from statement_intake.arriving.ignored import Shown, place_of
from statement_intake.domain.message import Attachment
from statement_intake.domain.records import Dossier, LogRow
from statement_intake.domain.senders import SenderState

_COLOURS = {"accepted": "green", "rejected": "red", "held": "yellow", "ignored": "dim"}
_COLUMNS = tuple(LogRow.model_fields)
#: A cell that begins so is a formula to spreadsheet programs.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def log_table(rows: Iterable[LogRow], zone: str) -> Table:
    """The log for a terminal; times in the office's zone."""
    table = Table("Reference", "Outcome", "Statement", "Why", header_style="bold", expand=True)
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    table.columns[2].ratio, table.columns[3].ratio = 2, 4
    for row in rows:
        outcome = str(row.outcome)
        standing = f"\n{row.standing}" if row.standing not in {"current", None} else ""
        letter = f"\nletter {row.reply}" if row.reply else ""
        person = "\n[bold yellow]needs a person[/]" if row.needs_person else ""
        table.add_row(
            f"{row.reference or '–'}\n{_local(row.received, zone)}",
            f"[{_COLOURS[outcome]}]{outcome}[/]{standing}{letter}{person}",
            escape(_statement(row)),
            escape("\n".join(row.reasons or row.codes)),
        )
    return table


def _statement(row: LogRow) -> str:
    who = row.party_name or (row.sender or "?")
    what = f"item {', '.join(row.items)}" if row.items else ""
    return ", ".join(part for part in (who, what, row.kind) if part)


def log_json(row: LogRow) -> str:
    """One line of the log as JSON."""
    return json.dumps(row.model_dump(mode="json"), ensure_ascii=False)


def ignored_json(shown: Shown) -> str:
    """One ignored mail as JSON; sender and subject null where it is not in its mailbox any more."""
    return json.dumps(
        {
            "place": place_of(shown.mail),
            "received": shown.mail.received.isoformat(),
            "reason": shown.mail.reason,
            "copy_of": shown.mail.copy_of,
            "sender": [address.email for address in shown.headers.sender] if shown.headers else None,
            "subject": shown.headers.subject if shown.headers else None,
        },
        ensure_ascii=False,
    )


def ignored_line(shown: Shown, zone: str) -> str:
    """One ignored mail as a line for a terminal."""
    sender = ", ".join(address.email for address in shown.headers.sender) if shown.headers else ""
    told = f"{sender}  {shown.headers.subject}" if shown.headers else "(not in the mailbox any more)"
    line = f"{place_of(shown.mail)}  {_local(shown.mail.received, zone)}  {shown.mail.reason:22}  {told}"
    return "".join(character if character.isprintable() else "�" for character in line)


def log_csv(rows: Iterable[LogRow]) -> Iterator[str]:
    """The log as CSV (RFC 4180); no cell can act as a formula."""
    yield _csv_line(_COLUMNS)
    for row in rows:
        values = row.model_dump(mode="json")
        yield _csv_line(_cell(values[column]) for column in _COLUMNS)


def _cell(value: Any) -> str:  # noqa: ANN401 - what JSON gives
    text = "" if value is None else "; ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _csv_line(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(cells)
    return buffer.getvalue()


def dossier_json(dossier: Dossier) -> str:
    """Everything about a submission as JSON."""
    return json.dumps(dossier.model_dump(mode="json"), ensure_ascii=False)


def print_dossier(dossier: Dossier, console: Console, zone: str) -> None:
    """Everything about a submission for a terminal."""
    outcome = str(dossier.outcome)
    console.print(f"[bold]{dossier.reference}[/]  [{_COLOURS[outcome]}]{outcome}[/]  {dossier.standing}")
    _facts(dossier, console, zone)
    for file in dossier.files:
        added = f", added by {file.added_by}" if file.added_by else ""
        console.print(f"  {file.role}: {_file(file.attachment)}{added}", markup=False, highlight=False, soft_wrap=True)
    for file in dossier.replaced:
        line = f"  {file.role}, replaced in revision {file.replaced}: {_file(file.attachment)}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    _several(dossier, console, zone)
    console.print("[bold]History[/]")
    for step in dossier.history:
        reason = f": {step.because}" if step.because else ""
        line = f"  {_local(step.decided_at, zone)}  {step.actor} {step.action} -> {step.outcome}{reason}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)
        for finding in step.findings:
            line = f"      {finding.effect!s:6} {finding.code}: {finding.message}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    for letter in dossier.letters:
        said = f" ({letter.response})" if letter.response else ""
        console.print(f"[bold]Letter {letter.revision}[/]: {letter.kind}, {letter.state}", highlight=False)
        console.print(
            f"  To: {letter.to}{said}\n  Subject: {letter.subject}\n", markup=False, highlight=False, soft_wrap=True
        )
        console.print(letter.body, markup=False, highlight=False, soft_wrap=True)


def _several(dossier: Dossier, console: Console, zone: str) -> None:
    """The mails that make up the statement, and its versions, where there are several."""
    if len(dossier.mails) > 1:
        console.print("[bold]Mails[/]")
        for mail in dossier.mails:
            who = f"{mail.sender} ({mail.authentication})"
            line = f"  {_local(mail.received, zone)}  revision {mail.revision}, {who}: {mail.message.headers.subject}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    if dossier.versions:
        console.print("[bold]Versions[/]")
        for version in dossier.versions:
            here = "  (this one)" if version.reference == dossier.reference else ""
            line = (
                f"  {_local(version.received, zone)}  {version.reference}  {version.outcome}, {version.standing}{here}"
            )
            console.print(line, markup=False, highlight=False, soft_wrap=True)


def _sender(dossier: Dossier) -> str:
    """The address, and what is honestly known of who wrote from it."""
    known = dossier.history[-1].sender if dossier.history else None
    if known is None:
        return dossier.sender
    words = {
        SenderState.VERIFIED: "verified delegate",
        SenderState.KNOWN: "known address, not authenticated",
        SenderState.UNKNOWN: "unknown",
    }
    domain = f", domain {known.domain}" if known.domain else ""
    return f"{dossier.sender} ({words[known.state]}; authentication: {known.authentication}{domain})"


def _facts(dossier: Dossier, console: Console, zone: str) -> None:
    places = ", ".join(f"{key.mailbox}/{key.folder} UID {key.uid}" for key in dossier.messages)
    facts = {
        "received": _local(dossier.received, zone),
        "from": _sender(dossier),
        "subject": dossier.subject,
        "meeting": dossier.meeting,
        "party": f"{dossier.party_name} ({dossier.party})" if dossier.party else None,
        "on behalf of": dossier.on_behalf_of,
        "together with": ", ".join(dossier.together_with),
        "items": ", ".join(dossier.items),
        "kind": dossier.kind,
        "superseded by": dossier.superseded_by,
        "answers our letter about": dossier.answers,
        "needs a person": dossier.needs_person,
        "corrected by officers": ", ".join(f"{key} = {value}" for key, value in dossier.mending.items()),
        "links": "\n                ".join(dossier.facts.links),
        "mail": places,
        "raw mail": dossier.raw_sha256,
        "let go of (purge)": ", ".join(dossier.purged),
    }
    for name, value in facts.items():
        if value:
            console.print(f"  {name}: {value}", markup=False, highlight=False, soft_wrap=True)


def _file(attachment: Attachment) -> str:
    length = ""
    if attachment.video and attachment.video.seconds is not None:
        length = f", {attachment.video.seconds:.2f} s"
    words = f", {attachment.document.words} words" if attachment.document else ""
    known = f"{length}{words}{_understood(attachment)}"
    return f"{attachment.name} ({attachment.media_type}, {attachment.size} bytes{known}) {attachment.sha256}"


def _understood(attachment: Attachment) -> str:
    known = attachment.understood
    if known is None:
        return ""
    language = f", {'speech ' if attachment.video else ''}in {known.language}" if known.language else ""
    taken = {"check": ", check against delivery", "verbatim": ", read verbatim"}
    return language + (", a translation" if known.translation else "") + "".join(taken[kind] for kind in known.delivery)


def _local(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
