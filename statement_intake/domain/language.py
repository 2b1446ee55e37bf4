"""In which language a mail is answered. A wrong one is a diplomatic fault: where it is not certain, English."""

import re
import unicodedata
from collections import Counter
from functools import lru_cache

from statement_intake.domain.matching.lexicon import Lexicon, words_of
from statement_intake.domain.matching.patterns import flat
from statement_intake.domain.subject.reading import SubjectReading
from statement_intake.domain.words import Vocabulary

#: The official languages of the United Nations.
OFFICIAL = ("ar", "en", "es", "fr", "ru", "zh")

#: Characters that are looked at: a covering note is short, and what follows a long one is the statement.
_LOOKED_AT = 4_000
#: The same of a document, and the letters without which nothing is said about it.
_DOCUMENT_LOOKED_AT, _DOCUMENT_LETTERS = 20_000, 40
#: Documents whose language is remembered: those of the mails in hand, which several rules ask about.
_DOCUMENTS = 16
#: Share of the letters that one script must have.
_DOMINANT = 0.6
#: Different words of a language that must occur, and how many times as often as those of the next language.
_WORDS, _MARGIN = 4, 1.5
#: The same for a language whose script says half of it.
_WORDS_OF_SCRIPT = 3
#: Letters of a Chinese text.
_CHARACTERS = 6
#: Letters in the script of Arabic that Arabic does not have: Persian, Urdu, Pashto, Kurdish, Uighur.
_NOT_ARABIC = re.compile("[پچژگکیےٹڈڑںہھۀەۆټډ]")
#: Letters of other languages in Cyrillic, and those without which no Russian text is.
_NOT_RUSSIAN = re.compile("[іїєґўјљњћђџәғқңөұүһѕќѓҳҷӣӯ]", re.IGNORECASE)
_RUSSIAN = re.compile(r"[\u044b\u044d]", re.IGNORECASE)

_SCRIPTS = {
    "LATIN": "latin", "CYRILLIC": "cyrillic", "ARABIC": "arabic", "CJK": "han", "HIRAGANA": "kana", "KATAKANA": "kana",
    "HANGUL": "hangul",
}  # fmt: skip


_NOT_LETTERS = bytes(code for code in range(0x80) if not chr(code).isalpha())


class _Scripts(dict[str, str | None]):
    """The script of each letter, by the first word of its name; None for what is no letter. Worked out once."""

    def __missing__(self, character: str) -> str | None:
        first = re.split("[ -]", unicodedata.name(character, ""), maxsplit=1)[0]
        self[character] = script = _SCRIPTS.get(first, "other") if character.isalpha() else None
        return script


_SCRIPT = _Scripts()


def answer_in(body: str, reading: SubjectReading, words: Vocabulary) -> str:
    """The language for the answer to a mail with this covering note and subject: one of OFFICIAL.

    Another than English only where the note is surely in it, the subject does not say otherwise, and the party is not
    one that must not be written to in it. The line that the invitation prescribes is English whoever writes it, and
    says nothing.
    """
    language = spoken(body, words)
    if language is None or language == "en" or _contradicts(language, reading, words):
        return "en"
    parties = [reading.speakers.party, reading.speakers.on_behalf_of, *reading.speakers.together_with]
    never = set(words.words("never_language", language)) if language in words.tables["never_language"] else set()
    return "en" if any(party is not None and party.code in never for party in parties) else language


def _contradicts(language: str, reading: SubjectReading, words: Vocabulary) -> bool:
    said = flat(reading.subject)
    named = {code for code in OFFICIAL if words.pattern("statement", code).search(said)}
    if named - {"en"} and language not in named:
        return True
    return spoken(reading.subject, words) not in {None, language}


def spoken(text: str, words: Vocabulary) -> str | None:
    """The official language that *text* is surely written in; None where it is another one, or not certain."""
    text = unicodedata.normalize("NFC", text[:_LOOKED_AT])
    scripts = _scripts(text)
    if not scripts or scripts["kana"] or scripts["hangul"]:
        return None
    script, count = scripts.most_common(1)[0]
    if count < _DOMINANT * scripts.total():
        return None
    if script == "han":
        return "zh" if count >= _CHARACTERS else None
    if script == "arabic":
        return None if _NOT_ARABIC.search(text) else _sure(text, "ar", words)
    if script == "cyrillic":
        return None if _NOT_RUSSIAN.search(text) or not _RUSSIAN.search(text) else _sure(text, "ru", words)
    return _of_latin(text, words) if script == "latin" else None


def written_in(text: str, words: Vocabulary) -> str | None:
    """The language of a document: one of OFFICIAL, or "other"; None where there is too little text to tell.

    Less careful than `spoken`: nobody is written to by it. Of a text in two languages the one with more words counts.
    """
    return _written_in(text[:_DOCUMENT_LOOKED_AT], words)


@lru_cache(maxsize=_DOCUMENTS)
def _written_in(text: str, words: Vocabulary) -> str | None:
    text = unicodedata.normalize("NFC", text)
    scripts = _scripts(text)
    if scripts.total() < _DOCUMENT_LETTERS and scripts["han"] < _CHARACTERS:
        return None
    script, _ = max(scripts.items(), key=lambda counted: counted[1] * (3 if counted[0] == "han" else 1))
    if script == "han":
        return "other" if scripts["kana"] or scripts["hangul"] else "zh"
    if script == "arabic":
        return "other" if _NOT_ARABIC.search(text) else "ar"
    if script == "cyrillic":
        return "ru" if _RUSSIAN.search(text) and not _NOT_RUSSIAN.search(text) else "other"
    if script != "latin":
        return "other"
    first, language = _latin(text, words)[0]
    return language if language in OFFICIAL and first >= _WORDS else "other"


def _sure(text: str, language: str, words: Vocabulary) -> str | None:
    said = flat(text)
    return language if _lexicon(words, language).different(said, words_of(said)) >= _WORDS_OF_SCRIPT else None


def _of_latin(text: str, words: Vocabulary) -> str | None:
    (first, language), (second, _) = _latin(text, words)[:2]
    return language if language in OFFICIAL and first >= _WORDS and first >= _MARGIN * second else None


def _latin(text: str, words: Vocabulary) -> list[tuple[int, str]]:
    """How many different words of each language in Latin script stand in *text*; the most first."""
    said = flat(text)
    there = words_of(said)
    known = [code for code in words.tables["language"] if code not in {"ru", "ar"}]
    return sorted(((_lexicon(words, code).different(said, there), code) for code in known), reverse=True)


@lru_cache(maxsize=64)
def _lexicon(words: Vocabulary, language: str) -> Lexicon:
    """Made when it is first asked for."""
    return Lexicon(words.words("language", language))


def _scripts(text: str) -> Counter[str]:
    """How many letters of each script: "latin", "cyrillic", "arabic", "han", "kana", "hangul" or "other"."""
    if text.isascii():
        return +Counter(latin=len(text.encode().translate(None, _NOT_LETTERS)))
    counted: Counter[str] = Counter()
    for character, count in Counter(text).items():
        script = _SCRIPT[character]
        if script is not None:
            counted[script] += count
    return counted
