"""A mail of our own that has a little of everything that a statement's mail usually has; and a PDF."""

import base64
import io
import zipfile

_WORDPROCESSING = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = f"""<?xml version="1.0"?><Types xmlns="{_PACKAGE}/content-types"><Override
PartName="/word/document.xml"
ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"""
_CORE = f"""<?xml version="1.0"?><cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"
xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>A delegate</dc:creator></cp:coreProperties>"""
_APP = """<?xml version="1.0"?><Properties
xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Pages>1</Pages></Properties>"""
_PAGE = b"""<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R
/Resources << /Font << /F 5 0 R >> >> >>"""
_FONT = b"<< /Type /Font /Subtype /TrueType /BaseFont /TimesNewRoman /Encoding /WinAnsiEncoding >>"
_PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100

_TEXT = "Please find attached our statement. https://example.org/"
#: Written out, because what could write it would stay in every reader's memory.
_MAIL = """\
Return-Path: <mission@example.org>
From: =?windows-1252?q?Mission_perman=E9nte?= <mission@example.org>
To: uncac@un.org
Cc: unov.conference@un.org
Subject: =?utf-8?q?12th_EMIC_statement_=E2=80=93_?= =?utf-8?b?Q8O0dGUgZCdJdm9pcmU=?= 4
Date: Wed, 23 Aug 2023 07:30:00 +0000
Message-ID: <sample@example.org>
Received: from a.example by b.example; Wed, 23 Aug 2023 07:30:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="mixed"

--mixed
Content-Type: multipart/alternative; boundary="alternative"

--alternative
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: 7bit

{text}

--alternative
Content-Type: text/html; charset="iso-8859-1"
Content-Transfer-Encoding: quoted-printable

<p>{text} <a href=3D"https://example.org/">here</a></p>

--alternative--

--mixed
Content-Type: application/octet-stream
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="statement.docx"

{document}
--mixed
Content-Type: image/png
Content-Transfer-Encoding: base64
Content-Disposition: inline; filename="flag.png"

{picture}
--mixed--
"""


def sample_mail() -> bytes:
    """Text, HTML, a document and a picture, in the charsets and encodings that most mails have."""
    document, picture = (base64.encodebytes(content).decode() for content in (_document(_TEXT), _PICTURE))
    return _MAIL.format(text=_TEXT, document=document, picture=picture).replace("\n", "\r\n").encode()


def _document(text: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        body = f'<w:document xmlns:w="{_WORDPROCESSING}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body>'
        archive.writestr("word/document.xml", f'<?xml version="1.0"?>{body}</w:document>')
        archive.writestr("word/styles.xml", f'<?xml version="1.0"?><w:styles xmlns:w="{_WORDPROCESSING}"/>')
        archive.writestr("docProps/core.xml", _CORE)
        archive.writestr("docProps/app.xml", _APP)
    return packed.getvalue()


def sample_pdf() -> bytes:
    """A page with the same text."""
    drawn = f"BT /F 12 Tf 72 720 Td ({_TEXT}) Tj ET".encode()
    written = bytearray(b"%PDF-1.4\n")
    places = []
    for number, thing in enumerate(
        (
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            _PAGE,
            b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawn), drawn),
            _FONT,
        ),
        start=1,
    ):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, thing)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(written)
    return bytes(written) + b"xref\n0 6\n0000000000 65535 f \n" + table + end
