"""The outbox: what waits, what is about to go, what failed, what went; to be put into other words, sent or dropped."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from statement_intake.console.door import Officer, Viewer
from statement_intake.console.pages import render
from statement_intake.console.parts import Parts, parts_of
from statement_intake.domain.faults import Conflict
from statement_intake.domain.letters.answered import ANSWERED, FORGOTTEN_LETTER
from statement_intake.domain.records import QueuedLetter

router = APIRouter()

#: The order of the page, and how many of each are shown: of what went, the latest.
_SHOWN: tuple[tuple[str, ...], ...] = (
    ("held",), ("failed", "bounced", "unknown"), ("queued", "deferred", "sending", "data"), ("suppressed",),
)  # fmt: skip
_MOST = 100
_SENT = 30
_GONE = "The letter has moved meanwhile: it was sent, dropped or changed. Please look again."


@router.get("/outbox")
def outbox(request: Request, _visit: Viewer) -> Response:
    """Everything that has not gone, and the latest that has."""
    letters = parts_of(request).ledger.letters
    return render(
        request,
        "outbox.html",
        section="outbox",
        groups=[letters.in_state(*states) for states in _SHOWN],
        most=_MOST,
        sent=letters.latest("sent", _SENT),
        counts=letters.counts(),
    )


@router.get("/outbox/{letter}")
def show(request: Request, _visit: Viewer, letter: int) -> Response:
    """One letter, whole."""
    found = _find(parts_of(request), letter)
    return render(request, "outbox_letter.html", section="outbox", letter=found, before=state_of(found), trouble=False)


@router.post("/outbox/{letter}/edit")
def edit(  # noqa: PLR0913 - the fields of the form
    request: Request, visit: Officer, letter: int, before: Annotated[str, Form()],
    subject: Annotated[str, Form(max_length=400)], body: Annotated[str, Form(max_length=60_000)],
) -> Response:  # fmt: skip
    """Other words for a letter that waits. Raises Conflict where it has moved, or somebody else has changed it."""
    parts = parts_of(request)
    found = _find(parts, letter)
    if not body.strip():
        return render(
            request, "outbox_letter.html", section="outbox", status=422, letter=found, before=before, trouble=True
        )
    if before != state_of(found):
        raise Conflict(_GONE)
    words = parts.desk.correspondent.composer.rewrite(found.raw, subject, body)
    changed = parts.ledger.handling.rewrite(
        found, words.subject, words.text, words.raw, actor=visit.account.name, now=parts.clock()
    )
    if not changed:
        raise Conflict(_GONE)
    return RedirectResponse(f"/outbox/{letter}?done=edit", 303)


@router.post("/outbox/{letter}/send")
def send(request: Request, visit: Officer, letter: int, before: Annotated[str, Form()]) -> Response:
    """Let a letter go with the next round."""
    parts = parts_of(request)
    found = _find(parts, letter)
    if before != state_of(found):
        raise Conflict(_GONE)
    # Who sends a letter beside which it stands that somebody has answered wants it to go all the same.
    known = found.response.startswith((ANSWERED, FORGOTTEN_LETTER))
    if not parts.ledger.handling.release(letter, visit.account.name, parts.clock(), although_answered=known):
        raise Conflict("It cannot go: it has moved meanwhile, or a later decision speaks in its place.")
    return RedirectResponse("/outbox?done=send", 303)


@router.post("/outbox/{letter}/drop")
def drop(request: Request, visit: Officer, letter: int, before: Annotated[str, Form()]) -> Response:
    """Decide that a letter does not go."""
    parts = parts_of(request)
    found = _find(parts, letter)
    if before != state_of(found) or not parts.ledger.handling.drop(letter, visit.account.name, parts.clock()):
        raise Conflict(_GONE)
    return RedirectResponse("/outbox?done=drop", 303)


@router.post("/outbox")
def send_all(
    request: Request, visit: Officer, number: Annotated[str, Form(max_length=10)], last: Annotated[int, Form()]
) -> Response:
    """Let every letter go that is held and was on the page, once the officer has typed how many those are."""
    parts = parts_of(request)
    held = [letter for letter in parts.ledger.letters.in_state("held") if letter.id <= last]
    if number.strip() != str(len(held)):
        raise Conflict(f"{len(held)} letters are held, and “{number}” was confirmed. None was sent; please look again.")
    for letter in held:
        parts.ledger.handling.release(letter.id, visit.account.name, parts.clock())
    return RedirectResponse("/outbox?done=send_all", 303)


def state_of(letter: QueuedLetter) -> str:
    """What an officer has seen of a letter, so that nobody acts on one that has changed meanwhile."""
    return f"{letter.state} {hashlib.sha256(letter.body.encode()).hexdigest()[:16]}"


def _find(parts: Parts, letter: int) -> QueuedLetter:
    found = parts.ledger.letters.find(letter)
    if found is None:
        raise HTTPException(404)
    return found
