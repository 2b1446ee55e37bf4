"""What is wrong with a value of a TOML file, for people who know TOML and no Python."""

from typing import Any

_WORDS = {
    "extra_forbidden": "unknown key",
    "missing": "is missing",
    "tuple_type": 'is not a list such as ["..."]',
    "dict_type": "is not a table",
    "model_type": "is not a table",
}


def in_plain_words(fault: Any) -> str:  # noqa: ANN401 - pydantic's dict
    """The problem that *fault* tells of; never the value, which may be a secret."""
    said: str = _WORDS.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
    return said
