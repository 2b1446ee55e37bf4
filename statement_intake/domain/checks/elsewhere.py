"""The same file under two parties' names: somebody's slip, a joint statement, or somebody else's statement."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.submission import Role


def check(case: Case) -> Iterator[Finding]:
    """No robot says whose it is, and no letter says that somebody else sent it."""
    telling = {file.attachment.sha256: file for file in case.submission.files if file.role is not Role.OTHER}
    for other in case.facts.elsewhere:
        if other.sha256 in telling:
            name = telling[other.sha256].attachment.name
            yield Finding(
                code="attachment.elsewhere",
                effect=Effect.HOLD,
                message=f"{name} came before under another party's name ({other.party}, {other.reference}).",
                detail={"name": name, "reference": other.reference, "party": other.party},
            )
