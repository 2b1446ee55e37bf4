"""The rule about the written statement."""

import pytest

from statement_intake.domain.checks import statement
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.message import DocumentProblem
from tests.domain.values import case, document, picture, video


def unreadable(name: str, problem: str, effect: Effect) -> Finding:
    """The finding about a statement without text."""
    return Finding(
        code="statement.unreadable",
        effect=effect,
        message=f"{name} holds no readable text ({problem}).",
        detail={"name": name, "problem": problem},
    )


def test_a_document_or_a_video_is_there() -> None:
    """No finding."""
    assert list(statement.check(case(document("Statement.docx")))) == []
    assert list(statement.check(case(video()))) == []


def test_nothing_at_all_is_refused() -> None:
    """With the names of what came instead."""
    assert list(statement.check(case(picture("logo.jpg")))) == [
        Finding(
            code="statement.missing",
            effect=Effect.REJECT,
            message="A statement is announced, but neither a video nor a document came with it.",
            detail={"names": ["logo.jpg"]},
        )
    ]


def test_in_an_encrypted_mail_nothing_is_missed() -> None:
    """Nobody has seen what is in it."""
    assert list(statement.check(case(encrypted=True))) == []


@pytest.mark.parametrize(
    ("problem", "effect"),
    [
        (DocumentProblem.SCANNED, Effect.NOTE),
        (DocumentProblem.EMPTY, Effect.REJECT),
        (DocumentProblem.DAMAGED, Effect.REJECT),
        (DocumentProblem.UNSUPPORTED, Effect.REJECT),
    ],
)
def test_a_scan_can_be_posted_the_rest_cannot(problem: DocumentProblem, effect: Effect) -> None:
    """Nobody could read it there."""
    assert list(statement.check(case(document("Statement.pdf", problem=problem)))) == [
        unreadable("Statement.pdf", problem, effect)
    ]


def test_a_photo_is_no_document() -> None:
    """It cannot be posted."""
    assert list(statement.check(case(picture("Statement.jpg")))) == [
        unreadable("Statement.jpg", "scanned", Effect.REJECT)
    ]


@pytest.mark.parametrize("problem", [DocumentProblem.ENCRYPTED, DocumentProblem.BOMB, DocumentProblem.LIMITED])
def test_what_other_rules_report_is_not_said_twice(problem: DocumentProblem) -> None:
    """One fault, one finding."""
    assert list(statement.check(case(document("Statement.pdf", problem=problem)))) == []


def test_an_old_word_file_is_for_a_person() -> None:
    """People can read it, though we cannot."""
    old = document("Statement.doc", problem=DocumentProblem.UNSUPPORTED, kind="doc")
    found = unreadable("Statement.doc", "unsupported", Effect.HOLD)
    cure = f"{found.message} Saved anew as DOCX or PDF it can be read here."
    assert list(statement.check(case(old))) == [found.model_copy(update={"message": cure})]
