"""The corrections that officers have made to a submission, kept by codes."""

from typing import Any

from statement_intake.domain.coverage import item_order
from statement_intake.domain.judge import Knowledge
from statement_intake.review.verdict import Correction, NoSuchPartyError


def remember(before: dict[str, Any], correction: Correction, knowledge: Knowledge) -> dict[str, Any]:
    """The corrections so far with the new ones over them."""
    after = dict(before)
    if correction.party is not None:
        known = knowledge.parties.get(correction.party.upper())
        code = known.code if known else _party_by_name(correction.party, knowledge)
        if code is None:
            raise NoSuchPartyError(f"there is no party {correction.party}; give its code, such as FRA")
        after["party"] = code
    if correction.items:
        after["items"] = sorted(set(correction.items), key=item_order)
    if correction.kind is not None:
        after["kind"] = str(correction.kind)
    if correction.main is not None:
        after["main"] = correction.main
    return after


def _party_by_name(name: str, knowledge: Knowledge) -> str | None:
    mention = knowledge.parties.exact(name)
    return mention.parties[0].code if mention and len(mention.parties) == 1 else None
