"""What takes too long is ended, what ends in time is left alone, and no thread stays behind."""

import threading
from queue import Empty, SimpleQueue

import pytest

from statement_intake.mailbox.watchdog import Watchdog

#: Seconds that a machine may be busy.
PATIENCE = 30.0


def watching() -> list[threading.Thread]:
    """The watchdogs' threads."""
    return [thread for thread in threading.enumerate() if thread.name == "watchdog"]


def test_the_first_deadline_ends_its_own_block_whichever_was_begun_first() -> None:
    """Each is ended once; a deadline before the one that is slept for is not slept over."""
    dog, ended = Watchdog(), SimpleQueue[str]()
    with dog.within(3600, lambda: ended.put("late")):
        with dog.within(0.05, lambda: ended.put("soon")):
            assert ended.get(timeout=PATIENCE) == "soon"
        with dog.within(0.05, lambda: ended.put("next")):
            assert ended.get(timeout=PATIENCE) == "next"
    with pytest.raises(Empty):
        ended.get_nowait()


def test_what_ends_in_time_is_left_alone() -> None:
    """However it ends; the thread goes when it finds nothing to watch, and comes again."""
    dog, ended = Watchdog(), SimpleQueue[str]()
    before = set(watching())
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), dog.within(0.2, lambda: ended.put("wrongly")):
            1 / 0  # noqa: B018 - a block that fails
        for thread in set(watching()) - before:
            thread.join(PATIENCE)
        assert set(watching()) <= before
    assert ended.empty()


def test_an_end_that_fails_leaves_a_watchdog_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next deadline has a thread of its own."""
    dog, ended, failed = Watchdog(), SimpleQueue[str](), threading.Event()
    monkeypatch.setattr(threading, "excepthook", lambda _: failed.set())
    with dog.within(0.01, lambda: 1 // 0):  # type: ignore[arg-type]
        assert failed.wait(PATIENCE)
    with dog.within(0.01, lambda: ended.put("works")):
        assert ended.get(timeout=PATIENCE) == "works"


def test_a_block_that_cannot_be_watched_is_not_begun_nor_ended_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its deadline would break off what the same connection does by then."""
    dog, ended = Watchdog(), SimpleQueue[str]()
    with monkeypatch.context() as without:
        without.setattr(threading.Thread, "start", _no_thread)
        with pytest.raises(RuntimeError, match="new thread"), dog.within(0.01, lambda: ended.put("wrongly")):
            ended.put("begun")
    with dog.within(0.05, lambda: ended.put("rightly")):
        assert ended.get(timeout=PATIENCE) == "rightly"
    assert ended.empty()


def _no_thread(_self: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_hundreds_of_blocks_have_one_thread() -> None:
    """None for each, as a timer would have."""
    dog, seen = Watchdog(), set[int | None]()
    before = set(watching())
    for _ in range(300):
        with dog.within(3600, lambda: None):
            seen |= {thread.ident for thread in set(watching()) - before}
    assert len(seen) == 1
