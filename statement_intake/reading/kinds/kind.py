"""The value that naming a file's format gives."""

from dataclasses import dataclass

from statement_intake.domain.message import Category


@dataclass(frozen=True)
class Kind:
    """A file's format."""

    media_type: str
    category: Category
    #: The usual extension, without the dot.
    extension: str
    #: What to call it in a sentence: "a picture", or an adjective where there is no noun.
    called: str
    #: What `documents.read` calls it; empty for what is no document.
    format: str = ""
    #: Locked with a password.
    encrypted: bool = False
    #: Expands beyond the limits.
    bomb: bool = False
    #: Cannot be opened although its beginning is right.
    damaged: bool = False
