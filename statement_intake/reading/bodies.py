"""The readable text of a mail and the links in it."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser

from statement_intake.reading.text import clean_text

#: Characters of HTML that are looked at.
MAXIMUM_HTML = 500_000
#: Links of one mail.
MAXIMUM_LINKS = 50
#: Characters of one link.
MAXIMUM_LINK = 2_000

_LINK = re.compile(rf"https?://[^\s<>\"'\\^`{{|}}]{{1,{MAXIMUM_LINK}}}", re.IGNORECASE)
_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript"})
_BLOCKS = frozenset(
    {
        "address",
        "article",
        "blockquote",
        "br",
        "caption",
        "dd",
        "div",
        "dl",
        "dt",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tr",
        "ul",
    }
)


class _Text(HTMLParser):
    """Collects what a reader would see, and where its anchors lead."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.links: list[str] = []
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen.append(tag)
        elif tag == "body":
            self._unseen.clear()  # a head that was never closed
        elif tag in _BLOCKS:
            self.pieces.append("\n")
        elif tag in {"td", "th"}:
            self.pieces.append(" ")
        elif tag == "a":
            self.links += [value.strip() for name, value in attrs if name == "href" and value]

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(re.sub(r"\s+", " ", data))


def from_html(html: str) -> tuple[str, list[str]]:
    """The visible text of *html* and the targets of its anchors."""
    parser = _Text()
    parser.feed(html[:MAXIMUM_HTML])
    parser.close()
    text = re.sub(r"[ \t\xa0]*\n[ \t\xa0]*", "\n", clean_text("".join(parser.pieces)))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t\xa0]{2,}", " ", text)).strip(), parser.links


def links(texts: Iterable[str], anchors: Iterable[str]) -> tuple[str, ...]:
    """The http and https links of *texts* and of *anchors*, in order, each once, at most MAXIMUM_LINKS."""
    found: dict[str, None] = {}
    for text in texts:
        found.update(dict.fromkeys(_trim(link) for link in _LINK.findall(text)))
    found.update(dict.fromkeys(_trim(link) for link in anchors if _LINK.fullmatch(link)))
    return tuple(found)[:MAXIMUM_LINKS]


def _trim(link: str) -> str:
    """*link* without the punctuation of the sentence around it."""
    while link and link[-1] in ".,;:!?)]>»”’…*_":
        if link[-1] == ")" and link.count("(") >= link.count(")"):
            break
        link = link[:-1]
    return link
