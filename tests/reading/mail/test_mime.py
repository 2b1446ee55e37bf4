"""From raw mail to a Message: files are found however they are packed."""

import base64
from email.message import EmailMessage
from pathlib import Path

import pytest

from statement_intake.domain.message import Category, Message
from statement_intake.reading.mail.mime import read_message
from statement_intake.reading.mail.names import safe_name
from tests.reading import packed
from tests.reading.conftest import make_pdf, page

TEXT = b"The delegation thanks the secretariat for its work."


def read(raw: bytes | str, tmp_path: Path, **limits: int) -> Message:
    """Read a mail in this process."""
    raw = raw if isinstance(raw, bytes) else raw.encode()
    (tmp_path / "raw").write_bytes(raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    (tmp_path / "out").mkdir(exist_ok=True)
    values = {"message_bytes": 200_000_000, "output_bytes": 400_000_000} | limits
    return read_message(
        tmp_path / "raw",
        tmp_path / "out",
        seconds=60,
        message_bytes=values["message_bytes"],
        output_bytes=values["output_bytes"],
    )


def mail(*parts: str, kind: str = "mixed", head: str = "") -> str:
    """A multipart mail of parts that are written out."""
    body = "".join(f"--b\n{part}\n" for part in parts)
    return f"From: a@x.org\nSubject: s\n{head}Content-Type: multipart/{kind}; boundary=b\n\n{body}--b--\n"


def file(headers: str, content: bytes = TEXT) -> str:
    """A part in base64."""
    return f"{headers}\nContent-Transfer-Encoding: base64\n\n{base64.encodebytes(content).decode()}"


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ('Content-Type: text/plain\nContent-Disposition: attachment; filename="a.txt"', "a.txt"),
        ("Content-Type: text/plain\nContent-Disposition: attachment", "attachment-1.txt"),
        ('Content-Type: text/plain; name="a.txt"', "a.txt"),
        ('Content-Type: application/octet-stream; name="a.txt"\nContent-Disposition: inline', "a.txt"),
        ("Content-Type: application/octet-stream", "attachment-1.txt"),
        (
            "Content-Type: text/plain\nContent-Disposition: inline;\n filename*=utf-8'fr'd%C3%A9claration.txt",
            "déclaration.txt",
        ),
        (
            "Content-Type: text/plain; name*0*=utf-8''d%C3%A9; name*1*=clar%61;\n name*2=tion.txt",
            "déclaration.txt",
        ),
        ('Content-Type: text/plain; name="=?utf-8?Q?d=C3=A9claration.txt?="', "déclaration.txt"),
        ('Content-Type: text/plain; name="=?iso-8859-1?B?ZOljbGFyYXRpb24udHh0?="', "déclaration.txt"),
        ('Content-Type: text/plain; name="=?utf-8?Q?d=C3=A9?=\n =?utf-8?Q?claration.txt?="', "déclaration.txt"),
        (
            "Content-Type: text/plain; name=x\nContent-Disposition: inline; filename=y; filename*=''%C3%A9.txt",
            "é.txt",
        ),
        ("Content-Type: text/plain; name=déclaration.txt", "déclaration.txt"),
        ("Content-Type: text/plain; name*=no-such'x'a%2Etxt", "a.txt"),
        ("Content-Type: text/plain; name=a b.txt; x=y", "a b.txt"),
        (r'Content-Type: text/plain; name="a\"b.txt"', "a_b.txt"),
        ('Content-Type: text/plain; name="../../etc/a.txt"', "a.txt"),
    ],
)
def test_a_file_is_found_however_it_is_packed(headers: str, name: str, tmp_path: Path) -> None:
    """By disposition, by name, or because it is no text."""
    message = read(mail("Content-Type: text/plain\n\nhello", file(headers)), tmp_path)
    assert [attachment.name for attachment in message.attachments] == [name]
    assert (tmp_path / "out" / message.attachments[0].sha256).read_bytes() == TEXT
    assert message.text == "hello"


def test_a_raw_latin_name_is_guessed(tmp_path: Path) -> None:
    """Old programs write bytes."""
    raw = (
        mail(file("Content-Type: text/plain; name=NAME")).encode().replace(b"NAME", "déclaration.txt".encode("cp1252"))
    )
    assert read(raw, tmp_path).attachments[0].name == "déclaration.txt"


