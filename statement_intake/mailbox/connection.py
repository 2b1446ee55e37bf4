"""A connection to an IMAP server: encrypted, signed in, with limits on time, its errors translated.

imapclient raises its own errors, imaplib's, the socket's and the TLS library's, and, where a server's answer makes no
sense, Python's. They become MailboxError here and nowhere else.
"""

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError, ProtocolError

from statement_intake.domain.faults import SurroundingsFault
from statement_intake.domain.telling.credentials import Tokens
from statement_intake.mailbox import MailboxError
from statement_intake.mailbox.measured import Measured
from statement_intake.mailbox.watchdog import Watchdog
from statement_intake.reaching import hint, untrusted
from statement_intake.settings import MailboxSettings
from statement_intake.trust import tls_context

CONNECT_SECONDS = 15
#: Between two pieces of an answer.
READ_SECONDS = 60
#: For a command and its whole answer: a server that sends a byte every half minute never runs into READ_SECONDS.
COMMAND_SECONDS = 600
LOGOUT_SECONDS = 5
#: What an application at Microsoft has to be allowed.
PERMISSION = "IMAP.AccessAsApp"

#: An answer that is complete but makes no sense: the connection can be used on.
GARBLED = (ProtocolError, ValueError, TypeError, LookupError, AttributeError, RecursionError)
#: Everything that imapclient can raise because of the server or the network. MemoryError: an absurd literal.
FAULTS = (IMAPClientError, OSError, EOFError, MemoryError, *GARBLED)

#: Response codes with which a server refuses a sign-in although the password may be right (RFC 5530 section 3, and
#: what large providers say).
_TRANSIENT = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN|THROTTLED|OVERQUOTA)\b", re.IGNORECASE)

_WATCHDOG = Watchdog()


class SignInRefused(MailboxError):  # noqa: N818 - what happened
    """The server took the connection, and refused the account, its password or its token."""


class CommandError(MailboxError):
    """A command failed, though signing in had worked. *broken*: the connection cannot be used any more."""

    def __init__(self, message: str, *, broken: bool) -> None:
        super().__init__(message)
        self.broken = broken


def connect(settings: MailboxSettings, tokens: Tokens | None = None) -> IMAPClient:
    """A connection that is signed in, with one of *tokens* if the settings want that.

    Raises MailboxError, permanent where a password, token or certificate is refused.
    """
    try:
        return _signed_in(settings, tokens)
    except SignInRefused:
        if tokens is None or settings.auth != "oauth2":
            raise
    # It may have ended before its time: once more, on a fresh connection and with a fresh one.
    tokens.forget()
    try:
        return _signed_in(settings, tokens)
    except SignInRefused as refused:
        raise SignInRefused(f"{refused}; {tokens.advice(PERMISSION)}", permanent=refused.permanent) from None


def _signed_in(settings: MailboxSettings, tokens: Tokens | None) -> IMAPClient:
    # Before the connection: a server does not wait for long.
    token = _token(settings, tokens) if settings.auth == "oauth2" else None
    context = _tls_context(settings)
    client = _reach(settings, context)
    try:
        if settings.security == "starttls":
            _start_tls(client, settings, context)
        try:
            if token is None:
                _sign_in(client, settings)
            else:
                _present(client, settings, token)
        except SignInRefused as refused:
            told = str(refused).replace(token, "***") if token else str(refused)
            raise SignInRefused(told, permanent=refused.permanent) from None
    except BaseException:
        # No LOGOUT: after a failed handshake there is nobody to say it to.
        with suppress(*FAULTS):
            client.shutdown()
        raise
    return client


def disconnect(client: IMAPClient) -> None:
    """Sign out and close, whatever state the connection is in."""
    with suppress(*FAULTS):
        client.socket().settimeout(LOGOUT_SECONDS)
        # Never CLOSE, which would expunge what colleagues marked as deleted in a folder opened for writing.
        client.logout()
        return
    with suppress(*FAULTS):
        client.shutdown()


@contextmanager
def commands(
    client: IMAPClient, settings: MailboxSettings, action: str, seconds: float | None = None
) -> Iterator[None]:
    """Run commands within *seconds*; raise CommandError for what goes wrong. *action* follows "could not"."""
    limit = COMMAND_SECONDS if seconds is None else min(seconds, COMMAND_SECONDS)
    try:
        with _WATCHDOG.within(limit, partial(cut, client)):
            yield
    except FAULTS as error:
        raise CommandError(
            f"{place(settings)}: could not {action}: {_told(error, settings)}", broken=_breaks(error)
        ) from None


def place(settings: MailboxSettings) -> str:
    """The account, for messages to operators."""
    return f"{settings.username} at {settings.host}:{_port(settings)}"


def _port(settings: MailboxSettings) -> int:
    return settings.port or (993 if settings.security == "tls" else 143)


def cut(client: IMAPClient) -> None:
    """Break the connection off, from any thread: whoever reads from it gets an error at once."""
    with suppress(OSError, AttributeError):
        # Not the TLS socket's own shutdown, which would pull the session away under the thread that reads.
        socket.socket.shutdown(client.socket(), socket.SHUT_RDWR)


