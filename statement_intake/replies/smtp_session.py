"""A session with the SMTP server: connected, secured as configured, signed in. Library errors are translated here."""

import re
import select
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from statement_intake.domain.faults import SurroundingsFault
from statement_intake.domain.telling.credentials import Tokens
from statement_intake.reaching import hint, untrusted
from statement_intake.settings import SmtpSettings
from statement_intake.trust import tls_context

PORTS = {"tls": 465, "starttls": 587, "none": 25}
REPLY_LIMIT = 500
#: What an application at Microsoft has to be allowed.
PERMISSION = "SMTP.SendAsApp"
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class TransportError(SurroundingsFault):
    """The server cannot be used; says nothing about the letter.

    `permanent`: trying again will not help, somebody must change the configuration.
    """


class SignInRefusedError(TransportError):
    """The server refused the account, its password or its token."""


class RefusedError(Exception):
    """The server's answer to a command was not the one that lets us go on."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text

    @property
    def permanent(self) -> bool:
        """5yz is for good (RFC 5321 section 4.2.1); anything else may pass."""
        return self.code // 100 == 5  # noqa: PLR2004 - the first digit


class SmtpDoor:
    """Opens sessions with the server that the settings name."""

    def __init__(self, settings: SmtpSettings, tokens: Tokens | None = None) -> None:
        self._settings = settings
        self._tokens = tokens
        self._host = (settings.host or "").strip("[]")
        self._security = settings.transport
        self._port = settings.port or PORTS[self._security]

    @property
    def place(self) -> str:
        """The server, for people."""
        return f"{self._host}:{self._port}"

    def open(self) -> smtplib.SMTP:
        """Connect, secure and sign in. Raises TransportError, and then leaves no connection open."""
        try:
            return self._open()
        except SignInRefusedError:
            if self._tokens is None or self._settings.auth != "oauth2":
                raise
        # The token may have ended before its time: once more, with a fresh one.
        self._tokens.forget()
        try:
            return self._open()
        except SignInRefusedError as refused:
            advice = self._tokens.advice(PERMISSION)
            raise SignInRefusedError(f"{refused}; {advice}", permanent=refused.permanent) from None

    def _open(self) -> smtplib.SMTP:
        if not self._host:
            raise TransportError("smtp.host is not set", permanent=True)
        with self._translated():
            smtp = self._connect()
            try:
                self._secure(smtp)
                self._sign_in(smtp)
            except BaseException:
                smtp.close()
                raise
        return smtp

    def lost(self, error: Exception) -> TransportError:
        """The error of a connection that broke, did not come about or fell silent."""
        what = "no answer in time" if isinstance(error, TimeoutError) else str(error) or repr(error)
        return TransportError(self.line(f"{self.place}: {what}"), permanent=False)

    def line(self, text: str) -> str:
        """*text* on one line of at most 500 characters, without the password and tokens."""
        text = self._tokens.hide(text) if self._tokens else text
        password = self._settings.password.get_secret_value() if self._settings.password else ""
        text = text.replace(password, "…") if password else text
        return _CONTROLS.sub(" ", text).strip()[:REPLY_LIMIT]

    def _context(self) -> ssl.SSLContext:
        """What the server is verified by. Raises TransportError."""
        try:
            return tls_context(self._settings.ca_file)
        except OSError as error:
            message = f"smtp: ca_file {self._settings.ca_file} cannot be used: {error.strerror or error}"
            raise TransportError(self.line(message), permanent=True) from error

    def _connect(self) -> smtplib.SMTP:
        timeout = self._settings.timeout_seconds
        if self._security == "tls":
            return smtplib.SMTP_SSL(self._host, self._port, timeout=timeout, context=self._context())
        return smtplib.SMTP(self._host, self._port, timeout=timeout)

    def _secure(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if self._security != "starttls":
            return
        if not smtp.has_extn("starttls"):
            # Somebody in between may have taken the offer away: going on in clear text is not an option (RFC 3207).
            message = f"{self.place} does not offer STARTTLS; nothing was sent in clear text"
            raise TransportError(message, permanent=True)
        smtp.starttls(context=self._context())
        smtp.ehlo_or_helo_if_needed()

    def _sign_in(self, smtp: smtplib.SMTP) -> None:
        if self._settings.auth == "oauth2":
            self._present(smtp)
        elif self._settings.username and self._settings.password is not None:
            smtp.login(self._settings.username, self._settings.password.get_secret_value())

    def _present(self, smtp: smtplib.SMTP) -> None:
        """Sign in with XOAUTH2, the mechanism of Microsoft and Google. Raises TransportError, SMTPException."""
        if self._tokens is None:
            raise TransportError("smtp: no [oauth2] to get a token from", permanent=True)
        if "XOAUTH2" not in smtp.esmtp_features.get("auth", "").upper().split():
            raise TransportError(f"{self.place} does not offer XOAUTH2", permanent=True)
        try:
            token = self._tokens.token()
        except SurroundingsFault as fault:
            raise TransportError(self.line(f"{self.place}: {fault}"), permanent=fault.permanent) from None
        said = iter([f"user={self._settings.username}\1auth=Bearer {token}\1\1"])
        # A refusal first comes as a challenge that says why; it wants an empty answer.
        smtp.auth("XOAUTH2", lambda _challenge=None: next(said, ""))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Everything that can go wrong before the first letter, as a TransportError."""
        try:
            yield
        except smtplib.SMTPAuthenticationError as error:
            message = f"{self.place} refused: {error.smtp_code} {text_of(error.smtp_error)}"
            raise SignInRefusedError(
                self.line(message), permanent=RefusedError(error.smtp_code, "").permanent
            ) from None
        except smtplib.SMTPResponseException as error:
            refused = RefusedError(error.smtp_code, text_of(error.smtp_error))
            message = self.line(f"{self.place} refused: {refused.code} {refused.text}")
            raise TransportError(message, permanent=refused.permanent) from error
        except smtplib.SMTPNotSupportedError as error:
            raise TransportError(self.line(f"{self.place}: {error}"), permanent=True) from error
        except ssl.SSLCertVerificationError as error:
            raise TransportError(self.line(f"{self.place}: {untrusted(error)}"), permanent=True) from error
        except UnicodeError as error:
            raise TransportError("smtp: host, username and password must be ASCII", permanent=True) from error
        except (OSError, smtplib.SMTPException) as error:
            raise TransportError(f"{self.lost(error)}{hint(error, self._security)}") from error


