"""The sender: authentic or forged, a registered delegate or none."""

from collections.abc import Iterator

from statement_intake.domain.authentication import Authentication
from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding


def check(case: Case) -> Iterator[Finding]:
    """A forged sender gets no answer: it would go to somebody who has written nothing. No list, no note."""
    address = case.message.headers.sender[0].email if len(case.message.headers.sender) == 1 else ""
    if case.senders.authentication(case.message) is Authentication.FAIL:
        yield Finding(
            code="sender.forged",
            effect=Effect.SILENT,
            message=f"Our mail server says that it does not come from {address}.",
            detail={"sender": address},
        )
    party = case.submission.party
    if party is not None and case.senders.registered(case.message, party.code) is False:
        yield Finding(
            code="sender.unverified",
            effect=Effect.NOTE,
            message=f"{address} is not registered as a delegate of {party.name}.",
            detail={"sender": address, "party": party.code},
        )
