"""Which mail is an attempt at a statement, at a glance and when it was read."""

import pytest

from statement_intake.domain.message import Attachment, Category, Glance, Message, Part
from statement_intake.domain.triage.glancing import Answer, Look, glance
from statement_intake.domain.triage.judging import triage
from statement_intake.domain.triage.ties import Ties
from tests.domain.values import RECEIVED, document, headers, knowledge, message, video

PLAIN = Part(media_type="text/plain")
MP4 = Part(media_type="video/mp4", name="France.mp4")
PDF = Part(media_type="application/pdf", name="France.pdf")
ZIP = Part(media_type="application/zip", name="France.zip")


def look(subject: str, *parts: Part, known: bool = False, answers: str | None = None) -> Look:
    """Glance at a mail with these parts."""
    seen = Glance(headers=headers(subject), parts=parts, size=1000, received=RECEIVED)
    return glance(seen, knowledge().read_hint, Ties(known_sender=known, answers=answers))


@pytest.mark.parametrize(
    ("subject", "parts", "answer"),
    [
        ("12th EMIC statement – France 3", (PLAIN,), Answer.ATTEMPT),
        ("12th EMIC – France 3", (PLAIN, MP4), Answer.ATTEMPT),
        ("12th EMIC – France", (PLAIN, PDF), Answer.UNSURE),
        ("12th EMIC question", (PLAIN,), Answer.UNSURE),
        ("France 3", (PLAIN, MP4), Answer.UNSURE),
        ("", (MP4,), Answer.UNSURE),
        ("Statement of France", (PLAIN, PDF), Answer.UNSURE),
        ("Statement of France", (PLAIN, ZIP), Answer.UNSURE),
        ("x@y.example sent you files via WeTransfer", (PLAIN,), Answer.UNSURE),
        ("Kossi D. a partagé « Bénin.mp4 » avec vous", (PLAIN,), Answer.UNSURE),
        ("Video compartido contigo: «Perú»", (PLAIN,), Answer.UNSURE),
        ("ivanov@mid.example отправил(а) вам файлы", (PLAIN,), Answer.UNSURE),
        ("wang@mfa.example 向您发送了文件", (PLAIN,), Answer.UNSURE),
        ("تمت مشاركة ملف معك", (PLAIN,), Answer.UNSURE),
        (
            "Fwd:",
            (Part(media_type="message/rfc822", forwarded_subject="12th EMIC statement – France 3"),),
            Answer.ATTEMPT,
        ),
        ("Your bank statement", (PLAIN, PDF), Answer.OTHER),
        ("Complaint against a ministry", (PLAIN, PDF), Answer.OTHER),
        ("Condolences", (PLAIN,), Answer.OTHER),
        ("Holiday pictures", (PLAIN, MP4), Answer.UNSURE),
        ("Witness statement of a citizen", (PLAIN, PDF), Answer.OTHER),
        ("My statement about my employer", (PLAIN, PDF), Answer.OTHER),
        ("Automatic reply: 12th EMIC statement – France 3", (PLAIN,), Answer.OTHER),
    ],
)
def test_a_glance_tells_what_to_download(subject: str, parts: tuple[Part, ...], answer: Answer) -> None:
    """Other people's mail is never downloaded, and says why."""
    seen = look(subject, *parts)
    assert seen.answer is answer
    assert (seen.finding is not None) == (answer is Answer.OTHER)


@pytest.mark.parametrize(
    "kind", ["application/vnd.ms-outlook", "application/ms-tnef", "message/rfc822", "application/zip"]
)
def test_what_a_delegate_sends_packed_is_looked_into(kind: str) -> None:
    """A registered delegate, or who has sent a statement before; anybody else's stays unread."""
    assert look("Fw: video", PLAIN, Part(media_type=kind), known=True).answer is Answer.UNSURE
    assert look("Fw: video", PLAIN, Part(media_type=kind)).answer is Answer.OTHER
    assert look("Fw: minutes", PLAIN, PDF, known=True).answer is Answer.OTHER


@pytest.mark.parametrize(
    ("files", "code"), [((document(),), "message.doubtful"), ((), "message.conversation")], ids=["file", "none"]
)
def test_a_reference_that_is_nobodys_is_mistyped(files: tuple[Attachment, ...], code: str) -> None:
    """Its sender has had a letter of ours, or so it seems: an officer sees it, whatever else the subject says."""
    reading = knowledge().read_subject("The text for SI-7K3M-9QWX")
    seen = Glance(headers=headers(reading.subject), parts=(PLAIN,), size=1000, received=RECEIVED)
    assert glance(seen, knowledge().read_hint, Ties(misnamed=True)).answer is Answer.UNSURE
    mail = message(*files, headers=headers(reading.subject))
    found = triage(mail, reading, (), Ties(misnamed=True), knowledge().words)
    assert found is not None
    assert (found.code, str(found.effect)) == (code, "silent")


