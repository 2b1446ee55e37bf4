"""Who speaks: certain, unknown, ambiguous, or one that no robot should answer."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding


def check(case: Case) -> Iterator[Finding]:
    """At most one finding. Similarity only suggests; it never decides."""
    speakers = case.reading.speakers
    if case.submission.party is not None:
        return
    if speakers.organisation is not None:
        yield Finding(
            code="sender.organisation",
            effect=Effect.SILENT,
            message=f"An organisation speaks: {speakers.text}.",
            detail={"text": speakers.text},
        )
    elif speakers.sensitive is not None:
        yield Finding(
            code="subject.party_sensitive",
            effect=Effect.SILENT,
            message=f"Only a person should answer: {speakers.sensitive}.",
            detail={"text": speakers.sensitive},
        )
    elif speakers.candidates:
        names = [party.name for party in dict.fromkeys(speakers.candidates)]
        yield Finding(
            code="subject.party_ambiguous",
            effect=Effect.HOLD,
            message=f"It is not certain who speaks: “{speakers.text}” may be {' or '.join(names)}.",
            detail={"text": speakers.text, "candidates": names},
        )
    elif speakers.unknown:
        names = [party.name for party in case.reading.suggestions]
        near = f" Close names: {', '.join(names)}." if names else ""
        yield Finding(
            code="subject.party_unknown",
            effect=Effect.REJECT,
            message=f"“{speakers.unknown}” is not a known country or group.{near}",
            detail={"text": speakers.unknown, "suggestions": names},
        )
    elif not case.reading.placeholder:
        yield Finding(
            code="subject.party_missing", effect=Effect.REJECT, message="The subject line names no country or group."
        )
