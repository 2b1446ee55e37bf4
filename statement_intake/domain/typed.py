"""What people type as a value of a file: its types, so narrow that a slip is refused where it stands."""

import re
from collections.abc import Mapping
from datetime import date, time
from types import MappingProxyType
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

Language = Literal["ar", "en", "es", "fr", "ru", "zh"]
_MAILBOX = re.compile(r"""[^\s@<>(),:;"]+@[^\s@<>(),:;"]+""")
#: Longer than the title of any meeting, and short enough for a pattern.
_LONGEST_LINE = 500
#: One letter alone would be found in every other line.
_FEWEST_LETTERS = 2
#: Far from where a calendar ends, so that days can be counted on either side.
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("is not a time zone of the IANA database, such as Europe/Vienna") from error
    return name


def mail_address(text: str) -> str:
    """An e-mail address alone, without a name, as it is. Raises ValueError for anything else."""
    if not _MAILBOX.fullmatch(text) or not text.isprintable():
        raise ValueError("is not an e-mail address such as uncac@un.org")
    return text


def _one_line(text: str) -> str:
    if re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", text):
        raise ValueError("is more than one line, or holds a control character")
    return text


def _telling(text: str) -> str:
    if len(re.findall(r"[^\W_]", text)) < _FEWEST_LETTERS and text.isascii():
        raise ValueError("has fewer than two letters")
    if not re.search(r"[^\W_]", text):
        raise ValueError("has no letter")
    return text


def _written_as_date(value: object) -> object:
    if isinstance(value, int | float) or (isinstance(value, str) and not re.match(r"\d{4}-\d\d-\d\d", value)):
        raise ValueError("is not a date such as 2023-08-28")  # pydantic would count seconds.
    return value


def _within_calendar(day: date) -> date:
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise ValueError(f"is not between {_FIRST_DAY} and {_LAST_DAY}")
    return day


def _written_as_time(value: object) -> object:
    if isinstance(value, int | float):
        raise ValueError("is not a time such as 23:59:59")  # noqa: TRY004 - pydantic lets a TypeError through
    return value


def _without_zone(moment: time) -> time:
    if moment.tzinfo is not None:
        raise ValueError("has a zone of its own; it goes by the key zone")
    return moment


Zone = Annotated[str, AfterValidator(_known_zone)]
Address = Annotated[str, AfterValidator(mail_address)]
#: Text that letters and lists show; it may be empty.
Words = Annotated[str, Field(max_length=_LONGEST_LINE), AfterValidator(_one_line)]
#: A name that is looked for in subjects.
Name = Annotated[Words, AfterValidator(_telling)]
Day = Annotated[date, BeforeValidator(_written_as_date), AfterValidator(_within_calendar)]
TimeOfDay = Annotated[time, BeforeValidator(_written_as_time), AfterValidator(_without_zone)]
#: `true` or `false`, not "yes".
Flag = Annotated[bool, Field(strict=True)]
Ordinal = Annotated[int, Field(ge=1, le=999, strict=True)]
#: A day at most.
Seconds = Annotated[float, Field(gt=0, le=86_400, strict=True)]
WordsPerMinute = Annotated[float, Field(gt=0, le=1_000, strict=True)]
#: To that of English.
Ratio = Annotated[float, Field(gt=0, le=10, strict=True)]
#: A century at most.
DaysKept = Annotated[int, Field(ge=1, le=36_500, strict=True)]

#: How many words of a language say what one English word says; of Chinese, characters. Rules of thumb of translators:
#: French and Spanish run longer, Russian has no articles, Arabic writes them into the word.
WORDS_FOR_AN_ENGLISH_ONE: Mapping[Language, float] = MappingProxyType(
    {"ar": 0.8, "en": 1.0, "es": 1.1, "fr": 1.15, "ru": 0.8, "zh": 1.7}
)
