"""Reads a TOML file, whoever wrote it: an editor may have put a byte order mark before it."""

import tomllib
from pathlib import Path
from typing import Any


class UnreadableError(Exception):
    """The file cannot be read, or is not TOML. The text says why, without the file's name."""


def tables_of(file: Path) -> dict[str, Any]:
    """The tables of *file*. Raises UnreadableError."""
    try:
        return tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror}") from error
    except RecursionError as error:
        raise UnreadableError("is not valid TOML: lists and tables too deep in one another") from error
    except ValueError as error:
        # Also of what is not UTF-8, and of a number with thousands of digits, with advice for programmers behind it.
        raise UnreadableError(f"is not valid TOML: {str(error).partition(';')[0]}") from error
