"""A mail is read, and answered, while the large ones behind it still come; the order of decisions stays what it was."""

import os
import threading
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from statement_intake.arriving import hands, receiving
from statement_intake.domain.decoded import Decoded
from statement_intake.domain.message import Message
from statement_intake.reading.sandbox import ReaderFault
from statement_intake.rounds import Rounds
from tests.arriving.test_hands import Gated, deliver, gate
from tests.arriving.test_polling import Watched, WatchedBox
from tests.house import House


@pytest.fixture
def two(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house that reads two mails at once, and to which every mail is a large one."""
    monkeypatch.setattr(receiving, "SMALL", 0)
    house.tables["reader"] = {"seconds": 60, "at_once": 2}
    house.tables["mailboxes"] = {"main": {"path": house.maildir("main")}}
    return house


def decided(house: House) -> list[str]:
    """The parties whose statements are decided about, in that order."""
    return [name for (name,) in house.rows("SELECT party_name FROM submissions ORDER BY id")]


def come_about(happened: Callable[[], bool]) -> bool:
    """Whether it does, in a minute."""
    deadline = time.monotonic() + 60
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def go(house: House, before: Callable[[bytes], object]) -> bool:
    """One round; *before* is called with each mail that is about to be downloaded."""

    class Slow(Watched):
        def raw(self, uid: str) -> Generator[bytes]:
            content = b"".join(self._real.raw(uid))
            before(content)
            yield content

    with house.open() as workshop:
        box: Any = WatchedBox(workshop.mailboxes[0], kind=Slow)
        work = Rounds(replace(workshop, mailboxes=(box,)), lambda: False)
        reached = work.go()
        return work.close() and reached


def test_a_receipt_does_not_wait_for_the_large_mails_behind_it(two: House) -> None:
    """The first is decided about before the second has come, and answered before the third has."""
    deliver(two, "Kenya", "Ghana", "France")
    seen: list[tuple[list[str], int]] = []

    def before(content: bytes) -> None:
        if b"mission@ghana" in content:
            assert come_about(lambda: decided(two) == ["Kenya"])
        if b"mission@france" in content:
            assert come_about(lambda: decided(two) == ["Kenya", "Ghana"])
            seen.append((decided(two), len(two.letters)))

    assert go(two, before)
    ((parties, letters),) = seen
    assert parties == ["Kenya", "Ghana"]
    assert letters >= 1
    assert decided(two) == ["Kenya", "Ghana", "France"]
    assert len(two.letters) == 3


def test_nothing_is_begun_while_something_older_is_still_to_come(two: House) -> None:
    """An officer has pulled older mail into the folder, say: it is decided about first, as if nobody had hurried."""
    deliver(two, "Kenya", "Ghana", "France")
    kenya = min((two.maildir("main") / "new").iterdir())
    late = two.clock.now.timestamp()
    os.utime(kenya, (late, late))
    _, gates = gate(two)

    def before(content: bytes) -> None:
        if b"mission@ghana" in content:
            time.sleep(0.3)
            assert gates[0].within == 0
            assert decided(two) == []

    assert go(two, before)
    assert decided(two) == ["Ghana", "Kenya", "France"]


def test_what_fails_meanwhile_is_blamed_on_nobody_and_tried_at_the_next_round(two: House) -> None:
    """The other mails come all the same."""
    deliver(two, "Kenya", "Ghana")
    failed: list[Path] = []

    class Broken(Gated):
        def read(self, raw: Path, workspace: Path, decoded: Sequence[Decoded] = ()) -> Message:
            if b"mission@kenya" in raw.read_bytes() and not failed:
                failed.append(raw)
                raise ReaderFault("broken")
            return super().read(raw, workspace, decoded)

        def examine(self) -> list[str]:
            raise ReaderFault("no reader")

    two.desk["reader"] = lambda real: Broken(real, b"no such mail", threading.Event())

    def before(content: bytes) -> None:
        if b"mission@ghana" in content:
            assert come_about(lambda: bool(failed))

    assert not go(two, before)
    assert two.rows("SELECT count(*), max(faults) FROM messages") == [(2, 0)]
    assert two.round()
    assert sorted(decided(two)) == ["Ghana", "Kenya"]
    assert len(two.letters) == 2


def test_a_mail_that_failed_after_its_round_had_gone_on_is_tried_again_without_another_mail(
    two: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody may have to write before it is read again."""
    monkeypatch.setattr(hands, "LINGER", 0.1)
    deliver(two, "Kenya")
    tried: list[Path] = []

    class Failing(Gated):
        def read(self, raw: Path, workspace: Path, decoded: Sequence[Decoded] = ()) -> Message:
            tried.append(raw)
            if len(tried) == 1:
                time.sleep(0.5)
                raise ReaderFault("broken")
            return super().read(raw, workspace, decoded)

        def examine(self) -> list[str]:
            raise ReaderFault("no reader")

    two.desk["reader"] = lambda real: Failing(real, b"no such mail", threading.Event())
    with two.open() as workshop:
        work = Rounds(workshop, lambda: False)
        assert work.go()
        time.sleep(1)
        assert not work.go()
        work.close()
    assert len(tried) == 1
    assert go(two, lambda _: None)
    assert decided(two) == ["Kenya"]
