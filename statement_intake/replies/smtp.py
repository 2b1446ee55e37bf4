"""Delivery of a finished letter over SMTP (RFC 5321), with the one uncertain moment made visible.

Between the final dot and the server's answer nobody can know whether the letter was taken (RFC 1047). The caller is
therefore told just before the dot goes, and writes that down; whatever fails earlier can safely be done again.
"""

import re
import smtplib
from collections.abc import Callable
from enum import StrEnum

from statement_intake.domain.faults import Shortcoming
from statement_intake.domain.telling.credentials import Tokens
from statement_intake.domain.value import Value
from statement_intake.replies.addresses import wire_address
from statement_intake.replies.smtp_session import (
    REPLY_LIMIT,
    RefusedError,
    SmtpDoor,
    TransportError,
    demand,
    has_hung_up,
    leave,
    text_of,
)
from statement_intake.settings import SmtpSettings

__all__ = ["SendState", "Sending", "SmtpTransport", "TransportError", "on_the_wire"]

#: Answers that speak about our account and not about the letter (RFC 4954 section 6).
ACCOUNT_CODES = frozenset({530, 534, 535, 538})
#: Octets that no letter of ours comes near.
_ENOUGH = 1_000_000
_LINE_END = re.compile(rb"\r\n|\r|\n")
#: Controls, surrogates, angle brackets, spaces outside quotes, no @, or nothing before or behind it.
_UNSENDABLE = re.compile(r'[\x00-\x1f\x7f<>\ud800-\udfff]|^[^@]*$|^@|@$|^[^"]*\s')


class SendState(StrEnum):
    """What became of an attempt."""

    #: The server took the letter.
    SENT = "sent"
    #: It was not taken, and may safely be tried again.
    DEFERRED = "deferred"
    #: It was refused for good.
    FAILED = "failed"
    #: The final dot went out and no answer came back: it may have been taken.
    UNKNOWN = "unknown"


class Sending(Value):
    """The result of an attempt."""

    state: SendState
    #: The server's answer, or what went wrong, on one line of at most 500 characters.
    reply: str
    #: The server was never reached: this says nothing about the letter.
    unreachable: bool = False


