"""What is posted on a meeting's website: clean PDFs, and a page that leads to them."""

import shutil
from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from statement_intake.desk import Desk
from statement_intake.domain.faults import LimitExceeded
from statement_intake.domain.meeting import Meeting
from statement_intake.domain.packing.packing import CleanPdf, Entry


def clean_pdf(original: str, kind: str, desk: Desk) -> CleanPdf | str:
    """The clean PDF of a stored document, made once and kept in the store; or why none can be made.

    *kind*: its format. What was refused is remembered too, and tried again each time: it may have taken too long on a
    busy machine. Raises SurroundingsFault where the press does not work, and OSError.
    """
    known = desk.ledger.shelf.clean(original)
    if known is not None and desk.files.holds(known.sha256):
        return known
    # Until the ledger refers to it, a service that starts must not take it for a killed process's leaving.
    with desk.files.adding():
        workspace = desk.files.workspace()
        try:
            target = workspace / "clean.pdf"
            made = desk.press.clean_pdf(desk.files.path(original), kind, target)
            desk.files.adopt(target, made.sha256)
        except LimitExceeded as refused:
            desk.ledger.shelf.keep_refusal(original, why := str(refused))
            return why
        finally:
            shutil.rmtree(workspace, ignore_errors=True)
        clean = CleanPdf(sha256=made.sha256, size=made.size)
        desk.ledger.shelf.keep_clean(original, clean)
    return clean


def index_page(entries: Sequence[Entry], meeting: Meeting) -> bytes:
    """A page for the meeting's website, beside the folders of its items."""
    environment = Environment(
        loader=PackageLoader("statement_intake", "data/pages"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    items: dict[str, list[Entry]] = {}
    for entry in entries:
        items.setdefault(entry.item, []).append(entry)
    titles = {item.number: item.title.get("en", "") for item in meeting.agenda}
    page = environment.get_template("publication.html").render(meeting=meeting, items=items, titles=titles)
    return page.encode()
