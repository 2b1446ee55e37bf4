"""Which meetings a subject line names, and how surely."""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from rapidfuzz.distance import OSA

from statement_intake.domain.meeting import Meeting
from statement_intake.domain.subject.line import Line
from statement_intake.domain.value import Value
from statement_intake.domain.words import Vocabulary, flat, phrases


class Certainty(StrEnum):
    """How surely a meeting is named."""

    #: By its ordinal and acronym, or its title; or by its acronym where no ordinal contradicts.
    CERTAIN = "certain"
    #: With the ordinal of an earlier meeting of the series.
    PAST = "past"
    #: With an ordinal that no meeting of the series has, or with an acronym that is nearly its own.
    DOUBTFUL = "doubtful"


class MeetingMention(Value):
    """A meeting that a subject names."""

    meeting: Meeting
    certainty: Certainty
    #: As written.
    text: str


#: Letters of other alphabets that look like Latin ones; they count only inside an acronym.
_LOOKALIKES = str.maketrans("асеіјорѕхуквмнтгαβεικμνορτχ", "aceijopsxykbmhtrabeikmnoptx")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50}
#: As `flat` leaves them: й has become и there.
_SUFFIX = r"(?:[-–]?(?:st|nd|rd|th|ht|t|h|e|er|re|eme|ieme|o|a|ª|и|я|ая|ыи|ои|ое|го|е))"


#: Words between an ordinal and a meeting's name.
_BETWEEN = (
    r"resumed|reprise|session of the|session|meeting of the|meeting|the|of|reunion|reunion de la|de la|du|sesion|"
    r"совещание|совещания|заседание|сессия|الاجتماع|اجتماع|会议"
)


def find_meetings(
    line: Line, meetings: Iterable[Meeting], words: Vocabulary
) -> tuple[tuple[MeetingMention, ...], Line]:
    """The meetings named in *line*, and the line without their names."""
    mentions: list[MeetingMention] = []
    for meeting in meetings:
        found, line = _find(line, meeting, words)
        mentions.extend(found)
    return tuple(mentions), line


def _find(line: Line, meeting: Meeting, words: Vocabulary) -> tuple[list[MeetingMention], Line]:
    found: list[MeetingMention] = []
    seen = _latin(line)
    while match := _pattern(meeting.subject.acronym, meeting.subject.names, words).search(seen):
        found.append(_mention(meeting, match, line, words))
        line = line.without(match.start(), match.end())
        seen = _latin(line)
    if not found and meeting.intake == "open" and (near := _nearly(seen, meeting, words)):
        mention = MeetingMention(meeting=meeting, certainty=Certainty.DOUBTFUL, text=line.text[near[0] : near[1]])
        found, line = [mention], line.without(*near)
    return found, line


def _latin(line: Line) -> str:
    """The flat line with look-alike letters as Latin ones, in words that hold no other letters."""

    def latin(match: re.Match[str]) -> str:
        changed = match[0].translate(_LOOKALIKES)
        return changed if changed.isascii() else match[0]

    return re.sub(r"[^\W\d_]+", latin, line.flat)


def _mention(meeting: Meeting, match: re.Match[str], line: Line, words: Vocabulary) -> MeetingMention:
    written = match["before"] or match["glued"] or match["after"]
    text = " ".join(line.text[match.start() : match.end()].split())
    certainty = Certainty.CERTAIN
    number = _number(written, words) if written else None
    own = meeting.subject.ordinal
    if number is not None and own is not None and number != own:
        certainty = Certainty.PAST if number < own else Certainty.DOUBTFUL
    return MeetingMention(meeting=meeting, certainty=certainty, text=text)


@lru_cache(maxsize=64)
def _pattern(acronym: str, names: tuple[str, ...], words: Vocabulary) -> re.Pattern[str]:
    """Ordinal and name in either order. Behind the name only a number that something other than an end follows."""
    short = rf"{re.escape(flat(acronym))}(?![a-zа-яё])"
    name = rf"(?:(?<![a-zа-яё]){short}|{phrases(names).pattern})"
    spelled = "|".join(re.escape(flat(word)) for word in sorted(words.words("ordinals"), key=len, reverse=True))
    digits = rf"第?\d{{1,4}}(?:\s?{_SUFFIX}(?![^\W\d])|[次届])?"
    before = rf"(?<![\w])(?P<before>{digits}|[ivxl]{{1,7}}\b|(?:{spelled})\w{{0,3}})"
    filler = rf"[\s\-–.,'’:]{{0,3}}(?:(?:{_BETWEEN})\s){{0,3}}"
    after = r"[\s\-–.#(]{0,2}(?P<after>\d{1,2}(?:st|nd|rd|th|e)?\b(?=.*\d)|[ivxl]{2,7}\b)"
    glued = rf"(?<!\w)(?P<glued>\d{{1,4}}(?:st|nd|rd|th|e|eme))(?={short})"
    return re.compile(rf"(?:{glued}{short}|(?:{before}{filler})?{name})(?:(?<=\w){after})?")


def _number(written: str, words: Vocabulary) -> int | None:
    """The value of an ordinal as written (flat): "12th", "xii", "twelfth"; None if it is none."""
    if digits := re.match(r"第?(\d+)", written):
        return int(digits[1])
    for language in ("ar", "en", "es", "fr", "ru", "zh"):
        spelled = [flat(word) for word in words.words("ordinals", language)]
        fits = [place for place, word in enumerate(spelled, 1) if written == word or written[:-2] == word[:-2]]
        if fits:
            return fits[-1]
    return _roman(written)


def _roman(written: str) -> int | None:
    if not written or any(letter not in _ROMAN for letter in written):
        return None
    values = [_ROMAN[letter] for letter in written]
    return sum(-value if value < max(values[place:]) else value for place, value in enumerate(values))


def _nearly(seen: str, meeting: Meeting, words: Vocabulary) -> tuple[int, int] | None:
    """The place of the meeting's own ordinal followed by a slip of its acronym ("12th ECIM")."""
    acronym = flat(meeting.subject.acronym)
    pattern = re.compile(rf"(?<!\w)(\d{{1,3}}\s?{_SUFFIX}?|[ivxl]{{2,7}})[\s\-–.]{{0,2}}([^\W\d_]{{3,6}})(?!\w)")
    for match in pattern.finditer(seen):
        slip = unicodedata.normalize("NFKC", match[2])
        if _number(match[1], words) == meeting.subject.ordinal and OSA.distance(slip, acronym) == 1:
            return match.start(), match.end()
    return None