def test_a_structure_that_cannot_be_read_is_never_other() -> None:
    """It is downloaded, and judged by its body."""
    seen = Glance(headers=headers("Hello"), parts=None, size=1000, received=RECEIVED)
    assert glance(seen, knowledge().read_hint, Ties()).answer is Answer.UNSURE


def test_ties_make_a_mail_worth_a_look() -> None:
    """A sender who sent a statement before; an answer to our letter."""
    assert look("Our statement", PLAIN, PDF).answer is Answer.OTHER
    assert look("Our statement", PLAIN, PDF, known=True).answer is Answer.UNSURE
    assert look("Hello", PLAIN, answers="SI-0000-0001").answer is Answer.UNSURE


def code(mail: Message, ties: Ties | None = None) -> str | None:
    """What triage finds in a mail that was read."""
    reading = knowledge().read_subject(mail.headers.subject)
    inner = [knowledge().read_subject(subject) for subject in mail.forwarded_subjects]
    found = triage(mail, reading, inner, ties or Ties(), knowledge().words)
    return found.code if found else None


RE = "Re: 12th EMIC statement – France 3"
FORWARDED = document("mail.eml").model_copy(update={"category": Category.MESSAGE, "document": None})
ARCHIVE = document("France.zip").model_copy(update={"category": Category.ARCHIVE})


@pytest.mark.parametrize(
    ("mail", "found"),
    [
        (message(video(), document()), None),
        (message(document(), subject="12th EMIC – France 3"), None),
        (message(video(), subject="12th EMIC"), None),
        (message(text="Please find attached our statement."), None),
        (message(text=""), None),
        (message(text="We will send it tomorrow."), "message.conversation"),
        (message(text="Did you receive our statement?"), "message.conversation"),
        (message(text="Thank you!", subject=RE), "message.conversation"),
        (message(subject="Question on the 12th EMIC"), "message.conversation"),
        (message(document(), subject="Request for extension: 12th EMIC statement – France 3"), "message.doubtful"),
        (message(document(), subject="DRAFT 12th EMIC statement – France 3"), "message.doubtful"),
        (message(document(), subject="12th EMIC – France"), "message.doubtful"),
        (message(document("Note verbale.pdf")), "message.doubtful"),
        (message(ARCHIVE), None),
        (message(ARCHIVE, subject="Re: 12th EMIC"), "message.doubtful"),
        (message(ARCHIVE, subject="Statement of Kenya"), "message.doubtful"),
        (message(encrypted=True, subject="Statement of Kenya"), "message.doubtful"),
        (message(document(), subject="Statement of France, item 3"), "message.doubtful"),
        (message(video(), subject="Hello"), "message.doubtful"),
        (message(document(), subject="Automatic reply: 12th EMIC statement – France 3"), "message.no_reply"),
        (message(subject="Withdrawal of 12th EMIC statement – France 3"), "message.withdrawal"),
        (message(document(), subject="Withdrawal of 12th EMIC statement – France 3"), "message.withdrawal"),
        (message(text="We withdraw our statement.", subject=RE), "message.withdrawal"),
        (
            message(FORWARDED, subject="Fwd: please see", forwarded_subjects=("12th EMIC statement – Kenya 4",)),
            "message.doubtful",
        ),
        (message(document(), subject="Hello"), "message.unrelated"),
        (message(subject="Condolences"), "message.unrelated"),
    ],
)
def test_only_an_attempt_reaches_the_rules(mail: Message, found: str | None) -> None:
    """Everything else is held in silence, or is not ours."""
    assert code(mail) == found


def test_a_disclaimer_withdraws_nothing() -> None:
    """Nor does a replacement."""
    disclaiming = "Attached.\nIf you are not the intended recipient please disregard this."
    assert code(message(document("Statement.docx"), text=disclaiming)) is None
    assert code(message(video(), document(), text="Please disregard the previous version.")) is None


def test_our_own_letter_come_back_is_ignored() -> None:
    """Known by its key."""
    assert code(message(video(), document()), Ties(ours=True)) == "message.automatic"


def test_an_answer_to_our_letter_that_brings_a_file_is_an_attempt() -> None:
    """Whatever its subject."""
    assert code(message(document(), subject="Here it is"), Ties(answers="SI-0000-0001")) is None
    assert code(message(subject="Thanks"), Ties(answers="SI-0000-0001")) == "message.conversation"