def _breaks(error: BaseException) -> bool:
    """Whether the connection is unusable after *error*, or may have parts of an answer left in it."""
    if isinstance(error, IMAPClientAbortError | OSError | EOFError | MemoryError):
        return True
    # imaplib gives up in the middle of a line of more than 1,000,000 bytes, with its most general error.
    return isinstance(error, IMAPClientError) and "got more than" in str(error)


def _told(error: BaseException, settings: MailboxSettings) -> str:
    """What *error* says, on one line, without the password that a server may echo."""
    told = " ".join(str(error).split())[:500] or type(error).__name__
    secret = settings.password.get_secret_value() if settings.password else ""
    return told.replace(secret, "***") if secret else told


def _tls_context(settings: MailboxSettings) -> ssl.SSLContext | None:
    if settings.security == "none":
        return None
    try:
        return tls_context(settings.ca_file)
    except OSError as error:
        raise MailboxError(f"ca_file {settings.ca_file} cannot be used: {error}", permanent=True) from None


def _reach(settings: MailboxSettings, context: ssl.SSLContext | None) -> IMAPClient:
    """A connection that has been greeted; with security "tls" the server is verified. Raises MailboxError."""
    try:
        client = IMAPClient(
            settings.host,
            port=_port(settings),
            ssl=settings.security == "tls",
            ssl_context=context,
            timeout=SocketTimeout(CONNECT_SECONDS, READ_SECONDS),
        )
        # imaplib sends what continues a command in two pieces; the second would wait 40 ms for an acknowledgement.
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except FAULTS as error:
        raise _not_connected(error, settings) from None
    # imapclient sets 5, with which imaplib formats every answer, literals included, for a log that nobody reads:
    # nine tenths of the time of a large fetch. There is no public switch.
    client._imap.debug = 0  # noqa: SLF001
    Measured(client)
    # Otherwise dates come as naive times in this machine's zone.
    client.normalise_times = False
    return client


def _not_connected(error: BaseException, settings: MailboxSettings) -> MailboxError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return MailboxError(f"{place(settings)}: {untrusted(error)}", permanent=True)
    told = _told(error, settings) + hint(error, settings.security)
    return MailboxError(f"{place(settings)}: could not connect: {told}")


def _start_tls(client: IMAPClient, settings: MailboxSettings, context: ssl.SSLContext | None) -> None:
    try:
        offered = client.has_capability("STARTTLS")
        if offered:
            client.starttls(context)
    except FAULTS as error:
        raise _not_connected(error, settings) from None
    if not offered:
        message = f"{place(settings)}: the server does not offer STARTTLS; nothing was sent in clear text"
        raise MailboxError(message, permanent=True)


def _sign_in(client: IMAPClient, settings: MailboxSettings) -> None:
    if settings.username is None or settings.password is None:
        raise MailboxError(f"{place(settings)}: no username or password", permanent=True)
    secret = settings.password.get_secret_value()
    try:
        # LOGIN cannot carry every name and password: imaplib leaves the name unquoted, and both have to be ASCII.
        if client.has_capability("AUTH=PLAIN"):
            client.plain_login(settings.username, secret)
        else:
            client.login(settings.username, secret)
    except FAULTS as error:
        # `from None`, here and above: the causes hold what was sent.
        raise _not_signed_in(error, settings) from None


def _token(settings: MailboxSettings, tokens: Tokens | None) -> str:
    if tokens is None:
        raise MailboxError(f"{place(settings)}: no [oauth2] to get a token from", permanent=True)
    try:
        return tokens.token()
    except SurroundingsFault as fault:
        raise MailboxError(f"{place(settings)}: {fault}", permanent=fault.permanent) from None


def _present(client: IMAPClient, settings: MailboxSettings, token: str) -> None:
    """Sign in with XOAUTH2, the mechanism of Microsoft and Google."""
    said = iter([f"user={settings.username}\1auth=Bearer {token}\1\1"])
    try:
        if not client.has_capability("AUTH=XOAUTH2"):
            raise MailboxError(f"{place(settings)}: the server does not offer XOAUTH2", permanent=True)
        # A refusal first comes as a challenge that says why; it wants an empty answer.
        client.sasl_login("XOAUTH2", lambda _: next(said, ""))
    except FAULTS as error:
        raise _not_signed_in(error, settings) from None


def _not_signed_in(error: BaseException, settings: MailboxSettings) -> MailboxError:
    message = f"{place(settings)}: could not sign in: {_told(error, settings)}"
    return SignInRefused(message, permanent=True) if _refused(error) else MailboxError(message)


def _refused(error: BaseException) -> bool:
    """Whether the server has refused the password, rather than to answer at all."""
    # imapclient makes LoginError of a broken connection, too; the cause tells them apart.
    lost = isinstance(error.__context__, IMAPClientAbortError | OSError)
    return isinstance(error, LoginError) and not lost and not _TRANSIENT.search(str(error))
