"""What can be said of a document that ought to hold the text; shared by the checks of transcript and statement."""

from statement_intake.domain.finding import Effect
from statement_intake.domain.message import Attachment, Category, DocumentProblem

#: Formats of texts that people can read although the reader cannot. A photo named .docx is none.
_TEXTS = frozenset({"doc", "rtf", "html", "pages", "wpd", "wps"})


def problem_of(attachment: Attachment) -> DocumentProblem | None:
    """Why no text could be read from it; None where it could. A picture of a page is a scan, and slides are no text."""
    if attachment.category is Category.IMAGE:
        return DocumentProblem.SCANNED
    if attachment.category is Category.SLIDES and not (attachment.encrypted or attachment.bomb):
        problem = attachment.document.problem if attachment.document else None
        return DocumentProblem.SLIDES if problem in {None, DocumentProblem.UNSUPPORTED} else problem
    return attachment.document.problem if attachment.document else DocumentProblem.UNSUPPORTED


def unreadable(attachment: Attachment, problem: DocumentProblem) -> Effect:
    """What follows from a problem. An old Word file is a document: that we cannot read it is no fault of its sender."""
    facts = attachment.document
    ours = facts is not None and problem is DocumentProblem.UNSUPPORTED and facts.format in _TEXTS
    return Effect.HOLD if ours else Effect.REJECT


def why_unreadable(attachment: Attachment, problem: DocumentProblem) -> str:
    """What to tell an officer, with the cure where a person could still open it."""
    said = f"{attachment.name} holds no readable text ({problem})."
    if unreadable(attachment, problem) is Effect.HOLD:
        said += " Saved anew as DOCX or PDF it can be read here."
    return said
