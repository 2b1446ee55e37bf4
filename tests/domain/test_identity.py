"""Two copies of one mail have one identity; another mail has another."""

import pytest

from statement_intake.domain.identity import content_identity
from statement_intake.domain.message import Address, Message
from tests.domain.values import SENDER, document, headers, message, video

DATE = ("date", "Wed, 23 Aug 2023 09:30:00 +0200")


def mail(*attachments: object, **changes: object) -> Message:
    """A dated mail."""
    fields: dict[str, object] = {"subject": "12th EMIC statement – France 3"}
    fields |= {key: changes.pop(key) for key in ("sender", "message_id", "subject") if key in changes}
    values: dict[str, object] = {"headers": headers(str(fields.pop("subject")), DATE, **fields)}
    return message(*attachments, **(values | changes))  # type: ignore[arg-type] # attachments, built below


def test_a_copy_with_a_banner_is_the_same() -> None:
    """Files in another order, a footer in the text, a tag in the subject."""
    one = mail(video(), document())
    other = mail(document(), video(), text="[EXTERNAL] Please find attached.", subject="[EXT] 12th EMIC statement")
    assert content_identity(one) == content_identity(other)


@pytest.mark.parametrize(
    "other",
    [
        mail(video()),
        mail(video("other.mp4"), document()),
        mail(video(), document(), message_id="<2@mail.example>"),
        mail(video(), document(), sender=(Address(email="other@mfa.example"),)),
    ],
)
def test_another_content_is_another_mail(other: Message) -> None:
    """Whatever its Message-ID: senders choose theirs."""
    assert content_identity(mail(video(), document())) != content_identity(other)


def test_the_address_counts_without_its_case_and_name() -> None:
    """One gateway writes it otherwise."""
    other = mail(video(), sender=(Address(name="Mission", email=SENDER.upper()),))
    assert content_identity(mail(video())) == content_identity(other)


def test_without_files_the_text_counts() -> None:
    """But for its white space."""
    assert content_identity(mail(text="Thank  you\n")) == content_identity(mail(text="Thank you"))
    assert content_identity(mail(text="Thank you")) != content_identity(mail(text="Thanks"))
