"""The fault points: one before and one after everything that the service does to the world outside its memory.

They are put around the effects where these happen - system calls, commits, commands on the wire - so that no effect
can be added to the service and be forgotten here, and so that the service itself carries nothing for it.
"""

import imaplib
import os
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from imapclient import imap4, tls
from sqlalchemy.engine.default import DefaultDialect

#: Names of the points without what varies: each effect has "before" and "after".
EFFECTS = ("store fsync", "store rename", "store unlink", "ledger commit", "imap", "smtp")
_VERBS = ("EHLO", "MAIL", "RCPT", "DATA", "QUIT")

#: Called with the name of each point as it is reached.
Strike = Callable[[str], None]


@contextmanager
def installed(strike: Strike) -> Iterator[None]:
    """Put the points around the effects; take them away again."""
    wrapped: list[tuple[Any, str]] = [
        (os, "fsync"), (Path, "rename"), (Path, "unlink"), (DefaultDialect, "do_commit"), (smtplib.SMTP, "send"),
        (smtplib.SMTP, "getreply"), (imaplib.IMAP4, "send"),
    ]  # fmt: skip
    wrapped += [(kind, "send") for kind in (imap4.IMAP4WithTimeout, tls.IMAP4_TLS) if "send" in vars(kind)]
    originals = [(owner, name, getattr(owner, name)) for owner, name in wrapped]
    said = {"smtp": "greeting"}
    for owner, name, original in originals:
        setattr(owner, name, _around(original, _namer(owner, name, said), strike))
    try:
        yield
    finally:
        for owner, name, original in originals:
            setattr(owner, name, original)


def _around(original: Callable[..., Any], named: Callable[..., str], strike: Strike) -> Callable[..., Any]:
    def effect(*arguments: Any, **more: Any) -> Any:  # noqa: ANN401 - whatever the effect takes and gives
        name = named(*arguments)
        strike(f"before {name}")
        result = original(*arguments, **more)
        strike(f"after {name}")
        return result

    return effect


def _namer(owner: Any, name: str, said: dict[str, str]) -> Callable[..., str]:  # noqa: ANN401 - a module or class
    if owner is os or owner is Path:
        return lambda *_: f"store {name}"
    if owner is DefaultDialect:
        return lambda *_: "ledger commit"
    if owner is smtplib.SMTP and name == "getreply":
        return lambda *_: f"smtp {said['smtp']} answered"
    if owner is smtplib.SMTP:
        return lambda _, data: _smtp(data, said)
    return lambda _, data: f"imap {_imap(data)}"


def _smtp(data: str | bytes, said: dict[str, str]) -> str:
    text = data.decode("ascii", "replace") if isinstance(data, bytes) else data
    verb = text[:4].upper()
    said["smtp"] = "dot" if text == ".\r\n" else verb if verb in _VERBS else "letter"
    return f"smtp {said['smtp']}"


def _imap(data: bytes) -> str:
    words = data.decode("ascii", "replace").split()
    if len(words) < 2:
        return "continuation"
    verb = words[1].upper()
    return f"{verb} {words[2].upper()}" if verb == "UID" and len(words) > 2 else verb
