"""Sent to all the addresses that the invitation names."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding


def check(case: Case) -> Iterator[Finding]:
    """Note verbale: statements go to uncac@un.org, with unov.conference@un.org in copy. Blind copies cannot be seen."""
    rules = case.rules
    if rules is None or rules.addresses is None:
        return
    headers = case.message.headers
    seen = {address.key for address in (*headers.to, *headers.cc)}
    if rules.addresses.main.casefold() not in seen:
        yield _missing("recipient.main_missing", rules.addresses.main)
    for copy in rules.addresses.copies:
        if copy.casefold() not in seen:
            yield _missing("recipient.copy_missing", copy)


def _missing(code: str, address: str) -> Finding:
    return Finding(code=code, effect=Effect.NOTE, message=f"{address} was not addressed.", detail={"address": address})
