"""Two mails at once: read side by side, decided in the order of arrival, and a slow one keeps nobody waiting."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from statement_intake.arriving import hands
from statement_intake.domain.decoded import Decoded
from statement_intake.domain.message import Headers, Message
from statement_intake.reading.sandbox import ReaderFault
from statement_intake.rounds import Rounds
from tests.house import House, statement

PARTIES = ("Kenya", "Ghana", "France", "Japan", "Brazil", "Chile")


class Gated:
    """A reader that waits before certain mails until it is told to go on. Counts those within."""

    def __init__(self, real: Any, waits_for: bytes, open_: threading.Event) -> None:  # noqa: ANN401 - a Reader
        self.real, self.waits_for, self.open = real, waits_for, open_
        self.within, self.most = 0, 0
        self._counting = threading.Lock()

    def headers(self, raw: bytes) -> Headers:
        """The real thing."""
        headers: Headers = self.real.headers(raw)
        return headers

    def read(self, raw: Path, workspace: Path, decoded: Sequence[Decoded] = ()) -> Message:
        """The real thing, in its time."""
        with self._counting:
            self.within += 1
            self.most = max(self.most, self.within)
        try:
            if self.waits_for in raw.read_bytes():
                assert self.open.wait(60)
            message: Message = self.real.read(raw, workspace, decoded)
            return message
        finally:
            with self._counting:
                self.within -= 1

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a Reader has
        return getattr(self.real, name)


@pytest.fixture
def two(house: House) -> House:
    """A house that reads two mails at once."""
    house.tables["reader"] = {"seconds": 60, "at_once": 2}
    return house


def gate(house: House, waits_for: bytes = b"no such mail") -> tuple[threading.Event, list[Gated]]:
    """Put a gate before *house*'s reader."""
    opened, made = threading.Event(), []

    def make(real: Any) -> Any:  # noqa: ANN401 - a Reader
        made.append(Gated(real, waits_for, opened))
        return made[-1]

    house.desk["reader"] = make
    return opened, made


def deliver(house: House, *parties: str, sender: str = "") -> None:
    """A statement of each, in this order."""
    for party in parties:
        house.clock.turn(seconds=1)
        mail = statement(f"12th EMIC statement – {party} 4", sender or f"mission@{party.lower()}.example", party=party)
        house.deliver(mail, received=house.clock.now)


def test_mails_are_read_side_by_side_and_decided_in_their_order(two: House) -> None:
    """Each once, and never more than two in work."""
    deliver(two, *PARTIES)
    _, gates = gate(two)
    with two.open() as workshop:
        rounds = Rounds(workshop, lambda: False)
        assert rounds.go()
        assert rounds.close()
    assert two.rows("SELECT party_name FROM submissions ORDER BY id") == [(party,) for party in PARTIES]
    assert two.outcomes == [("accepted", None)] * len(PARTIES)
    assert gates[0].most == 2
    assert len(two.letters) == len(PARTIES)


def test_a_slow_mail_is_overtaken_but_not_by_its_own_party(two: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows it of the same State waits, since it may complete or replace it; the round goes on without it."""
    monkeypatch.setattr(hands, "PATIENCE", 0.05)
    monkeypatch.setattr(hands, "LINGER", 0.5)
    deliver(two, "Kenya", "Ghana", "France")
    opened, _ = gate(two, b"mission@kenya")
    with two.open() as workshop:
        rounds = Rounds(workshop, lambda: False)
        assert rounds.go()
        assert two.rows("SELECT party_name FROM submissions ORDER BY id") == [("Ghana",), ("France",)]
        deliver(two, "Kenya", sender="second@kenya.example")
        assert rounds.go()
        assert two.rows("SELECT count(*) FROM submissions") == [(2,)]
        opened.set()
        assert rounds.close()
        assert rounds.go()
        assert rounds.close()
    told = two.rows("SELECT party_name, sender FROM submissions ORDER BY id")
    assert told[2] == ("Kenya", "mission@kenya.example")
    assert two.rows("SELECT count(*) FROM messages WHERE state = 'decided'") == [(4,)]


def test_a_fault_of_the_surroundings_ends_the_intake_and_blames_no_mail(two: House) -> None:
    """What was in work beside it is finished; the rest waits for the next round."""
    deliver(two, *PARTIES)

    class Broken(Gated):
        def read(self, raw: Path, workspace: Path, decoded: Sequence[Decoded] = ()) -> Message:
            if b"mission@ghana" in raw.read_bytes() and self.waits_for:
                raise ReaderFault("broken")
            return super().read(raw, workspace, decoded)

        def examine(self) -> list[str]:
            raise ReaderFault("no reader")

    made = []

    def make(real: Any) -> Any:  # noqa: ANN401 - a Reader
        made.append(Broken(real, b"ghana", threading.Event()))
        made[0].open.set()
        return made[0]

    two.desk["reader"] = make
    with two.open() as workshop:
        rounds = Rounds(workshop, lambda: False)
        assert not rounds.go()
        assert two.rows("SELECT count(*) FROM messages WHERE faults > 0") == [(0,)]
        assert two.rows("SELECT state FROM messages WHERE sender IS NULL ORDER BY id LIMIT 1") == [("received",)]
        made[0].waits_for = b""
        rounds.close()
        rounds = Rounds(workshop, lambda: False)
        assert rounds.go()
        assert rounds.close()
    assert two.rows("SELECT count(*) FROM submissions") == [(len(PARTIES),)]
    assert len(two.letters) == len(PARTIES)