@pytest.mark.parametrize(
    ("written", "declared", "name"),
    [
        ("gb18030", "gb2312", "加纳发言视频.txt"),
        ("koi8-r", "koi8-r", "Заявление Ганы.txt"),
        ("cp1256", "windows-1256", "بيان غانا.txt"),
        ("big5", "big5", "加納發言.txt"),
        ("utf-8", "gb2312", "加纳发言.txt"),
        ("utf-8", "koi8-r", "Заявление.txt"),
        ("cp1252", "iso-8859-1", "déclaration.txt"),
        ("cp1252", "x-none", "déclaration.txt"),
    ],
)
def test_a_raw_name_is_in_the_charset_of_the_mail(written: str, declared: str, name: str, tmp_path: Path) -> None:
    """A few bytes resemble many a charset; what the program wrote the body in tells."""
    head = 'Content-Type: application/octet-stream; name="NAME"\nContent-Disposition: attachment; filename="NAME"'
    raw = mail(f"Content-Type: text/plain; charset={declared}\n\nhello", file(head)).encode()
    message = read(raw.replace(b"NAME", name.encode(written)), tmp_path)
    assert [attachment.name for attachment in message.attachments] == [name]


def test_names_in_a_zip_are_in_the_charset_of_the_mail(tmp_path: Path) -> None:
    """As Chinese Windows packs them, without a word about it."""
    archive = packed.zipped({"xxxxxxxxxxxx.txt": TEXT}).replace(b"xxxxxxxxxxxx", "加纳发言视频".encode("gb18030"))
    raw = mail("Content-Type: text/plain; charset=gbk\n\nhello", file("Content-Type: application/zip", archive))
    assert [attachment.name for attachment in read(raw, tmp_path).attachments] == ["加纳发言视频.txt"]


def test_apple_mail_puts_files_between_texts(tmp_path: Path) -> None:
    """Inline, within multipart/mixed within multipart/alternative."""
    pdf = make_pdf(tmp_path / "pdf", page("The delegation thanks you all")).read_bytes()
    inner = mail(
        "Content-Type: text/html\n\n<p>above</p>",
        file('Content-Type: application/pdf; name="t.pdf"\nContent-Disposition: inline; filename="t.pdf"', pdf),
        "Content-Type: text/html\n\n<p>below</p>",
    ).partition("Content-Type")
    raw = mail("Content-Type: text/plain\n\nabove below", (inner[1] + inner[2]).replace("b", "b"), kind="alternative")
    raw = raw.replace("boundary=b\n\n--b\nContent-Type: text/plain", "boundary=a\n\n--a\nContent-Type: text/plain")
    raw = raw.replace("--b\nContent-Type: multipart/mixed", "--a\nContent-Type: multipart/mixed")
    message = read(raw, tmp_path)
    assert [(a.name, a.inline, a.category) for a in message.attachments] == [("t.pdf", True, "document")]
    assert message.text == "above below"


def test_html_alone_becomes_text_and_its_anchors_links(tmp_path: Path) -> None:
    """What a reader would see, and where the links lead."""
    html = (
        "<html><head><title>no</title><style>p{}</style></head><body><p>Dear&nbsp;colleagues,</p><script>no()</script>"
        "<p>the <b>video</b>: <a href='https://we.tl/t-1'>here</a> or (https://x.org/a_(b)).<br>End</p></body></html>"
    )
    message = read(f"From: a@x.org\nContent-Type: text/html; charset=utf-8\n\n{html}", tmp_path)
    assert message.text == "Dear colleagues,\n\nthe video: here or (https://x.org/a_(b)).\nEnd"
    assert message.links == ("https://x.org/a_(b)", "https://we.tl/t-1")


def test_plain_text_counts_where_html_says_the_same(tmp_path: Path) -> None:
    """Unless the plain alternative is empty."""
    both = mail("Content-Type: text/plain\n\nplain", "Content-Type: text/html\n\n<p>html</p>", kind="alternative")
    assert read(both, tmp_path).text == "plain"
    empty = mail("Content-Type: text/plain\n\n \n", "Content-Type: text/html\n\n<p>html</p>", kind="alternative")
    assert read(empty, tmp_path).text == "html"


@pytest.mark.parametrize(
    ("charset", "raw"),
    [
        ("windows-1251", "Уважаемый".encode("cp1251")),
        ("no-such", "Уважаемый".encode()),
        ("us-ascii", "Уважаемый".encode()),
        ("zip_codec", "Уважаемый".encode()),
    ],
)
def test_a_body_is_decoded_in_its_charset_or_by_its_looks(charset: str, raw: bytes, tmp_path: Path) -> None:
    """Unknown and wrong labels do no harm."""
    head = f"From: a@x.org\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"
    assert read(head.encode() + raw, tmp_path).text == "Уважаемый"


