"""What mail programs and gateways wrap around a subject, and what senders add that is neither party nor item."""

import re
from functools import lru_cache

from statement_intake.domain.matching.patterns import flat
from statement_intake.domain.subject.item_patterns import ORDINAL_END, item_ahead
from statement_intake.domain.subject.line import Line
from statement_intake.domain.value import Value
from statement_intake.domain.words import Vocabulary


class Unwrapped(Value):
    """A subject without its wrapping, and what the wrapping was."""

    text: str
    #: It starts with a reply mark: "Re:", "AW:", "Отв:", ...
    reply: bool = False
    #: It starts with a forward mark.
    forward: bool = False
    banner: bool = False


def unwrap(text: str, words: Vocabulary) -> Unwrapped:
    """Take reply and forward marks (stacked, counted as in "Re[2]:") and banners off the front of a clean subject."""
    replies = _prefix(words, "reply")
    forwards = _prefix(words, "forward")
    banner = _banner(words)
    result = Unwrapped(text=text)
    while True:
        rest = result.text.lstrip(" -–.>")
        start = flat(rest)
        if match := replies.match(start):
            result = result.model_copy(update={"text": rest[match.end() :], "reply": True})
        elif match := forwards.match(start):
            result = result.model_copy(update={"text": rest[match.end() :], "forward": True})
        elif match := banner.match(start):
            result = result.model_copy(update={"text": rest[match.end() :], "banner": True})
        else:
            return result.model_copy(update={"text": result.text.strip()})


#: A file number of the sender's: "Ref: PMV/UN/0345/2023".
_FILE_NUMBER = r"\b(?:ref|reference|referencia|dnr|az|исх|file no)[.:\s]*(?:no?\b)?[.:°\s]*[\w.\-]*/[\w./\-]*\d[\w/\-]*"

_NOTE_VERBALE = r"\b(?:n\.?v\.?|note verbale|nota verbal|(?:вербальн\w+ )?нот[аоыуе]и?)"


@lru_cache(maxsize=16)
def _prefix(words: Vocabulary, key: str) -> re.Pattern[str]:
    marks = "|".join(re.escape(flat(word)) for word in sorted(words.words("prefixes", key), key=len, reverse=True))
    # "Ref: VIE/UN/2023/88" is a file number, and answers nothing.
    return re.compile(rf"(?!{_FILE_NUMBER})(?:{marks})\s?(?:\[\d+\]|\(\d+\)|\^\d+|\*\d+|\d+)?\s?:")


@lru_cache(maxsize=8)
def _banner(words: Vocabulary) -> re.Pattern[str]:
    names = "|".join(re.escape(flat(word)) for word in sorted(words.words("banners"), key=len, reverse=True))
    # "Urgent question:" is a question.
    telling = rf"{words.pattern('conversation', 'asks').pattern}|{words.pattern('tentative').pattern}"
    inner = rf"(?:{names})(?:[\s:?!/\-]+(?:{names}|(?!{telling})\w+))?[?!.]?"
    alone = rf"(?:{names})(?:[\s:?!/]+(?:{names}))?\s[–\-]\s"  # "CAUTION: EXTERNAL SENDER - "
    # One pattern within any pair of brackets: it takes 150 KiB each time it is written out.
    opened = r"(?:(\[)|(\{)|(\*+)|(<)|(\())"
    closed = r"(?(1)\]|(?(2)\}|(?(3)\*+|(?(4)>|\)))))"
    return re.compile(rf"{opened}\s?{inner}\s?{closed}|{inner}\s?:|{alone}")


_MONTHS = (
    r"jan(?:uary|vier)?|enero|feb(?:ruary|rero)?|fevrier|mar(?:ch|s|zo)?|apr(?:il)?|avril|abril|may|mai|mayo|"
    r"june?|juin|junio|july?|juillet|julio|aug(?:ust)?|aout|agosto|sept?(?:ember|embre|iembre)?|"
    r"oct(?:ober|obre|ubre)?|nov(?:ember|embre|iembre)?|dec(?:ember|embre)?|diciembre|"
    r"января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря|"
    # As the Gulf and Egypt call them, and as the Levant does: "4 أيلول/سبتمبر".
    r"(?:ايلول/)?سبتمبر|ايلول|(?:اب/)?اغسطس|اب|(?:تموز/)?يولي[وه]|تموز|(?:حزيران/)?يوني[وه]|حزيران|يناير|فبراير|مارس|ابريل|مايو|"
    r"اكتوبر|نوفمبر|ديسمبر"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th|er|°)?"
