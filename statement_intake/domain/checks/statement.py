"""A written statement is there, and can be read."""

from collections.abc import Iterator

from statement_intake.domain.checks.case import Case
from statement_intake.domain.checks.documents import problem_of, unreadable, why_unreadable
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.meeting import Kind
from statement_intake.domain.message import Attachment, Category, DocumentProblem
from statement_intake.domain.submission import Role

#: Problems that are reported elsewhere, and not a second time here.
_ELSEWHERE = frozenset({DocumentProblem.ENCRYPTED, DocumentProblem.BOMB, DocumentProblem.LIMITED})


def check(case: Case) -> Iterator[Finding]:
    """Nothing at all is a rejection; a scan of a written statement can be posted, and is only noted."""
    submission = case.submission
    if submission.kind is None and not case.message.encrypted and not case.packed:
        names = [file.attachment.name for file in submission.files]
        yield Finding(
            code="statement.missing",
            effect=Effect.REJECT,
            message="A statement is announced, but neither a video nor a document came with it.",
            detail={"names": names},
        )
    if submission.kind is not Kind.WRITTEN:
        return
    for statement in submission.of(Role.STATEMENT):
        problem = problem_of(statement)
        if problem is None or problem in _ELSEWHERE:
            continue
        yield Finding(
            code="statement.unreadable",
            effect=Effect.NOTE if _can_be_posted(statement, problem) else unreadable(statement, problem),
            message=why_unreadable(statement, problem),
            detail={"name": statement.name, "problem": str(problem)},
        )


def _can_be_posted(statement: Attachment, problem: DocumentProblem) -> bool:
    return problem is DocumentProblem.SCANNED and statement.category is Category.DOCUMENT
