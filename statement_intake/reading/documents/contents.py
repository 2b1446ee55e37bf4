"""What the readers of documents give back, and the ways in which they give up."""

from dataclasses import dataclass, field

from statement_intake.domain.message import Hidden

#: Characters of text taken from one document.
MAXIMUM_TEXT = 5_000_000
#: Names of people that are kept, and characters of one.
_MAXIMUM_NAMES, _MAXIMUM_NAME = 20, 100


class Locked(Exception):  # noqa: N818 - expected trouble
    """The document needs a password to be opened."""


class Bomb(Exception):  # noqa: N818 - expected trouble
    """The document expands beyond the limits, or is built to."""


class TooMuch(Exception):  # noqa: N818 - expected trouble
    """The document has more members or pages, or takes more time, than allowed."""


class Unknown(Exception):  # noqa: N818 - expected trouble
    """A document of a kind that cannot be read here."""


@dataclass
class Contents:
    """Collects what one document holds: the text as it reads once its changes are accepted, and what lies beneath."""

    pieces: list[str] = field(default_factory=list)
    #: As counted, or as the document claims.
    pages: int | None = None
    #: Something is drawn on its pages that is no text.
    drawn: bool = False
    macros: bool = False
    #: Insertions and deletions that are still marked as such.
    changes: int = 0
    comments: int = 0
    #: Characters that are there and not shown.
    hidden: int = 0
    #: Files within the document.
    enclosed: int = 0
    #: Actions that run when it is opened.
    scripts: int = 0
    people: dict[str, None] = field(default_factory=dict)
    _size: int = 0

    def say(self, text: str) -> None:
        """Add *text*, as far as there is room."""
        if self._size < MAXIMUM_TEXT:
            self.pieces.append(text)
            self._size += len(text)

    def name(self, person: str | None) -> None:
        """Note a person's name, once."""
        person = " ".join((person or "").split())[:_MAXIMUM_NAME]
        if person and len(self.people) < _MAXIMUM_NAMES:
            self.people[person] = None

    @property
    def text(self) -> str:
        """Everything that was said."""
        return "".join(self.pieces)

    @property
    def beneath(self) -> Hidden:
        """What readers of the page do not see."""
        return Hidden(
            changes=self.changes,
            comments=self.comments,
            characters=self.hidden,
            files=self.enclosed,
            scripts=self.scripts,
            people=tuple(self.people),
        )
