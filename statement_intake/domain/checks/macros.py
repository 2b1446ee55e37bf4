"""Documents that carry programs. They are never run here, and interpreters should not have to open them."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding


def check(case: Case) -> Iterator[Finding]:
    """Held, whatever else the document is; the sender is asked for the same text without them."""
    for attachment in case.message.attachments:
        if attachment.document is not None and attachment.document.macros:
            yield Finding(
                code="document.macros",
                effect=Effect.HOLD,
                message=f"{attachment.name} carries macros.",
                detail={"name": attachment.name},
            )
