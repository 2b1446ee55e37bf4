"""What our own mail server found out about a sender: the field Authentication-Results (RFC 8601 section 2.2)."""

import re
from enum import StrEnum

_VERDICT = re.compile(r"^\s*(dmarc|spf|dkim)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)", re.IGNORECASE)
_PROPERTY = re.compile(r"\b(?:header\.from|header\.[di]|smtp\.mailfrom)\s*=\s*(?:[^\s;@]*@)?([^\s;]+)", re.IGNORECASE)


#: In the place of an authserv-id: Exchange Online writes none. It puts its field on top of all that came with the mail.
MICROSOFT_365 = "microsoft-365"
_FINDING = re.compile(r"^\s*[a-z-]+\s*=", re.IGNORECASE)
#: Nothing speaks for or against the sender: his domain publishes no policy.
_NO_POLICY = {"none", "bestguesspass"}


class Authentication(StrEnum):
    """What is known about the sender's authenticity; only three states are honest."""

    PASS = "pass"  # noqa: S105 - a result, not a secret
    FAIL = "fail"
    UNKNOWN = "unknown"


def verdict(field: str, server: str, sender_domain: str) -> Authentication:
    """What *field* says of *sender_domain*: DMARC (RFC 7489), else an aligned DKIM or SPF pass.

    Unknown where it is not the word of *server*, an authserv-id or MICROSOFT_365.
    """
    said, *methods = _plain(field).split(";")
    if server == MICROSOFT_365:
        methods = [said, *methods] if _FINDING.match(said) else []
    elif said.casefold().split()[:1] != [server.casefold()]:
        return Authentication.UNKNOWN
    found: dict[str, set[str]] = {}
    for method in methods:
        if match := _VERDICT.match(method):
            name, result = match[1].lower(), match[2].lower()
            domains = {domain.casefold().rstrip(".") for domain in _PROPERTY.findall(method)}
            # DMARC speaks of the From address by itself; where it says which, it has to be the one that is read here.
            # One of them may be the sender's own invention: some servers repeat what he signed with unquoted.
            speaks = all(_aligned(domain, sender_domain) for domain in domains) and bool(domains or name == "dmarc")
            if result == "pass" and not speaks:
                result = "unaligned"
            found.setdefault(name, set()).add(result)
    if dmarc := found.get("dmarc", set()) - _NO_POLICY:
        if "fail" in dmarc:
            return Authentication.FAIL
        return Authentication.PASS if found["dmarc"] == {"pass"} else Authentication.UNKNOWN
    if "pass" in found.get("dkim", set()) | found.get("spf", set()):
        return Authentication.PASS
    return Authentication.UNKNOWN


def _plain(field: str) -> str:
    """*field* without its comments, each quoted string one word; empty where one of them never ends.

    The sender chooses his envelope address, and a local part may be quoted: "x; dmarc=pass"@evil.example says nothing.
    Not the reader's way with comments, which gives what it can: here what is doubtful says nothing.
    """
    written: list[str] = []
    depth, quoted, escaped = 0, False, False
    for character in field:
        if escaped:
            escaped = False
        elif character == "\\" and (depth or quoted):
            escaped = True
        elif character == '"' and not depth:
            quoted = not quoted
        elif character == "(" and not quoted:
            depth += 1
        elif character == ")" and depth:
            depth -= 1
            written.append(" ")
        elif quoted:
            written.append(character if character.isalnum() or character in ".-@" else "_")
        elif not depth:
            written.append(character)
    return "" if depth or quoted else "".join(written)


def _aligned(domain: str, sender_domain: str) -> bool:
    """Relaxed alignment (RFC 7489 section 3.1): the same, or one below the other."""
    return bool(domain) and (
        domain == sender_domain or domain.endswith("." + sender_domain) or sender_domain.endswith("." + domain)
    )
