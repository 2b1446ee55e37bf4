"""The documents of a mail: which of them is the text, which are its translations, and how it wants to be taken."""

import re
from collections.abc import Sequence
from typing import Literal

from statement_intake.domain.language import OFFICIAL, written_in
from statement_intake.domain.matching.patterns import flat, spaced
from statement_intake.domain.message import Attachment, Understood
from statement_intake.domain.words import Vocabulary

#: Characters at the beginning of a document, and at its end, that may say how it is to be taken.
_TOP, _END = 1_500, 500
#: A document with this share of the words of the longest is as long as that: languages differ by as much.
_AS_LONG = 0.6
#: Characters between "delivered" and "in French".
_NEAR = 60


def main_text(documents: Sequence[Attachment], words: Vocabulary, wanted: str, speech: str | None) -> Attachment | None:
    """The document that is the transcript (*wanted*: "transcript") or the statement; None where there is none.

    In this order: one that can be read; one that is called so, and not a translation; one in the language of the
    speech, where the mail says it; a long one; the one that was attached first.
    """
    longest = max((document.document.words for document in documents if document.document), default=0)

    def rank(attachment: Attachment) -> tuple[bool, bool, bool, bool, bool]:
        facts, name = attachment.document, spaced(attachment.name)
        return (
            facts is not None and facts.problem is None,
            words.found(wanted, name),
            not words.found("translation", name),
            speech is not None and facts is not None and written_in(facts.text, words) == speech,
            facts is not None and facts.words >= _AS_LONG * longest,
        )

    return max(documents, key=rank, default=None)


def understand_document(
    attachment: Attachment, main: Attachment | None, covering: str, words: Vocabulary
) -> Attachment:
    """*attachment* with its language, whether it is a translation of *main*, and how it wants to be taken.

    What the *covering* note says counts for the main document alone.
    """
    facts = attachment.document
    if facts is None:
        return attachment
    is_main = main is not None and main.sha256 == attachment.sha256
    ends = f"{facts.text[:_TOP]}\n{facts.text[-_END:]}"
    return attachment.model_copy(
        update={
            "understood": Understood(
                language=written_in(facts.text, words),
                translation=not is_main and _translates(attachment, main, words),
                delivery=_delivery(f"{ends}\n{covering}" if is_main else ends, words),
            )
        }
    )


def _translates(attachment: Attachment, main: Attachment | None, words: Vocabulary) -> bool:
    """By its name; or as long as the main text, in another language."""
    if main is None or main.document is None or attachment.document is None or attachment.document.problem:
        return False
    if words.found("translation", spaced(attachment.name)):
        return True
    languages = {written_in(document.text, words) for document in (attachment.document, main.document)}
    shorter, longer = sorted((attachment.document.words, main.document.words))
    return len(languages) > 1 and None not in languages and shorter >= _AS_LONG * longer


def _delivery(text: str, words: Vocabulary) -> tuple[Literal["check", "verbatim"], ...]:
    return tuple(kind for kind in ("check", "verbatim") if words.found("delivery", text, kind))


def speech_in(texts: Sequence[str], words: Vocabulary) -> str | None:
    """The language of the speech where one of the *texts* (covering note, subject, the video's name) says it.

    "Delivered in French" counts before any other language that is named; where several are named, and none so, it
    cannot be told.
    """
    said = flat("\n".join(texts))
    named = [(match.start(), code) for code in OFFICIAL for match in words.pattern("spoken", code).finditer(said)]
    places = [match.end() for match in words.pattern("speaking").finditer(said)]
    spoken = {code for place in places if (code := _next(said, place, named))}
    for found in (spoken, {code for _, code in named}):
        if len(found) == 1:
            return found.pop()
    return None


def _next(text: str, place: int, named: Sequence[tuple[int, str]]) -> str | None:
    """The first language that is named behind *place*: within one sentence, and not far."""
    start, code = min(((start, code) for start, code in named if start >= place), default=(len(text), None))
    return code if start - place <= _NEAR and re.search(r"[.;\n。；]", text[place:start]) is None else None
