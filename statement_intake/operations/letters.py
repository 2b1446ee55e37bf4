"""The outbox for people: what waits, and what to do with it."""

import json
from collections.abc import Sequence
from datetime import datetime

from statement_intake.domain.records import QueuedLetter
from statement_intake.ledger.outbox import Outbox


def as_json(letter: QueuedLetter) -> str:
    """A letter as a line of JSON, without its text."""
    return json.dumps(letter.model_dump(mode="json", exclude={"raw", "id", "body"}), ensure_ascii=False)


def as_line(letter: QueuedLetter) -> str:
    """A letter as a line for a terminal."""
    said = f" ({letter.response})" if letter.response else ""
    return f"{letter.reference}  {letter.state:10} {letter.kind:16} {letter.to}  {letter.subject}{said}"


def move(  # noqa: PLR0913 - which letters, where to, and by whom
    action: str, outbox: Outbox, references: Sequence[str], *, everything: bool, actor: str, now: datetime
) -> int:
    """Release ("send") or drop the waiting letters of the given submissions, or all held ones; how many."""
    letters = outbox.in_state("held") if everything else []
    for reference in references:
        letters.extend(outbox.of(reference.strip().upper()))
    change = outbox.release if action == "send" else outbox.drop
    return sum(change(letter.id, actor, now) for letter in letters)
