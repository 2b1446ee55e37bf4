"""Content that was decoded while its mail arrived."""

from typing import NamedTuple


class Decoded(NamedTuple):
    """A long run of base64 in a raw mail, and the file that holds what it stands for."""

    #: Of the raw mail, in octets: the run's first, and the one behind its last.
    start: int
    end: int
    #: Of the content.
    sha256: str
    size: int
    #: The path of the file.
    path: str
