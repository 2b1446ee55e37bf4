"""A mail of our own that has a little of everything that a statement's mail usually has."""

import io
import zipfile
from email.message import EmailMessage

_WORDPROCESSING = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = b"""<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override
PartName="/word/document.xml"
ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"""


def sample_mail() -> bytes:
    """Text, HTML, a document and a picture, with headers in two charsets."""
    mail = EmailMessage()
    mail["From"] = "Mission perman\u00e9nte <mission@example.org>"
    mail["To"] = "uncac@un.org"
    mail["Cc"] = "unov.conference@un.org"
    mail["Subject"] = "12th EMIC statement \u2013 C\u00f4te d'Ivoire 4"
    mail["Date"] = "Wed, 23 Aug 2023 07:30:00 +0000"
    mail["Message-ID"] = "<sample@example.org>"
    mail["Received"] = "from a.example by b.example; Wed, 23 Aug 2023 07:30:00 +0000"
    text = "Please find attached our statement. https://example.org/"
    mail.set_content(text)
    mail.add_alternative(f'<p>{text} <a href="https://example.org/">here</a></p>', subtype="html")
    mail.add_attachment(_document(text), maintype="application", subtype="octet-stream", filename="statement.docx")
    mail.add_attachment(
        b"\x89PNG\r\n\x1a\n", maintype="image", subtype="png", filename="flag.png", disposition="inline"
    )
    return mail.as_bytes().replace(b"\n", b"\r\n")


def _document(text: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        body = f'<w:document xmlns:w="{_WORDPROCESSING}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body>'
        archive.writestr("word/document.xml", f'<?xml version="1.0"?>{body}</w:document>')
    return packed.getvalue()
