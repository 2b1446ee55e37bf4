"""What strangers wrote, made safe to show: in a sentence, in a header, on one line."""

import re
import unicodedata

SHOWN_LIMIT = 80
SUBJECT_LIMIT = 200
#: Zero width joiner and non-joiner: formatting characters that Persian and Indic names are spelled with.
_JOINERS = "\u200c\u200d"
_SPACES = re.compile(r"\s+")
_REPLY_PREFIX = re.compile(
    r"^(?:re|aw|sv|vs|antw|rép|rif|res|odp|ynt|отв|ответ|رد|回复|答复|回覆)\s*(?:\[\d+\]|\(\d+\))?\s*[:：]\s*",
    re.IGNORECASE,
)


def on_one_line(text: str) -> str:
    """*text* without line ends, controls, bidi marks and invisible characters; broken characters become U+FFFD."""
    if text.isascii() and text.isprintable():
        return _SPACES.sub(" ", text).strip()
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category in {"Cc", "Zl", "Zp", "Zs"}:
            kept.append(" ")
        elif category == "Cs":
            kept.append("\N{REPLACEMENT CHARACTER}")
        elif category not in {"Cf", "Co"} or character in _JOINERS:
            kept.append(character)
    return _SPACES.sub(" ", "".join(kept)).strip()


def shown(text: str, limit: int = SHOWN_LIMIT) -> str:
    """*text* from outside for a sentence: on one line, at most *limit* characters, nothing that becomes a link.

    What is too long loses its middle, so that a file name keeps its ending.
    """
    text = on_one_line(text).replace("://", ": //").replace("www.", "www .")
    if len(text) <= limit:
        return text
    tail = limit // 4
    return text[: limit - tail - 1] + "…" + text[-tail:]


def reply_subject(subject: str, reference: str, otherwise: str) -> str:
    """The subject of an answer: one "Re:", the subject answered, our reference; at most 200 characters.

    *otherwise* is used where there is no subject to answer. "=?" is broken up: a subject that spells out an encoded
    word (RFC 2047) would be decoded once more on its way into the header, line ends and all.
    """
    mark = f" [{reference}]"
    subject = on_one_line(subject).replace(mark.strip(), " ")
    while subject != (shorter := _REPLY_PREFIX.sub("", subject.strip())):
        subject = shorter
    subject = _SPACES.sub(" ", subject.replace("=?", "= ?")).strip()
    if not subject:
        return otherwise + mark
    room = SUBJECT_LIMIT - len("Re: ") - len(mark)
    if len(subject) > room:
        subject = subject[: room - 1].rstrip() + "…"
    return f"Re: {subject}{mark}"


def written_subject(subject: str) -> str:
    """A subject for a header: on one line, not too long, without the beginning of an encoded word."""
    return on_one_line(subject).replace("=?", "= ?")[:SUBJECT_LIMIT]
