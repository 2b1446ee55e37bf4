"""What may be posted on a meeting's website, and what keeps the rest from it."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from statement_intake.domain.finding import Outcome
from statement_intake.domain.meeting import Meeting
from statement_intake.domain.records import Dossier, FileRecord
from statement_intake.domain.value import Value

#: The roles of files that are texts of a statement.
_TEXTS = frozenset({"statement", "transcript"})


class Blocked(Value):
    """A file that is left out of a package."""

    reference: str
    party_name: str
    #: The file's name in the delegation's mail, cleaned.
    name: str
    #: Why not, in plain English.
    why: str
    #: An officer may settle that it is posted all the same.
    waits: bool = False


class Delivered(Value):
    """Which agenda items have been taken up: statements are posted after delivery, never before."""

    items: frozenset[str] = frozenset()
    #: The whole meeting is over.
    all: bool = False

    def includes(self, item: str) -> bool:
        """Whether statements on that item have been delivered; a sub-item goes with its item."""
        return self.all or item in self.items or item.partition("(")[0] in self.items


def delivered(meeting: Meeting, items: Collection[str], today: date) -> Delivered:
    """What an officer says was taken up; once the meeting is over, everything."""
    last = meeting.ends or meeting.begins
    return Delivered(items=frozenset(items), all=last is not None and today > last)


def why_not(dossier: Dossier, file: FileRecord, meeting: Meeting) -> str | None:
    """What keeps a text of an accepted statement from being posted at all; None if nothing does.

    What an officer has settled (`publish`) counts before everything but a mark of confidentiality.
    """
    settled = dossier.mending.get("publish")
    if _is_confidential(dossier):
        return "it is marked as confidential"
    if settled is False:
        return "an officer has settled that it is not to be posted"
    if settled is True:
        return None
    if file.role == "transcript" or meeting.publication.written_statements == "never":
        return "it is posted only where the delegation has agreed"
    name = file.attachment.name
    hidden = (one for one in dossier.findings if one.code == "document.hidden" and one.detail.get("name") == name)
    if any(one.detail.get("blocks") for one in hidden):
        return "it has content that its pages do not show, and no officer has looked at it yet"
    return None


def publishable(dossier: Dossier, file: FileRecord, item: str, meeting: Meeting, taken_up: Delivered) -> bool:
    """Whether a file of an accepted statement goes onto the website under that item now."""
    never = file.role == "transcript" and meeting.publication.transcripts == "never"
    if file.role not in _TEXTS or never or not taken_up.includes(item):
        return False
    return why_not(dossier, file, meeting) is None


def doubtful(dossiers: Iterable[Dossier]) -> Iterator[Blocked]:
    """Every video of an accepted statement that stands and that a person has to look at before it is played."""
    for dossier in dossiers:
        if dossier.outcome is Outcome.ACCEPTED and dossier.standing == "current" and dossier.needs_person:
            for file in dossier.files:
                if file.role == "video":
                    yield _left_out(dossier, file, f"a person has to look at it first: {dossier.needs_person}")


def blocked(dossiers: Iterable[Dossier], meeting: Meeting) -> Iterator[Blocked]:
    """Every text of an accepted statement that stands and is not to be posted, with the reason.

    Transcripts of a meeting that posts none are nobody's question.
    """
    for dossier in dossiers:
        if dossier.outcome is not Outcome.ACCEPTED or dossier.standing != "current":
            continue
        for file in dossier.files:
            never = file.role == "transcript" and meeting.publication.transcripts == "never"
            if file.role in _TEXTS and not never and (why := why_not(dossier, file, meeting)):
                yield _left_out(dossier, file, why, waits=not _is_confidential(dossier))


def _is_confidential(dossier: Dossier) -> bool:
    return any(finding.code == "document.confidential" for finding in dossier.findings)


def _left_out(dossier: Dossier, file: FileRecord, why: str, *, waits: bool = False) -> Blocked:
    party = dossier.party_name or dossier.party or "?"
    return Blocked(reference=dossier.reference, party_name=party, name=file.attachment.name, why=why, waits=waits)
