"""SMTP servers as they are: greylisting, late answers, connections cut around the final dot, one address of several."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing
from email import message_from_bytes
from functools import partial
from socket import create_server

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from statement_intake.ledger.letters.outbox import Outbox
from statement_intake.operations.letters import move
from statement_intake.rounds import Rounds
from tests.house import Flaky, House, statement


class Server:
    """Takes letters, but for what it is told to do otherwise. Names are aiosmtpd's."""

    def __init__(self) -> None:
        self.port = 0
        #: Answers to RCPT by address, for as long as they stand here; "*" is any.
        self.recipients: dict[str, str] = {}
        #: Seconds after which the answer to the final dot comes.
        self.late = 0.0
        #: Where the connection is cut: at "data", right after 354 ("text"), or after the "dot", the letter being kept.
        self.cuts = ""
        self.is_cut = threading.Event()
        self.offered = 0
        self.taken: list[Envelope] = []

    @property
    def ids(self) -> list[str]:
        """The Message-IDs of what was taken."""
        return [str(message_from_bytes(mail.original_content or b"")["Message-ID"]) for mail in self.taken]

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """As it stands in the list."""
        answer = self.recipients.get(address) or self.recipients.get("*", "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        self.offered += 1
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep it; then be late, or be gone."""
        self.taken.append(envelope)
        await asyncio.sleep(self.late)
        if self.cuts == "dot":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 OK"


class _Cutting(SMTP):
    """Can cut the connection once it has said 354."""

    def connection_lost(self, error: Exception | None) -> None:
        """The socket is closed right after this."""
        super().connection_lost(error)
        self.loop.call_soon(self.event_handler.is_cut.set)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """The answer, and the end."""
        if self.event_handler.cuts in {"data", "text"}:
            if self.event_handler.cuts == "text":
                await self.push("354 go on")
            assert self.transport is not None
            self.transport.close()
        else:
            await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        """The server's side of one connection."""
        return _Cutting(self.handler, **self.SMTP_kwargs)


@pytest.fixture
def server(house: House) -> Iterator[Server]:
    """One that the house sends to."""
    known = Server()
    with closing(create_server(("127.0.0.1", 0))) as probe:
        known.port = int(probe.getsockname()[1])
    controller = _Controller(
        # The name it greets with: else each connection asks a name server for it, which may take seconds.
        known,
        hostname="127.0.0.1",
        server_hostname="localhost",
        port=known.port,
        enable_SMTPUTF8=False,
    )
    controller.start()
    smtp = {"host": "127.0.0.1", "port": known.port, "sender": "uncac@un.org", "timeout_seconds": 1}
    house.tables = {"smtp": smtp, "mailboxes": {"main": {"path": house.maildir()}}}
    yield known
    controller.stop()


def test_a_letter_that_is_greylisted_for_a_day_arrives_once(house: House, server: Server) -> None:
    """It stays deferred, is offered ever more seldom, and is blamed for nothing."""
    server.recipients["*"] = "451 4.7.1 greylisted, come back later"
    house.deliver(statement())
    with house.open() as workshop:
        rounds = Rounds(workshop, lambda: False)
        for _ in range(24):
            rounds.go()
            assert house.letters == [("receipt", "deferred")]
            house.clock.turn(hours=1)
    assert server.offered <= 24
    server.recipients.clear()
    house.clock.turn(hours=4)
    house.round(2)
    assert house.letters == [("receipt", "sent")]
    assert server.ids == [house.rows("SELECT message_id FROM letters")[0][0]]


@pytest.mark.parametrize("fate", ["late", "cut"])
def test_an_answer_that_is_late_or_lost_after_the_dot_makes_at_most_one_duplicate(
    house: House, server: Server, fate: str
) -> None:
    """The server has it, and we do not know: unknown, offered no more; a person's button sends the same letter."""
    server.late, server.cuts = (1.5, "") if fate == "late" else (0, "dot")
    house.deliver(statement())
    house.round(3)
    house.clock.turn(days=2)
    house.round(2)
    assert house.letters == [("receipt", "unknown")]
    assert server.offered == 1
    server.late, server.cuts = 0, ""
    with house.open() as workshop:
        assert move("send", workshop.desk.ledger, [], everything=False, actor="o", now=house.clock.now) == 0
        assert (
            move("send", workshop.desk.ledger, house.references, everything=False, actor="o", now=house.clock.now) == 1
        )
    house.round(2)
    assert house.letters == [("receipt", "sent")]
    assert server.ids == [house.rows("SELECT message_id FROM letters")[0][0]] * 2


def test_a_connection_cut_at_the_data_command_delivers_once_by_itself(house: House, server: Server) -> None:
    """Nothing can have been taken."""
    server.cuts = "data"
    house.deliver(statement())
    house.round()
    assert house.letters == [("receipt", "deferred")]
    server.cuts = ""
    house.clock.turn(minutes=2)
    house.round(2)
    assert house.letters == [("receipt", "sent")]
    assert server.ids == [house.rows("SELECT message_id FROM letters")[0][0]]


def test_a_connection_cut_between_354_and_the_dot_delivers_once_by_itself(house: House, server: Server) -> None:
    """The server is seen to be gone before the dot: it has taken nothing, and no person has to look."""
    server.cuts = "text"
    house.post["outbox"] = lambda real: Flaky(real, {}, instead={"data_begins": partial(_once_cut, server, real)})
    house.deliver(statement())
    house.round()
    assert house.letters == [("receipt", "deferred")]
    server.cuts = ""
    house.clock.turn(minutes=2)
    house.round(2)
    assert house.letters == [("receipt", "sent")]
    assert server.ids == [house.rows("SELECT message_id FROM letters")[0][0]]


def _once_cut(server: Server, outbox: Outbox, letter: int, attempt: int) -> bool:
    """Write the moment down, which takes the ledger as long as the server takes for its end."""
    assert not server.cuts or server.is_cut.wait(10)
    return outbox.data_begins(letter, attempt)


@pytest.mark.parametrize("refused", ["450 4.2.0 mailbox busy", "550 5.1.1 no such user"])
def test_one_refused_address_of_several_neither_keeps_nor_repeats_the_others(
    house: House, server: Server, refused: str
) -> None:
    """Letters have one recipient each; mail to the staff goes to each of them by itself, and once."""
    house.tables |= {"alerts": {"operators": ("away@un.example", "ops@un.example")}}
    house.tables |= {"digest": {"to": ("secretariat@un.example",), "at": "10:10"}}
    house.tables["mailboxes"] = {"main": {"path": house.root / "nowhere"}}
    server.recipients["away@un.example"] = refused
    house.round()
    house.clock.turn(minutes=31)
    for _ in range(3):
        house.round()
    others = [["ops@un.example"], ["secretariat@un.example"]]
    assert [mail.rcpt_tos for mail in server.taken] == others
    server.recipients.clear()
    for _ in range(3):
        house.round()
    late = [["away@un.example"]] if refused.startswith("4") else []
    assert [mail.rcpt_tos for mail in server.taken] == [*others, *late]


def test_an_address_that_needs_smtputf8_fails_in_sight_of_a_person(house: House, server: Server) -> None:
    """Where the server does not offer it there is no other way to that address, and no loop."""
    house.deliver(
        statement(sender="mission@kenya.example").as_bytes().replace(b"mission@kenya", "месія@kenya".encode())
    )
    house.round()
    house.clock.turn(days=1)
    house.round()
    ((state, attempts, response),) = house.rows("SELECT state, attempts, response FROM letters")
    assert (state, attempts) == ("failed", 1)
    assert "SMTPUTF8" in response
    assert server.taken == []
