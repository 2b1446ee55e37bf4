"""Whether a mail may be answered at all, and to which one address (RFC 3834 section 2, RFC 5230 section 4.6)."""

import re
from collections.abc import Callable, Iterable
from enum import StrEnum

from statement_intake.domain.message import Address, Headers
from statement_intake.domain.value import Value

_LIST_FIELDS = (
    "list-id", "list-help", "list-subscribe", "list-unsubscribe", "list-post", "list-owner", "list-archive",
    "mailing-list",
)  # fmt: skip
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_SUPPRESS = "x-auto-response-suppress"
_UNWANTED = frozenset({"all", "autoreply", "oof"})
_ROBOT = re.compile(r"^(?:owner-.*|.*-request|.*-bounces?|no-?reply|do-?not-?reply|mailer-daemon|listserv|majordomo)$")
_FOR_EVERYONE = re.compile(
    r"^(?:gmail|googlemail|outlook|hotmail|live|msn|yahoo|ymail|aol|icloud|me|gmx|web|mail|yandex|qq|163|126|proton|"
    r"protonmail|zoho|orange|free|laposte|libero|rediffmail)\.[a-z]{2,4}(?:\.[a-z]{2})?$"
)
_ADDRESS = re.compile(r"^[^\s<>@,;:\"\\]{1,64}@[^\s<>@,;:\"\\]{1,255}$")
#: A mail that went through more servers than this is going round in circles (RFC 5321 section 6.3).
_MOST_HOPS = 50


class Reason(StrEnum):
    """Why a mail gets no automatic answer. The first that applies is told."""

    SENDERS = "the From field does not name exactly one mailbox"
    NULL_SENDER = "the envelope sender is null"
    LIST = "it came through a list"
    BULK = "Precedence says that it is bulk mail"
    SUPPRESSED = "it asks for no automatic response (X-Auto-Response-Suppress)"
    MACHINE = "it says that a machine sent it (Auto-Submitted)"
    LOOP = "it carries X-Loop"
    HOPS = "it passed through too many servers"
    OURSELVES = "it comes from our own address"
    ROBOT = "the sender's address is not one to answer to"


class Reply(Value):
    """The one address to answer, or why there is none."""

    address: Address | None = None
    reason: Reason | None = None
    #: What it was about, where the reason alone does not say: a field's name.
    detail: str = ""

    @property
    def why_not(self) -> str:
        """The reason in plain English; empty if the mail may be answered."""
        if self.reason is None:
            return ""
        return f"{self.reason} ({self.detail})" if self.detail else str(self.reason)


def may_reply(headers: Headers, own: Iterable[str]) -> Reply:
    """Whether a robot may answer, and whom. Every occurrence of every field counts.

    *own*: our own addresses, casefolded; nobody among them is ever answered. What is not answered is not lost: the
    mail stays in sight of a person.
    """
    own = frozenset(own)
    for reason, applies in _REASONS:
        if detail := applies(headers, own):
            return Reply(reason=reason, detail=detail if isinstance(detail, str) else "")
    sender = headers.sender[0]
    if len(headers.reply_to) == 1 and _same_organisation(headers.reply_to[0], sender):
        wanted = headers.reply_to[0]
        if not _is_ours(wanted.email, own) and not _is_robot(wanted):
            return Reply(address=wanted)
    return Reply(address=sender)


def _has_null_sender(headers: Headers, _own: frozenset[str]) -> bool:
    """RFC 5321 section 4.5.5: nobody answers a null reverse-path."""
    return headers.return_path == "" or any(value.strip() == "<>" for value in headers.all("return-path"))


def _list_field(headers: Headers, _own: frozenset[str]) -> str:
    return next((field for field in _LIST_FIELDS if headers.all(field)), "")


def _is_bulk(headers: Headers, _own: frozenset[str]) -> bool:
    return bool({_bare(value) for value in headers.all("precedence")} & _BULK)


def _asks_for_none(headers: Headers, _own: frozenset[str]) -> bool:
    """MS-OXCMAIL: a list of kinds of answers that are not wanted."""
    return bool({_bare(token) for value in headers.all(_SUPPRESS) for token in value.split(",")} & _UNWANTED)


def _is_machines(headers: Headers, _own: frozenset[str]) -> bool:
    """RFC 3834 section 5: anything but "no"."""
    return any(_bare(value) not in {"no", ""} for value in headers.all("auto-submitted"))


def _is_from_us(headers: Headers, own: frozenset[str]) -> bool:
    paths = (headers.return_path or "", *(value.strip().strip("<>") for value in headers.all("return-path")))
    return any(_is_ours(address, own) for address in (headers.sender[0].email, *paths))


#: The policy, in order. Each says whether it applies, or to what.
_REASONS: tuple[tuple[Reason, Callable[[Headers, frozenset[str]], bool | str]], ...] = (
    (Reason.SENDERS, lambda headers, _: headers.sent_by_group or len(headers.sender) != 1),
    (Reason.NULL_SENDER, _has_null_sender),
    (Reason.LIST, _list_field),
    (Reason.BULK, _is_bulk),
    (Reason.SUPPRESSED, _asks_for_none),
    (Reason.MACHINE, _is_machines),
    (Reason.LOOP, lambda headers, _: bool(headers.all("x-loop"))),
    (Reason.HOPS, lambda headers, _: len(headers.all("received")) > _MOST_HOPS),
    (Reason.OURSELVES, _is_from_us),
    (Reason.ROBOT, lambda headers, _: _is_robot(headers.sender[0])),
)


def _bare(value: str) -> str:
    """A token without parameters and comments, in lower case."""
    return value.partition(";")[0].partition("(")[0].strip().lower()


def _is_ours(email: str, own: frozenset[str]) -> bool:
    """Our own address, or that with a tag ("uncac+bounces@un.org")."""
    local, _, domain = email.casefold().rpartition("@")
    return f"{local}@{domain}" in own or f"{local.partition('+')[0]}@{domain}" in own


def _is_robot(address: Address) -> bool:
    return not _ADDRESS.match(address.email) or bool(_ROBOT.match(address.key.rpartition("@")[0]))


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
