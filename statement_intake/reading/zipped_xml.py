"""The text of DOCX and ODT files, read member by member with hard caps; nothing is unpacked to disk.

Sources: ECMA-376 part 1 section 17 (w:p, w:t, w:tab, w:br), OpenDocument 1.3 part 3 sections 5 and 6.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.sax.handler import ContentHandler, feature_namespaces
from xml.sax.xmlreader import AttributesNSImpl

from defusedxml import sax

MAXIMUM_MEMBERS = 2_000
#: Bytes of one member, both as declared and as read.
MAXIMUM_MEMBER = 50_000_000
#: How many times its packed size a member may expand to, once it is larger than UNSUSPICIOUS bytes.
MAXIMUM_RATIO = 200
UNSUSPICIOUS = 5_000_000
#: Characters of text taken from one document.
MAXIMUM_TEXT = 5_000_000

_DOCX_MEMBERS = re.compile(r"word/(?:header[0-9]*|footer[0-9]*|footnotes|endnotes)\.xml")
_BREAKS = {"p": "\n", "br": "\n", "cr": "\n", "tab": "\t", "h": "\n", "line-break": "\n", "s": " ", "tc": "\t"}
#: Elements whose text is not part of the text: deleted or repeated by a fallback, comments, instructions.
_UNSEEN = {"Fallback", "delText", "instrText", "tracked-changes", "annotation"}


class Locked(Exception):  # noqa: N818 - expected trouble
    """The document needs a password."""


class Bomb(Exception):  # noqa: N818 - expected trouble
    """The document expands beyond the limits."""


class TooMuch(Exception):  # noqa: N818 - expected trouble
    """The document has more members than are looked at."""


class _Text(ContentHandler):
    """Collects the text of one member: of w:t alone in DOCX, of everything within text elements in ODT."""

    def __init__(self, pieces: list[str], *, only: str | None) -> None:
        super().__init__()
        self.pieces = pieces
        self.only = only
        self.size = 0
        self.inside = 0
        self.unseen = 0

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl) -> None:  # noqa: ARG002, N802
        local = name[1]
        self.unseen += local in _UNSEEN
        self.inside += self.only is None or local == self.only
        if local in _BREAKS and not self.unseen and local not in {"p", "h", "tc"}:
            self.pieces.append(_BREAKS[local])

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:  # noqa: ARG002, N802
        local = name[1]
        self.unseen -= local in _UNSEEN
        self.inside -= self.only is None or local == self.only
        if local in {"p", "h", "tc"} and not self.unseen:
            self.pieces.append(_BREAKS[local])

    def characters(self, content: str) -> None:
        if self.inside and not self.unseen and self.size < MAXIMUM_TEXT:
            self.pieces.append(content)
            self.size += len(content)


def docx_text(path: Path) -> str:
    """The text of body, headers, footers and notes. Raises Locked, Bomb, TooMuch, and whatever a broken file makes."""
    with zipfile.ZipFile(path) as archive:
        members = _checked(archive)
        names = ["word/document.xml", *sorted(name for name in members if _DOCX_MEMBERS.fullmatch(name))]
        return _text(archive, [members[name] for name in names], only="t")


def odt_text(path: Path) -> str:
    """The text of the body. Raises as `docx_text` does."""
    with zipfile.ZipFile(path) as archive:
        members = _checked(archive)
        manifest = members.get("META-INF/manifest.xml")
        if manifest and b"encryption-data" in b"".join(_content(archive, manifest)):
            raise Locked
        return _text(archive, [members["content.xml"]], only=None)


def _checked(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The members by name, after a look at the table of contents alone."""
    if any(member.header_offset < 0 for member in archive.infolist()):
        raise zipfile.BadZipFile("its table names a place before the file begins")
    members = archive.infolist()
    if len(members) > MAXIMUM_MEMBERS:
        raise TooMuch
    if any(member.flag_bits & 1 for member in members):
        raise Locked
    by_name = {member.filename: member for member in members}
    if len(by_name) != len(members):
        raise zipfile.BadZipFile("two members have the same name")
    return by_name


def _text(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], *, only: str | None) -> str:
    pieces: list[str] = []
    for member in members:
        parser = sax.make_parser()
        parser.forbid_dtd = True
        parser.setFeature(feature_namespaces, True)  # noqa: FBT003 - the interface of xml.sax
        parser.setContentHandler(_Text(pieces, only=only))
        for block in _content(archive, member):
            parser.feed(block)
        parser.close()
        pieces.append("\n")
    return "".join(pieces)


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member's bytes; what it declares is not believed."""
    if member.file_size > MAXIMUM_MEMBER or (
        member.file_size > UNSUSPICIOUS and member.file_size > MAXIMUM_RATIO * member.compress_size
    ):
        raise Bomb
    read = 0
    with archive.open(member) as stream:
        while block := stream.read(65_536):
            read += len(block)
            if read > MAXIMUM_MEMBER:
                raise Bomb
            yield block
