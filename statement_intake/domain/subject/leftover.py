"""What is left of a text when all is taken out that says nothing about who speaks."""

import re
from functools import lru_cache

from statement_intake.domain.matching.patterns import flat
from statement_intake.domain.parties.names import Party, PartyTable
from statement_intake.domain.subject.line import NAME
from statement_intake.domain.words import Vocabulary

#: A title, and the name of a person behind it; never beyond the party's own name.
HONORIFIC = re.compile(
    r"(?<!\w)(?:h\.?\s?e\.?|s\.?\s?e\.?|mr|ms|mrs|mme|m|sr|sra|dr|prof|hon|minister|ministre|ministro|ministra|monsieur|"
    r"madame|excellency|excellence|excelencia|ambassador|amb|emb|cllr|ambassadeur|ambassadrice|embajador|embajadora|judge|commissioner|commissaire|comisionado|comisionada|посол|посла|"
    rf"министр|министра|г-н|г-на|г-жа|السيد|السيدة|السفير|الوزير|الدكتور)(?!\w)\.?(?:\s+(?!(?:of|for|from|at|the|du|del|из|от)\s)[^\s{NAME}]+){{0,5}}"
)
#: What has its seat in a city abroad, as `flat` leaves it.
_MISSION = re.compile(
    r"(?<!\w)(?:mission|embass|ambassade|embajada|mision|delegat|delegac|represent|pm of|consul|посольств|"
    r"представительств|миссия|делегаци|[ابولك]*بعث|سفار|وفد)|代表团|使馆"
)
#: Tables of words that say nothing about who speaks, beside the harmless ones.
_NEUTRAL = (
    "behalf",
    "together",
    "video",
    "transcript",
    "written",
    "conversation",
    "withdrawal",
    "replaces",
    "item",
    "attached",
    "spoken",
    "state_organ",
    "delivered",
)


def compile_largest(words: Vocabulary) -> None:
    """Make the largest of all patterns, which takes 15 MiB for a moment, ahead of the first text."""
    _neutral(words, ())


def is_strange(text: str, party: Party, table: PartyTable, words: Vocabulary, more: tuple[str, ...] = ()) -> bool:
    """True where something beside the party's name may make another of it.

    The capital in the address of its ministry does not ("MoJ Banjul"); but the capital's own bodies speak for
    themselves: "Berlin Senate", "Prosecutor of Paris".
    """
    left = leftover(text, words, more)
    if not left or not table.is_capital(left, party):
        return bool(left)
    own = rf"(?<!\w)(?:of|de|du|del|d|г|города)[\s'’]{re.escape(left)}(?!\w)"
    return words.found("local", text) or re.search(own, flat(text)) is not None


def leftover(text: str, words: Vocabulary, more: tuple[str, ...] = ()) -> str:
    """*text* without all words that say nothing about who speaks, nor those of *more*."""
    left = HONORIFIC.sub(" ", flat(text)).replace(NAME, " ")
    left = _neutral(words, more).sub(" ", _without_seat(left, words))
    left = re.sub(r"[^\w]+|\d+|_|(?<!\w)[ivx]{2,4}(?!\w)", " ", left)
    return " ".join(word for word in left.split() if len(word) > 1 or not word.isascii())


@lru_cache(maxsize=64)
def _neutral(words: Vocabulary, more: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for all of them, the longest word first: 代表团 is a delegation before 代表 is "on behalf of"."""
    return words.pattern("harmless", more=(*(word for table in _NEUTRAL for word in words.words(table)), *more))


def _without_seat(text: str, words: Vocabulary) -> str:
    """A mission's city says nothing about who speaks; but "Berlin Senate" does, and "State of New York"."""
    seats, of, there = _seats(words)
    if _MISSION.search(text) and not of.search(text):
        return seats.sub(" ", text)
    left = there.sub(" ", text)
    return seats.sub(" ", left) if not re.search(r"\w", seats.sub(" ", left)) else left


@lru_cache(maxsize=8)
def _seats(words: Vocabulary) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """The cities: by themselves, as what something is of, as where something is."""
    seats = words.pattern("seats")
    of = re.compile(rf"(?<!\w)(?:of|de|du|del|d)[\s'’](?:the\s)?(?:{seats.pattern})")
    return seats, of, re.compile(rf"(?<!\w)(?:in|at|à|a|en|au|в|在|في)\s(?:{seats.pattern})")
