"""What the scanner for malware says, where one is configured."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding


def check(case: Case) -> Iterator[Finding]:
    """Infected: held in silence. A file that could not be scanned is noted, and nowhere called clean."""
    for attachment in case.message.attachments:
        scan = attachment.scan
        if scan is None or scan.state == "clean":
            continue
        infected = scan.state == "infected"
        yield Finding(
            code="attachment.infected" if infected else "attachment.not_scanned",
            effect=Effect.SILENT if infected else Effect.NOTE,
            message=f"{attachment.name} {'is infected' if infected else 'was not scanned'}: {scan.said}.",
            detail={"name": attachment.name, "said": scan.said},
        )
