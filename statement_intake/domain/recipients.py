"""Whether a mail may be answered at all, and to which one address (RFC 3834 section 2, RFC 5230 section 4.6)."""

import re
from collections.abc import Iterable

from statement_intake.domain.message import Address, Headers
from statement_intake.domain.value import Value

_LIST_FIELDS = (
    "list-id", "list-help", "list-subscribe", "list-unsubscribe", "list-post", "list-owner", "list-archive",
    "mailing-list",
)  # fmt: skip
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_SUPPRESS = frozenset({"all", "autoreply", "oof"})
_ROBOT = re.compile(r"^(?:owner-.*|.*-request|.*-bounces?|no-?reply|do-?not-?reply|mailer-daemon|listserv|majordomo)$")
_FOR_EVERYONE = re.compile(
    r"^(?:gmail|googlemail|outlook|hotmail|live|msn|yahoo|ymail|aol|icloud|me|gmx|web|mail|yandex|qq|163|126|proton|"
    r"protonmail|zoho|orange|free|laposte|libero|rediffmail)\.[a-z]{2,4}(?:\.[a-z]{2})?$"
)
_ADDRESS = re.compile(r"^[^\s<>@,;:\"\\]{1,64}@[^\s<>@,;:\"\\]{1,255}$")
#: A mail that went through more servers than this is going round in circles (RFC 5321 section 6.3).
_MOST_HOPS = 50


class Recipient(Value):
    """The one address to answer, or why there is none."""

    address: Address | None = None
    why_not: str = ""


def recipient(headers: Headers, own: Iterable[str]) -> Recipient:
    """Whom to answer. *own*: our own addresses, casefolded; nobody among them is ever answered."""
    if why := _why_not(headers, frozenset(own)):
        return Recipient(why_not=why)
    sender = headers.sender[0]
    if len(headers.reply_to) == 1 and _same_organisation(headers.reply_to[0], sender):
        wanted = headers.reply_to[0]
        if _answerable(wanted, frozenset(own)):
            return Recipient(address=wanted)
    return Recipient(address=sender)


def _why_not(headers: Headers, own: frozenset[str]) -> str:
    if len(headers.sender) != 1:
        return "the From field does not name exactly one mailbox"
    if headers.return_path == "":
        return "the envelope sender is null"
    if field := next((field for field in _LIST_FIELDS if headers.all(field)), None):
        return f"it came through a list ({field})"
    if why := _asks_for_silence(headers):
        return why
    if len(headers.all("received")) > _MOST_HOPS:
        return "it passed through too many servers"
    if headers.sender[0].key in own or (headers.return_path or "").casefold() in own:
        return "it comes from our own address"
    if not _answerable(headers.sender[0], own):
        return "the sender's address is not one to answer to"
    return ""


def _asks_for_silence(headers: Headers) -> str:
    if {value.strip().lower() for value in headers.all("precedence")} & _BULK:
        return "Precedence says that it is bulk mail"
    wanted = {token.strip().lower() for value in headers.all("x-auto-response-suppress") for token in value.split(",")}
    if wanted & _SUPPRESS:
        return "it asks for no automatic response (X-Auto-Response-Suppress)"
    if any(value.partition(";")[0].strip().lower() not in {"no", ""} for value in headers.all("auto-submitted")):
        return "it says that a machine sent it (Auto-Submitted)"
    if headers.all("x-loop"):
        return "it carries X-Loop"
    return ""


def _answerable(address: Address, own: frozenset[str]) -> bool:
    local = address.key.rpartition("@")[0]
    return bool(_ADDRESS.match(address.email)) and address.key not in own and not _ROBOT.match(local)


def _same_organisation(one: Address, other: Address) -> bool:
    """Never true of two accounts at a provider for everyone: they have nothing in common but the provider."""
    return _organisation(one) == _organisation(other) and not is_for_everyone(one.domain)


def is_for_everyone(domain: str) -> bool:
    """True for the domain (casefolded) of a provider at which anybody may have an account."""
    return _FOR_EVERYONE.match(domain) is not None


def _organisation(address: Address) -> str:
    """The registrable part of the domain, as far as it can be told without a list: enough to refuse strangers."""
    labels = address.domain.split(".")
    keep = 3 if len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3 else 2  # noqa: PLR2004 - "gov.xx"
    return ".".join(labels[-keep:])
