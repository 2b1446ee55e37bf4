"""A real SMTP server on loopback that keeps what it is given, for `demo` and for the tests."""

import ssl
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from statement_intake.operations.local_certificate import Certificate
from statement_intake.operations.local_process import ATTEMPTS, HOST, PATIENCE_SECONDS, LocalServerError, free_port


@dataclass(frozen=True)
class Received:
    """A message as the server accepted it."""

    #: MAIL FROM; empty for the null sender.
    sender: str
    #: RCPT TO, in order.
    recipients: tuple[str, ...]
    content: bytes
    #: The file that `content` was written to.
    path: Path


@dataclass
class SmtpSink:
    """A running server and what it has accepted. Safe to use from several threads."""

    #: Where every message is written to, as 0001.eml and so on.
    directory: Path
    port: int
    host: str = HOST
    #: What to answer instead of accepting, for MAIL, RCPT and DATA: {"RCPT": "450 4.2.0 come back later"}.
    refusals: dict[str, str] = field(default_factory=dict)
    _received: list[Received] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def received(self) -> tuple[Received, ...]:
        """Everything accepted so far, in order."""
        with self._changed:
            return tuple(self._received)

    def wait_for(self, count: int, seconds: float = PATIENCE_SECONDS) -> tuple[Received, ...]:
        """Everything accepted, as soon as there are *count* messages. Raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._received) >= count, seconds):
                raise TimeoutError(f"{len(self._received)} of {count} messages came within {seconds:g} seconds")
            return tuple(self._received)

    def keep(self, sender: str, recipients: tuple[str, ...], content: bytes) -> None:
        """Write a message to the directory and list it."""
        with self._changed:
            path = self.directory / f"{len(self._received) + 1:04}.eml"
            path.write_bytes(content)
            self._received.append(Received(sender, recipients, content, path))
            self._changed.notify_all()


@contextmanager
def smtp_sink(
    directory: Path,
    certificate: Certificate | None = None,
    accounts: Mapping[str, str] | None = None,
    bearer: Callable[[str, str], bool] | None = None,
) -> Iterator[SmtpSink]:
    """Run a server that writes what it accepts to *directory*; stop it at the end.

    With a *certificate* it offers STARTTLS and takes no mail before it. With *accounts* (passwords by user name),
    which need a certificate, it takes no mail without AUTH. With *bearer*, told a user and a token, AUTH is XOAUTH2
    alone. Raises LocalServerError.
    """
    if bearer is not None:
        accounts = {}
    if accounts is not None and certificate is None:
        raise ValueError("AUTH is offered behind STARTTLS only: accounts need a certificate")
    directory.mkdir(parents=True, exist_ok=True)
    sink = SmtpSink(directory, port=0)
    controller = _start(sink, _context(certificate), accounts, bearer)
    try:
        yield sink
    finally:
        controller.stop()


def _context(certificate: Certificate | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.file, certificate.key)
    return context


def _start(
    sink: SmtpSink,
    context: ssl.SSLContext | None,
    accounts: Mapping[str, str] | None,
    bearer: Callable[[str, str], bool] | None,
) -> Controller:
    for _ in range(ATTEMPTS):
        sink.port = free_port()
        controller = Controller(
            _Hooks(sink) if bearer is None else _BearerHooks(sink, bearer),
            hostname=sink.host,
            port=sink.port,
            # Otherwise every connection waits for a name server to say what this machine is called.
            server_hostname="localhost",
            tls_context=context,
            require_starttls=context is not None,
            authenticator=_authenticator(accounts or {}),
            auth_required=accounts is not None,
            auth_require_tls=True,
            auth_exclude_mechanism=() if bearer is None else ("LOGIN", "PLAIN"),
            # Only `refusals` say what is refused.
            data_size_limit=None,
        )
        try:
            controller.start()
        except OSError as error:
            fault = error
        else:
            return controller
    raise LocalServerError(f"the SMTP server did not start: {fault}") from fault


def _authenticator(accounts: Mapping[str, str]) -> Any:  # noqa: ANN401 - aiosmtpd's own type says Any
    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:  # noqa: ANN401, ARG001 - aiosmtpd's signature
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        right = accounts.get(data.login.decode("utf-8", "replace"))
        return AuthResult(success=right is not None and data.password == right.encode(), handled=False)

    return check


class _Hooks:
    """What aiosmtpd calls; names and arguments are the library's."""

    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink

    async def handle_MAIL(  # noqa: N802
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        mail_options: list[str],
    ) -> str:
        refusal = self._sink.refusals.get("MAIL")
        if refusal is not None:
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        refusal = self._sink.refusals.get("RCPT")
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(rcpt_options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        refusal = self._sink.refusals.get("DATA")
        if refusal is not None:
            return refusal
        content = envelope.original_content or b""
        # aiosmtpd leaves the null sender its angle brackets, and takes them from any other.
        sender = (envelope.mail_from or "").removeprefix("<>")
        self._sink.keep(sender, tuple(envelope.rcpt_tos), content)
        return "250 2.0.0 kept"


class _BearerHooks(_Hooks):
    """With XOAUTH2, as Microsoft and Google have it."""

    def __init__(self, sink: SmtpSink, bearer: Callable[[str, str], bool]) -> None:
        super().__init__(sink)
        self._bearer = bearer

    async def auth_XOAUTH2(self, server: SMTP, words: list[str]) -> AuthResult:  # noqa: N802
        """Look at "user=USER^Aauth=Bearer TOKEN^A^A"; a refusal comes as a challenge first."""
        said = b64decode(words[1]).decode("utf-8", "replace") if len(words) > 1 else ""
        fields = dict(field.split("=", 1) for field in said.split("\1") if "=" in field)
        if self._bearer(fields.get("user", ""), fields.get("auth", "").removeprefix("Bearer ")):
            return AuthResult(success=True, auth_data=fields["user"])
        await server.challenge_auth('{"status":"400","schemes":"Bearer"}')
        return AuthResult(success=False, handled=False)
