"""Whether a subject line is worth reading: a quick look, which may take it for telling wrongly, and never for idle.

Most mail of a shared mailbox is other people's. A line without the letters of any meeting's name, of a word for
"statement", of an automatic answer's or a transfer service's subject says nothing to a glance, whatever else it says.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from statement_intake.domain.matching.patterns import flat, stems
from statement_intake.domain.meeting import Meeting
from statement_intake.domain.subject.line import LONGEST, clean
from statement_intake.domain.subject.meetings import LOOKALIKES, numbers_of_invitation
from statement_intake.domain.subject.ordinals import own_ordinal
from statement_intake.domain.words import Vocabulary

#: Of words.toml, what a glance goes by.
_TABLES = ("statement", "automatic", "transfer")


@dataclass(frozen=True)
class Hints:
    """The letters to look for."""

    #: All of them, and those that a line in ASCII can hold.
    every: re.Pattern[str]
    ascii: re.Pattern[str]

    @classmethod
    def of(cls, meetings: Sequence[Meeting], words: Vocabulary) -> "Hints":
        """What tells of these *meetings* in these *words*."""
        phrases = {word for table in _TABLES for word in words.words(table)}
        phrases |= {name for meeting in meetings for name in (*meeting.subject.names, *numbers_of_invitation(meeting))}
        plain = [_plain(phrase) for phrase in phrases]
        acronyms = [_dotted(meeting.subject.acronym) for meeting in meetings]
        # An ordinal with a word behind it, which may be the acronym with a slip.
        ordinals = [rf"{ordinal}\W{{0,5}}[^\W\d_]" for meeting in meetings for ordinal in own_ordinal(meeting)]
        more = (*acronyms, *ordinals)
        return cls(every=_pattern(plain, more), ascii=_pattern(filter(str.isascii, plain), more))

    def found_in(self, subject: str) -> bool:
        """False where `read_subject` finds neither meeting nor statement, nor the words of a robot or a transfer."""
        line = _plain(clean(subject[:LONGEST]))
        return (self.ascii if line.isascii() else self.every).search(line) is not None


def _plain(text: str) -> str:
    """*text* flat, and every letter that looks like a Latin one is one; of words looked for, and where they are."""
    text = flat(text)
    return text if text.isascii() else text.translate(LOOKALIKES)


def _dotted(acronym: str) -> str:
    return r"\.?".join(re.escape(letter) for letter in _plain(acronym))


def _pattern(phrases: Iterable[str], more: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join((stems(phrases), *more)))
