"""Which document is the text, in which language, and how it wants to be taken."""

import pytest

from statement_intake.domain.language import written_in
from statement_intake.domain.message import Attachment, DocumentProblem, Understood
from statement_intake.domain.submission import Role, Submission, understand
from statement_intake.domain.texts import speech_in
from tests.domain.values import document, knowledge, message, video

WORDS = knowledge().words
SPEECHES = {
    "en": "Mr. Chair, my delegation thanks the secretariat for the preparation of this meeting. We are with you, and "
    "we will support your work.",
    "fr": "Monsieur le Président, ma délégation remercie le Secrétariat pour la préparation de cette réunion. Nous "
    "sommes avec vous dans cette tâche, et nous vous prions d'agréer notre soutien.",
    "es": "Señor Presidente, mi delegación da las gracias a la Secretaría por la preparación de esta reunión. Es para "
    "nuestra delegación un honor, y se lo agradece con mucho gusto.",
    "ru": "Уважаемый господин Председатель, наша делегация благодарит Секретариат за подготовку этого совещания. Мы "
    "высоко ценим вашу работу и надеемся на успех.",
    "ar": "السيد الرئيس، يسر وفد بلادي أن يشكر الأمانة على إعداد هذا الاجتماع. "
    "إن التعاون الدولي هو أساس مكافحة الفساد.",
    "zh": "主席先生，我国代表团感谢秘书处为本次会议所做的准备工作。国际合作是反腐败斗争的基石。",
}


@pytest.mark.parametrize("language", SPEECHES)
def test_each_official_language_is_told(language: str) -> None:
    """From a paragraph, and under an English letterhead too."""
    assert written_in(SPEECHES[language], WORDS) == language
    assert written_in(f"12th EMIC, Vienna, 4 September 2023\n{SPEECHES[language] * 3}", WORDS) == language


@pytest.mark.parametrize(
    "text",
    [
        "Senhor Presidente, a nossa delegação agradece o trabalho da Secretaria e dos colegas, em nome do nosso país.",
        "Sehr geehrter Herr Vorsitzender, unsere Delegation dankt dem Sekretariat für die Vorbereitung der Tagung.",
        "Пане Голово, наша делегація дякує Секретаріату за підготовку цієї зустрічі та її організацію.",
        "آقای رئیس، هیئت نمایندگی ما از دبیرخانه برای برگزاری این نشست گفتگو و پیگیری تشکر می‌کند.",
        "議長、わが国の代表団は、この会議の準備について事務局に感謝いたします。国際協力は重要です。",
        "Κύριε Πρόεδρε, η αντιπροσωπεία μας ευχαριστεί τη Γραμματεία για την προετοιμασία της συνόδου.",
    ],
)
def test_any_other_language_is_other(text: str) -> None:
    """Neighbours of the official ones as well."""
    assert written_in(text, WORDS) == "other"


@pytest.mark.parametrize("text", ["", "Page 1", "12th EMIC – France 3", "主席"])
def test_of_too_little_text_nothing_is_said(text: str) -> None:
    """A title has no language."""
    assert written_in(text, WORDS) is None


def understood(*attachments: Attachment, text: str = "Please find attached our statement.") -> Submission:
    """How a mail with these files is understood."""
    mail = message(*attachments, text=text)
    return understand(mail, knowledge().read_subject(mail.headers.subject), WORDS)


def speech(name: str, language: str, words: int = 330) -> Attachment:
    """A document with a speech in that language."""
    return document(name, words=words, text=SPEECHES[language])


def parts(submission: Submission) -> list[tuple[str, str, bool]]:
    """Name, role, and whether it is a translation, of every file but the video."""
    return [
        (file.attachment.name, str(file.role), (file.attachment.understood or Understood()).translation)
        for file in submission.files
        if file.role is not Role.VIDEO
    ]


def test_of_two_languages_the_first_is_the_text_and_the_other_its_translation() -> None:
    """Where nothing else is said: nobody sends the translation first."""
    assert parts(understood(video(), speech("a.docx", "fr"), speech("b.docx", "en", 300))) == [
        ("a.docx", "transcript", False), ("b.docx", "other", True),
    ]  # fmt: skip


