"""Real documents in the formats that press offices use, written by LibreOffice from one DOCX of ours."""

import subprocess
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

SPEECHES = {
    "ar": "السيد الرئيس، يسر وفد بلادي أن يشكر الأمانة على إعداد هذا الاجتماع. "
    "إن التعاون الدولي هو أساس مكافحة الفساد.",
    "zh": "主席先生，我国代表团感谢秘书处为本次会议所做的准备工作。国际合作是反腐败斗争的基石。",
    "ru": "Уважаемый г-н Председатель, наша делегация благодарит Секретариат за подготовку этого совещания.",
    "fr": "Monsieur le Président, ma délégation remercie le Secrétariat pour l’organisation de cette réunion.",
    "mixed": "Mr. Chair, “thank you” – 谢谢 – شكرا – спасибо 𝒙.",
}

_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_BY = 'w:id="{}" w:author="A. Drafter" w:date="2023-08-01T10:00:00Z"'
#: As it reads once its changes are accepted.
ACCEPTED = "The delegation fully supports the resolution."
_CHANGED = f"""
<w:p><w:r><w:t xml:space="preserve">The delegation </w:t></w:r>
<w:ins {_BY.format(1)}><w:r><w:t xml:space="preserve">fully </w:t></w:r></w:ins>
<w:del {_BY.format(2)}><w:r><w:delText xml:space="preserve">hardly </w:delText></w:r></w:del>
<w:commentRangeStart w:id="0"/><w:r><w:t xml:space="preserve">supports </w:t></w:r><w:commentRangeEnd w:id="0"/>
<w:r><w:commentReference w:id="0"/></w:r>
<w:r><w:rPr><w:vanish/></w:rPr><w:t xml:space="preserve">against instructions </w:t></w:r>
<w:r><w:t>the resolution.</w:t></w:r></w:p>"""
_COMMENT = (
    '<w:comment w:id="0" w:author="M. Minister" w:date="2023-08-01T10:00:00Z"><w:p><w:r><w:t>Do we?</w:t></w:r></w:p>'
    "</w:comment>"
)
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType='
    '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="'
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName='
    '"/word/comments.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"/>'
    '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
    "</Types>"
)
_RELATIONSHIP = '<Relationship Id="r{}" Type="http://schemas.openxmlformats.org/{}" Target="{}"/>'
_RELATIONSHIPS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
_OFFICE, _PACKAGE = "officeDocument/2006/relationships", "package/2006/relationships/metadata"
_CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>S. Secretary</dc:creator></cp:coreProperties>'
)


def word_document(path: Path, body: str) -> Path:
    """A DOCX that every word processor opens: *body* is the XML within w:body."""
    top = _RELATIONSHIP.format(1, f"{_OFFICE}/officeDocument", "word/document.xml")
    core = _RELATIONSHIP.format(2, f"{_PACKAGE}/core-properties", "docProps/core.xml")
    comments = _RELATIONSHIP.format(1, f"{_OFFICE}/comments", "comments.xml")
    members = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONSHIPS.format(top + core),
        "word/_rels/document.xml.rels": _RELATIONSHIPS.format(comments),
        "word/document.xml": f"<w:document {_WORD}><w:body>{body}</w:body></w:document>",
        "word/comments.xml": f"<w:comments {_WORD}>{_COMMENT if 'comment' in body else ''}</w:comments>",
        "docProps/core.xml": _CORE,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, xml in members.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{xml}')
    return path


def plain_document(path: Path, text: str) -> Path:
    """A DOCX with a paragraph for each line of *text*."""
    return word_document(path, "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in text.split("\n")))


def changed_document(path: Path) -> Path:
    """A DOCX with an insertion, a deletion, a comment, hidden text and the names of three people."""
    return word_document(path, _CHANGED)


def convert(sources: list[Path], extension: str, folder: Path) -> None:
    """Save documents in another format, beside each other in *folder*. One start of LibreOffice for all of them."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", "--headless", profile, "--convert-to", extension, "--outdir", str(folder), *map(str, sources)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603 - a program of Debian's
