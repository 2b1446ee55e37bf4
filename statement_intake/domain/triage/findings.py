"""What triage finds."""

from statement_intake.domain.finding import Effect, Finding


def silent(code: str, message: str) -> Finding:
    """An officer sees it; nothing is sent."""
    return Finding(code=code, effect=Effect.SILENT, message=message)


def own_mail() -> Finding:
    """A letter of ours."""
    return Finding(
        code="message.automatic",
        effect=Effect.IGNORE,
        message="Our own letter, come back.",
        detail={"why": "our own letter"},
    )


def unrelated() -> Finding:
    """Other people's mail."""
    return Finding(code="message.unrelated", effect=Effect.IGNORE, message="Nothing to do with a statement.")
