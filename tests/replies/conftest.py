"""Real SMTP servers: aiosmtpd for the rules of the protocol, a scripted socket for broken connections."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from statement_intake.settings import SmtpSettings

PASSWORD = "correct horse"


class Secretary:
    """Takes letters and answers each verb as told."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.taken: list[Envelope] = []

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Note the envelope sender."""
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Note the recipient."""
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take the letter, unless told to refuse it."""
        answer = self.answers.get("DATA", "250 2.0.0 queued as 42")
        if answer.startswith("2"):
            self.taken.append(envelope)
        return answer


def _authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object) -> AuthResult:
    right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    return AuthResult(success=right, handled=False)


@pytest.fixture
def secretary() -> Secretary:
    """What the server has taken, and how it is to answer."""
    return Secretary()


@pytest.fixture
def serve(secretary: Secretary) -> Iterator[Callable[..., int]]:
    """Start an SMTP server on loopback with aiosmtpd's options; gives back its port."""
    running: list[Controller] = []

    def start(*, implicit_tls: ssl.SSLContext | None = None, **options: Any) -> int:  # noqa: ANN401 - aiosmtpd knows
        with closing(socket.create_server(("127.0.0.1", 0))) as probe:
            port = int(probe.getsockname()[1])
        controller = Controller(
            # The name it greets with: else each connection asks a name server for it, which may take seconds.
            secretary,
            hostname="127.0.0.1",
            server_hostname="localhost",
            port=port,
            ssl_context=implicit_tls,
            **options,
        )
        controller.start()
        running.append(controller)
        return port

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture
def with_sign_in() -> dict[str, object]:
    """Options of a server that wants a password and, as on loopback, no TLS."""
    return {"authenticator": _authenticate, "auth_required": True, "auth_require_tls": False}


@pytest.fixture
def authority(tmp_path: Path) -> tuple[trustme.CA, Path]:
    """A certificate authority made on the spot, and its file."""
    authority = trustme.CA()
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return authority, file


@pytest.fixture
def server_tls(authority: tuple[trustme.CA, Path]) -> ssl.SSLContext:
    """TLS of a server whose certificate is good for 127.0.0.1."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority[0].issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def settings_for() -> Callable[..., SmtpSettings]:
    """Settings for a server on this machine."""

    def make(port: int, **values: object) -> SmtpSettings:
        return SmtpSettings.model_validate({"host": "127.0.0.1", "port": port, "timeout_seconds": 5} | values)

    return make


#: What a scripted server does: a line to send, None to close, or "…" to fall silent.
Script = list[tuple[str, str | None]]


@pytest.fixture
def scripted() -> Iterator[Callable[[str | None, Script], int]]:
    """A server that greets, then answers each expected command as told; gives back its port.

    The command "." stands for the final dot, "" for the first bytes of the letter.
    """
    threads: list[threading.Thread] = []
    done = threading.Event()

    def start(greeting: str | None, script: Script) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
        thread = threading.Thread(target=_play, args=(listener, greeting, script, done), daemon=True)
        thread.start()
        threads.append(thread)
        return port

    yield start
    done.set()
    for thread in threads:
        thread.join(timeout=5)


def _play(listener: socket.socket, greeting: str | None, script: Script, done: threading.Event) -> None:
    with listener, suppress(OSError):
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb") as stream:
            if greeting is None:
                return
            if greeting == "…":
                done.wait(10)
                return
            stream.write(greeting.encode() + b"\r\n")
            stream.flush()
            for command, answer in script:
                for line in stream:
                    if line.upper().startswith(command.encode()) and (command != "." or line == b".\r\n"):
                        break
                if answer is None:
                    return
                if answer == "…":
                    done.wait(10)
                    return
                stream.write(answer.encode() + b"\r\n")
                stream.flush()
            for line in stream:
                if line.upper() == b"QUIT\r\n":
                    return
