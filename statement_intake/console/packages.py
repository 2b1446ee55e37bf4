"""Packages: who speaks in which order, what technicians and interpreters get, and what has changed since then."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Request, UploadFile
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response, StreamingResponse

from statement_intake.console.coverage import chosen, open_meetings, party_names
from statement_intake.console.door import Officer, Viewer
from statement_intake.console.pages import render
from statement_intake.console.parts import parts_of
from statement_intake.domain.faults import SurroundingsFault
from statement_intake.domain.packing.packing import PackageKind, reordered, running_time
from statement_intake.domain.packing.speakers_list import OrderError, read_order
from statement_intake.packages import as_archive, survey
from statement_intake.review import settle_publishing

router = APIRouter()

#: A list of speakers has a few hundred lines.
_LONGEST_LIST = 200_000
_MOST_SPEAKERS = 400


@router.get("/packages")
def packages(request: Request, _visit: Viewer, meeting: str = "", wrong: str = "") -> Response:
    """The packages of one meeting as they would be now."""
    parts = parts_of(request)
    about = chosen(parts, meeting)
    packed = survey(about, tuple(PackageKind), parts.desk)
    order = parts.ledger.shelf.order(about.id)
    spoken: dict[str, list[str]] = {}
    for one in packed:
        for entry in one.entries:
            spoken.setdefault(entry.item, []).append(entry.party)
    items = [item.number for item in about.agenda if item.number in spoken or item.number in order]
    speakers = {item: tuple(dict.fromkeys([*order.get(item, ()), *spoken.get(item, ())])) for item in items}
    return render(
        request,
        "packages.html",
        section="packages",
        meeting=about,
        meetings=open_meetings(parts),
        packed=packed,
        seconds=running_time(entry for one in packed for entry in one.entries),
        speakers=speakers,
        settled=order,
        taken_up=parts.ledger.shelf.taken_up(about.id),
        present={item: set(codes) for item, codes in spoken.items()},
        names=party_names(parts, [code for codes in speakers.values() for code in codes]),
        wrong=wrong,
    )


class Order(BaseModel):
    """The form of one item's order."""

    csrf: str
    meeting: Annotated[str, Field(max_length=60)]
    item: Annotated[str, Field(max_length=10)]
    #: Codes, as the list stands.
    party: Annotated[list[str], Field(max_length=_MOST_SPEAKERS)]
    #: The numbers beside them, as drawn or typed.
    position: Annotated[list[int], Field(max_length=_MOST_SPEAKERS)]


@router.post("/packages/order")
def settle(request: Request, visit: Officer, order: Annotated[Order, Form()]) -> Response:
    """The order of an item, drawn with the mouse or typed in numbers."""
    parts = parts_of(request)
    about, known = chosen(parts, order.meeting), parts.desk.knowledge.parties
    if about.item(order.item) is None or any(known.get(code) is None for code in order.party):
        raise HTTPException(400, "There is no such item or party.")
    if len(order.position) != len(order.party):
        raise HTTPException(400, "Every party needs a place.")
    parties = reordered(order.party, order.position)
    parts.ledger.shelf.settle_order(about.id, order.item, parties, visit.account.name, parts.clock())
    return RedirectResponse(_address(about.id, done="order"), 303)


@router.post("/packages/speakers")
def import_list(
    request: Request, visit: Officer, meeting: Annotated[str, Form(max_length=60)], speakers: UploadFile
) -> Response:
    """Take the order from a list of speakers, a CSV file."""
    parts = parts_of(request)
    about = chosen(parts, meeting)
    try:
        text = speakers.file.read(_LONGEST_LIST).decode("utf-8-sig")
        order = read_order(text.splitlines(), about, parts.desk.knowledge.parties)
    except UnicodeDecodeError:
        return RedirectResponse(_address(about.id, wrong="The file is not text in UTF-8."), 303)
    except OrderError as error:
        return RedirectResponse(_address(about.id, wrong=str(error)[:300]), 303)
    for item, codes in order.items():
        parts.ledger.shelf.settle_order(about.id, item, codes, visit.account.name, parts.clock())
    return RedirectResponse(_address(about.id, done="order"), 303)


@router.post("/packages/taken-up")
def take_up(
    request: Request,
    visit: Officer,
    meeting: Annotated[str, Form(max_length=60)],
    item: Annotated[list[str] | None, Form(max_length=_MOST_SPEAKERS)] = None,
) -> Response:
    """These items were taken up: their written statements may be posted."""
    parts = parts_of(request)
    about = chosen(parts, meeting)
    if any(about.item(number) is None for number in item or ()):
        raise HTTPException(400, "There is no such item.")
    parts.ledger.shelf.take_up(about.id, item or [], visit.account.name, parts.clock())
    return RedirectResponse(_address(about.id, done="taken_up"), 303)


class Posting(BaseModel):
    """The form of one statement's posting."""

    csrf: str
    meeting: Annotated[str, Field(max_length=60)]
    reference: Annotated[str, Field(max_length=20)]
    because: Annotated[str, Field(min_length=1, max_length=2000)]


@router.post("/packages/publish")
def publish(request: Request, visit: Officer, posting: Annotated[Posting, Form()]) -> Response:
    """The texts of a statement may be posted: the delegation has agreed, or an officer has looked at them."""
    parts = parts_of(request)
    about = chosen(parts, posting.meeting)
    settle_publishing(posting.reference, parts.desk, agreed=True, actor=visit.account.name, because=posting.because)
    return RedirectResponse(_address(about.id, done="publish"), 303)


@router.post("/packages/hand-out")
def hand_out(
    request: Request,
    visit: Officer,
    meeting: Annotated[str, Form(max_length=60)],
    kind: Annotated[PackageKind, Form()],
) -> Response:
    """The package as an archive; from now on later changes are told against it."""
    parts = parts_of(request)
    about = chosen(parts, meeting)
    try:
        pieces = as_archive(about, kind, parts.desk, actor=visit.account.name)
    except SurroundingsFault as error:
        raise HTTPException(409, str(error)) from error
    name = f"{about.id}-{kind}-{parts.clock():%Y%m%d-%H%M}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(pieces, media_type="application/zip", headers=headers)


def _address(meeting: str, **more: str) -> str:
    return f"/packages?{urlencode({'meeting': meeting} | more)}"
