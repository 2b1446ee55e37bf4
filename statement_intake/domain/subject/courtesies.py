"""What letters say beside their business: thanks, whom they are for, what they answer, and who signs them."""

import re
from functools import lru_cache

from statement_intake.domain.matching.patterns import flat
from statement_intake.domain.subject.line import NAME, TAKEN, Line
from statement_intake.domain.words import Vocabulary

#: Who signs: some words with capitals, or of a script that has none.
_SIGNED = re.compile(
    rf"[\s{TAKEN}.,،!–\-]*(?:(?:[A-ZÀ-ÞĀ-ŽА-ЯЁ][^\W\d_A-ZА-Я]+|[A-ZА-Я]\.|[\u0620-\u06ff]+|[\u2e80-\u9fff]{{2,4}})"
    r"(?:[\s.,،\-]+|$)){0,4}"
)


def without_courtesies(line: Line, words: Vocabulary) -> Line:
    """Take out courtesies, how it is to be treated, and what it answers: "in response to your note verbale"."""
    return (
        line.without_all(_invited(words))
        .without_all(words.pattern("courtesy"))
        .without_all(words.pattern("unpublished"))
    )


@lru_cache(maxsize=8)
def _invited(words: Vocabulary) -> re.Pattern[str]:
    which = words.pattern("invited", "which").pattern
    between = rf"(?:[\s'’,.:()/\-{TAKEN}]|{which}){{0,8}}"
    refers, invitation = words.pattern("invited", "refers").pattern, words.pattern("invited", "invitation").pattern
    dated = rf"(?:\s(?:of|de|du|del|от|в)\s{TAKEN}(?:\s(?:года|г)(?!\w)\.?)?)?"
    return re.compile(rf"(?:{refers}){between}(?:{invitation})(?:{between}(?:{which}))?{dated}")


def without_addressee(line: Line, words: Vocabulary) -> Line:
    """The line without those in the secretariat to whom it is addressed; what has digits is something else."""
    contrary = words.pattern("remark", "contrary", more=words.words("remark", "failed"))
    return line.without_all(_addressed(words), keep=lambda match: contrary.search(match[0]) is not None)


@lru_cache(maxsize=8)
def _addressed(words: Vocabulary) -> re.Pattern[str]:
    return re.compile(
        rf"(?:{words.pattern('addressee').pattern})(?:[\s.:]{{1,3}}|(?<=[\u2e80-\u9fff]))[^\d{NAME}{TAKEN}–,;:|/()\[\]]+"
    )


def without_signature(line: Line, words: Vocabulary) -> Line:
    """The line without its closing formula and who signs it: "Best regards, Wanjiru". A State that signs stays."""
    for match in words.pattern("closing").finditer(line.flat):
        signed = _SIGNED.fullmatch(line.text, match.end())
        if match.start() and signed and not words.pattern("remark", "contrary").search(flat(signed[0])):
            return line.without(match.start(), len(line.text))
    return line


def without_thanks(line: Line, words: Vocabulary) -> Line:
    """The line without thanks at its end, unless they are all of it; a greeting and a first name may follow."""
    for match in words.pattern("thanks").finditer(line.flat):
        behind = Line(line.text[match.end() :]).without_all(words.pattern("greeting")).text
        if match.start() and re.fullmatch(rf"[\s{TAKEN}.!,)]*(?:[^\W\d_]+[\s.!)]*)?", behind) and not behind.islower():
            return line.without(match.start(), len(line.text))
    return line
