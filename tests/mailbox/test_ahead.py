"""The next piece is made while the last one is used, and nothing is lost by it."""

import threading
from collections.abc import Iterator

import pytest

from statement_intake.mailbox.ahead import ahead


def test_pieces_come_in_their_order_and_are_made_by_one_other_thread() -> None:
    """All of them."""
    makers = set()

    def pieces() -> Iterator[int]:
        for number in range(100):
            makers.add(threading.current_thread().name)
            yield number

    assert list(ahead(pieces())) == list(range(100))
    assert makers == {"download"}


def test_what_the_maker_raises_is_raised_behind_the_pieces_before_it() -> None:
    """As if there were no thread."""

    def pieces() -> Iterator[int]:
        yield 1
        raise ConnectionResetError("gone")

    got = ahead(pieces())
    assert next(got) == 1
    with pytest.raises(ConnectionResetError, match="gone"):
        next(got)


def test_whoever_has_had_enough_leaves_no_thread_behind() -> None:
    """Nothing more is made than what was under way."""
    made = []

    def pieces() -> Iterator[int]:
        for number in range(1_000_000):
            made.append(number)
            yield number

    got = ahead(pieces())
    assert next(got) == 0
    got.close()
    assert len(made) < 5
    assert not [thread for thread in threading.enumerate() if thread.name == "download"]
