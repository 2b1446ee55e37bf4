"""Reads a subject line. The order of the steps is the order in which a person would rule things out."""

import re
from collections.abc import Sequence
from functools import lru_cache

from statement_intake.domain.matching.likeness import slips
from statement_intake.domain.matching.patterns import flat
from statement_intake.domain.meeting import Meeting, join_items
from statement_intake.domain.parties.names import Party, PartyTable
from statement_intake.domain.subject.courtesies import (
    without_addressee,
    without_courtesies,
    without_signature,
    without_thanks,
)
from statement_intake.domain.subject.items import Items, find_items
from statement_intake.domain.subject.line import ITEM, LONGEST, NAME, TAKEN, Line, clean
from statement_intake.domain.subject.meetings import (
    Certainty,
    MeetingMention,
    by_reference,
    find_meetings,
    other_ordinal,
)
from statement_intake.domain.subject.persons import without_persons
from statement_intake.domain.subject.remarks import Remark, find_remark, other_year
from statement_intake.domain.subject.speakers import Speakers, called, code_before_number, find_speakers, understand
from statement_intake.domain.subject.wrapping import Unwrapped, unwrap, without_noise
from statement_intake.domain.value import Value
from statement_intake.domain.words import Vocabulary

#: A question mark at the end of a sentence; one that stands free in the line is a dash that an encoding lost.
_QUESTION = re.compile(r"[?？؟][\s!.)\]]*$|\w[?？؟]\s")


class SubjectReading(Value):
    """What a subject line says."""

    #: As received, decoded.
    subject: str
    wrapping: Unwrapped
    meetings: tuple[MeetingMention, ...] = ()
    #: A word for "statement" is in it.
    statement: bool = False
    #: Words of the invitation's brackets were left as they were.
    placeholder: str = ""
    speakers: Speakers = Speakers()
    items: Items = Items()
    #: It names another kind of statement, and no statement beside it: "bank statement".
    other_kind: bool = False
    #: What it says besides, where party and items are certain.
    remark: Remark = Remark()
    #: Of a video, or of a transcript, which only a video has.
    speaks_of_video: bool = False
    #: It asks or thanks, or says that there is none: whatever else it says, it wants a person.
    asks: bool = False
    #: It speaks of registration, participants, documents: no statement, unless all the rest is one.
    arranges: bool = False
    withdraws: bool = False
    #: It calls itself a draft, a test or a mistake.
    tentative: bool = False
    #: It is the subject of an automatic answer.
    automatic: bool = False
    #: It is the subject of a file transfer service's notice.
    transfer: bool = False
    #: It is written as the invitation asks, whatever its dash.
    announced: bool = False
    #: Closest names, where the party is unknown.
    suggestions: tuple[Party, ...] = ()

    @property
    def meeting(self) -> Meeting | None:
        """The one meeting that is surely meant and whose statements are taken in here."""
        sure = [mention.meeting for mention in self._open if mention.certainty is Certainty.CERTAIN]
        return sure[0] if len({meeting.id for meeting in sure}) == 1 and len(sure) == len(self._open) else None

    @property
    def series(self) -> Meeting | None:
        """The open meeting whose limits apply even where the line names another one of its series."""
        return self.meeting or (self._open[0].meeting if self._open else None)

    @property
    def sisters(self) -> tuple[MeetingMention, ...]:
        """Meetings that are named but not taken in here."""
        return tuple(mention for mention in self.meetings if mention.meeting.intake == "recognised")

    @property
    def _open(self) -> tuple[MeetingMention, ...]:
        return tuple(mention for mention in self.meetings if mention.meeting.intake == "open")

    @property
    def canonical(self) -> str | None:
        """The line as it should have been written; None unless meeting, party and items are certain."""
        party = self.speakers.party
        if self.meeting is None or party is None or not self.items.numbers or self.items.doubtful:
            return None
        name = called(party, self.speakers.on_behalf_of, self.speakers.together_with)
        return self.meeting.subject_line(name, self.items.numbers)


