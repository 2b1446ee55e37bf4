"""What of a subject line speaks for a statement, and what against one."""

from statement_intake.domain.subject.reading import SubjectReading


def is_attempt(reading: SubjectReading, *, files: bool, videos: bool) -> bool:
    """A meeting and a statement are named; or a party beside the meeting, with what makes a statement of it."""
    if not reading.meetings:
        return False
    # "EMIC" alone may be anybody's: then a name that is certain has to stand beside it.
    ordered = any(mention.text.lower() != mention.meeting.subject.acronym.lower() for mention in reading.meetings)
    speaks = reading.speakers.party is not None or (ordered and bool(reading.speakers.candidates))
    return reading.statement or (speaks and videos) or (files and _says_nothing_else(reading))


def _says_nothing_else(reading: SubjectReading) -> bool:
    """Meeting, party and items, and no word of what else it may be: then a document is the statement."""
    return reading.canonical is not None and not reading.remark.text and not reading.arranges


def why_not_sure(reading: SubjectReading, *, videos: bool) -> str:
    """What speaks against an attempt although meeting, statement and files are there; empty if nothing does."""
    if reading.tentative:
        return "It calls itself a draft, a test or a mistake."
    if reading.other_kind:
        return "It speaks of a statement of another kind."
    if reading.withdraws:
        return "It withdraws something, and carries a video."
    if converses(reading) and not videos:
        return "It asks or arranges something, and carries a file."
    if reading.transfer and reading.canonical is None:
        return "A transfer service's notice of files."
    if is_of_nobody(reading) and not videos:
        return "It names neither a party, nor anything like one, nor an item."
    return ""


def is_of_nobody(reading: SubjectReading) -> bool:
    """True for "Book launch: statements of the 12th EMIC": words where party and item would stand, and neither of them.

    What resembles a party's name is a slip, and gets the cure; so does a line that leaves both out.
    """
    unknown = reading.statement and bool(reading.speakers.unknown) and not reading.suggestions
    return unknown and not reading.items.numbers and not reading.items.doubtful and not reading.placeholder


def converses(reading: SubjectReading) -> bool:
    """True where the subject asks, thanks or arranges, rather than brings a statement."""
    return reading.asks or (reading.arranges and reading.canonical is None)