def text_of(answer: bytes | str) -> str:
    """The text of a server's answer."""
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer


def demand(answer: tuple[int, bytes], wanted: int = 2) -> None:
    """Raise RefusedError unless the first digit of the *answer*'s code is *wanted*."""
    code, text = answer
    if code // 100 != wanted:
        raise RefusedError(code, text_of(text))


def has_hung_up(smtp: smtplib.SMTP) -> bool:
    """Whether the server has ended the connection, without a word that could still be read; asked without waiting.

    What it did say stays where the next answer is read from.
    """
    if smtp.sock is None or smtp.file is None:
        return True
    patience = smtp.sock.gettimeout()
    smtp.sock.settimeout(0)
    try:
        poll = select.poll()
        poll.register(smtp.sock, select.POLLIN)
        # Where there is something to read, and then nothing is read, it is the end.
        return bool(poll.poll(0)) and not smtp.file.peek(1)
    except ssl.SSLWantReadError:
        # It was only TLS that spoke, say with a new ticket.
        return False
    except OSError:
        return True
    finally:
        smtp.sock.settimeout(patience)


def leave(smtp: smtplib.SMTP) -> None:
    """QUIT; what the server thinks of it changes nothing any more."""
    with suppress(OSError, smtplib.SMTPException):
        smtp.quit()
    smtp.close()
