"""What fails while several mails are in work: told once, in the intake's name, and no mail suffers from it."""

import errno
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from statement_intake.arriving import hands
from statement_intake.domain.decoded import Decoded
from statement_intake.domain.faults import SurroundingsFault
from statement_intake.domain.message import Message
from statement_intake.intake import take_in
from statement_intake.mailbox import RawGlance
from statement_intake.rounds import Rounds
from statement_intake.service import poll_once
from tests.arriving.test_early import come_about, decided, go, two
from tests.arriving.test_hands import Gated, deliver
from tests.arriving.test_polling import Watched, WatchedBox
from tests.house import Flaky, House

__all__ = ["two"]


class Full(Gated):
    """A reader that finds the disk full at certain mails."""

    def __init__(self, real: Any, waits_for: bytes, open_: threading.Event, full: Callable[[bytes], bool]) -> None:  # noqa: ANN401 - a Reader
        super().__init__(real, waits_for, open_)
        self._full = full

    def read(self, raw: Path, workspace: Path, decoded: Sequence[Decoded] = ()) -> Message:
        """The real thing, or the fault."""
        if self._full(raw.read_bytes()):
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().read(raw, workspace, decoded)


def fill(house: House, full: Callable[[bytes], bool], waits_for: bytes = b"no such mail") -> threading.Event:
    """Let the disk be full where *full* says so; gives what opens the gate before *waits_for*."""
    opened = threading.Event()
    house.desk["reader"] = lambda real: Full(real, waits_for, opened, full)
    return opened


def rest_no_longer(work: Rounds) -> None:
    """The time to leave alone what failed is over."""
    for backoff in work._backoffs.values():  # noqa: SLF001 - a monotonic clock cannot be turned
        backoff.not_before = None


def test_nothing_is_begun_early_behind_one_that_failed(two: House) -> None:
    """A second mail of the same State, say: decided about first, it would seem to be the one that was replaced."""
    two.tables["reader"] = {"seconds": 60, "at_once": 4}
    deliver(two, "Kenya")
    deliver(two, "Kenya", sender="second@kenya.example")
    deliver(two, "Ghana", "France")
    failed: list[bytes] = []

    def full(raw: bytes) -> bool:
        if b"mission@kenya" not in raw or failed:
            return False
        failed.append(raw)
        return True

    fill(two, full)

    def before(content: bytes) -> None:
        if b"second@kenya" in content:
            assert come_about(lambda: bool(failed))
        if b"mission@france" in content:
            time.sleep(0.7)
            assert decided(two) == []

    assert not go(two, before)
    assert go(two, lambda _: None)
    assert two.rows("SELECT sender FROM submissions ORDER BY id")[:2] == [
        ("mission@kenya.example",),
        ("second@kenya.example",),
    ]


def test_a_mail_does_not_overtake_one_of_its_own_party_that_a_fault_has_ended(two: House) -> None:
    """They were in work side by side; both are tried again, in their order, and neither is blamed."""
    deliver(two, "Kenya")
    deliver(two, "Kenya", sender="second@kenya.example")
    within = threading.Event()
    failed: list[bytes] = []

    def full(raw: bytes) -> bool:
        if b"second@kenya" in raw:
            within.set()
        if b"mission@kenya" not in raw or failed:
            return False
        failed.append(raw)
        return within.wait(60)

    fill(two, full)
    assert not go(two, lambda _: None)
    assert decided(two) == []
    assert go(two, lambda _: None)
    assert two.rows("SELECT sender FROM submissions ORDER BY id") == [
        ("mission@kenya.example",),
        ("second@kenya.example",),
    ]
    assert two.rows("SELECT max(starts), max(faults) FROM messages") == [(1, 0)]


def test_a_ledger_that_fails_between_two_downloads_does_not_cost_the_mailbox_its_round(two: House) -> None:
    """All mail comes; it is the intake that rests, and of which the operators hear."""
    deliver(two, "Kenya", "Ghana", "France")
    away = {"unfinished": [SurroundingsFault("the ledger is away")]}
    two.desk["ledger"] = lambda real: Flaky(real, {}, instead={"arrivals": Flaky(real.arrivals, away)})
    assert not go(two, lambda _: None)
    assert two.rows("SELECT state, faults FROM messages") == [("received", 0)] * 3
    assert two.rows("SELECT what FROM pulses WHERE problem <> ''") == [("intake",)]
    assert go(two, lambda _: None)
    assert decided(two) == ["Kenya", "Ghana", "France"]


