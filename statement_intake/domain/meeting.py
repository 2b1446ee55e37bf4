"""A meeting as its file in config/meetings describes it: names, agenda, deadlines, limits."""

import math
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AliasChoices, BeforeValidator, Field

from statement_intake.domain.typed import (
    WORDS_FOR_AN_ENGLISH_ONE,
    Address,
    Day,
    DaysKept,
    Flag,
    Language,
    Name,
    Ordinal,
    Ratio,
    Seconds,
    TimeOfDay,
    Words,
    WordsPerMinute,
    Zone,
)
from statement_intake.domain.value import Value

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class Kind(StrEnum):
    """The kind of a statement."""

    VIDEO = "video"
    WRITTEN = "written"


def _in_languages(title: object) -> object:
    return {"en": title} if isinstance(title, str) else title


class AgendaItem(Value):
    """One item of the agenda; sub-items are written "3(a)"."""

    #: A file may also call it "item".
    number: Annotated[str, Field(pattern=r"^[1-9][0-9]?(\([a-z]\))?$", validation_alias=AliasChoices("number", "item"))]
    #: By language; in a file a plain text is the English one.
    title: Annotated[dict[Language, Words], BeforeValidator(_in_languages)] = Field(default_factory=dict)
    #: Taken up together with the sister meetings.
    joint: Flag = False
    #: False where the secretariat has not yet checked this item against the published agenda.
    confirmed: Flag = True


class Deadline(Value):
    """A moment after which statements of a kind are late."""

    #: Written `date`, or `open_until` where the invitation set no deadline of its own.
    day: Annotated[Day, Field(validation_alias=AliasChoices("date", "open_until"))]
    at: Annotated[TimeOfDay, Field(validation_alias="time")] = time(23, 59, 59)
    zone: Zone
    #: The weekday as the invitation announced it, where it announced one.
    weekday: Weekday | None = None
    #: The words of the invitation.
    announced: Words = ""
    #: True once the secretariat has said which day was meant.
    confirmed: Flag = False

    @property
    def contradicts_itself(self) -> bool:
        """True where the announced weekday is not that of the announced date, and nobody has settled it."""
        return not self.confirmed and self.weekday is not None and WEEKDAYS[self.day.weekday()] != self.weekday

    def readings(self) -> tuple[datetime, ...]:
        """The moments that the deadline may mean, earliest first: one, or two where it contradicts itself."""
        days = {self.day}
        if self.contradicts_itself and self.weekday is not None:
            nearest = min(range(-3, 4), key=lambda shift: (self._misses(shift), abs(shift)))
            days.add(self.day + timedelta(days=nearest))
        return tuple(datetime.combine(day, self.at, ZoneInfo(self.zone)) for day in sorted(days))

    def _misses(self, shift: int) -> bool:
        return WEEKDAYS[(self.day + timedelta(days=shift)).weekday()] != self.weekday

    @property
    def moment(self) -> datetime:
        """The reading that counts: the later one, to nobody's harm."""
        return self.readings()[-1]


class SubjectRule(Value):
    """How a subject line names the meeting."""

    #: The ordinal, 12 for the twelfth; None for a meeting without one.
    ordinal: Ordinal | None = None
    #: "EMIC"
    acronym: Name
    #: The announced name in a subject line: "12th EMIC".
    short_name: Name
    #: Other names by which subjects call it, without the ordinal, in any language.
    names: tuple[Name, ...] = ()
    #: "lenient": however it is typed, a line counts where it is certain. "strict": only the announced form, with any
    #: dash; what mail programs and gateways put before it does not count against it.
    mode: Literal["lenient", "strict"] = "lenient"
    #: Words for "statement" that this meeting's mails use beside those every meeting knows.
    synonyms: tuple[Name, ...] = ()


