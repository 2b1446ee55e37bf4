"""What a line says besides who speaks and on what, where it may change what the line is: "rejected", "not yet".

Before a name and beside it, `speakers` doubts what is not known to say nothing. What stands elsewhere, mostly behind
the items, is doubted here: free text is no part of the announced form, and what nobody understands nobody accepts.
"""

import re
from functools import lru_cache

from statement_intake.domain.matching.patterns import flat
from statement_intake.domain.meeting import Meeting
from statement_intake.domain.parties.names import Party, PartyTable
from statement_intake.domain.subject.leftover import HONORIFIC, is_strange, leftover
from statement_intake.domain.subject.line import NAME, Line
from statement_intake.domain.value import Value
from statement_intake.domain.words import Vocabulary

#: Initials of a body; longer words in capitals are words.
_LONGEST_INITIALS = 7
#: The title of a speech: “Pacific unity against corruption”.
_QUOTED = re.compile(r"[“«][^”»]*[”»]|\"[^\"]*\"")


_YEAR = re.compile(r"(?<![\w/.\-–])(?:19[5-9]|20[0-3])\d(?![\w/\-])")
#: Before what may be any body's name.
_FROM = re.compile(r"(?:by|from|of|for|par|por|от|من)\s")


class Remark(Value):
    """Free text of a line."""

    #: As written; empty if all that the line says is understood.
    text: str = ""
    #: It takes something back, puts it off, or speaks about a statement: it is not just unknown.
    contrary: bool = False


def other_year(whole: Line, meeting: Meeting) -> Remark:
    """A year that is not the meeting's: perhaps last year's statement."""
    own = {day.year for day in (meeting.begins, meeting.ends) if day is not None}
    years = (match[0] for match in _YEAR.finditer(whole.text))
    return Remark(text=next((year for year in years if own and int(year) not in own), ""))


def find_remark(whole: Line, rest: Line, party: Party, table: PartyTable, words: Vocabulary) -> Remark:
    """What is left of *whole* in *rest* (without meeting, statement, items) beside *party*'s name and courtesies."""
    rest = rest.without_all(words.pattern("remark", "unless"))
    for segment in rest.segments:
        if _is_contrary(segment, whole, words):
            return Remark(text=segment.replace(NAME, party.name), contrary=True)
    cased = whole.text.upper() != whole.text and re.search(r"(?<!\w)[^\W\d_][^\W\d_A-Z]", whole.text) is not None
    own = Line(table.without_own(rest.without_all(_QUOTED).text, party)).without_all(words.pattern("state_organ"))
    for segment in own.segments:
        if NAME not in segment and not _is_understood(segment, party, table, words, cased=cased):
            return Remark(text=segment)
    return Remark()


def _is_contrary(segment: str, whole: Line, words: Vocabulary) -> bool:
    """True for what takes back or puts off, unless it is said of an earlier mail, or of a part alone."""
    said = flat(segment)
    if words.pattern("remark", "contrary").search(said):
        return True
    if words.pattern("remark", "failed").search(said):
        return words.pattern("remark", "again").search(whole.flat) is None
    if words.pattern("remark", "later").search(said):
        part = words.pattern("remark", "parts", more=(*words.words("video"), *words.words("transcript")))
        return part.search(said) is None
    return False


def _is_understood(segment: str, party: Party, table: PartyTable, words: Vocabulary, *, cased: bool) -> bool:
    """True for what says nothing beside *party*: courtesies, its capital, some body's initials, a person's name.

    *cased*: the line has capitals and small letters, so that they mean something.
    """
    more = _understood(words)
    if not is_strange(segment, party, table, words, more):
        return not (cased and any(is_strange(name, party, table, words, more) for name in _miscalled(segment)))
    if not cased:
        return False
    segment = re.sub(r"(?<!\w)[^\W\d_]+\d{0,4}(?!\w)", lambda word: _without_initials(word[0], table), segment)
    unknown = leftover(segment, words, more)
    if not unknown or table.is_capital(unknown, party):
        return True
    # "Kenya Airways" is no person.
    named = any(table.exact(word) for word in segment.split()) or table.by_people(segment) is not None
    return not named and not words.found("no_person", unknown) and _is_called(segment, unknown.split())


@lru_cache(maxsize=8)
def _understood(words: Vocabulary) -> tuple[str, ...]:
    return (*words.words("remark", "understood"), *words.words("banners"), *words.words("aligned"))


def _miscalled(segment: str) -> list[str]:
    """What stands behind a title and is not written as a person's name: "Ambassador (unauthorised)"."""
    called = (segment[match.start() : match.end()].split() for match in HONORIFIC.finditer(flat(segment)))
    # "Se reenvía", "he sends": these are no Excellencies.
    return [word for title, *name in called if title not in {"Se", "se", "He", "he"} for word in name if word.islower()]


def _without_initials(word: str, table: PartyTable) -> str:
    """*word*, unless it is the initials of some body ("EACC") that is not known to be another State's, or its code."""
    body = word.isupper() and 1 < len(word) <= _LONGEST_INITIALS
    return " " if body and not table.by_agency(word) and table.exact(word) is None else word


def _is_called(segment: str, unknown: list[str]) -> bool:
    """True where the *unknown* words are written as a person's name is: "Twalib Mbarak", "J. Petrauskas".

    What somebody is said to come from may be any body: "by Global Witness".
    """
    if _FROM.match(flat(segment)):
        return False
    written = [word for word in re.findall(r"[^\W\d_]+", segment) if flat(word) in unknown]
    initials = re.findall(r"(?<!\w)[^\W\d_]\.", segment)
    return len(written) + len(initials) > 1 and all(word[0].isupper() and not word.isupper() for word in written)
