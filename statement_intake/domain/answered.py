"""Has a person of the secretariat answered a mail already? Then the service's own letter about it has to wait."""

from collections.abc import Callable

from statement_intake.domain.message import Headers

#: How the reason begins for which such a letter waits.
ANSWERED = "a person has answered already"


def by_a_person(headers: Headers, own: frozenset[str], is_ours: Callable[[str | None], bool]) -> bool:
    """Whether an answer with these *headers* was written by somebody of the secretariat.

    *own*: the addresses that statements go to and letters come from, casefolded; colleagues are those of the same
    domains. *is_ours*: whether a Message-ID is one of the service's letters. What a machine sent says so (RFC 3834).
    """
    if is_ours(headers.message_id):
        return False
    if any(value.partition(";")[0].strip().casefold() != "no" for value in headers.all("auto-submitted")):
        return False
    domains = {address.rpartition("@")[2] for address in own}
    return any(sender.domain in domains for sender in headers.sender)