class Addresses(Value):
    """Where statements are to be sent."""

    main: Address
    copies: tuple[Address, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Main address first."""
        return (self.main, *self.copies)


class VideoLimits(Value):
    """What a video may be."""

    max_seconds: Seconds
    #: Container and frame rounding, never more than a second or so.
    tolerance_seconds: Annotated[float, Field(ge=0, le=60, strict=True)] = 0.5
    #: Between the limit and this length a person decides instead of a rejection.
    hold_to_seconds: Seconds | None = None


class TranscriptRule(Value):
    """What a transcript must be."""

    required: Flag = True
    #: English words a minute that a speaker can be expected to say, for the note on pace.
    slowest_words_per_minute: WordsPerMinute = 90
    fastest_words_per_minute: WordsPerMinute = 180
    #: What a meeting knows better than WORDS_FOR_AN_ENGLISH_ONE.
    words_for_an_english_one: dict[Language, Ratio] = Field(default_factory=dict)

    def pace(self, language: str | None) -> tuple[int, int]:
        """The slowest and the fastest pace, in words of *language* a minute; wide where that is another or unknown."""
        ratios = {str(code): ratio for code, ratio in WORDS_FOR_AN_ENGLISH_ONE.items()}
        ratios.update({str(code): ratio for code, ratio in self.words_for_an_english_one.items()})
        spaced = [ratio for code, ratio in ratios.items() if code != "zh"]
        known = [ratios[language]] if language in ratios else spaced
        return round(self.slowest_words_per_minute * min(known)), round(self.fastest_words_per_minute * max(known))


class Publication(Value):
    """What goes onto the meeting's website."""

    written_statements: Literal["after_delivery", "never"] = "after_delivery"
    transcripts: Literal["if_agreed", "never"] = "if_agreed"


class Retention(Value):
    """Days after the meeting for which things are kept; then `purge` lets them go."""

    #: The raw mail, and what was read in it: a year, for whoever asks why something was rejected.
    mail_days: DaysKept = 365
    #: Videos and documents: two years, until the session after the next.
    files_days: DaysKept = 730
    #: Who sent what, the letters, the reasons: ten years. The outcome stays for ever.
    record_days: DaysKept = 3650


class Meeting(Value):
    """One meeting and everything that its invitation said."""

    id: Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9][a-z0-9-]*$")]
    #: "open": statements are taken in here. "recognised": only known, so that its mail is passed on.
    intake: Literal["open", "recognised"] = "open"
    title: dict[Language, Name]
    #: Of the invitation: "CU 2023/227(A)/DTA/CEB/CSS".
    references: tuple[Name, ...] = ()
    place: Words = ""
    zone: Zone
    begins: Day | None = None
    ends: Day | None = None
    contact: Words = ""
    subject: SubjectRule
    addresses: Addresses | None = None
    agenda: tuple[AgendaItem, ...] = ()
    video: VideoLimits | None = None
    transcript: TranscriptRule = TranscriptRule()
    #: Per kind; a kind without one is never late.
    deadline: dict[Kind, Deadline] = Field(default_factory=dict)
    #: Working days within which a mended statement keeps the first mail's time.
    cure_days: Annotated[int, Field(ge=0, le=366, strict=True)] = 2
    #: What a late statement is.
    late: Literal["note", "hold", "reject"] = "hold"
    publication: Publication = Publication()
    retention: Retention = Retention()
    #: Meetings that take up the joint items together with this one, by id.
    sister_meetings: tuple[str, ...] = ()

    def model_post_init(self, _context: object) -> None:
        """An open meeting is complete; raises ValueError.

        Not a validator: it would run again for every value that holds a meeting, a dozen times a mail.
        """
        if self.intake == "open":
            missing = [name for name in ("addresses", "agenda", "video") if not getattr(self, name)]
            if missing:
                raise ValueError(f"a meeting whose intake is open needs: {', '.join(missing)}")
        if "en" not in self.title:
            raise ValueError("[title] has no English one (en)")
        if len({item.number for item in self.agenda}) != len(self.agenda):
            raise ValueError("an agenda item is listed twice")
        if self.begins and self.ends and self.ends < self.begins:
            raise ValueError("it ends before it begins")
        if self.video and (self.video.hold_to_seconds or math.inf) < self.video.max_seconds:
            raise ValueError("[video] hold_to_seconds is less than max_seconds")
        if self.transcript.fastest_words_per_minute < self.transcript.slowest_words_per_minute:
            raise ValueError("[transcript] fastest_words_per_minute is less than slowest_words_per_minute")

    def item(self, number: str) -> AgendaItem | None:
        """The agenda item of that number. A sub-item not listed by itself is known by its item."""
        by_number = {item.number: item for item in self.agenda}
        return by_number.get(number) or by_number.get(number.partition("(")[0])

    def subject_line(self, party: str, items: tuple[str, ...]) -> str:
        """The line as the invitation asks for it: “12th EMIC statement – [country name] [agenda item number]”."""
        return f"{self.subject.short_name} statement – {party} {join_items(items)}"


def join_items(items: tuple[str, ...]) -> str:
    """Item numbers as a subject line carries them: "3", "3 and 4", "3, 4 and 5"."""
    *first, last = items or ("[agenda item number]",)
    return f"{', '.join(first)} and {last}" if first else last
