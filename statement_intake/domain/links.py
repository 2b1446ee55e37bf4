"""Links in a mail that stand for a video. They are named to an officer, and never fetched."""

import re
from urllib.parse import urlsplit

from statement_intake.domain.cover import unquoted
from statement_intake.domain.matching.patterns import flat
from statement_intake.domain.message import Message
from statement_intake.domain.value import Value
from statement_intake.domain.words import Vocabulary

_VIDEO_PATH = re.compile(r"\.(?:mp4|m4v|mov|mkv|webm|avi|wmv|mpe?g)$", re.IGNORECASE)
_VIDEO_NAME = re.compile(r"\w\.(?:mp4|m4v|mov|mkv|webm|avi|wmv|mpe?g)\b", re.IGNORECASE)
#: A line that is the name of a video's file, perhaps with its size, as services and people set it below a link.
_NAME_ALONE = re.compile(
    rf"\s*[^\n]{{1,80}}{_VIDEO_NAME.pattern}(?:\W*\d[\d.,]*\W?\w{{1,6}})?\W*$", re.IGNORECASE | re.MULTILINE
)
#: Characters before a link in which a word for "video", and on its line behind it in which a video's name, makes it a
#: link to one.
_NEAR = 120


class Provider(Value):
    """A service that keeps files for others."""

    name: str
    #: After so many days its links usually stop working; None where they usually do not.
    days: int | None = None


def links_to_videos(message: Message, words: Vocabulary, *, forwarded: bool) -> tuple[str, ...]:
    """The links that lead to a video: by host, by the path's ending, or by the words before them.

    Links in a quoted mail are not the sender's own, except in what is *forwarded*. A link that stands in the HTML's
    anchors alone cannot be placed, and counts only where nothing is quoted.
    """
    hosts = words.words("video_hosts")
    own = message.text if forwarded else unquoted(message.text)
    quotes = own != message.text.strip() and not forwarded
    links = (link for link in message.links if link in own or not (quotes or link in message.text))
    return tuple(link for link in links if _leads_to_video(link, hosts, message, words))


def names_video(text: str) -> bool:
    """True where *text* holds the name of a video's file."""
    return _VIDEO_NAME.search(text) is not None


def provider(link: str, words: Vocabulary) -> Provider | None:
    """The service that keeps what *link* leads to, as far as it is known by name."""
    for name, hosts in words.tables["video_hosts"].items():
        if name != "other" and any(_leads_there(link, known) for known in hosts):
            days = next((int(days) for days, names in words.tables["link_days"].items() if name in names), None)
            return Provider(name=name, days=days)
    return None


def host(link: str) -> str:
    """The host of *link* in lower case; empty if it has none."""
    try:
        return (urlsplit(link).hostname or "").lower()
    except ValueError:
        return ""


def _leads_to_video(link: str, hosts: tuple[str, ...], message: Message, words: Vocabulary) -> bool:
    path = _path(link)
    if path is None:
        return False
    if any(_leads_there(link, known) for known in hosts) or _VIDEO_PATH.search(path):
        return True
    text, label = message.text, message.link_labels.get(link, "")
    place = text.find(link)
    before = text[max(0, place - _NEAR) : place] if place >= 0 else ""
    behind, _, below = text[place + len(link) :][:_NEAR].partition("\n") if place >= 0 else ("", "", "")
    named = any(map(names_video, (before, behind, label))) or _NAME_ALONE.match(below) is not None
    spoken = any(words.pattern("video").search(flat(words_near)) for words_near in (before, label))
    return len(path) > 1 and (named or spoken)


def _path(link: str) -> str | None:
    try:
        return urlsplit(link).path
    except ValueError:
        return None


def _leads_there(link: str, known: str) -> bool:
    """True where *known*, a host and perhaps the beginning of a path, is where *link* leads to."""
    known_name, slash, beginning = known.partition("/")
    name, path = host(link), _path(link) or ""
    return (name == known_name or name.endswith(f".{known_name}")) and (
        not slash or (path.startswith(f"/{beginning}") and path != "/")
    )