def test_the_language_of_the_speech_decides() -> None:
    """The mail says what is spoken, so that is what the interpreters need."""
    both = (video(), speech("a.docx", "en"), speech("b.docx", "ar"))
    assert parts(understood(*both, text="The statement will be delivered in Arabic.")) == [
        ("a.docx", "other", True), ("b.docx", "transcript", False),
    ]  # fmt: skip


def test_a_document_that_is_called_a_translation_is_one() -> None:
    """Wherever it stands, in whatever language the file is named; and one called transcript is that."""
    for name in ("Unofficial translation.docx", "Traduction_FR.docx", "перевод.docx", "译文.docx"):
        assert parts(understood(video(), speech(name, "en"), speech("Kenya.docx", "fr"))) == [
            (name, "other", True), ("Kenya.docx", "transcript", False),
        ]  # fmt: skip
    assert parts(understood(video(), speech("a.docx", "en", 900), speech("Transcript.docx", "fr"))) == [
        ("a.docx", "other", False), ("Transcript.docx", "transcript", False),
    ]  # fmt: skip


def test_a_short_or_unreadable_document_is_no_translation() -> None:
    """A biography is shorter, and of a scan nothing is known; a statement that is written has translations, too."""
    scan = document("scan.pdf", problem=DocumentProblem.SCANNED, kind="pdf")
    assert parts(understood(video(), speech("bio.docx", "en", 60), speech("b.docx", "fr"), scan)) == [
        ("bio.docx", "other", False), ("b.docx", "transcript", False), ("scan.pdf", "other", False),
    ]  # fmt: skip
    assert parts(understood(speech("a.docx", "ru"), speech("b.docx", "en"))) == [
        ("a.docx", "statement", False), ("b.docx", "other", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        (["The statement will be delivered in French."], "fr"),
        (["L'allocution est prononcée en français ; une version en anglais est jointe."], "fr"),
        (["Attached are the video, recorded in Spanish, and translations in English and in French."], "es"),
        (["Выступление записано на русском языке."], "ru"),
        (["视频发言使用中文。"], "zh"),
        (["البيان باللغة العربية"], "ar"),
        (["Please find the statement in Russian."], "ru"),
        (["The text is attached in English and in French."], None),
        (["", "12th EMIC statement – Spain 3"], None),
        (["France video in French"], "fr"),
    ],
)
def test_the_language_of_the_speech_is_taken_from_what_the_mail_says(texts: list[str], language: str | None) -> None:
    """And from nothing else: a guess would send the interpreters to the wrong booth."""
    assert speech_in(texts, WORDS) == language


def test_the_record_has_it_with_the_video() -> None:
    """Where interpreters look for it."""
    submission = understood(video(), speech("a.docx", "fr"), text="The speech is delivered in French.")
    assert [file.attachment.understood for file in submission.files] == [
        Understood(language="fr"), Understood(language="fr"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("CHECK AGAINST DELIVERY", ("check",)),
        ("[Please check against delivery]", ("check",)),
        ("Seul le prononcé fait foi", ("check",)),
        ("To be read verbatim", ("verbatim",)),
        ("Зачитывается дословно", ("verbatim",)),
        ("以现场发言为准", ("check",)),
        ("يرجى المراجعة عند الإلقاء", ("check",)),
        ("Statement by H.E. the Minister", ()),
    ],
)
def test_how_a_text_wants_to_be_taken_stands_at_its_top_or_its_end(said: str, taken: tuple[str, ...]) -> None:
    """In the words of each language; in the middle it is part of what is said."""
    for text, expected in (
        (f"{said}\n{SPEECHES['en']}", taken),
        (SPEECHES["en"] * 30 + said, taken),
        (SPEECHES["en"] * 30 + said + SPEECHES["en"] * 30, ()),
    ):
        (file,) = understood(document("a.docx", text=text)).files
        assert file.attachment.understood is not None
        assert file.attachment.understood.delivery == expected


def test_the_covering_note_may_say_it_too() -> None:
    """Of the text itself, not of what lies beside it."""
    submission = understood(
        video(), speech("a.docx", "fr"), speech("b.docx", "en"), text="Please check against delivery."
    )
    taken = [file.attachment.understood.delivery for file in submission.files if file.attachment.understood]
    assert taken == [(), ("check",), ()]
