"""One submission: the mail as text, its files, every rule, the letters, its versions, and who did what when."""

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from statement_intake.console.door import Viewer
from statement_intake.console.pages import render
from statement_intake.console.parts import Parts, parts_of
from statement_intake.console.rules import report
from statement_intake.domain.records import Dossier, FileRecord
from statement_intake.domain.search import Search
from statement_intake.domain.senders import SenderFacts

router = APIRouter()

#: Other submissions of the party that the time line shows.
_VERSIONS = 50


@router.get("/submissions/{reference}")
def submission(request: Request, _visit: Viewer, reference: str) -> Response:
    """Everything known about a submission."""
    parts = parts_of(request)
    dossier = dossier_of(parts, reference)
    meeting = parts.desk.knowledge.meeting(dossier.meeting) if dossier.meeting else None
    return render(
        request,
        "submission.html",
        section="log",
        dossier=dossier,
        meeting=meeting,
        rules=report(dossier, meeting, parts.zone),
        findings=dossier.history[-1].findings,
        sender=dossier.history[-1].sender or SenderFacts(),
        videos=[file for file in dossier.files if file.role == "video"],
        playable=playable,
        transcript=next((file for file in dossier.files if file.role in {"transcript", "statement"}), None),
        versions=_versions(parts, dossier),
        undo=_can_be_taken_back(dossier),
        party_name=lambda code: party.name if (party := parts.desk.knowledge.parties.get(code)) else code,
    )


def dossier_of(parts: Parts, reference: str) -> Dossier:
    """The submission of that reference, in any case. Raises HTTPException (404)."""
    dossier = parts.ledger.log.dossier(reference[:40])
    if dossier is None:
        raise HTTPException(404)
    return dossier


#: What browsers play, by content.
_PLAYED = frozenset({"video/mp4", "video/webm", "video/quicktime", "video/x-m4v", "audio/mp4", "audio/mpeg"})


def playable(file: FileRecord) -> bool:
    """Whether a browser will play it: its small copy, or the file itself where it is of a usual kind."""
    inspected = file.inspection is not None and file.inspection.proxy is not None
    return inspected or file.attachment.media_type in _PLAYED


def _versions(parts: Parts, dossier: Dossier) -> list[object]:
    """What else the party has sent for the meeting, oldest first; this one is among it."""
    if dossier.party is None or dossier.meeting is None:
        return []
    search = Search(party=dossier.party, meeting=dossier.meeting, descending=False)
    return list(parts.ledger.search.page(search, _VERSIONS).rows)


def _can_be_taken_back(dossier: Dossier) -> bool:
    """A person has decided, and the letter about it still waits."""
    letter = dossier.letters[-1] if dossier.letters else None
    last = dossier.history[-1]
    return bool(
        letter and letter.revision == last.revision and letter.state == "queued" and letter.next_attempt_at
        and last.action in {"accept", "reject", "ask", "correct", "attach"}
    )  # fmt: skip
