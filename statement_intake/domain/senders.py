"""Who sends: what our own mail server found out about the sender, and who is registered as a delegate."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from statement_intake.domain.authentication import Authentication, verdict
from statement_intake.domain.houses import Houses
from statement_intake.domain.message import Message
from statement_intake.domain.value import Value


class SenderState(StrEnum):
    """What may honestly be said of a sender. A known address alone proves nothing: anybody can write it."""

    #: Registered for the party, and authentic by the word of our own mail server.
    VERIFIED = "verified_delegate"
    #: Registered for the party, though nothing proves that it is the sender's.
    KNOWN = "known_not_authenticated"
    UNKNOWN = "unknown"


class SenderFacts(Value):
    """What was known of a mail's sender when it was decided about."""

    state: SenderState = SenderState.UNKNOWN
    authentication: Authentication = Authentication.UNKNOWN
    #: The literal domain of the From address, casefolded; empty where From does not name exactly one mailbox.
    domain: str = ""


class Owner(Value):
    """Who may answer for a submission: those who sent it, and whom our letters about it went to."""

    #: The address of its first mail, casefolded; empty where From did not name exactly one mailbox.
    sender: str = ""
    #: Addresses that our letters went to, casefolded.
    written_to: frozenset[str] = frozenset()
    #: One of its mails was authentic by the word of our own mail server.
    authenticated: bool = False


class Senders(Value):
    """What is configured about senders."""

    #: The authserv-id (RFC 8601 section 2.5) of our own mail server; None: nobody's word is taken.
    trusted: str | None = None
    #: Registered delegates: address, casefolded, to the codes of the parties that it may speak for. None: no list.
    delegates: Mapping[str, frozenset[str]] | None = Field(default=None)
    #: Whose a domain is.
    houses: Houses = Houses()

    def facts(self, message: Message, party: str | None) -> SenderFacts:
        """What is known of the sender of *message*, who writes for *party* (a code)."""
        authentication = self.authentication(message)
        state = SenderState.UNKNOWN
        if self.registered(message, party):
            state = SenderState.VERIFIED if authentication is Authentication.PASS else SenderState.KNOWN
        domain = message.headers.sender[0].domain if len(message.headers.sender) == 1 else ""
        return SenderFacts(state=state, authentication=authentication, domain=domain)

    def may_act(self, message: Message, owner: Owner, *, has_our_letter: bool = False) -> bool:
        """Whether the sender of *message* may complete, replace or take back what is *owner*'s.

        The same address, or the same governmental house; never two accounts at a provider for everyone. Where a mail
        server's word is taken it has to be there: nobody who is forged may, nobody less authentic than the owner was,
        and an address alone is enough only with what our letter about it says (*has_our_letter*), which went to the
        owner. What an officer passes on acts for nobody: anybody can have written it, and an officer has other means.
        """
        passed_on = message.forwarding is not None and message.forwarding.staff
        if len(message.headers.sender) != 1 or not owner.sender or passed_on:
            return False
        sender = message.headers.sender[0]
        if not self._is_authentic_enough(self.authentication(message), owner, has_our_letter=has_our_letter):
            return False
        # "ß" folds to "ss", and yet the two are different domains, and different people's.
        if sender.email.lower() != sender.key:
            return False
        if sender.key == owner.sender or sender.key in owner.written_to:
            return True
        house = self.houses.house(sender.domain)
        proven = self.authentication(message) is Authentication.PASS or self.trusted is None
        return proven and house is not None and house == self.houses.house(owner.sender.rpartition("@")[2])

    def _is_authentic_enough(self, word: Authentication, owner: Owner, *, has_our_letter: bool) -> bool:
        if word is Authentication.UNKNOWN:
            return not owner.authenticated and (has_our_letter or self.trusted is None)
        return word is Authentication.PASS

    def authentication(self, message: Message) -> Authentication:
        """What our own server says of the From address: DMARC (RFC 7489), else an aligned DKIM or SPF pass.

        Only the topmost Authentication-Results counts, and only if it is our server's: a sender can write any other one
        himself. Of a mail that an officer passed on nothing is known, since its header came inside another mail.
        """
        passed_on = message.forwarding is not None and message.forwarding.staff
        results = message.headers.all("authentication-results")
        if self.trusted is None or passed_on or not results or len(message.headers.sender) != 1:
            return Authentication.UNKNOWN
        return verdict(results[0], self.trusted, message.headers.sender[0].domain)

    def registered(self, message: Message, party: str | None) -> bool | None:
        """Whether the sender is registered for *party* (a code); None where there is no list, or no party."""
        if self.delegates is None or party is None or len(message.headers.sender) != 1:
            return None
        return party in self.delegates.get(message.headers.sender[0].key, frozenset())
