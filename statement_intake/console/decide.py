"""A verdict: the reason, what is corrected, the letter as it will go, and then the word itself.

First the form, then the letter (`foresee` changes nothing), then the verdict. Every step carries the revision that the
officer has seen: who was slower than a colleague is told.
"""

import re
from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse, Response

from statement_intake import review
from statement_intake.console.door import Officer
from statement_intake.console.pages import render
from statement_intake.console.parts import Parts, parts_of
from statement_intake.console.submission import dossier_of
from statement_intake.domain.letters.wish import Going, Wish
from statement_intake.domain.meeting import Kind
from statement_intake.domain.message import Category
from statement_intake.domain.records import Dossier
from statement_intake.review import Correction, ReviewError

router = APIRouter()

Action = Literal["accept", "reject", "reopen", "ask", "correct"]
_ITEM = re.compile(r"[1-9][0-9]?(?:\([a-z]\))?")


class VerdictForm(BaseModel):
    """What the form says."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    action: Action
    #: The revision that the officer has seen.
    seen: int
    because: Annotated[str, Field(max_length=4000)] = ""
    party: Annotated[str, Field(max_length=200)] = ""
    items: Annotated[str, Field(max_length=100)] = ""
    kind: Literal["", "video", "written"] = ""
    #: The digest of the document that is to be the text.
    main: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    going: Going = Going.AS_SET
    subject: Annotated[str | None, Field(max_length=400)] = None
    body: Annotated[str | None, Field(max_length=60_000)] = None

    def correction(self, dossier: Dossier) -> Correction:
        """What differs from what is understood. Raises ReviewError for what is no item."""
        party, items = self.party.strip(), tuple(dict.fromkeys(re.findall(r"[^\s,;]+", self.items.lower())))
        for item in items:
            if not _ITEM.fullmatch(item):
                raise ReviewError(f"“{item}” is no agenda item; write 3 or 3(a)")
        return Correction(
            party=party if party and party not in {dossier.party, dossier.party_name} else None,
            items=items if items != dossier.items else (),
            kind=Kind(self.kind) if self.kind and self.kind != dossier.kind else None,
            main=self.main if self.main and self.main != _text_of(dossier) else None,
        )


Filled = Annotated[VerdictForm, Form()]


@router.get("/submissions/{reference}/decide")
def ask(request: Request, _visit: Officer, reference: str, action: Action) -> Response:
    """The form of a verdict."""
    parts = parts_of(request)
    dossier = dossier_of(parts, reference)
    form = VerdictForm(
        action=action, seen=dossier.revision, party=dossier.party_name or "", items=", ".join(dossier.items),
        kind=dossier.kind or "", main=_text_of(dossier),
    )  # fmt: skip
    return _form(request, parts, dossier, form)


@router.post("/submissions/{reference}/decide/letter")
def letter(request: Request, _visit: Officer, reference: str, form: Filled) -> Response:
    """What the verdict leads to, and the letter, to be changed. Nothing is decided yet."""
    parts = parts_of(request)
    dossier = dossier_of(parts, reference)
    if not form.because.strip():
        return _form(request, parts, dossier, form, trouble="reason")
    try:
        prospect = review.foresee(
            form.action, reference, parts.desk, because=form.because, correction=form.correction(dossier)
        )
    except ReviewError as error:
        return _form(request, parts, dossier, form, trouble=str(error))
    return render(
        request,
        "letter.html",
        section="log",
        dossier=dossier,
        form=form,
        prospect=prospect,
        undo=parts.undo,
        shadow=prospect.letter is not None and prospect.letter.state == "suppressed",
    )


@router.post("/submissions/{reference}/decide")
def decide(request: Request, visit: Officer, reference: str, form: Filled) -> Response:
    """The verdict. Raises Conflict where a colleague was quicker; `failures` says so."""
    parts = parts_of(request)
    dossier = dossier_of(parts, reference)
    if not form.because.strip():
        raise HTTPException(400)
    review.give_verdict(
        form.action,
        reference,
        parts.desk,
        actor=visit.account.name,
        because=form.because,
        correction=form.correction(dossier),
        wish=wish_of(form.going, form.subject, form.body, parts),
        seen=form.seen,
    )
    return RedirectResponse(f"/submissions/{dossier.reference}?done={form.action}", 303)


@router.post("/submissions/{reference}/undo")
def undo(request: Request, visit: Officer, reference: str, seen: Annotated[int, Form()]) -> Response:
    """Take a verdict back while its letter waits: the letter does not go, and the submission waits for a person."""
    parts = parts_of(request)
    dossier = dossier_of(parts, reference)
    review.give_verdict(
        "reopen", reference, parts.desk, actor=visit.account.name, because="taken back before the letter went",
        correction=Correction(), seen=seen,
    )  # fmt: skip
    return RedirectResponse(f"/submissions/{dossier.reference}?done=undo", 303)


def _text_of(dossier: Dossier) -> str:
    """The digest of the document that is the text now."""
    texts = (file.attachment.sha256 for file in dossier.files if file.role in {"transcript", "statement"})
    return next(texts, "")


def wish_of(going: Going, subject: str | None, body: str | None, parts: Parts) -> Wish:
    """The letter as the officer wants it; what goes waits for the undo window."""
    return Wish(going=going, after=parts.undo, subject=subject, body=body)


def _form(request: Request, parts: Parts, dossier: Dossier, form: VerdictForm, *, trouble: str = "") -> Response:
    knowledge = parts.desk.knowledge
    meeting = knowledge.meeting(dossier.meeting) if dossier.meeting else None
    return render(
        request,
        "decide.html",
        section="log",
        status=422 if trouble else 200,
        dossier=dossier,
        form=form,
        trouble=trouble,
        documents=[file for file in dossier.files if file.attachment.category == Category.DOCUMENT],
        agenda=meeting.agenda if meeting else (),
        parties=knowledge.parties.all,
    )
