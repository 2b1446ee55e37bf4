"""The text of a DOCX: body, headers, footers and notes, with insertions taken in and deletions left out.

Source: ECMA-376 part 1 section 17 (w:p, w:t, w:tab, w:br; w:ins, w:del, w:moveFrom; w:vanish; w:comment).
"""

import re
from pathlib import Path
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesNSImpl

from statement_intake.reading.documents.contents import Contents
from statement_intake.reading.documents.zipped_xml import Zipped, opened

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_FURTHER = re.compile(r"word/(?:header[0-9]*|footer[0-9]*|footnotes|endnotes)\.xml")
#: How many pages a document says it has.
PAGES = re.compile(r"[1-9][0-9]{0,4}")
_BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-"}
_ENDS = {"p": "\n", "tc": "\t"}
#: Elements whose text is not part of the text: taken out, or repeated by a fallback.
_UNSEEN = frozenset({"del", "moveFrom", "Fallback"})
_CHANGES = frozenset({"ins", "del", "moveFrom", "moveTo"})
_OFF = frozenset({"0", "false", "off", "none"})


def docx(path: Path) -> Contents:
    """What a DOCX or DOCM holds. Raises what `opened` raises, Bomb, and whatever a broken file makes."""
    contents = Contents()
    with opened(path) as document:
        contents.macros = any(name.endswith("vbaProject.bin") for name in document.members)
        contents.enclosed = sum(name.startswith("word/embeddings/") for name in document.members)
        styles = _Styles()
        if "word/styles.xml" in document.members:
            document.feed("word/styles.xml", styles)
        further = sorted(name for name in document.members if _FURTHER.fullmatch(name))
        for name in ("word/document.xml", *further):
            document.feed(name, _Text(contents, styles.hidden))
            contents.say("\n")
        if "word/comments.xml" in document.members:
            document.feed("word/comments.xml", _Comments(contents))
        _properties(document, contents)
    return contents


def _properties(document: Zipped, contents: Contents) -> None:
    found: dict[str, str] = {}
    for name in ("docProps/core.xml", "docProps/app.xml"):
        if name in document.members:
            document.feed(name, Fields(found))
    contents.name(found.get("creator"))
    contents.name(found.get("lastModifiedBy"))
    pages = found.get("Pages", "")
    contents.pages = int(pages) if PAGES.fullmatch(pages) else None


class Fields(ContentHandler):
    """The text of each element that has no other within it, by its local name; the last of a name counts."""

    def __init__(self, found: dict[str, str]) -> None:
        super().__init__()
        self._found = found
        self._text = ""

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl) -> None:  # noqa: ARG002, N802
        """Forget what came before."""
        self._text = ""

    def characters(self, content: str) -> None:
        """Collect."""
        self._text = (self._text + content)[:1000]

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:  # noqa: ARG002, N802
        """Keep what was collected."""
        if self._text.strip():
            self._found[name[1]] = self._text.strip()
        self._text = ""


class _Styles(ContentHandler):
    """The styles that hide what is written in them."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: set[str] = set()
        self._style = ""

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl) -> None:  # noqa: ARG002, N802
        if name[1] == "style":
            self._style = _value(attrs, "styleId")
        elif name[1] == "vanish" and self._style and _value(attrs, "val") not in _OFF:
            self.hidden.add(self._style)

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:  # noqa: ARG002, N802
        if name[1] == "style":
            self._style = ""


class _Comments(ContentHandler):
    """How many comments there are, and whose."""

    def __init__(self, contents: Contents) -> None:
        super().__init__()
        self._contents = contents

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl) -> None:  # noqa: ARG002, N802
        if name[1] == "comment":
            self._contents.comments += 1
            self._contents.name(_value(attrs, "author"))


class _Text(ContentHandler):
    """Collects the text of one member, of w:t alone."""

    def __init__(self, contents: Contents, hiding: set[str]) -> None:
        super().__init__()
        self._contents = contents
        self._hiding = hiding
        self._inside = self._unseen = self._runs = 0
        #: Of the paragraph's style, and of the run.
        self._paragraph_hidden = self._hidden = False

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl) -> None:  # noqa: ARG002, N802
        local = name[1]
        self._unseen += local in _UNSEEN
        if local == "t":
            self._inside += 1
        elif local == "r":
            self._runs += 1
            self._hidden = self._paragraph_hidden
        elif local == "p":
            self._paragraph_hidden = False
        elif local == "pStyle":
            self._paragraph_hidden = _value(attrs, "val") in self._hiding
        elif local == "rStyle" and self._runs:
            self._hidden = self._hidden or _value(attrs, "val") in self._hiding
        elif local == "vanish" and self._runs:
            self._hidden = _value(attrs, "val") not in _OFF
        elif local in _CHANGES:
            self._contents.changes += 1
            self._contents.name(_value(attrs, "author"))
        elif local in _BREAKS and self._runs and self._shown:
            self._contents.say(_BREAKS[local])

    @property
    def _shown(self) -> bool:
        return not self._unseen and not self._hidden

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:  # noqa: ARG002, N802
        local = name[1]
        self._unseen -= local in _UNSEEN
        self._inside -= local == "t"
        if local == "r":
            self._runs -= 1
            self._hidden = False
        elif local in _ENDS and not self._unseen:
            self._contents.say(_ENDS[local])

    def characters(self, content: str) -> None:
        if self._inside and self._shown:
            self._contents.say(content)
        elif self._inside and self._hidden and not self._unseen:
            self._contents.hidden += len(content.strip())


def _value(attrs: AttributesNSImpl, name: str) -> str:
    return str(attrs.get((_WORD, name), "") or attrs.get((None, name), ""))
