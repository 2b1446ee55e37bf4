"""What is in a document and not on its pages: nobody means to publish it, and few know that it is there."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.message import Hidden


def check(case: Case) -> Iterator[Finding]:
    """A note for each document, for officers alone.

    With more than the names of its authors, `detail["blocks"]` is true: it is not published before somebody has looked
    at it. Names go with the metadata, without which every document is published anyway.
    """
    for attachment in case.message.attachments:
        if attachment.document is not None and attachment.document.hidden.anything:
            yield _finding(attachment.name, attachment.document.hidden)


def _finding(name: str, hidden: Hidden) -> Finding:
    counted = (
        (hidden.changes, "tracked change"),
        (hidden.comments, "comment"),
        (hidden.characters, "hidden character"),
        (hidden.files, "enclosed file"),
        (hidden.scripts, "script"),
    )
    beneath = [f"{count:,} {what}{'' if count == 1 else 's'}" for count, what in counted if count]
    named = [f"the names of {', '.join(hidden.people)}"] if hidden.people else []
    return Finding(
        code="document.hidden",
        effect=Effect.NOTE,
        message=f"{name} holds what its pages do not show: {'; '.join(beneath + named)}.",
        detail={"name": name, "blocks": bool(beneath)} | hidden.model_dump(mode="json"),
    )
