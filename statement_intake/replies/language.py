"""One language of the letters: its words from a gettext catalogue, its numbers and dates from CLDR."""

import gettext
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Literal

from babel import Locale, parse_locale
from babel.dates import format_date, get_timezone_name
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.units import format_unit

#: The six official languages of the United Nations, and the region whose habits the letters follow.
LOCALES: Mapping[str, str] = MappingProxyType(
    {"en": "en_GB", "fr": "fr", "es": "es", "ru": "ru", "zh": "zh_Hans", "ar": "ar"}
)
#: Marks that open an isolate (UAX 9), by the direction of the first character that has one; the last one closes it.
_OPEN = {"L": "\u2066", "R": "\u2067", "AL": "\u2067"}
_FIRST_STRONG, _POP = "\u2068", "\u2069"


class Language:
    """Says things in one language. Call it with an English message and the values of its placeholders."""

    def __init__(self, code: str, translations: gettext.NullTranslations) -> None:
        self.code = code
        # Not `Locale.parse`, which would load what CLDR knows of other names for languages, 2 MiB.
        self.locale = Locale(*parse_locale(LOCALES[code]))
        #: "ltr" or "rtl".
        self.direction: str = self.locale.text_direction
        #: What stands between two sentences.
        self.space = "" if code == "zh" else " "
        self._translations = translations

    def __call__(self, message: str, **values: str) -> str:
        """*message* in this language, with its `%(name)s` filled in."""
        return self._filled(self._translations.gettext(message), values)

    def plural(self, one: str, many: str, count: int, **values: str) -> str:
        """*one* or *many*, as this language counts; `%(count)s` is the count."""
        return self._filled(self._translations.ngettext(one, many, count), {"count": self.number(count)} | values)

    def _filled(self, text: str, values: Mapping[str, str]) -> str:
        return text % {name: self.isolated(value) for name, value in values.items()}

    def isolated(self, text: str) -> str:
        """*text* kept from reordering what stands around it, where the two run in different directions (UAX 9).

        The direction is said, not left to the reader's program: that would not look into the isolates within *text*,
        and take a date in Arabic, which is made of nothing else, for one that runs from left to right.
        """
        if self.direction == "ltr" and text.isascii():
            return text
        other = self.direction == "rtl" or any(unicodedata.bidirectional(mark) in {"R", "AL"} for mark in text)
        if not other or not text:
            return text
        directions = (unicodedata.bidirectional(mark) for mark in text)
        mark = next((_OPEN[direction] for direction in directions if direction in _OPEN), _FIRST_STRONG)
        return f"{mark}{text}{_POP}"

    def number(self, value: float, pattern: str | None = None) -> str:
        """*value* as this language writes numbers, with at most one decimal."""
        return format_decimal(value, format=pattern or "#,##0.#", locale=self.locale)

    def length(self, seconds: float) -> str:
        """A length of time to a tenth of a second: "3 min 07 s"."""
        say, tenths = self, round(seconds * 10)
        minutes, rest = divmod(tenths, 600)
        if not minutes:
            return say("%(seconds)s s", seconds=self.number(rest / 10))
        return say("%(minutes)s min %(seconds)s s", minutes=str(minutes), seconds=self.number(rest / 10, "00.#"))

    def delay(self, span: timedelta) -> str:
        """A span of days, hours and minutes: "1 day and 3 hours"."""
        plural = self.plural
        minutes = max(1, int(span.total_seconds() // 60))
        days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
        # Not from CLDR: babel has English words for some of them in Arabic and Chinese.
        named = (
            (days, plural("%(count)s day", "%(count)s days", days)),
            (hours, plural("%(count)s hour", "%(count)s hours", hours)),
            (minutes, plural("%(count)s minute", "%(count)s minutes", minutes)),
        )
        return self.listing(words for count, words in named if count)

    def size(self, octets: int) -> str:
        """A file size in decimal units: "5.1 MB"."""
        for factor, unit in ((10**9, "digital-gigabyte"), (10**6, "digital-megabyte"), (10**3, "digital-kilobyte")):
            if octets >= factor:
                return format_unit(
                    octets / factor,
                    unit,
                    "short",
                    format="#,##0.#" if octets < 100 * factor else "#,##0",
                    locale=self.locale,
                )
        plural = self.plural
        return plural("%(count)s byte", "%(count)s bytes", octets)

    def moment(self, when: datetime, *, seconds: bool = False, named: bool = True) -> str:
        """An aware time in its own zone: "Monday, 28 August 2023, 14:05 (Central European Summer Time, UTC+02:00)".

        With *named* False, without the zone's name, where several times stand in one sentence.
        """
        say = self
        offset = (when.strftime("%z") or "+0000")[:5]
        zone = f"UTC{offset[:3]}:{offset[3:]}" if offset != "+0000" else "UTC"
        if named and getattr(when.tzinfo, "key", "UTC") != "UTC":
            zone = say("%(name)s, %(offset)s", name=get_timezone_name(when, "long", locale=self.locale), offset=zone)
        date = format_date(when, "full", locale=self.locale)
        if self.code == "fr" and when.day == 1:
            # CLDR does not know that the first is an ordinal number in French.
            date = date.replace(" 1 ", " 1er ", 1)
        return say(
            "%(date)s, %(time)s (%(zone)s)",
            date=date,
            time=when.strftime("%H:%M:%S" if seconds else "%H:%M"),
            zone=zone,
        )

    def listing(self, words: Iterable[str], style: Literal["standard", "or"] = "standard") -> str:
        """Words in a row: "3, 4 and 5(a)"; with style "or", "France or Gabon"."""
        isolated = [self.isolated(word) for word in words]
        return format_list(isolated, style=style, locale=self.locale)


class _Languages(Mapping[str, Language]):
    """Each is read when it is first needed: what CLDR says of one takes a megabyte or two."""

    def __init__(self, catalogues: Mapping[str, Traversable | None]) -> None:
        self._catalogues = catalogues
        self._read: dict[str, Language] = {}

    def __getitem__(self, code: str) -> Language:
        if code not in self._read:
            file = self._catalogues[code]
            translations = _compiled(file.read_bytes(), code) if file else gettext.NullTranslations()
            # Of two threads at once, one wins: a language is one object, whoever asks.
            self._read.setdefault(code, Language(code, translations))
        return self._read[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._catalogues)

    def __len__(self) -> int:
        return len(self._catalogues)


def load_languages(folder: Traversable | None = None) -> Mapping[str, Language]:
    """English, and every other official language that has a catalogue in *folder* (default: the package's own).

    Where a catalogue cannot be read, asking for its language raises OSError or babel's PoFileError.
    """
    folder = folder or files("statement_intake.replies") / "catalogues"
    found = {code: folder / code / "LC_MESSAGES" / "letters.po" for code in LOCALES if code != "en"}
    return _Languages({"en": None} | {code: file for code, file in found.items() if file.is_file()})


def _compiled(catalogue: bytes, code: str) -> gettext.GNUTranslations:
    """A catalogue as gettext wants it; compiled in memory, so that no compiled file can be older than its source."""
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(catalogue), locale=code, abort_invalid=True))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
