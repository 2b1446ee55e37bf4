"""Other people's mail to a shared address: whistle-blowers, condolences, invoices, press, newsletters, questions.

unrelated_mails.csv   subject,body,files,fields     `files` and `fields` (of the header) are separated by bars
"""

import csv
from pathlib import Path

import pytest

from statement_intake.domain.checks import Facts
from statement_intake.domain.finding import Effect
from statement_intake.domain.judge import judge
from statement_intake.domain.message import Attachment
from statement_intake.domain.triage.ties import Ties
from tests.domain.values import RECEIVED, document, headers, knowledge, message, video

MAILS = list(csv.DictReader((Path(__file__).parent / "unrelated_mails.csv").read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("row", MAILS, ids=[f"{number}-{row['subject']}" for number, row in enumerate(MAILS, 1)])
def test_nobody_is_answered_who_sent_no_statement(row: dict[str, str]) -> None:
    """Ignored, or silent: then no letter can follow, whatever else is found."""
    names = [name for name in row["files"].split("|") if name and not name.endswith(".ics")]
    fields = [(name.lower(), value) for name, _, value in (field.partition(": ") for field in row["fields"].split("|"))]
    mail = message(
        *map(attached, names),
        subject=row["subject"],
        headers=headers(row["subject"], *(field for field in fields if field[0])),
        text=row["body"],
        structure=("text/plain", *(["text/calendar"] if row["files"].endswith(".ics") else [])),
    )
    decision = judge(mail, Facts(received=RECEIVED), Ties(), knowledge())
    assert {finding.effect for finding in decision.findings} & {Effect.IGNORE, Effect.SILENT}


def attached(name: str) -> Attachment:
    """A file that is in order."""
    return video(name) if name.endswith(".mp4") else document(name)
