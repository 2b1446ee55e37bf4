"""Which meetings a subject line names, and how surely."""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from statement_intake.domain.matching.likeness import slips
from statement_intake.domain.matching.patterns import flat, phrases
from statement_intake.domain.meeting import Meeting
from statement_intake.domain.subject.item_patterns import item_ahead
from statement_intake.domain.subject.line import Line
from statement_intake.domain.subject.ordinals import SUFFIX, number_of, own_ordinal, spelled
from statement_intake.domain.value import Value
from statement_intake.domain.words import Vocabulary


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
LOOKALIKES = str.maketrans("асеіјорѕхуквмнтгαβεικμνορτχ", "aceijopsxykbmhtrabeikmnoptx")
_COMPANY = (
    r"ltd|limited|llc|llp|inc|corp|gmbh|plc|bv|srl|s\.?a\.?r\.?l|s\.a|electronics|technolog(?:y|ies)|solutions|industries|holdings?|"
    r"consulting|ооо|зао|有限公司"
)
#: Words between an ordinal and a meeting's name.
_BETWEEN = (
    r"resumed|reprise|session of the|session|meeting of the|meeting|the|of|reunion|reunion de la|de la|du|sesion|"
    r"совещани[еяию]|заседани[еяию]|сесси[яиюей]|الاجتماع|اجتماع|会议"
)
#: A word of so many letters may have one slip and still be known; "twelvth" has one, "twelveth" is long enough for two.
_LETTERS_PER_SLIP = 4
#: An ordinal no smaller, left over beside a meeting's name, makes the meeting doubtful; smaller ones count versions.
_TELLING_ORDINAL = 4


def find_meetings(
    line: Line, meetings: Iterable[Meeting], words: Vocabulary
) -> tuple[tuple[MeetingMention, ...], Line]:
    """The meetings named in *line*, and the line without their names."""
    mentions: list[MeetingMention] = []
    for meeting in meetings:
        found, line = _find(line, meeting, words)
        mentions.extend(found)
    return tuple(mentions), line


def by_reference(line: Line, meetings: Iterable[Meeting]) -> tuple[MeetingMention, ...]:
    """The meetings whose invitation *line* names by its number ("CU 2023/227(A)/DTA/CEB/CSS")."""
    found: list[MeetingMention] = []
    for meeting in meetings:
        for number in numbers_of_invitation(meeting):
            if match := re.search(rf"(?<!\w){re.escape(number)}(?!\d)", line.flat):
                text = line.text[match.start() : match.end()]
                found.append(MeetingMention(meeting=meeting, certainty=Certainty.CERTAIN, text=text))
    return tuple(found)


def numbers_of_invitation(meeting: Meeting) -> tuple[str, ...]:
    """The bare numbers of the notes verbales that invite to it, flat: "cu 2023/227"."""
    numbers = (re.match(r"[a-z]+\s?\d+/\d+", flat(reference)) for reference in meeting.references)
    return tuple(number[0] for number in numbers if number)


def _find(line: Line, meeting: Meeting, words: Vocabulary) -> tuple[list[MeetingMention], Line]:
    found: list[MeetingMention] = []
    seen = _latin(line)
    while match := _pattern(meeting.subject.acronym, meeting.subject.names, words).search(seen):
        written, begun, end = match["before"] or match["glued"], match.start(), match.end()
        if (
            written
            and not re.match(r"\d+\D", written)
            and item_ahead(words).search(line.flat, max(0, begun - 40), begun)
        ):
            written, begun = None, match.start("name")  # As in: item 4 EMIC.
        if written is None and (behind := _ordinal_behind(seen, end, meeting, words)):
            written, end = behind
        text = " ".join(line.text[begun:end].split())
        start, number = (begun, number_of(written, words)) if written else _slip(seen, begun, words)
        if number is not None and (twice := _said_twice(words).search(seen[:start])):
            # As in: the twelfth (12th) EMIC.
            start = twice.start() if number_of(twice["ordinal"], words) == number else start
        found.append(MeetingMention(meeting=meeting, certainty=_certainty(meeting, number, written), text=text))
        line = line.without(start, end)
        seen = _latin(line)
    if not found and meeting.intake == "open" and (near := _nearly(seen, meeting)):
        mention = MeetingMention(meeting=meeting, certainty=Certainty.DOUBTFUL, text=line.text[near[0] : near[1]])
        found, line = [mention], line.without(*near)
    return found, line


def _latin(line: Line) -> str:
    """The flat line with look-alike letters as Latin ones, in words that hold no other letters."""
    return _in_latin(line.flat)


def _in_latin(text: str) -> str:
    def latin(match: re.Match[str]) -> str:
        changed = match[0].translate(LOOKALIKES)
        return changed if changed.isascii() else match[0]

    # Most mail is written in ASCII.
    return text if text.isascii() else re.sub(r"[^\W\d_]+", latin, text)


def _certainty(meeting: Meeting, number: int | None, written: str | None) -> Certainty:
    own = meeting.subject.ordinal
    if written and re.match(r"\d*[123]\s?th", written) and not re.match(r"\d*1[123]\s?th", written):
        return Certainty.DOUBTFUL  # "2th" is rather a slip of "12th" than the second meeting.
    if own is None or number == own or (number is None and written is None):
        return Certainty.CERTAIN
    return Certainty.PAST if written and number is not None and number < own else Certainty.DOUBTFUL