_YEAR = r"(?:[,\s]+(?:de )?(?:19|20)\d{2})?"
#: Lengths ("2'50""), and times of the day: "10:00 am", "15h00", "3pm", "at 15.00". Taken out first: "4 Sep 10:00" is a
#: day and a time.
_TIME = re.compile(
    r"(?<!\w)\d{1,2}\s?['’′]\s?\d{2}(?:\s?(?:[\"”″]|['’′]{2}))?(?!\w)|"
    r"\b\d{1,2}:\d{2}(?::\d{2})?(?:\s?(?:[ap]\.?\s?m\b\.?|hrs?\b|h\b|cest\b|cet\b))?|"
    r"\b(?:[01]?\d|2[0-3])\s?h\s?[0-5]\d\b|\b\d{1,2}(?:\.\d{2})?[ap]\.?m\b\.?|\bat\s\d{1,2}\s?[ap]\.?\s?m\b\.?|"
    # With its full stops; "3 PM of Kenya" is item 3, and a permanent mission.
    r"\b(?:[7-9]|1[0-2])\s[ap]m\b(?!\s(?:of|to|de)\b)|"
    r"\b\d{1,2}\s[ap]\.\s?m\.(?!\s(?:of|to|de)\b)|\bat\s\d{1,2}(?:[.:]\d{2}|\s?h(?:rs?)?)\b"
)
_WEEKDAYS = (
    r"monday|tuesday|wednesday|thursday|friday|mon|tues?|wed|thurs?|fri|lundi|mardi|mercredi|jeudi|vendredi|"
    r"lunes|martes|miercoles|jueves|viernes|понедельник|вторник|среда|четверг|пятница"
)
#: What a delegation brings several of.
_COUNTED = (
    "files|attachments|videos|documents|pages|speakers|languages|copies|versions|links|"
    "fichiers|orateurs|langues|archivos|oradores|idiomas|ораторов|языка|языках"
)
#: A telephone's number.
_TELEPHONE = (
    r"(?:\b(?:tel|telephone|phone|mobile|mob|cell|gsm|whatsapp|fax|contact|tlf|тел|هاتف|电话)[.:\s]{0,3}|"
    r"(?<![\w+])(?=\+\d))\+?\d[\d\s()./–-]{5,18}\d(?!\w)"
)
_FOUR = rf"(?!\d+{ORDINAL_END}\b)[0-9a-hjkmnp-tv-z]{{4}}"
#: As we write it, and as people type it (see `reference`): then a digit tells it from the Spanish "si".
_OUR_REFERENCE = (
    r"\[?\bsi-[0-9a-z]{4}-[0-9a-z]{4}\b\]?|"
    rf"\bsi(?P<apart>[–_ ]?)(?=[a-z]{{0,3}}\d|\w{{4}}(?P=apart)[a-z]{{0,3}}\d){_FOUR}(?P=apart){_FOUR}\b"
)
#: Everything that carries digits and is not an agenda item. Order matters: the longer forms first.
_NOISE = re.compile(
    "|".join(
        (
            _TELEPHONE,
            _OUR_REFERENCE,
            r"(?<![a-z])cu\s?\d{4}/\d+\s?(?:\([a-z]\))?(?:/[a-z/]+)*",  # the note verbale's number
            # One of the sender's own.
            rf"{_NOTE_VERBALE}\s?(?:no|n|nr)?[.°]?\s?(?!\d+\s?-?(?:{ORDINAL_END})(?!\w))[\w/\-]*\d[\w/\-]*",
            r"照会\s?(?:编号)?[:\s]?(?:第?[a-z]*\d+[/\-(][a-z\d/()\-]*号?|第\d+号)",
            r"\bا?ل?مذكرة الشف[وه]ية\s(?:رقم\s)?[\d/\-]+",
            r"[\w.+\-]+@(?:[\w\-]+\.)*un\.org\b",
            _FILE_NUMBER,
            r"\b(?:nota|note|oficio|carta|lettre|letter|memo)\s(?:no?|nr)?[.°]?\s?[a-z.\-/]*\d[\w.]*[/\-][\w/.\-]*\d[\w/\-]*",
            r"^[a-z][a-z.\-]*(?:/[\w.\-]+)*/\d{3,6}/(?:19|20)\d{2}\b",
            r"\bcac/cosp(?:/[\w.]+)+",  # a symbol of the meeting's documents
            r"(?:(?<=\d\s)|(?<=,\s)|(?<=\())\d{1,2}[-–]\d{1,2}[./]\d{1,2}[./](?:19|20)\d{2}\b",  # 4-8.09.2023
            r"\b\d{4}\s?[-–./]\s?\d{1,2}\s?[-–./]\s?\d{1,2}\b",  # 2023-09-04
            # 04.09.2023; in "3 – 04.09.2023" and "3 - 04-09-2023" the item is left.
            r"\b\d{1,2}\s?(?P<between>[-–./])\s?\d{1,2}\s?(?P=between)\s?(?:\d{4}|\d{2})\b(?!\s?[-–./]\s?\d)",
            # A number on either side of a month is left to be a doubt: "3 March 4".
            rf"\b(?:{_DAY}(?:[-–]|\s(?:to|au|al|a)\s))?{_DAY}\s?(?:of |de )?(?:{_MONTHS})\b\.?(?!\s?\d\d?\b){_YEAR}",
            # "MAR 3" without a year is Morocco.
            rf"(?<!\d\s)\b(?!mar\s\d{{1,2}}(?!\d|[,\s]+\d{{4}}))(?:{_MONTHS})\.?\s?{_DAY}(?:\s?[-–]\s?\d{{1,2}})?{_YEAR}\b",
            rf"\b(?:{_WEEKDAYS})[.,]?\s{_DAY}\b(?!\s?[,&]\s?\d)",  # "Monday 4"
            r"(?:19|20)\d{2}年(?:\d{1,2}月)?(?:\d{1,2}日)?",
            r"\b(?:part|partie|parte|часть|vol|ا?ل?جزء)\s?(?:no\.?\s?)?\d{1,2}(?:\s?(?:of|/|de|sur|из|من)\s?\d{1,2})?\b",
            r"第\s?[\d一二三]{1,2}\s?(?:部分|封)(?:[,、\s(]*共\s?[\d一二两三]{1,2}\s?(?:部分|封))?",
            r"\b(?:video|clip|film|file|mp4|text|transcript)\spt\.?\s?\d\b",
            r"[(\[]\s?\d{1,2}\s?(?:/|of|de|sur|из)\s?\d{1,2}\s?[)\]]",  # (1/2)
            r"\b(?:rev|revision|version|ver|v|corr|corrigendum|add|attempt|draft)[\s.\-]{0,2}\d{1,2}(?:\.\d{1,2})?\b",
            r"\b\d{1,2}(?:st|nd|rd|th)\s(?:version|attempt|revision|part|try|mail|email)(?:\s(?:out )?of\s\d{1,2})?\b",
            r"\b\d{1,3}\s?(?:min(?:ut[eo])?s?|sec(?:onde?)?s?|seg(?:undo)?s?|s|mn|mins?)\b\.?(?:\s?\d{1,2}\s?(?:s|sec)\b)?",
            r"\bدقيقت(?:ان|ين)(?:\sو\s?\d{1,2}\sثانية)?|\b\d{1,3}\s?(?:минут\w*|мин|секунд\w*|сек|دقايق|دقيقة|ثانية|ثوان)\b|\d{1,3}\s?(?:分钟|分|秒)",
            r"\b\d{1,2}\s?(?:days|jours|dias|днеи|дня|ايام|يوما?)\b|\d{1,2}\s?天",  # й and أ as `flat` leaves them
            r"\b(?:annex|annexe|anexo|appendix|enclosure|приложени\w*)\s?(?:no?\.?\s?)?\d{1,2}\b",
            r"\b(?:video|clip)\s\d\b(?!\s?/)|\(\d\)(?=\.\w{3,4}\b)",  # "video 1", and what browsers call a second copy
            rf"\b\d{{1,2}}[-–](?:{_MONTHS})\b",
            r"\b\d+(?:[.,]\d+)?\s?(?:mb|mo|gb|kb|mib|mbit|мб|гб|مي[غج]ابايت|兆)\b",
            r"\b(?:updated|sent|dated|as of|of|du|del|от)\s(?:on\s)?\d{1,2}[./]\d{1,2}\b(?![./]\d)",  # updated 27/08
            # Counted after a dash or comma, and only where several are: "Kenya 3 video" is item 3.
            rf"(?:(?<=[–,(+;/|]\s)|(?<=[–,(+;])|(?<=\bin\s))\d{{1,2}}\s?(?:{_COUNTED})\b",
            r"\b1\s(?:video|file|film|recording)\s?(?:\+|and|&|et|y)\s?1\s(?=[^\W\d])",  # 1 video + 1 docx
            # A piece of several, and what cameras call their files: "mail 1/2", "Doc. 2", "IMG 2043.MOV".
            r"\b(?:doc|document|file|attachment|clip|e?mail|message|envoi|envio|courriel|correo|письмо)\.?\s?(?:n[o°]?\.?\s?)?\d{1,2}(?:\s?(?:of|/|sur|de|из)\s?\d{1,2})?\b",
            # Of several; but "2 files 3" counts them.
            r"(?<!\d\s)(?<!two\s)(?<!three\s)\b(?:documents|files|attachments|clips|e?mails|messages)\.?\s?(?:n[o°]?\.?\s?)?\d{1,2}(?:\s?(?:of|/|sur|de|из)\s?\d{1,2})?\b",
            r"\b(?:img|dsc|dscn|vid|mvi|pxl|gopr|gh)[\s\-]?\d{3,}(?:[\s\-]\d+)*(?:\.\w{3,4})?\b",
            # Where, when and by whom it is given: "Conference Room 3", "speaker no. 3", "minute 3".
            r"\b(?:speaker|orateur|orador|room|salle|sala|minute|copy|note|session)\s?(?:no?\.?|number|nr\.?|#)?\s?\d{1,2}\b",
            r"\b(?:720|1080|2160|480)p?\b",
            r"\b(?:art\.|chapters?|resolutions?|decisions?|paragraphs?|para\.?)\s?\d+(?:/\d+)?(?:\s(?:and|to)\s\d{2,})?\b",
            # The word stays: ARTICLE 19 is an organisation.
            r"(?:(?<=\barticle\s)|(?<=\barticles\s))\d+(?:\s(?:and|to)\s\d{2,})?\b",
            r"\b\d{2,5}\s?(?:fps|hz|khz|kbps|mbps)\b",
            r"\b(?:n[or°]?\.?\s?)?\d+(?:-\d+)*/(?:19|20)\d{2}\b",  # 345/2023
            r"\b(?:19|20)\d{2}\b",
        )
    )
)


@lru_cache(maxsize=8)
def _behind_a_number(words: Vocabulary) -> re.Pattern[str]:
    """What follows "3 of the agenda" at the end is no second item."""
    return re.compile(rf"\d\W{{0,2}}(?:{words.pattern('item', 'after').pattern})[\s.:#]{{0,2}}$")


def without_noise(line: Line, words: Vocabulary) -> Line:
    """Take out dates, years, durations, part and revision numbers and the note verbale's number.

    A number right behind a word for "item" stays, whatever follows: "agenda item 3, Sept 2023".
    """
    item, after = item_ahead(words), _behind_a_number(words)

    def is_item(match: re.Match[str]) -> bool:
        ahead = (match.string, max(0, match.start() - 40), match.start())
        return match[0][0].isdigit() and item.search(*ahead) is not None and after.search(*ahead) is None

    return line.without_all(_TIME).without_all(_NOISE, keep=is_item)
