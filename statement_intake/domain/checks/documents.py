"""What can be said of a document that ought to hold the text; shared by the checks of transcript and statement."""

from statement_intake.domain.finding import Effect
from statement_intake.domain.message import Attachment, Category, DocumentProblem


def problem_of(attachment: Attachment) -> DocumentProblem | None:
    """Why no text could be read from it; None where it could. A picture of a page is a scan."""
    if attachment.category is Category.IMAGE:
        return DocumentProblem.SCANNED
    return attachment.document.problem if attachment.document else DocumentProblem.UNSUPPORTED


def unreadable(attachment: Attachment, problem: DocumentProblem) -> Effect:
    """What follows from a problem. An old Word file is a document: that we cannot read it is no fault of its sender."""
    ours = problem is DocumentProblem.UNSUPPORTED and attachment.category is Category.DOCUMENT
    return Effect.HOLD if ours else Effect.REJECT