@lru_cache(maxsize=64)
def _pattern(acronym: str, names: tuple[str, ...], words: Vocabulary) -> re.Pattern[str]:
    """The name, with the ordinal before it if there is one. Dots may stand in the acronym, a statement word behind."""
    letters = r"\.?".join(re.escape(letter) for letter in flat(acronym))
    statement = "|".join(re.escape(flat(word)) for word in words.words("statement"))
    # "EMIC GmbH" is a company.
    short = rf"{letters}(?:(?![a-zа-яё])|(?={statement}))(?!\s(?:{_COMPANY})(?!\w))"
    name = rf"(?P<name>(?<![a-zа-яё]){short}|{phrases(_in_latin(flat(name)) for name in names).pattern})"
    digits = rf"第?\d{{1,4}}(?:\s?{SUFFIX}(?![^\W\d])|[次届])?"
    # One letter alone takes no ending: "la", "le", "va" are words, and so is l'EMIC.
    roman = r"(?:[ivxl]{2,7}(?:e|eme|ieme|o|a|th)?|[ivx]|xe)\b"
    # Chinese writes no space before an ordinal: 在第12届.
    before = rf"(?:(?<!\w)|(?<=[\u4e00-\u9fff])(?=第|\d))(?P<before>{digits}|{roman}|(?:{spelled(words)})\w{{0,3}})"
    filler = rf"[\s\-–.,'’:)]{{0,3}}(?:(?:{_BETWEEN})\s?){{0,3}}[(\"“«]?"
    glued = rf"(?<!\w)(?P<glued>\d{{1,4}}(?:st|nd|rd|th|e|eme))(?={short})"
    return re.compile(rf"{glued}{short}|(?:{before}{filler})?{name}[)\"”»]?")


def _ordinal_behind(seen: str, end: int, meeting: Meeting, words: Vocabulary) -> tuple[str, int] | None:
    """The ordinal behind a name and where it ends. The line's last bare number is it only where it is no item's."""
    behind = _behind(words).match(seen, end)
    if behind is None:
        return None
    last = behind["last"]
    if last and (int(last) != meeting.subject.ordinal or meeting.item(last) is not None):
        return None
    return behind["ordinal"] or behind["number"] or last, behind.end()


@lru_cache(maxsize=8)
def _behind(words: Vocabulary) -> re.Pattern[str]:
    """An ordinal behind the name, or a bare number: `last` where none follows it."""
    digits = rf"第(?:\d{{1,4}}|[一二三四五六七八九十]{{1,3}})[次届]?(?:会议)?|\d{{1,4}}\s?-?{SUFFIX}(?![^\W\d])"
    ordinal = rf"[\s\-–.,:#(]{{0,3}}(?:(?:{_BETWEEN})\s){{0,2}}(?P<ordinal>{digits}|(?:{spelled(words)})\w{{0,3}})"
    number = r"[\s\-–.#(]{0,2}(?:no?[.°]?\s?)?(?:(?P<number>\d{1,2}\b(?=.*\d)|[ivxl]{2,7}\b)|(?P<last>\d{1,2})\b)"
    kinds = r"item|agenda|point|punto|tema|пункт"
    # Chinese writes on without a space: 第十二次会议上的.
    ends = rf"(?![^\W\u2e80-\u9fff])(?!\)?\s?(?:{kinds}))\)?"
    return re.compile(rf"(?:{ordinal}|{number}){ends}(?:\s?(?:{_BETWEEN})(?!\w))?")


@lru_cache(maxsize=8)
def _said_twice(words: Vocabulary) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?P<ordinal>\d{{1,4}}{SUFFIX}|(?:{spelled(words)})\w{{0,3}})\s?\(\s?$")


def _slip(seen: str, start: int, words: Vocabulary) -> tuple[int, int | None]:
    """Where a name begins, and its ordinal, if the word right before *start* nearly is one: "elevnth", "twelth"."""
    word = re.search(r"([^\W\d_]{5,})[\s\-–]*$", seen[:start])
    if word is None:
        return start, None
    near = [
        (slips(word[1], flat(spelled)), place)
        for language in ("en", "es", "fr", "ru")
        for place, spelled in enumerate(words.words("ordinals", language), 1)
    ]
    distance, place = min(near)
    return (word.start(), place) if distance <= len(word[1]) // _LETTERS_PER_SLIP else (start, None)


def other_ordinal(line: Line, meeting: Meeting, words: Vocabulary) -> bool:
    """True where an ordinal is left in *line* that is not the meeting's own ("EMIC statement (11th) – France 3")."""
    pattern = rf"(?<![\w.])(?:\d{{1,4}}(?:st|nd|rd|th|eme)|(?:{spelled(words)}))(?!\w)"
    numbers = (number_of(match[0], words) for match in re.finditer(pattern, line.flat))
    return any(number is not None and _TELLING_ORDINAL <= number != meeting.subject.ordinal for number in numbers)


def _nearly(seen: str, meeting: Meeting) -> tuple[int, int] | None:
    """The place of the meeting's own ordinal followed by a slip of its acronym ("12th ECIM")."""
    digits, *roman = own_ordinal(meeting) or ("",)
    if not digits:
        return None
    acronym = flat(meeting.subject.acronym)
    ordinal = "|".join((rf"0*{digits}\s?{SUFFIX}?", *roman))
    for match in re.finditer(rf"(?<!\w)(?:{ordinal})[\s\-–.]{{0,2}}([^\W\d_]{{3,6}})(?!\w)", seen):
        slip = unicodedata.normalize("NFKC", match[1])
        if slips(slip, acronym) == 1 or sorted(slip) == sorted(acronym):
            return match.start(), match.end()
    return None
