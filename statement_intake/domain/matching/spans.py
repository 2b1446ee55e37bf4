"""Where in a text a name begins and ends, its article and brackets with it, and what stands around it."""

from collections.abc import Sequence
from typing import Final

from statement_intake.domain.matching.fold import Token
from statement_intake.domain.matching.phrases import ARTICLES, DANGLING

_OPENING: Final = "(（"
_CLOSING: Final = ")）"
_APOSTROPHES: Final = frozenset("'’ʼ‘`´＇")
#: Beside these a code is part of something else: a document symbol, an address, a file name.
_TYING: Final = "-./@_\\"


def past_dangling(tokens: Sequence[Token], after: int) -> int:
    """Give the position after the small words that follow: "Republic of" + "the"."""
    while after < len(tokens) and tokens[after].text in DANGLING:
        after += 1
    return after


def is_closed(text: str, tokens: Sequence[Token], after: int) -> bool:
    """Tell whether the phrase is over there: the text ends, or a digit or punctuation follows, not another word.

    A full stop may be an abbreviation's and ends nothing: "Congo (Rep. Dem.)".
    """
    following = past_dangling(tokens, after)
    if following == len(tokens) or tokens[following].text[0].isdecimal():
        return True
    return text[tokens[following - 1].end : tokens[following].start].strip(" .\xa0\t\r\n") != ""


def past_articles(text: str, tokens: Sequence[Token], after: int) -> int:
    """Give the position after the articles that follow: "Gambia" + "(the)", "Argentine" + "(l')"; not "(l)"."""
    while after < len(tokens) and _is_article(text, tokens[after]):
        after += 1
    return after


def _is_article(text: str, token: Token) -> bool:
    return token.text in ARTICLES and (token.text != "l" or text[token.end : token.end + 1] in _APOSTROPHES)


def start_with_article(text: str, tokens: Sequence[Token], position: int) -> int:
    """Give where a name begins, an article before it included: "the", "l'"."""
    start = tokens[position].start
    if position == 0 or not _is_article(text, tokens[position - 1]):
        return start
    article = tokens[position - 1]
    return article.start if text[article.end : start].strip(" \t\r\n\xa0" + "".join(_APOSTROPHES)) == "" else start


def past_bracket(text: str, start: int, end: int) -> int:
    """Give the end of a name, after the bracket that closes one opened within it."""
    opened = sum(text.count(mark, start, end) for mark in _OPENING)
    closed = sum(text.count(mark, start, end) for mark in _CLOSING)
    following = end
    while following < len(text) and (text[following].isspace() or text[following] in _APOSTROPHES):
        following += 1
    if opened > closed and following < len(text) and text[following] in _CLOSING:
        return following + 1
    return end


def stands_free(text: str, token: Token) -> bool:
    """Tell whether a word is bound to nothing on either side by a hyphen, dot, slash, or a digit or letter."""
    around = text[max(token.start - 1, 0) : token.start] + text[token.end : token.end + 1]
    return not any(char.isalnum() or char in _TYING for char in around)