def read_subject(subject: str, meetings: Sequence[Meeting], parties: PartyTable, words: Vocabulary) -> SubjectReading:
    """Understand *subject* (decoded). Never raises, whatever it holds."""
    wrapping = unwrap(clean(subject[:LONGEST]), words)
    whole = Line(wrapping.text)
    line = without_noise(whole.without_all(words.pattern("not_statement")), words)
    placeholder, line = _placeholder(line, words)
    mentions, line = find_meetings(line, meetings, words)
    mentions = mentions or by_reference(whole, meetings)
    # Before the words for "statement": "check against the statement as delivered".
    statement, line = _statement(without_courtesies(line, words), mentions, words)
    if not wrapping.reply:
        line = without_thanks(line, words)
    around = line
    names, line = find_speakers(line, parties)
    line = without_addressee(without_signature(line, words), words)
    items, line = find_items(line, words)
    line = without_persons(line, parties, words)
    speakers = understand(names, line, parties, words)
    if not speakers.text:
        speakers = code_before_number(around, parties)
    remark = Remark()
    if speakers.party and items.numbers and not items.doubtful:
        remark = find_remark(whole, line, speakers.party, parties, words)
        if mentions and not remark.text:
            remark = other_year(whole, mentions[0].meeting)
        placeholder = ""  # Filled in beside the brackets, or used as a label: "agenda item number 3".
    # Nothing is ever said about the subjects of the world's other mail.
    wants_suggestions = bool(speakers.unknown) and not placeholder and bool(mentions or statement or wrapping.reply)
    reading = SubjectReading(
        subject=subject,
        wrapping=wrapping,
        meetings=tuple(_doubted(mention, line, words) for mention in mentions),
        statement=statement,
        other_kind=not statement and words.found("not_statement", whole.text),
        placeholder=placeholder,
        speakers=speakers,
        items=items,
        remark=remark,
        speaks_of_video=words.found("video", whole.text) or _found("transcript", "sure", whole.text, words),
        asks=_found("conversation", "asks", line.text, words)
        or words.found("denied", whole.text)
        or _speaks_about(words).search(line.flat) is not None
        or _QUESTION.search(whole.text) is not None,
        arranges=_found("conversation", "arranges", around.text, words),
        withdraws=words.found("withdrawal", whole.text) and not words.found("replaces", whole.text),
        tentative=_tentative(whole, words),
        automatic=words.pattern("automatic").match(whole.flat) is not None
        or words.pattern("automatic").match(Line(clean(subject[:LONGEST])).flat) is not None,
        transfer=words.found("transfer", whole.text),
        suggestions=parties.suggest(speakers.unknown) if wants_suggestions else (),
    )
    return reading.model_copy(update={"announced": _is_announced(reading, parties)})


def _is_announced(reading: SubjectReading, parties: PartyTable) -> bool:
    """“12th EMIC statement – [country name] [agenda item number]”, with any dash and any name of the party."""
    meeting, party = reading.meeting, reading.speakers.party
    if reading.canonical is None or meeting is None or party is None:
        return False
    written = re.fullmatch(
        rf"{re.escape(meeting.subject.short_name)} statement [–-] (.+) {re.escape(join_items(reading.items.numbers))}",
        reading.wrapping.text,
    )
    if written is None:
        return False
    who = written[1].replace(" on behalf of the ", " on behalf of ")
    if who == called(party, reading.speakers.on_behalf_of, reading.speakers.together_with):
        return True
    mention = parties.exact(written[1])
    return mention is not None and mention.text == written[1] and mention.parties == (party,)


def _found(table: str, key: str, text: str, words: Vocabulary) -> bool:
    return words.pattern(table, key).search(flat(text)) is not None


@lru_cache(maxsize=8)
def _speaks_about(words: Vocabulary) -> re.Pattern[str]:
    """Somebody else's words on a statement: "Comments on France's statement"; "on item 3" are a party's own."""
    about = rf"(?:{words.pattern('about').pattern})(?! behalf)[^{NAME}{TAKEN}{ITEM}–,;:|()]{{0,40}}[{NAME}{TAKEN}]"
    return re.compile(rf"{about}|(?<!\w)(?:your|votre|ваше)\s{TAKEN}\s(?:on|under|for|sur|au|по)(?!\w)")


def _tentative(whole: Line, words: Vocabulary) -> bool:
    """It is no final text, or was not meant; what it says of a mail before this one does not count."""
    said = whole.without_all(words.pattern("tentative", "unless")).text
    mended = words.found("replaces", whole.text) or _found("tentative", "mended", whole.text, words)
    if _found("tentative", "mistaken", said, words) and not mended:
        return True
    return _found("tentative", "words", said, words)


def _doubted(mention: MeetingMention, rest: Line, words: Vocabulary) -> MeetingMention:
    if mention.certainty is Certainty.CERTAIN and other_ordinal(rest, mention.meeting, words):
        return mention.model_copy(update={"certainty": Certainty.DOUBTFUL})
    return mention


def _placeholder(line: Line, words: Vocabulary) -> tuple[str, Line]:
    """The invitation's own brackets, unfilled; a filled bracket ("[France]") is none."""
    phrase = words.pattern("placeholder")
    found = [
        line.text[match.start() : match.end()]
        for match in re.finditer(r"[\[(<{]\s*([^\[\](){}<>]*?)\s*[\])>}]", line.flat)
        if phrase.fullmatch(match[1]) or not match[1].strip(" ._–-…")
    ]
    plain = re.compile(r"(?<!\w)(?:country name|name of (?:the )?country|agenda item number|nom du pays|xx+)(?!\w)")
    for text in found:
        line = Line(line.text.replace(text, TAKEN))
    found.extend(match[0] for match in plain.finditer(line.flat))
    return ", ".join(found), line.without_all(plain)


def _statement(line: Line, mentions: tuple[MeetingMention, ...], words: Vocabulary) -> tuple[bool, Line]:
    synonyms = tuple(word for mention in mentions for word in mention.meeting.subject.synonyms)
    pattern = words.pattern("statement", None, synonyms)
    if pattern.search(line.flat):
        return True, line.without_all(pattern)
    if not mentions:
        return False, line
    typos = words.pattern("statement_typos")
    if typos.search(line.flat):
        return True, line.without_all(typos)
    for match in re.finditer(r"[a-z]{8,11}", line.flat):
        if slips(match[0], "statement") <= 2:  # noqa: PLR2004 - two slips of the finger, beside a meeting's name
            return True, line.without(match.start(), match.end())
    return False, line
