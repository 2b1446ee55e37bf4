"""The readable text of a mail and the links in it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from string import ascii_lowercase, ascii_uppercase

from statement_intake.reading.text import clean_line, clean_text

#: Characters of HTML that are looked at.
MAXIMUM_HTML = 500_000
#: Links of one mail, anchors that are looked at for them, and characters of what is shown in the place of one.
MAXIMUM_LINKS, MAXIMUM_ANCHORS, MAXIMUM_LABEL = 50, 2_000, 200
#: Characters of one tag's attributes that are looked at.
MAXIMUM_ATTRIBUTES = 5_000
#: Characters of one link.
MAXIMUM_LINK = 2_000

_LINK = re.compile(rf"https?://[^\s<>\"'\\^`{{|}}]{{1,{MAXIMUM_LINK}}}", re.IGNORECASE)
#: A start tag, an end tag, or something like a declaration; a "<" before anything else is text.
_OPENING = re.compile(r"<(/?[A-Za-z][A-Za-z0-9:-]{0,30}|[!?/])")
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_WHITE, _SPACES = re.compile(r"\s+"), re.compile(r"[ \t\xa0]+")
_BREAK, _GAP = re.compile(r" ?\n ?"), re.compile(r"\n{3,}")
#: str.lower() would make some letters longer, and places would differ.
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_UNSEEN = frozenset({"script", "style", "title", "template", "noscript"})
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


def from_html(html: str) -> tuple[str, dict[str, str]]:
    """The visible text of *html*, and the targets of its anchors with what is shown in their place.

    Linear in the size of *html*, however broken: html.parser takes minutes for half a megabyte of unclosed tags.
    """
    pieces: list[str] = []
    anchors: dict[str, str] = {}
    target = ""
    for tag, attributes, text in _tokens(html[:MAXIMUM_HTML].replace("\0", "")):
        if tag.lstrip("/") in _BLOCKS:
            pieces.append("\n")
        elif tag in {"td", "th"}:
            pieces.append(" ")
        elif tag in {"a", "/a"}:
            found = _HREF.search(attributes) if tag == "a" else None
            target = unescape(found[1] or found[2] or found[3] or "").strip() if found else ""
        shown = _WHITE.sub(" ", unescape(text))
        pieces.append(shown)
        if target and len(anchors) < MAXIMUM_ANCHORS:
            anchors[target] = clean_line(anchors.get(target, "") + shown)[:MAXIMUM_LABEL]
    visible = _SPACES.sub(" ", clean_text("".join(pieces)))
    return _GAP.sub("\n\n", _BREAK.sub("\n", visible)).strip(), anchors


def _tokens(html: str) -> Iterator[tuple[str, str, str]]:
    """Each tag's name in lower case ("/" before that of an end tag), its attributes, and the text up to the next.

    Comments, scripts and the like are left out with what they hold; one that never ends takes the rest with it, as in
    a browser (HTML Standard section 13.2.5).
    """
    lower = html.translate(_LOWER)
    position, tag, attributes, text = 0, "", "", ""
    while position < len(html):
        start = html.find("<", position)
        if start < 0:
            break
        text += html[position:start]
        if lower.startswith("<!--", start):
            position = _after(html, "-->", start + 4)
        elif not (opening := _OPENING.match(html, start)):
            text += "<"
            position = start + 1
        else:
            yield tag, attributes, text
            position = _after(html, ">", opening.end())
            tag, text = opening[1].lower(), ""
            attributes = html[opening.end() : min(position, opening.end() + MAXIMUM_ATTRIBUTES)]
            if tag in _UNSEEN:
                position = _after(html, ">", _after(lower, f"</{tag}", position))
    yield tag, attributes, text + html[position:]


def _after(html: str, what: str, start: int) -> int:
    place = html.find(what, start)
    return len(html) if place < 0 else place + len(what)


def links(texts: Iterable[str], anchors: Iterable[str]) -> tuple[str, ...]:
    """The http and https links of *texts* and of *anchors*, in order, each once, at most MAXIMUM_LINKS."""
    found: dict[str, None] = {}
    for text in texts:
        found.update(dict.fromkeys(_trim(link) for link in _LINK.findall(text)))
    found.update(dict.fromkeys(_trim(link) for link in anchors if _LINK.fullmatch(link)))
    return tuple(found)[:MAXIMUM_LINKS]


def labels(found: Iterable[str], anchors: Mapping[str, str]) -> dict[str, str]:
    """What is shown in the place of each of the links *found*, where that is not the link itself."""
    shown = {_trim(target): label for target, label in anchors.items()}
    return {link: shown[link] for link in found if shown.get(link, link) not in {link, ""}}


def _trim(link: str) -> str:
    """*link* without the punctuation of the sentence around it."""
    while link and link[-1] in ".,;:!?)]>»”’…*_":
        if link[-1] == ")" and link.count("(") >= link.count(")"):
            break
        link = link[:-1]
    return link
