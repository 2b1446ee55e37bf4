"""Mail and attachments that are closed with a key or a password."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.message import OPENPGP, DocumentProblem


def check(case: Case) -> Iterator[Finding]:
    """What is encrypted with a key is held; a password-protected file is refused, with the remedy to send it open."""
    if case.message.encrypted:
        yield Finding(
            code="message.encrypted", effect=Effect.HOLD, message="The mail is encrypted, or signed and damaged."
        )
        return
    sealed = [attachment for attachment in case.message.attachments if attachment.media_type == OPENPGP]
    if names := [attachment.name for attachment in sealed]:
        yield Finding(
            code="message.encrypted",
            effect=Effect.HOLD,
            message=f"Encrypted with PGP: {', '.join(names)}.",
            detail={"names": names},
        )
    for attachment in case.message.attachments:
        document = attachment.document
        if attachment in sealed:
            continue
        if attachment.encrypted or (document is not None and document.problem is DocumentProblem.ENCRYPTED):
            yield Finding(
                code="attachment.encrypted",
                effect=Effect.REJECT,
                message=f"{attachment.name} is protected by a password.",
                detail={"name": attachment.name},
            )