def test_a_forwarded_mails_files_are_not_the_outer_mails(tmp_path: Path) -> None:
    """It is one file, named after its subject."""
    inner = "Subject: =?utf-8?Q?D=C3=A9claration?= 3/4\n" + mail(
        "\nbody of the inner", file('Content-Type: text/plain; name="i.txt"')
    )
    inner = inner.replace("Subject: s\n", "").replace("=b", "=i").replace("--b", "--i")
    message = read(mail("Content-Type: text/plain\n\nsee below", f"Content-Type: message/rfc822\n\n{inner}"), tmp_path)
    assert [(a.name, a.category) for a in message.attachments] == [("Déclaration 3-4.eml", Category.MESSAGE)]
    assert message.text == "see below"
    assert message.structure == ("multipart/mixed", "text/plain", "message/rfc822")
    kept = (tmp_path / "out" / message.attachments[0].sha256).read_bytes()
    assert b"body of the inner" in kept
    assert b"i.txt" in kept


def test_a_big_forwarded_mail_comes_out_whole(tmp_path: Path) -> None:
    """What was cut out of the skeleton is put back into it."""
    content = bytes(range(256)) * 2_000
    inner = mail(file('Content-Type: text/plain; name="i.bin"', content)).replace("=b", "=i").replace("--b", "--i")
    message = read(mail(f"Content-Type: message/rfc822\n\n{inner}"), tmp_path)
    kept = (tmp_path / "out" / message.attachments[0].sha256).read_bytes().replace(b"\r\n", b"\n")
    assert base64.encodebytes(content) in kept


def test_signed_mail_is_read_and_its_signature_is_no_document(tmp_path: Path) -> None:
    """multipart/signed: the first part is the content."""
    signature = file(
        'Content-Type: application/pkcs7-signature; name="smime.p7s"',
        b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02",
    )
    message = read(mail("Content-Type: text/plain\n\nsigned words", signature, kind="signed"), tmp_path)
    assert (message.text, message.encrypted) == ("signed words", False)
    assert [a.category for a in message.attachments] == [Category.OTHER]


@pytest.mark.parametrize(
    "raw",
    [
        mail(
            file("Content-Type: application/pgp-encrypted", b"Version: 1"),
            file("Content-Type: application/octet-stream"),
            kind="encrypted",
        ),
        file("From: a@x.org\nContent-Type: application/x-pkcs7-mime; smime-type=signed-data; name=smime.p7m"),
        "From: a@x.org\n\n-----BEGIN PGP MESSAGE-----\n\nabcd\n-----END PGP MESSAGE-----\n",
    ],
    ids=["PGP/MIME", "S/MIME", "PGP in the text"],
)
def test_encrypted_mail_is_known(raw: str, tmp_path: Path) -> None:
    """It cannot be opened here."""
    message = read(raw, tmp_path)
    assert message.encrypted
    assert any("S/MIME object is not opened" in defect for defect in message.defects) == ("x-pkcs7-mime" in raw)


def test_calendars_and_winmail_are_told(tmp_path: Path) -> None:
    """Whatever they are called."""
    message = read(
        mail(
            "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR",
            file('Content-Type: application/ms-tnef; name="winmail.dat"', b"\x78\x9f\x3e\x22" + bytes(20)),
        ),
        tmp_path,
    )
    assert [(a.name, a.category) for a in message.attachments] == [
        ("attachment-1.ics", Category.CALENDAR),
        ("winmail.dat", Category.ARCHIVE),
    ]


def test_a_logo_in_a_signature_is_inline(tmp_path: Path) -> None:
    """It has a Content-ID."""
    png = file('Content-Type: image/png; name="logo.png"\nContent-ID: <logo@x>', b"\x89PNG\r\n\x1a\n" + bytes(50))
    message = read(mail("Content-Type: text/html\n\n<img src='cid:logo@x'>", png, kind="related"), tmp_path)
    assert [(a.name, a.inline, a.category) for a in message.attachments] == [("logo.png", True, Category.IMAGE)]


@pytest.mark.parametrize(
    ("encoded", "content", "defect"),
    [
        (base64.encodebytes(TEXT)[:42], TEXT[:31], "breaks off"),
        (base64.encodebytes(TEXT)[:41], TEXT[:30], "breaks off"),
        (b"!!" + base64.encodebytes(TEXT).replace(b"\n", b"\n*\x80"), TEXT, "foreign characters"),
        (base64.encodebytes(b"ab") + b"\nSent from my phone", b"ab", "goes on after its end"),
        (b"", b"", ""),
    ],
)
def test_of_broken_base64_what_is_valid_is_kept(encoded: bytes, content: bytes, defect: str, tmp_path: Path) -> None:
    """And the mail's defects say so."""
    raw = mail("Content-Type: application/octet-stream; name=a.txt\nContent-Transfer-Encoding: base64\n\n@").encode()
    message = read(raw.replace(b"@", encoded, 2).replace(encoded + b"x.org", b"@x.org"), tmp_path)
    assert (tmp_path / "out" / message.attachments[0].sha256).read_bytes() == content
    assert any(defect in found for found in message.defects) == bool(defect)


