"""An ODT without what its pages do not show: its changes accepted, comments, hidden text, macros and names left out.

Source: OpenDocument 1.3 part 3 sections 5.5 (change tracking), 14.1 (annotations), 7.7.4 and 7.7.5 (hidden text).
"""

import io
import re
import zipfile
from pathlib import Path
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from defusedxml import sax

from statement_intake.reading.documents.zipped_xml import opened

#: With all that is in them.
_LEFT_OUT = frozenset(
    {
        "text:tracked-changes", "office:annotation", "text:hidden-text", "text:hidden-paragraph", "office:scripts",
        "office:event-listeners", "office:meta", "office:forms",
    }
)  # fmt: skip
#: Places alone: where a change or a remark begins and ends.
_MARKS = frozenset({"text:change", "text:change-start", "text:change-end", "office:annotation-end"})
#: Members that are kept. Embedded objects are not: their pictures are, which is what the page shows.
_KEPT = re.compile(r"mimetype|(?:content|styles|settings)\.xml|(?:Pictures|ObjectReplacements)/[^/]+|Fonts/[^/]+")
_MANIFEST = "META-INF/manifest.xml"
_FILTERED = frozenset({"content.xml", "styles.xml", _MANIFEST})


def clean_odt(source: Path, target: Path) -> None:
    """Write the clean copy of *source* to *target*. Raises what `opened` raises, Bomb, and SAXException."""
    with opened(source) as document, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as clean:
        for name in document.members:
            if not (_KEPT.fullmatch(name) or name == _MANIFEST):
                continue
            content = b"".join(document.content(name))
            clean.writestr(
                name,
                _filtered(content) if name in _FILTERED else content,
                zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED,
            )


def _filtered(xml: bytes) -> bytes:
    out = io.BytesIO()
    parser = sax.make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(_Filter(out))
    parser.feed(xml)
    parser.close()
    return out.getvalue()


class _Filter(XMLGenerator):
    """Writes what it reads, but for what is left out."""

    def __init__(self, out: io.BytesIO) -> None:
        super().__init__(out, "utf-8")
        self._without = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the interface of xml.sax
        """Write a start tag."""
        if self._without or name in _LEFT_OUT or self._is_gone(name, attrs):
            self._without += 1
        elif name not in _MARKS:
            super().startElement(name, attrs)

    def endElement(self, name: str) -> None:  # noqa: N802
        """Write an end tag."""
        if self._without:
            self._without -= 1
        elif name not in _MARKS:
            super().endElement(name)

    def characters(self, content: str) -> None:
        """Write text."""
        if not self._without:
            super().characters(content)

    def ignorableWhitespace(self, content: str) -> None:  # noqa: N802
        """Write white space."""
        self.characters(content)

    @staticmethod
    def _is_gone(name: str, attrs: AttributesImpl) -> bool:
        """An entry of the manifest for a member that is not kept."""
        if name != "manifest:file-entry":
            return False
        path = attrs.get("manifest:full-path", "")
        return path != "/" and not _KEPT.fullmatch(path)
