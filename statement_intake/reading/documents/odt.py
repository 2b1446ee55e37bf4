"""The text of an ODT: what is deleted lies apart in it, and what is inserted is in its place.

Source: OpenDocument 1.3 part 3 sections 5 and 6 (text:p, text:tracked-changes, office:annotation, text:hidden-text).
"""

import re
from pathlib import Path
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesNSImpl

from statement_intake.reading.documents.contents import Contents, Locked
from statement_intake.reading.documents.docx import PAGES, Fields
from statement_intake.reading.documents.zipped_xml import Zipped, opened

_BREAKS = {"line-break": "\n", "s": " ", "tab": "\t"}
_ENDS = {"p": "\n", "h": "\n", "table-cell": "\t"}
_UNSEEN = frozenset({"tracked-changes", "annotation", "scripts"})
#: Characters of a person's name that are collected.
_LONGEST_NAME = 200
_OBJECT = re.compile(r"Object \d+/?")
_MACRO = re.compile(r"(?:Basic/.+/(?!script-l[bc]\.xml).+\.xml|Scripts/.+\..+)")


def odt(path: Path) -> Contents:
    """What an ODT holds. Raises what `opened` raises, Bomb, Locked, and whatever a broken file makes."""
    contents = Contents()
    with opened(path) as document:
        manifest = "META-INF/manifest.xml"
        if manifest in document.members and b"encryption-data" in b"".join(document.content(manifest)):
            raise Locked
        contents.macros = any(_MACRO.fullmatch(name) for name in document.members)
        contents.enclosed = sum(bool(_OBJECT.fullmatch(name)) for name in document.members)
        hiding: set[str] = set()
        for name in ("styles.xml", "content.xml"):
            if name in document.members or name == "content.xml":
                document.feed(name, _Text(contents, hiding, speaks=name == "content.xml"))
        _properties(document, contents)
    return contents


def _properties(document: Zipped, contents: Contents) -> None:
    found: dict[str, str] = {}
    if "meta.xml" in document.members:
        pages = _Pages(found)
        document.feed("meta.xml", pages)
        contents.pages = pages.pages
    contents.name(found.get("initial-creator"))
    contents.name(found.get("creator"))


class _Pages(Fields):
    """The fields, and the number of pages."""

    pages: int | None = None

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl) -> None:  # noqa: N802
        super().startElementNS(name, qname, attrs)
        said = _value(attrs, "page-count")
        if name[1] == "document-statistic" and PAGES.fullmatch(said):
            self.pages = int(said)


class _Text(ContentHandler):
    """Collects the text within text elements, and the styles that hide it, which come before it."""

    def __init__(self, contents: Contents, hiding: set[str], *, speaks: bool) -> None:
        super().__init__()
        self._contents = contents
        self._hiding = hiding
        self._speaks = speaks
        self._style = ""
        self._unseen = self._hidden = self._people = 0
        #: For each open element, whether it hides.
        self._open: list[bool] = []
        self._person = ""

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl) -> None:  # noqa: ARG002, N802
        local = name[1]
        hides = local in {"hidden-text", "hidden-paragraph"} or (
            local in {"p", "h", "span"} and _value(attrs, "style-name") in self._hiding
        )
        self._open.append(hides)
        self._hidden += hides
        self._unseen += local in _UNSEEN
        self._contents.changes += local == "changed-region"
        self._contents.comments += local == "annotation"
        if local == "style":
            self._style = _value(attrs, "name")
        elif local == "text-properties" and self._style and _value(attrs, "display") == "none":
            self._hiding.add(self._style)
        elif local == "creator":
            self._people, self._person = 1, ""
        elif local in _BREAKS and self._shown:
            self._contents.say(_BREAKS[local])
        if local == "hidden-text":
            self._contents.hidden += len(_value(attrs, "string-value"))

    @property
    def _shown(self) -> bool:
        return self._speaks and not self._unseen and not self._hidden

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:  # noqa: ARG002, N802
        local = name[1]
        self._hidden -= self._open.pop()
        self._unseen -= local in _UNSEEN
        if local == "style":
            self._style = ""
        elif local == "creator" and self._people:
            self._people = 0
            self._contents.name(self._person)
        elif local in _ENDS and self._shown:
            self._contents.say(_ENDS[local])

    def characters(self, content: str) -> None:
        if self._people:
            self._person = (self._person + content)[:_LONGEST_NAME]
        elif self._shown:
            self._contents.say(content)
        elif self._hidden and self._speaks and not self._unseen:
            self._contents.hidden += len(content.strip())


def _value(attrs: AttributesNSImpl, name: str) -> str:
    return next((str(value) for (_, local), value in attrs.items() if local == name), "")
