"""The moment before the final dot: a server that is gone by then has taken nothing, and that can be seen."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import trustme

from statement_intake.replies.smtp import Sending, SendState, SmtpTransport
from statement_intake.settings import SmtpSettings

RAW = b"From: uncac@un.org\r\nTo: mission@example.org\r\nSubject: Re: statement\r\n\r\nDear Sir or Madam,\r\n"
ANSWERS = {b"EHLO": b"250 here", b"MAIL": b"250 OK", b"RCPT": b"250 OK", b"DATA": b"354 go ahead"}


class Server:
    """Takes one letter up to its last line before the dot; what it does then is told by *ending*, at the moment."""

    def __init__(self, ending: Callable[[socket.socket], None], tls: ssl.SSLContext | None) -> None:
        self._ending, self._tls = ending, tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._letter_is_here, self._ended = threading.Event(), threading.Event()
        #: What came after the letter.
        self.afterwards = b""

    def moment(self) -> None:
        """Before the dot: it goes on when the server has done its part."""
        assert self._letter_is_here.wait(10)
        assert self._ended.wait(10)

    def serve(self) -> None:
        """One connection."""
        with self._listener, suppress(OSError):
            connection, _ = self._listener.accept()
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as lines:
                connection.sendall(b"220 here\r\n")
                for line in lines:
                    if line.startswith(b"Dear"):
                        break
                    if answer := ANSWERS.get(line[:4].upper()):
                        connection.sendall(answer + b"\r\n")
                self._letter_is_here.set()
                self._ending(connection)
                self._ended.set()
                for line in lines:
                    self.afterwards += line
                    if line.upper() == b"QUIT\r\n":
                        return


@contextmanager
def serving(ending: Callable[[socket.socket], None], tls: ssl.SSLContext | None) -> Iterator[Server]:
    """A server that ends so."""
    server = Server(ending, tls)
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server
    thread.join(10)


def hang_up(connection: socket.socket) -> None:
    """As a process that ends: TLS has no time to say so."""
    socket.socket.shutdown(connection, socket.SHUT_WR)


def reset(connection: socket.socket) -> None:
    """As a machine that has forgotten the connection, or a firewall that ends it."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    # The file that lines are read from holds the socket open otherwise.
    socket.socket.shutdown(connection, socket.SHUT_RD)
    socket.close(connection.detach())


def say_that_it_closes(connection: socket.socket) -> None:
    """As a server that is shut down (RFC 5321 section 3.8)."""
    connection.sendall(b"421 4.3.2 shutting down\r\n")
    hang_up(connection)


def take_it(connection: socket.socket) -> None:
    """The answer to a dot that is still to come, which nobody has to wait for."""
    connection.sendall(b"250 taken\r\n")


@pytest.fixture(params=["clear", "tls"])
def tls(request: pytest.FixtureRequest, server_tls: ssl.SSLContext) -> ssl.SSLContext | None:
    """The server's TLS, or none."""
    return server_tls if request.param == "tls" else None


@pytest.fixture
def send(authority: tuple[trustme.CA, Path], tls: ssl.SSLContext | None) -> Callable[[Server], Sending]:
    """Sends a short letter to a server."""

    def try_once(server: Server) -> Sending:
        where = {"host": "127.0.0.1", "port": server.port, "timeout_seconds": 5, "security": "tls" if tls else "none"}
        settings = SmtpSettings.model_validate(where | ({"ca_file": authority[1]} if tls else {}))
        return SmtpTransport(settings).send(
            RAW, envelope_sender="", to="mission@example.org", before_data=server.moment
        )

    return try_once


@pytest.mark.parametrize("ending", [hang_up, reset])
def test_a_server_that_is_gone_before_the_dot_has_taken_nothing(
    send: Callable[[Server], Sending], tls: ssl.SSLContext | None, ending: Callable[[socket.socket], None]
) -> None:
    """So the letter is tried again, and not shown to a person; the dot is not sent after it."""
    with serving(ending, tls) as server:
        sending = send(server)
    assert sending.state is SendState.DEFERRED
    assert "before the letter had its end" in sending.reply
    assert server.afterwards == b""


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        (say_that_it_closes, Sending(state=SendState.DEFERRED, reply="421 4.3.2 shutting down")),
        (take_it, Sending(state=SendState.SENT, reply="250 taken")),
    ],
)
def test_a_server_that_speaks_before_the_dot_is_believed(
    send: Callable[[Server], Sending],
    tls: ssl.SSLContext | None,
    ending: Callable[[socket.socket], None],
    expected: Sending,
) -> None:
    """No word of it is lost in looking whether it is still there."""
    with serving(ending, tls) as server:
        assert send(server) == expected
    assert server.afterwards.startswith(b".\r\n")
