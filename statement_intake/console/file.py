"""Files of a submission: to download, to play, to look at. Only those that belong to it, and never as a page."""

from collections.abc import Iterator
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import FileResponse, Response

from statement_intake.console.door import Viewer
from statement_intake.console.parts import Parts, parts_of
from statement_intake.console.submission import dossier_of, playable
from statement_intake.domain.message import Attachment
from statement_intake.domain.records import Dossier, FileRecord

router = APIRouter()

#: Whatever it is: it runs nothing, loads nothing, and is of no origin.
_SANDBOX = "sandbox; default-src 'none'"


@router.get("/submissions/{reference}/files/{sha256}")
def download(request: Request, _visit: Viewer, reference: str, sha256: str) -> Response:
    """A file as it came, to be kept, never to be shown."""
    parts = parts_of(request)
    dossier = dossier_of(parts, reference)
    attachment = next((one for one in _attachments(dossier) if one.sha256 == sha256), None)
    if attachment is None:
        raise HTTPException(404)
    return _kept(parts, sha256, attachment.name)


@router.get("/submissions/{reference}/mail")
def mail(request: Request, _visit: Viewer, reference: str) -> Response:
    """The raw mail, to be kept."""
    parts = parts_of(request)
    dossier = dossier_of(parts, reference)
    if dossier.raw_sha256 is None:
        raise HTTPException(404)
    return _kept(parts, dossier.raw_sha256, f"{dossier.reference}.eml")


@router.get("/submissions/{reference}/videos/{sha256}")
def video(request: Request, _visit: Viewer, reference: str, sha256: str) -> Response:
    """A video for the player, in pieces as it asks for them (Range): its small copy if there is one."""
    parts = parts_of(request)
    file = _video(dossier_of(parts, reference), sha256)
    if not playable(file):
        raise HTTPException(404)
    proxy = file.inspection.proxy if file.inspection else None
    media_type = file.attachment.media_type
    # Browsers play QuickTime's files, which are built like MP4, only under that name.
    as_mp4 = proxy or media_type in {"video/quicktime", "video/x-m4v"}
    return _stored(parts, proxy or sha256, "video/mp4" if as_mp4 else media_type)


@router.get("/submissions/{reference}/videos/{sha256}/{preview}")
def preview(request: Request, _visit: Viewer, reference: str, sha256: str, preview: str) -> Response:
    """What an inspection drew of a video: "contact-sheet" or "waveform"."""
    parts = parts_of(request)
    inspection = _video(dossier_of(parts, reference), sha256).inspection
    drawn = {"contact-sheet": ("contact_sheet", "image/jpeg"), "waveform": ("waveform", "image/png")}.get(preview)
    digest = getattr(inspection, drawn[0]) if inspection and drawn else None
    if digest is None or drawn is None:
        raise HTTPException(404)
    return _stored(parts, digest, drawn[1])


def _attachments(dossier: Dossier) -> Iterator[Attachment]:
    """Everything that came with it, also what does not count."""
    yield from (file.attachment for file in dossier.files)
    yield from dossier.facts.all_attachments


def _video(dossier: Dossier, sha256: str) -> FileRecord:
    for file in dossier.files:
        if file.attachment.sha256 == sha256 and file.role == "video":
            return file
    raise HTTPException(404)


def _kept(parts: Parts, sha256: str, name: str) -> Response:
    response = _stored(parts, sha256, "application/octet-stream")
    plain = "".join(mark if mark.isascii() and (mark.isalnum() or mark in "._- ") else "_" for mark in name)
    encoded = quote(name.encode("utf-8", "replace"), safe="")
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
    return response


def _stored(parts: Parts, sha256: str, media_type: str) -> Response:
    if not parts.desk.files.holds(sha256):
        raise HTTPException(404, "Its content is not here any more.")
    response = FileResponse(parts.desk.files.path(sha256), media_type=media_type)
    response.headers["Content-Security-Policy"] = _SANDBOX
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
