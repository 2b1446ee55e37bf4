"""A letter's facts, made ready to be laid out: cleaned, named and written in the letter's language."""

from collections.abc import Mapping

from statement_intake.domain.letters.reply import Letter, LetterKind, ListedFile
from statement_intake.domain.value import Value
from statement_intake.replies.cleaning import on_one_line, shown
from statement_intake.replies.language import Language
from statement_intake.replies.wording import Advice, explain

#: An officer's words are not shortened by much: they are ours.
BECAUSE_LIMIT = 4000
#: A party's name.
_NAME_LIMIT = 200

#: What parties are called: English short name, language, name.
PartyNames = Mapping[str, Mapping[str, str]]


class FileRow(Value):
    """A file as the letter lists it."""

    role: str
    name: str
    #: Size, and the length of a video.
    measures: str
    #: Hexadecimal; empty where the letter proves nothing.
    sha256: str


class Page(Value):
    """What both layouts show. Plain text throughout: the HTML layout escapes all of it."""

    kind: str
    reference: str
    #: Label and value, in the order in which they are shown.
    facts: tuple[tuple[str, str], ...]
    files: tuple[FileRow, ...]
    #: Empty in a receipt.
    faults: tuple[Advice, ...]
    #: Friendly advice, never a condition.
    hints: tuple[Advice, ...]
    #: To be pasted; empty where none is needed.
    subject_line: str
    #: Is something in brackets left to be filled in?
    subject_open: bool
    addresses: tuple[str, ...]
    contact: str
    #: Until when the office is open; where it is closed, when it opens next; both empty where that does not matter.
    open_until: str
    opens: str
    #: An officer's words, a paragraph each.
    because: tuple[str, ...]
    #: The reference of the statement that is replaced; empty where there is none.
    replaces: str


def page(letter: Letter, say: Language, names: PartyNames) -> Page:
    """Everything that the layouts of *letter* need, in the language of *say*.

    A party that *names* does not call anything in it keeps its English name.
    """
    zone = letter.received.tzinfo if letter.received else None
    faults, hints = explain(letter.findings, say, zone)
    receipt = letter.kind is LetterKind.RECEIPT
    misspelt = any(finding.code == "subject.normalised" for finding in letter.findings)
    waits = letter.kind is LetterKind.ACKNOWLEDGEMENT
    subject_line = on_one_line(letter.subject_line) if misspelt or not receipt else ""
    return Page(
        kind=letter.kind.value,
        reference=on_one_line(letter.reference),
        facts=tuple((label, value) for label, value in _facts(letter, say, names) if value),
        files=tuple(_row(file, say, proven=receipt) for file in letter.files),
        faults=() if receipt else faults,
        hints=hints,
        subject_line=subject_line,
        subject_open="[" in subject_line,
        addresses=tuple(on_one_line(address) for address in letter.addresses),
        contact=on_one_line(letter.contact),
        open_until=say.moment(letter.office_open_until) if letter.office_open_until and waits else "",
        opens=say.moment(letter.office_opens) if letter.office_opens and waits else "",
        because=tuple(filter(None, map(on_one_line, letter.because[:BECAUSE_LIMIT].splitlines()))),
        replaces=on_one_line(letter.replaces) if receipt else "",
    )


def _facts(letter: Letter, say: Language, names: PartyNames) -> list[tuple[str, str]]:
    def called(*parties: str) -> str:
        known = [names.get(party, {}).get(say.code, party) for party in parties if party]
        return say.listing([shown(name, limit=_NAME_LIMIT) for name in known])

    title = on_one_line(letter.meeting_titles.get(say.code, letter.meeting_titles.get("en", "")))
    name = on_one_line(letter.meeting_name)
    if title and name and name not in title:
        title = say("%(title)s (%(name)s)", title=title, name=name)
    kinds = {"video": say("Video statement"), "written": say("Written statement")}
    items = [shown(item) for item in letter.items]
    return [
        (say("Reference"), on_one_line(letter.reference)),
        (say("Meeting"), title or name),
        (say("Delegation"), called(letter.party)),
        (say("On behalf of"), called(letter.on_behalf_of)),
        (say("Together with"), called(*letter.together_with)),
        (say.plural("Agenda item", "Agenda items", len(items)), say.listing(items)),
        (say("Kind of statement"), kinds.get(letter.statement_kind, "")),
        (say("Received"), say.moment(letter.received, seconds=True) if letter.received else ""),
    ]


def _row(file: ListedFile, say: Language, *, proven: bool) -> FileRow:
    roles = {"video": say("Video"), "transcript": say("Transcript"), "statement": say("Written statement")}
    measures = say.size(file.size)
    if file.seconds is not None:
        measures = say("%(size)s, %(length)s", size=measures, length=say.length(file.seconds))
    return FileRow(
        role=roles.get(file.role, say("Other file")),
        name=shown(file.name),
        measures=measures,
        sha256=file.sha256 if proven else "",
    )
