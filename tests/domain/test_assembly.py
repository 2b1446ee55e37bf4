"""Several mails as one: what counts of each."""

from statement_intake.domain.assembly import assemble
from statement_intake.domain.message import Attachment, Category, Message
from tests.domain.values import SUBJECT, document, headers, knowledge, message, video


def whole(*mails: Message) -> Message:
    """Put together."""
    known = knowledge()
    return assemble(mails, known.read_subject, known.words)


def names(of: Message) -> list[str]:
    """The files that count."""
    return [attachment.name for attachment in of.attachments]


def archive(name: str) -> Attachment:
    """Something that was not opened."""
    return Attachment(name=name, media_type="application/vnd.rar", category=Category.ARCHIVE, size=9, sha256="ab" * 32)


def test_one_mail_is_what_it_is() -> None:
    """Nothing is changed."""
    mail = message(video(), document())
    assert whole(mail) is mail


def test_a_video_takes_the_place_of_every_earlier_one_and_a_document_of_every_earlier_document() -> None:
    """Also of a second copy in another format, which could otherwise be taken for the transcript."""
    first = message(video("old.mp4"), document("Transcript.docx", words=900), document("Transcript.pdf", words=900))
    assert names(whole(first, message(video("new.mp4")))) == ["Transcript.docx", "Transcript.pdf", "new.mp4"]
    assert names(whole(first, message(document("Corrected.docx")))) == ["old.mp4", "Corrected.docx"]
    assert names(whole(first, message(video("new.mp4"), document("Corrected.docx")))) == ["new.mp4", "Corrected.docx"]


def test_a_covering_note_replaces_nothing() -> None:
    """It is no version of anything."""
    note = document("Note verbale.docx", text="The Mission presents its compliments", words=90)
    assert names(whole(message(video(), document()), message(note))) == [
        "France.mp4", "Transcript.docx", "Note verbale.docx",
    ]  # fmt: skip


def test_what_could_not_be_opened_gives_way() -> None:
    """The files come openly now."""
    assert names(whole(message(archive("all.rar")), message(video(), document()))) == ["France.mp4", "Transcript.docx"]


def test_a_link_and_a_video_take_each_others_place() -> None:
    """Never both."""
    link = "https://we.tl/t-1"
    linked = message(document(), text=f"Our video: {link}", links=(link,))
    assert whole(linked, message(video())).links == ()
    assert names(whole(linked, message(video()))) == ["Transcript.docx", "France.mp4"]
    assert whole(message(video(), document()), linked).links == (link,)
    assert names(whole(message(video(), document()), linked)) == ["Transcript.docx"]
    kept = whole(linked, message(document("Corrected.docx"), text="Corrected."))
    assert (kept.links, names(kept)) == ((link,), ["Corrected.docx"])


def test_the_newest_mail_is_answered_under_the_subject_that_says_most() -> None:
    """A bare answer does not take away what the first subject said."""
    first, second = message(video(), subject=SUBJECT), message(document(), headers=headers("Re: transcript"))
    assert whole(first, second).headers.subject == SUBJECT
    corrected = message(document(), headers=headers("12th EMIC statement – Kenya 4", message_id="<2@mail.example>"))
    assert whole(message(video(), subject="12th EMIC statement 4"), corrected).headers == corrected.headers
