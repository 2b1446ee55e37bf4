"""Adding a file that came another way. It is read in the sandbox and judged as if it had come with the mail."""

import shutil
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from statement_intake import review
from statement_intake.console.decide import wish_of
from statement_intake.console.door import Officer
from statement_intake.console.pages import render
from statement_intake.console.parts import parts_of
from statement_intake.console.submission import dossier_of
from statement_intake.domain.letters.wish import Going

router = APIRouter()


@router.get("/submissions/{reference}/attach")
def ask(request: Request, _visit: Officer, reference: str) -> Response:
    """The form."""
    parts = parts_of(request)
    return render(
        request, "attach.html", section="log", dossier=dossier_of(parts, reference), trouble=False, undo=parts.undo
    )


@router.post("/submissions/{reference}/attach")
def attach(  # noqa: PLR0913 - the fields of the form
    request: Request, visit: Officer, reference: str, file: UploadFile, seen: Annotated[int, Form()],
    because: Annotated[str, Form(max_length=4000)] = "", going: Annotated[Going, Form()] = Going.AS_SET,
) -> Response:  # fmt: skip
    """Read the file, judge again, record, and write what follows."""
    parts = parts_of(request)
    dossier = dossier_of(parts, reference)
    if not because.strip() or not file.filename:
        return render(request, "attach.html", section="log", status=422, dossier=dossier, trouble=True, undo=parts.undo)
    workspace = parts.desk.files.workspace()
    try:
        # The browser's name for it, without a path; the reader makes it safe to show.
        target = workspace / _name(file.filename)
        with target.open("xb") as copy:
            shutil.copyfileobj(file.file, copy)
        review.attach(
            reference, target, parts.desk, actor=visit.account.name, because=because,
            wish=wish_of(going, None, None, parts), seen=seen,
        )  # fmt: skip
    finally:
        shutil.rmtree(workspace, ignore_errors=True)
    return RedirectResponse(f"/submissions/{dossier.reference}?done=attach", 303)


def _name(sent: str) -> str:
    """The last part of a name, short enough for any file system."""
    name = Path(sent.replace("\\", "/").replace("\0", "")).name
    while len(name.encode("utf-8", "replace")) > 200:  # noqa: PLR2004 - of 255 octets
        name = name[1:]
    return name.encode("utf-8", "replace").decode() if name not in {"", ".", ".."} else "file"
