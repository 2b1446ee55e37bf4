"""The rule about what is closed with a key or a password."""

from statement_intake.domain.checks import encrypted
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.message import OPENPGP, DocumentProblem
from tests.domain.values import case, document, video


def closed(name: str) -> Finding:
    """The finding about a protected file."""
    return Finding(
        code="attachment.encrypted",
        effect=Effect.REJECT,
        message=f"{name} is protected by a password.",
        detail={"name": name},
    )


def test_what_is_open_is_not_spoken_of() -> None:
    """No finding."""
    assert list(encrypted.check(case(video(), document()))) == []


def test_a_protected_file_is_to_be_sent_open() -> None:
    """Each is named, whether the archive or the document is closed."""
    protected = document("a.docx", problem=DocumentProblem.ENCRYPTED)
    archive = document("b.zip").model_copy(update={"encrypted": True})
    assert list(encrypted.check(case(video(), protected, archive))) == [closed("a.docx"), closed("b.zip")]


def test_a_file_that_is_encrypted_with_a_key_is_held() -> None:
    """Whoever sent it used PGP as PGP is used; there is no password that could be left out."""
    sealed = document("a.docx.gpg").model_copy(update={"media_type": OPENPGP, "encrypted": True})
    protected = document("b.docx", problem=DocumentProblem.ENCRYPTED)
    assert list(encrypted.check(case(video(), sealed, protected))) == [
        Finding(
            code="message.encrypted", effect=Effect.HOLD, message="Encrypted with PGP: a.docx.gpg.",
            detail={"names": ["a.docx.gpg"]},
        ),
        closed("b.docx"),
    ]  # fmt: skip


def test_of_an_encrypted_mail_nothing_else_is_said() -> None:
    """Its parts are closed because the mail is."""
    parts = document("a.asc").model_copy(update={"encrypted": True})
    assert list(encrypted.check(case(parts, encrypted=True))) == [
        Finding(code="message.encrypted", effect=Effect.HOLD, message="The mail is encrypted, or signed and damaged.")
    ]