def test_a_mail_for_which_no_thread_can_be_started_is_not_worked_on_twice(
    two: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pool keeps it nevertheless, and gives it to the next thread that there is."""
    deliver(two, "Kenya", "Ghana")
    start, failures = threading.Thread.start, ["one"]

    def started(thread: threading.Thread) -> None:
        if thread.name.startswith("intake") and failures:
            failures.pop()
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", started)
    with two.open() as workshop:
        work = Rounds(workshop, lambda: False)
        assert not work.go()
        assert two.rows("SELECT what FROM pulses WHERE problem <> ''") == [("intake",)]
        rest_no_longer(work)
        assert work.go()
        assert work.close()
    assert decided(two) == ["Kenya", "Ghana"]
    assert two.rows("SELECT max(starts), max(faults) FROM messages") == [(1, 0)]


def test_what_several_mails_met_at_once_makes_the_intake_rest_once(two: House) -> None:
    """Told again for each of them, it would rest for many minutes after the disk has room again."""
    two.tables["reader"] = {"seconds": 60, "at_once": 4}
    deliver(two, "Kenya", "Ghana", "France", "Japan", "Brazil")
    together = threading.Barrier(4)
    broken = [True]

    def full(_: bytes) -> bool:
        if broken:
            together.wait(60)
        return bool(broken)

    fill(two, full)
    with two.open() as workshop:
        work = Rounds(workshop, lambda: False)
        assert not work.go()
        assert come_about(lambda: two.rows("SELECT max(starts) FROM messages") == [(0,)])
        broken.clear()
        time.sleep(0.2)
        rest_no_longer(work)
        assert work.go()
        assert work.close()
    assert decided(two) == ["Kenya", "Ghana", "France", "Japan", "Brazil"]


def test_a_mail_in_work_is_waited_for_at_a_stop_although_the_intake_rests(
    two: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise its reader would be taken away under it, and the mail be blamed."""
    monkeypatch.setattr(hands, "LINGER", 0.1)
    deliver(two, "Kenya", "Ghana")
    within = threading.Event()

    def full(raw: bytes) -> bool:
        if b"mission@ghana" in raw:
            within.set()
            return False
        return within.wait(60)

    opened = fill(two, full, waits_for=b"mission@ghana")
    with two.open() as workshop:
        work = Rounds(workshop, lambda: False)
        assert not work.go()
        assert decided(two) == []
        threading.Timer(0.5, opened.set).start()
        work.close()
        assert decided(two) == ["Ghana"]
    assert two.rows("SELECT max(faults) FROM messages") == [(0,)]


def test_a_single_pass_does_not_end_before_its_mails_are_decided_and_answered(
    two: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow one as well: the lock is given back after it, and the next pass does not begin with it anew."""
    monkeypatch.setattr(hands, "LINGER", 0.1)
    deliver(two, "Kenya")

    def slowly(*arguments: Any) -> None:  # noqa: ANN401 - whatever it takes
        time.sleep(1)
        take_in(*arguments)

    monkeypatch.setattr(hands, "take_in", slowly)
    assert poll_once(two.settings)
    assert decided(two) == ["Kenya"]
    assert two.letters == [("receipt", "sent")]


def test_a_fault_of_ours_over_one_glance_keeps_no_large_mail_out_that_stands_before_it(two: House) -> None:
    """It would meet us there at every round, and they would never come."""
    deliver(two, "Kenya", "Ghana", "France")

    class Odd(Watched):
        def glances(self, uids: Sequence[str]) -> Iterator[RawGlance]:
            whole = list(super().glances(uids))
            yield from whole[:2]
            raise ValueError("no mail like this was ever thought of")

    with two.open() as workshop:
        box: Any = WatchedBox(workshop.mailboxes[0], kind=Odd)
        work = Rounds(replace(workshop, mailboxes=(box,)), lambda: False)
        assert not work.go()
        work.close()
    assert decided(two) == ["Kenya", "Ghana"]
