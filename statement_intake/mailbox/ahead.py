"""The next piece is fetched while the last one is being used: the network and the disk work at the same time."""

import queue
import threading
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import Any, Final, TypeVar

Piece = TypeVar("Piece")

#: Seconds between two looks at whether the maker has ended.
_LOOK = 0.05

_OVER: Final = object()


def ahead(pieces: Iterator[Piece]) -> Generator[Piece]:
    """*pieces*, made by a thread of their own, one ahead; what they raise is raised here.

    They are never made by two threads at once, and none is made any more when this has ended.
    """
    maker = _Maker(pieces)
    thread = threading.Thread(target=maker.make, name="download", daemon=True)
    thread.start()
    try:
        while (piece := maker.made.get()) is not _OVER:
            if isinstance(piece, BaseException):
                raise piece
            yield piece
    finally:
        maker.wanted = False
        while thread.is_alive():
            # It may wait for room.
            with suppress(queue.Empty):
                maker.made.get_nowait()
            thread.join(_LOOK)


class _Maker:
    """Makes pieces as long as they are wanted."""

    def __init__(self, pieces: Iterator[Any]) -> None:
        self._pieces = pieces
        self.made: queue.Queue[Any] = queue.Queue(1)
        self.wanted = True

    def make(self) -> None:
        """The thread's work."""
        try:
            while self.wanted and (piece := next(self._pieces, _OVER)) is not _OVER:
                self.made.put(piece)
            self.made.put(_OVER)
        except BaseException as error:  # noqa: BLE001 - it is raised where the pieces are used
            self.made.put(error)
