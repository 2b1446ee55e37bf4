"""Making one submission of two: a video in one mail, say, and its transcript in another."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from statement_intake import review
from statement_intake.console.decide import wish_of
from statement_intake.console.door import Officer
from statement_intake.console.pages import render
from statement_intake.console.parts import Parts, parts_of
from statement_intake.console.submission import dossier_of
from statement_intake.domain.letters.wish import Going
from statement_intake.domain.records import Dossier, LogRow
from statement_intake.domain.search import Search

router = APIRouter()

#: Submissions that are offered: the party's and the sender's latest.
_OFFERED = 20


@router.get("/submissions/{reference}/join")
def ask(request: Request, _visit: Officer, reference: str) -> Response:
    """The form."""
    parts = parts_of(request)
    return _form(request, parts, dossier_of(parts, reference), trouble=False)


@router.post("/submissions/{reference}/join")
def join(  # noqa: PLR0913 - the fields of the form
    request: Request, visit: Officer, reference: str, seen: Annotated[int, Form()],
    other: Annotated[str, Form(max_length=40)] = "", because: Annotated[str, Form(max_length=4000)] = "",
    going: Annotated[Going, Form()] = Going.WAIT,
) -> Response:  # fmt: skip
    """Judge both as one, record, and write what follows."""
    parts = parts_of(request)
    dossier = dossier_of(parts, reference)
    if not because.strip() or not other.strip():
        return _form(request, parts, dossier, trouble=True)
    review.join(
        reference, other, parts.desk, actor=visit.account.name, because=because,
        wish=wish_of(going, None, None, parts), seen=seen,
    )  # fmt: skip
    return RedirectResponse(f"/submissions/{dossier.reference}?done=join", 303)


def _form(request: Request, parts: Parts, dossier: Dossier, *, trouble: bool) -> Response:
    return render(
        request, "join.html", section="log", status=422 if trouble else 200, dossier=dossier, trouble=trouble,
        offered=_offered(parts, dossier),
    )  # fmt: skip


def _offered(parts: Parts, dossier: Dossier) -> list[LogRow]:
    """What may be meant: what else the party or the sender has sent."""
    searches = [Search(words=dossier.sender, standing="current")] if dossier.sender else []
    if dossier.party:
        searches.append(Search(party=dossier.party, standing="current"))
    found = {row.reference: row for search in searches for row in parts.ledger.search.page(search, _OFFERED).rows}
    return [row for reference, row in found.items() if reference != dossier.reference]