def test_quoted_printable_and_binary_files_are_decoded_in_pieces(tmp_path: Path) -> None:
    """Larger than what is kept of a part in memory."""
    line = "é" * 20
    encoded = "=C3=A9" * 20 + "=\n"
    printable = (
        f"Content-Type: text/plain; name=a.txt\nContent-Transfer-Encoding: quoted-printable\n\n{encoded * 20_000}"
    )
    plain = f"Content-Type: text/plain; name=b.txt\n\n{(TEXT.decode() + chr(10)) * 20_000}"
    first, second = read(mail(printable, plain), tmp_path).attachments
    assert (tmp_path / "out" / first.sha256).read_text() == line * 20_000
    assert (tmp_path / "out" / second.sha256).read_bytes() == ((TEXT + b"\r\n") * 20_000)


def test_a_mail_that_breaks_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """A missing closing boundary is a defect, no more."""
    message = read(
        mail("Content-Type: text/plain\n\nhello", file("Content-Type: text/plain; name=a.txt")).removesuffix("--b--\n"),
        tmp_path,
    )
    assert (message.text, len(message.attachments)) == ("hello", 1)
    assert "the mail ends before its closing boundary" in message.defects


@pytest.mark.parametrize(
    "raw",
    [b"", b"\n", b"garbage", b"\x00" * 1000, b"\xff\xfe" * 500, b"--\n--\n--", b"Content-Type: multipart/mixed\n\nx"],
)
def test_nonsense_is_a_message_too(raw: bytes, tmp_path: Path) -> None:
    """Nothing raises."""
    message = read(raw, tmp_path)
    assert message.attachments == ()
    message.model_dump_json()


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (mail(*["A: b\n\nx"] * 10_000), "more than 500 parts"),
        (mail(*[file("Content-Type: text/plain; name=a.txt")] * 201), "more than 200 files"),
        ("Content-Type: message/rfc822\n\n" * 2_000 + "x", "nested too deeply"),
    ],
    ids=["parts", "files", "mails in mails"],
)
def test_over_the_limits_the_headers_are_still_read(raw: str, reason: str, tmp_path: Path) -> None:
    """So that a person sees whose mail it is."""
    message = read("Subject: s\n" + raw.replace("Subject: s\n", ""), tmp_path)
    assert message.over_limits is not None
    assert reason in message.over_limits
    assert (message.headers.subject, message.attachments) == ("s", ())


def test_content_over_the_limit_of_output_is_refused(tmp_path: Path) -> None:
    """All files together count."""
    parts = [file(f"Content-Type: text/plain; name={n}.txt", b"x" * 600) for n in range(2)]
    assert "takes more than 1,000 bytes" in str(read(mail(*parts), tmp_path, output_bytes=1_000).over_limits)


def test_the_standard_library_writes_what_is_read_back(tmp_path: Path) -> None:
    """A mail as Python makes it."""
    made = EmailMessage()
    made["From"], made["Subject"] = "Délégation <a@x.org>", "Déclaration – France"
    made.set_content("Bonjour,\nvoici.")
    made.add_attachment(TEXT, maintype="text", subtype="plain", filename="déclaration écrite.txt")
    message = read(made.as_bytes(), tmp_path)
    assert (message.headers.subject, message.text) == ("Déclaration – France", "Bonjour,\nvoici.")
    assert message.attachments[0].name == "déclaration écrite.txt"
    assert message.defects == ()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\video.mp4", "video.mp4"),
        ("/etc/x", "x"),
        ("inv\u202efdp.exe", "invfdp.exe"),
        ("a\x00b\r\n.txt", "ab.txt"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("  . .video.mp4. . ", "video.mp4"),
        ("e\u0301.txt", "é.txt"),
        ("..", "attachment-1.bin"),
        ("", "attachment-1.bin"),
        ("a/", "a"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        ("\ud800.txt", "_.txt"),
        ("..%2F..%2Fx", "%2F..%2Fx"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    """No path, no controls, no marks that reorder, nothing that Windows trips over."""
    assert safe_name(name, "attachment-1.bin") == safe


def test_a_long_name_keeps_its_extension() -> None:
    """Cut between characters."""
    short = safe_name("é" * 4_000 + ".mp4", "x")
    assert len(short.encode()) <= 150
    assert short.endswith("é.mp4")
