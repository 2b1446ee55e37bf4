"""In which language a mail is answered: never in one that is not certain."""

import pytest

from statement_intake.domain.language import answer_in, spoken
from statement_intake.domain.submission import understand
from tests.domain.values import knowledge, message

LINE = "12th EMIC statement – {} 3"
FRENCH = "Madame, Monsieur,\n\nVeuillez trouver ci-joint la déclaration de notre délégation. Cordialement,"
SPANISH = "Estimados señores:\n\nSírvase encontrar adjunta la declaración de nuestra delegación. Saludos cordiales,"
RUSSIAN = "Уважаемые коллеги,\n\nнаправляем выступление нашей делегации и просим подтвердить получение. С уважением,"
ARABIC = "السادة الكرام،\n\nتحية طيبة وبعد، يرجى الاطلاع على البيان المرفق الذي ألقاه وفد بلادنا. مع فائق الاحترام،"
CHINESE = "尊敬的秘书处：\n\n随函附上我国代表团的发言，请查收。谢谢。"


@pytest.mark.parametrize(
    ("subject", "body", "language"),
    [
        (LINE.format("Senegal"), FRENCH, "fr"),
        ("12e EMIC : Déclaration du Sénégal, point 3", FRENCH, "fr"),
        (LINE.format("Chile"), SPANISH, "es"),
        ("Declaración de Chile, tema 3, 12th EMIC", SPANISH, "es"),
        (LINE.format("Kazakhstan"), RUSSIAN, "ru"),
        ("Заявление делегации Казахстана, 12th EMIC, пункт 3", RUSSIAN, "ru"),
        (LINE.format("Egypt"), ARABIC, "ar"),
        ("بيان مصر – 12th EMIC – البند 3", ARABIC, "ar"),
        (LINE.format("China"), CHINESE, "zh"),
        ("12th EMIC 发言 – 中国 – 议程项目3", CHINESE, "zh"),
        (LINE.format("Kenya"), "Dear colleagues, please find attached our statement. Best regards", "en"),
        # The subject says otherwise, or nothing is certain.
        ("Declaración de Chile, tema 3, 12th EMIC", FRENCH, "en"),
        ("Please find attached the statement of Senegal for the 12th EMIC, item 3", FRENCH, "en"),
        ("12e EMIC : Déclaration du Sénégal, point 3", "", "en"),
        (LINE.format("Senegal"), "Ci-joint.", "en"),
        (LINE.format("Senegal"), "Déclaration, discours, Vienne.", "en"),
        # Not to be written to in that language.
        (LINE.format("Ukraine"), RUSSIAN, "en"),
        (LINE.format("Estonia"), RUSSIAN, "en"),
        (LINE.format("Ukraine"), FRENCH, "fr"),
    ],
)
def test_a_mail_is_answered_in_its_language(subject: str, body: str, language: str) -> None:
    """Where note and subject agree; the line that the invitation prescribes contradicts no language."""
    mail = message(subject=subject, text=body)
    assert understand(mail, knowledge().read_subject(subject), knowledge().words).language == language


@pytest.mark.parametrize(
    "body",
    [
        "Шановні колеги, направляємо виступ нашої делегації та просимо підтвердити отримання. З повагою,",
        "Паважаныя калегі, дасылаем выступ нашай дэлегацыі і просім пацвердзіць атрыманне. З павагай,",
        "Уважаеми колеги, изпращаме Ви изказването на нашата делегация. Моля да потвърдите получаването. С уважение,",
        "Поштоване колеге, у прилогу вам шаљемо изјаву наше делегације. С поштовањем,",
        "Құрметті әріптестер, делегациямыздың мәлімдемесін жолдаймыз. Құрметпен,",
        "با سلام و احترام، به پیوست بیانیه هیئت جمهوری اسلامی ایران ارسال می‌گردد. با تشکر از همکاری شما",
        "محترم جناب، ہمارے وفد کا بیان منسلک ہے۔ براہ کرم وصولی کی تصدیق کریں۔ شکریہ",
        "Prezados senhores, segue em anexo a declaração da nossa delegação. Com os melhores cumprimentos, a Missão",
        "Gentili colleghi, si trasmette in allegato la dichiarazione della nostra delegazione. Cordiali saluti",
        "Stimate colege, vă rugăm să găsiți atașat declarația delegației noastre. Cu stimă",
        "Benvolguts, adjunt trobareu la declaració de la nostra delegació. Cordialment, amb una salutació",
        "Sehr geehrte Damen und Herren, anbei finden Sie die Erklärung unserer Delegation. Mit freundlichen Grüßen",
        "お世話になっております。声明文を添付いたしますので、ご確認ください。",
        "안녕하세요. 성명서를 첨부합니다. 확인 부탁드립니다.",
        "Sayın yetkililer, heyetimizin beyanını ekte bulabilirsiniz. Saygılarımızla",
        "Szanowni Państwo, w załączeniu przesyłam oświadczenie naszej delegacji. Z poważaniem",
        "",
        "12345 https://example.org",
    ],
)
def test_other_languages_are_taken_for_none_of_the_six(body: str) -> None:
    """Their neighbours are answered in English."""
    assert spoken(body, knowledge().words) is None
    assert answer_in(body, knowledge().read_subject(LINE.format("Kenya")), knowledge().words) == "en"


def test_a_signature_in_english_changes_nothing() -> None:
    """Most missions have one."""
    body = FRENCH + "\n\nPermanent Mission of the Republic of Senegal\nto the United Nations in Vienna"
    assert spoken(body, knowledge().words) == "fr"
