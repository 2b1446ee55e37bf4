"""The outbox for people: what waits, and what to do with it."""

import json
from collections.abc import Sequence
from datetime import datetime
from email import message_from_bytes, policy
from functools import partial

from statement_intake.domain.records import QueuedLetter, Unanswered
from statement_intake.ledger.ledger import Ledger
from statement_intake.replies.cleaning import on_one_line


def as_json(letter: QueuedLetter) -> str:
    """A letter as a line of JSON, without its text."""
    return json.dumps(letter.model_dump(mode="json", exclude={"raw", "id", "body"}), ensure_ascii=False)


def silence_as_json(silence: Unanswered) -> str:
    """A submission without a letter as a line of JSON; its state is "none"."""
    return json.dumps(silence.model_dump(mode="json") | {"state": "none"}, ensure_ascii=False)


def silence_as_line(silence: Unanswered) -> str:
    """A submission without a letter as a line for a terminal."""
    to, subject = on_one_line(silence.to), on_one_line(silence.subject)
    return f"{silence.reference}  {'none':10} {silence.code:16} {to}  {subject} ({silence.why})"


def as_page(letter: QueuedLetter) -> str:
    """A letter as it goes out, or went, below what is known about it."""
    facts = [
        ("Reference", letter.reference), ("State", letter.state), ("Why", letter.response), ("Kind", letter.kind),
        ("Written", letter.written_at.isoformat(timespec="seconds")), ("Attempts", str(letter.attempts)),
        ("To", letter.to), ("Subject", letter.subject), ("Message-ID", letter.message_id),
    ]  # fmt: skip
    head = "\n".join(f"{name + ':':12}{on_one_line(value)}" for name, value in facts if value)
    text = message_from_bytes(letter.raw, policy=policy.default).get_body(("plain",))
    return f"{head}\n\n{text.get_content() if text else ''}"


def as_line(letter: QueuedLetter) -> str:
    """A letter as a line for a terminal."""
    said = f" ({on_one_line(letter.response)})" if letter.response else ""
    to, subject = on_one_line(letter.to), on_one_line(letter.subject)
    return f"{letter.reference}  {letter.state:10} {letter.kind:16} {to}  {subject}{said}"


def move(  # noqa: PLR0913 - which letters, where to, and by whom
    action: str, ledger: Ledger, references: Sequence[str], *, everything: bool, actor: str, now: datetime,
    although_answered: bool = False,
) -> int:  # fmt: skip
    """Release ("send") or drop the waiting letters of the given submissions, or all held ones; how many."""
    letters = ledger.letters.in_state("held") if everything else []
    for reference in references:
        letters.extend(ledger.letters.of(reference.strip().upper()))
    change = (
        partial(ledger.handling.release, although_answered=although_answered)
        if action == "send"
        else ledger.handling.drop
    )
    return sum(change(letter.id, actor, now, seen=letter.state) for letter in letters)


def unmoved(ledger: Ledger, reference: str) -> str:
    """Why no letter of the submission could be released or dropped, for a person who asked for it."""
    letters = ledger.letters.of(reference.strip().upper())
    if not letters:
        return f"{on_one_line(reference)}: there is no letter"
    states = ", ".join(f"the {letter.kind} is {letter.state}" for letter in letters)
    return f"{letters[0].reference}: {states}"
