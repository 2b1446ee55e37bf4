"""Who sends: what our own mail server found out about the sender, and who is registered as a delegate."""

import re
from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from statement_intake.domain.message import Message
from statement_intake.domain.value import Value

_COMMENT = re.compile(r"\([^()]*\)")
_VERDICT = re.compile(r"^\s*(dmarc|spf|dkim)\s*=\s*([a-z]+)", re.IGNORECASE)
_PROPERTY = re.compile(
    r"\b(?:header\.from|header\.d|smtp\.mailfrom)\s*=\s*\"?(?:[^\s;\"@]*@)?([^\s;\"]+)", re.IGNORECASE
)


class Authentication(StrEnum):
    """What is known about the sender's authenticity; only three states are honest."""

    PASS = "pass"  # noqa: S105 - a result, not a secret
    FAIL = "fail"
    UNKNOWN = "unknown"


class Senders(Value):
    """What is configured about senders."""

    #: The authserv-id (RFC 8601 section 2.5) of our own mail server; None: nobody's word is taken.
    trusted: str | None = None
    #: Registered delegates: address, casefolded, to the codes of the parties that it may speak for. None: no list.
    delegates: Mapping[str, frozenset[str]] | None = Field(default=None)

    def authentication(self, message: Message) -> Authentication:
        """What our own server says of the From address: DMARC (RFC 7489), else an aligned DKIM or SPF pass.

        Only the topmost Authentication-Results counts, and only if it is our server's: a sender can write any other one
        himself. Of a mail that an officer passed on nothing is known, since its header came inside another mail.
        """
        passed_on = message.forwarding is not None and message.forwarding.staff
        results = message.headers.all("authentication-results")
        if self.trusted is None or passed_on or not results or len(message.headers.sender) != 1:
            return Authentication.UNKNOWN
        server, *methods = _COMMENT.sub(" ", results[0]).split(";")
        if server.split()[:1] != [self.trusted] and server.strip().casefold().split()[:1] != [self.trusted.casefold()]:
            return Authentication.UNKNOWN
        return _verdict(methods, message.headers.sender[0].domain)

    def registered(self, message: Message, party: str | None) -> bool | None:
        """Whether the sender is registered for *party* (a code); None where there is no list, or no party."""
        if self.delegates is None or party is None or len(message.headers.sender) != 1:
            return None
        return party in self.delegates.get(message.headers.sender[0].key, frozenset())


def _verdict(methods: list[str], sender_domain: str) -> Authentication:
    found: dict[str, set[str]] = {}
    for method in methods:
        if match := _VERDICT.match(method):
            name, result = match[1].lower(), match[2].lower()
            domains = {domain.casefold().rstrip(".") for domain in _PROPERTY.findall(method)}
            if name != "dmarc" and result == "pass" and not any(_aligned(domain, sender_domain) for domain in domains):
                result = "unaligned"
            found.setdefault(name, set()).add(result)
    if dmarc := found.get("dmarc"):
        if "fail" in dmarc:
            return Authentication.FAIL
        return Authentication.PASS if dmarc == {"pass"} else Authentication.UNKNOWN
    if "pass" in found.get("dkim", set()) | found.get("spf", set()):
        return Authentication.PASS
    return Authentication.UNKNOWN


def _aligned(domain: str, sender_domain: str) -> bool:
    """Relaxed alignment (RFC 7489 section 3.1): the same, or one below the other."""
    return bool(domain) and (
        domain == sender_domain or domain.endswith("." + sender_domain) or sender_domain.endswith("." + domain)
    )
