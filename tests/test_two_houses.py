"""Two services that have each other's addresses: what they say to each other, and when it ends."""

from collections.abc import Callable
from pathlib import Path

import pytest

from statement_intake.operations.local_servers import SmtpSink, smtp_sink
from statement_intake.rounds import Rounds
from tests.house import House, statement

ROUNDS = 100


def _house(root: Path, sink: SmtpSink, address: str) -> House:
    smtp = {"host": sink.host, "port": sink.port, "sender": address}
    return House(root, sink, tables={"smtp": smtp})


def _as_is(raw: bytes) -> bytes:
    return raw


def _without_marks(raw: bytes) -> bytes:
    """As if a gateway had taken away every sign that a machine wrote it."""
    head, _, body = raw.partition(b"\r\n\r\n")
    fields = head.replace(b"\r\n ", b" ").split(b"\r\n")
    kept = [field for field in fields if not field.lower().startswith((b"auto-submitted", b"x-auto-response"))]
    return b"\r\n".join(kept) + b"\r\n\r\n" + body


@pytest.mark.parametrize(("gateway", "outcome"), [(_as_is, "ignored"), (_without_marks, "held")])
def test_two_services_that_write_to_each_other_stop_at_once(
    tmp_path: Path, gateway: Callable[[bytes], bytes], outcome: str
) -> None:
    """A letter is answered by nobody: not by the other service, and not even where a gateway takes its marks away."""
    with smtp_sink(tmp_path / "from-a") as sent_by_a, smtp_sink(tmp_path / "from-b") as sent_by_b:
        one = _house(tmp_path / "a", sent_by_a, "intake@a.example")
        other = _house(tmp_path / "b", sent_by_b, "intake@b.example")
        # The first mail comes from the other house's address: its receipt goes there.
        one.deliver(statement(sender="intake@b.example"))
        carried = [0, 0]
        with one.open() as first, other.open() as second:
            both = [Rounds(workshop, lambda: False) for workshop in (first, second)]
            for _ in range(ROUNDS):
                for number, (rounds, sink, receiver) in enumerate(
                    ((both[0], sent_by_a, other), (both[1], sent_by_b, one))
                ):
                    assert rounds.go()
                    for letter in sink.received[carried[number] :]:
                        receiver.deliver(gateway(letter.content))
                    carried[number] = len(sink.received)
        assert (len(sent_by_a.received), len(sent_by_b.received)) == (1, 0)
        # What came back is seen by a person where nothing says that a machine wrote it, and by nobody otherwise.
        assert [came for came, _ in other.outcomes] == [outcome]
        assert other.letters == []
