"""Links in a mail that stand for a video. They are named to an officer, and never fetched."""

import re
from urllib.parse import urlsplit

from statement_intake.domain.cover import unquoted
from statement_intake.domain.message import Message
from statement_intake.domain.words import Vocabulary, flat

_VIDEO_PATH = re.compile(r"\.(?:mp4|m4v|mov|mkv|webm|avi|wmv|mpe?g)$", re.IGNORECASE)
#: Characters before a link in which a word for "video" makes it a link to one.
_NEAR = 120


def links_to_videos(message: Message, words: Vocabulary, *, forwarded: bool) -> tuple[str, ...]:
    """The links that lead to a video: by host, by the path's ending, or by the words before them.

    Links in a quoted mail are not the sender's own, except in what is *forwarded*. A link that stands in the HTML's
    anchors alone cannot be placed, and counts only where nothing is quoted.
    """
    hosts = words.words("video_hosts")
    own = message.text if forwarded else unquoted(message.text)
    quotes = own != message.text.strip() and not forwarded
    links = (link for link in message.links if link in own or not (quotes or link in message.text))
    return tuple(link for link in links if _leads_to_video(link, hosts, message.text, words))


def host(link: str) -> str:
    """The host of *link* in lower case; empty if it has none."""
    try:
        return (urlsplit(link).hostname or "").lower()
    except ValueError:
        return ""


def _leads_to_video(link: str, hosts: tuple[str, ...], text: str, words: Vocabulary) -> bool:
    try:
        path = urlsplit(link).path
    except ValueError:
        return False
    if any(_serves(host(link), path, known) for known in hosts) or _VIDEO_PATH.search(path):
        return True
    place = text.find(link)
    return (
        place >= 0
        and len(path) > 1
        and words.pattern("video").search(flat(text[max(0, place - _NEAR) : place])) is not None
    )


def _serves(name: str, path: str, known: str) -> bool:
    known_name, slash, beginning = known.partition("/")
    return (name == known_name or name.endswith(f".{known_name}")) and (
        not slash or (path.startswith(f"/{beginning}") and path != "/")
    )
