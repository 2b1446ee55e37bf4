"""The ways in which people write a party's name."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Final

from statement_intake.domain.matching.phrases import key

#: What people write for a word of a name, by language.
_SHORTENED: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {"saint": "st", "republic": "rep", "democratic": "dem"},
    "fr": {"saint": "st", "sainte": "ste", "et": "and", "republique": "rep", "democratique": "dem"},
    "es": {"santa": "sta", "santo": "sto", "y": "and", "republica": "rep"},
    "ru": {"и": "and"},
}


def keys(name: str, language: str) -> Iterator[str]:
    """All keys by which the *name* is found: its own, and those of what people write instead."""
    found = key(name)
    yield found
    shortened = _SHORTENED.get(language, {})
    choices = [(word, shortened[word]) if word in shortened else (word,) for word in found.split(" ")]
    yield from (written for words in product(*choices) if (written := " ".join(words)) != found)
    if "'" in straight(name):
        yield key(straight(name).replace("'", ""))
    if language == "en" and not found.endswith("s"):
        yield f"{found}s"  # As in "irelands statement".


def straight(name: str) -> str:
    """Give a name with typewriter apostrophes."""
    return name.replace("’", "'")


def is_inverted(name: str) -> bool:
    """Whether it is one such as "Korea (Republic of)" or "Korea, Republic of"."""
    return any(mark in name for mark in ",(（،")
