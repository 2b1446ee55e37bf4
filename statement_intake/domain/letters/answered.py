"""Has a person answered a mail already, or a letter that the ledger has lost? Then the service's own has to wait."""

from collections.abc import Callable

from statement_intake.domain.message import Headers

#: How the reason begins for which such a letter waits.
ANSWERED = "a person has answered already"
#: The same, where it is the service that did: before the ledger was restored from a copy.
FORGOTTEN_LETTER = "a letter of ours that the ledger has lost has answered already"


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


def by_a_forgotten_letter(
    headers: Headers, is_ours: Callable[[str | None], bool], is_known: Callable[[str], bool]
) -> bool:
    """Whether an answer with these *headers* is a letter of the service that its ledger knows nothing of."""
    return is_ours(headers.message_id) and not is_known(headers.message_id or "")