class SmtpTransport:
    """Sends letters, with a connection for each, to the server that the settings name."""

    def __init__(self, settings: SmtpSettings, tokens: Tokens | None = None) -> None:
        self._settings = settings
        self._door = SmtpDoor(settings, tokens)

    def send(self, raw: bytes, *, envelope_sender: str, to: str, before_data: Callable[[], None]) -> Sending:
        """Try once to hand *raw* over for the one recipient *to*.

        *raw* is a complete message with ASCII headers; *envelope_sender* may be empty, the null sender. *before_data*
        is called once, after DATA was answered by 354 and the letter written, before the final dot, without which a
        server must not deliver (RFC 5321 section 4.1.1.4). If it raises, the connection is cut and the exception goes
        on. Raises TransportError(permanent=True) where our configuration is at fault: nothing was sent then, and the
        letter is not to blame.
        """
        for address in filter(None, (to, envelope_sender)):
            if _UNSENDABLE.search(address):
                return Sending(state=SendState.FAILED, reply="not an address that SMTP can carry")
        try:
            smtp = self._door.open()
        except TransportError as error:
            if error.permanent:
                raise
            return Sending(state=SendState.DEFERRED, reply=str(error)[:REPLY_LIMIT], unreachable=True)
        try:
            _offer(smtp, on_the_wire(raw), envelope_sender, to)
        except RefusedError as refused:
            leave(smtp)
            return self._refusal(refused)
        except (OSError, smtplib.SMTPException) as error:
            smtp.close()
            return Sending(state=SendState.DEFERRED, reply=str(self._door.lost(error))[:REPLY_LIMIT])
        try:
            before_data()
        except BaseException:
            smtp.close()
            raise
        return self._end(smtp)

    def examine(self) -> list[str]:
        """Connect, secure, sign in, begin a letter that goes nowhere, and leave; what worked, a sentence each.

        Raises TransportError with what does not work.
        """
        smtp = self._door.open()
        limit, sender = _size_limit(smtp), f"MAIL FROM:<{wire_address(self._settings.envelope_sender)}>"
        try:
            # Without RCPT and DATA there is no letter (RFC 5321 section 3.3); an account that may not send shows here.
            smtp.command_encoding = "utf-8"
            demand(smtp.docmd(sender))
        except (OSError, smtplib.SMTPException) as error:
            smtp.close()
            raise self._door.lost(error) from error
        except RefusedError as refused:
            leave(smtp)
            message = f"{self._door.place} refused {sender}: {refused.code} {refused.text}"
            if refused.code in ACCOUNT_CODES and not self._settings.username:
                message += " (it wants a username and a password)"
            elif refused.code not in ACCOUNT_CODES:
                message += " (it can be changed: envelope_sender)"
            raise TransportError(self._door.line(message), permanent=refused.permanent) from refused
        leave(smtp)
        said = [f"The SMTP server {self._door.place} answers."]
        if self._settings.transport == "none":
            said.append("The connection is in clear text.")
        else:
            said.append("The connection is encrypted and the server's certificate is valid.")
        if self._settings.username:
            said.append(f"Signing in as {self._settings.username} works.")
        if limit:
            told = f"The server takes letters of up to {limit} bytes."
            said.append(told if limit >= _ENOUGH else Shortcoming(f"{told} Longer ones of ours will fail."))
        return said

    def _end(self, smtp: smtplib.SMTP) -> Sending:
        """The final dot, and the server's answer to it.

        A server that is gone before the dot has no letter. Where its end and the dot cross on their way, nobody knows.
        """
        if has_hung_up(smtp):
            smtp.close()
            gone = ConnectionError("the connection ended before the letter had its end")
            return Sending(state=SendState.DEFERRED, reply=str(self._door.lost(gone)))
        try:
            smtp.send(b".\r\n")
            code, text = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            smtp.close()
            return Sending(state=SendState.UNKNOWN, reply=str(self._door.lost(error)))
        leave(smtp)
        states = {2: SendState.SENT, 4: SendState.DEFERRED, 5: SendState.FAILED}
        return Sending(
            state=states.get(code // 100, SendState.UNKNOWN), reply=self._door.line(f"{code} {text_of(text)}")
        )

    def _refusal(self, refused: RefusedError) -> Sending:
        line = self._door.line(f"{refused.code} {refused.text}")
        if refused.code in ACCOUNT_CODES:
            raise TransportError(f"{self._door.place} refused our account: {line}", permanent=True) from refused
        return Sending(state=SendState.FAILED if refused.permanent else SendState.DEFERRED, reply=line)


def on_the_wire(raw: bytes) -> bytes:
    """*raw* with every line ended by CRLF and leading dots doubled (RFC 5321 section 4.5.2), without the final dot."""
    body = _LINE_END.sub(b"\r\n", raw)
    if not body.endswith(b"\r\n"):
        body += b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", body)


def _offer(smtp: smtplib.SMTP, body: bytes, envelope_sender: str, to: str) -> None:
    """Say everything up to the last byte before the final dot. Raises RefusedError, OSError or SMTPException.

    smtplib's own `sendmail` writes the dot together with the body and so hides the moment that matters.
    """
    limit = _size_limit(smtp)
    if limit and len(body) > limit:
        # RFC 1870 section 6.1: what the server said about its limit saves the transfer.
        raise RefusedError(552, f"the letter has {len(body)} bytes, the server takes at most {limit}")
    options = f" SIZE={len(body)}" if smtp.has_extn("size") else ""
    sender, recipient = wire_address(envelope_sender), wire_address(to)
    if not (sender + recipient).isascii():
        if not smtp.has_extn("smtputf8"):
            raise RefusedError(553, "the address needs SMTPUTF8 (RFC 6531), which the server does not offer")
        smtp.command_encoding = "utf-8"
        options += " SMTPUTF8"
    demand(smtp.docmd("MAIL", f"FROM:<{sender}>{options}"))
    demand(smtp.docmd("RCPT", f"TO:<{recipient}>"))
    demand(smtp.docmd("DATA"), wanted=3)
    smtp.send(body)


def _size_limit(smtp: smtplib.SMTP) -> int:
    """The server's limit in bytes, 0 where it names none (RFC 1870 section 3)."""
    text = smtp.esmtp_features.get("size", "")
    return int(text) if text.isascii() and text.isdigit() else 0
