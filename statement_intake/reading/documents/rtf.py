"""The text of an RTF, with insertions taken in and deletions left out.

Source: Rich Text Format Specification 1.9.1: destinations, uN and ucN, fcharsetN, deleted, v, info.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from statement_intake.reading.documents.contents import Bomb, Contents

#: Bytes that are read; pictures are most of a larger file, and come after the text as a rule.
MAXIMUM_BYTES = 50_000_000
#: Groups within groups.
MAXIMUM_DEPTH = 1_000

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n\x00]+|([^\\{}\r\n\x00]+)"
)
_SAID = {
    "par": "\n", "line": "\n", "sect": "\n", "page": "\n", "column": "\n", "row": "\n", "cell": "\t", "nestcell": "\t",
    "tab": "\t", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "bullet": "•", "emspace": " ", "enspace": " ", "zwj": "\u200d", "zwnj": "\u200c",
}  # fmt: skip
_SYMBOLS = {"~": "\u00a0", "_": "-", "\\": "\\", "{": "{", "}": "}", "\n": "\n", "\r": "\n"}
#: Destinations that are no text, beside every one that is marked as ignorable.
_UNSEEN = frozenset(
    {
        "fonttbl", "colortbl", "stylesheet", "listtable", "listoverridetable", "revtbl", "info", "pict", "fldinst",
        "annotation", "atnid", "atnauthor", "atndate", "filetbl", "themedata", "colorschememapping", "datastore",
        "latentstyles", "generator", "bkmkstart", "bkmkend", "objdata", "objclass", "nonshppict", "xmlnstbl", "rsidtbl",
        "template", "userprops",
    }
)  # fmt: skip
#: Ignorable destinations that are text all the same.
_SEEN = frozenset({"shptxt", "footnote", "shpinst", "sp", "ud", "upr"})
_NAMES = frozenset({"author", "operator", "atnauthor", "revtbl"})
#: Code pages by a font's charset.
_CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "big5", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250",
}  # fmt: skip
_PAGES = {936: "gb18030", 950: "big5", 10000: "mac_roman", 65001: "utf-8"}


@dataclass(frozen=True)
class _State:
    """What holds within a group."""

    destination: str = ""
    unseen: bool = False
    #: Stand-in characters behind each \u.
    stand_ins: int = 1
    codec: str = "cp1252"
    deleted: bool = False
    inserted: bool = False
    hidden: bool = False


class _Reader:
    """Walks over the file once."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        self.default = "cp1252"
        self.fonts: dict[int, str] = {}
        self.font = 0
        self.stack: list[_State] = []
        self.state = _State()
        self.raw = bytearray()
        self.high = 0
        self.skip = 0
        self.ignorable = False
        self.name = ""

    def read(self, raw: bytes) -> None:
        """Take in the file."""
        place = 0
        while place < len(raw):
            match = _TOKEN.match(raw, place)
            if match is None:
                place += 1
                continue
            place = match.end()
            word, number, byte, symbol, brace, plain = match.groups()
            if word == b"bin":
                place += max(0, int(number or 0))
            elif word:
                self.control(word.decode(), int(number) if number else None)
            elif byte:
                self.bytes(bytes.fromhex(byte.decode()), 1)
            elif symbol:
                self.symbol(symbol.decode("latin-1"))
            elif brace:
                self.brace(brace == b"{")
            elif plain:
                self.bytes(plain, len(plain))
        self.flush()

    def brace(self, opens: bool) -> None:  # noqa: FBT001 - one of two braces
        self.flush()
        self.ignorable, self.skip = False, 0
        if opens:
            if len(self.stack) >= MAXIMUM_DEPTH:
                raise Bomb
            self.stack.append(self.state)
            return
        if self.state.destination in _NAMES and self.name:
            self.contents.name(self.name.strip(" ;") if self.name.strip(" ;") != "Unknown" else None)
            self.name = ""
        if self.stack:
            self.state = self.stack.pop()

    def control(self, word: str, number: int | None) -> None:
        self.skip = 0
        on = number != 0
        if word == "u" and number is not None:
            self.unicode(number)
            return
        self.flush()
        if self.ignorable or word in _UNSEEN or word in _NAMES:
            self.enter(word)
        elif word in _SAID:
            self.say(_SAID[word])
        elif word == "uc" and number is not None:
            self.state = replace(self.state, stand_ins=max(0, min(number, 100)))
        elif word in {"deleted", "revised"}:
            change = "deleted" if word == "deleted" else "inserted"
            self.state = replace(self.state, **{change: on})  # type: ignore[arg-type]
            self.contents.changes += on and not self.state.unseen
        elif word == "v":
            self.state = replace(self.state, hidden=on)
        elif word == "plain":
            self.state = replace(self.state, hidden=False, deleted=False, inserted=False)
        elif word == "object":
            self.contents.enclosed += 1
        elif word == "nofpages" and number is not None and 0 < number < 100_000:  # noqa: PLR2004 - beyond belief
            self.contents.pages = number
        else:
            self.characters(word, number)

    def characters(self, word: str, number: int | None) -> None:
        """What says in which code page the bytes are."""
        if number is None:
            return
        if word == "ansicpg":
            self.default = _PAGES.get(number, f"cp{number}")
            self.state = replace(self.state, codec=self.default)
        elif word == "f":
            self.font = number
            codec = self.fonts.get(number, self.default)
            self.state = replace(self.state, codec=codec)
        elif word == "fcharset" and self.state.destination == "fonttbl":
            known = _CHARSETS.get(number)
            self.fonts[self.font] = known if known and number else self.default

    def enter(self, word: str) -> None:
        """A destination begins."""
        if word == "annotation":
            self.contents.comments += 1
        unseen = self.state.unseen or (word not in _SEEN if self.ignorable else True)
        if self.state.destination == "revtbl":
            return
        self.state = replace(self.state, destination=word, unseen=unseen)
        self.ignorable = False

    def symbol(self, symbol: str) -> None:
        if symbol == "*":
            self.ignorable = True
            return
        self.flush()
        if symbol in _SYMBOLS:
            self.say(_SYMBOLS[symbol])

    def unicode(self, number: int) -> None:
        """A UTF-16 code unit, as a signed number; stand-ins for older programs follow it."""
        self.flush()
        unit = number & 0xFFFF
        self.skip = self.state.stand_ins
        if 0xD800 <= unit < 0xDC00:  # noqa: PLR2004 - the first half of a pair
            self.high = unit
        elif self.high and 0xDC00 <= unit < 0xE000:  # noqa: PLR2004 - the second
            self.say(chr(0x10000 + ((self.high - 0xD800) << 10) + (unit - 0xDC00)))
            self.high = 0
        else:
            self.say(chr(unit) if not 0xD800 <= unit < 0xE000 else "\ufffd")  # noqa: PLR2004

    def bytes(self, raw: bytes, characters: int) -> None:
        skipped = min(self.skip, characters)
        self.skip -= skipped
        self.raw += raw[skipped:]

    def flush(self) -> None:
        """Bytes of a multi-byte code page may come one by one, and count together."""
        if self.raw:
            try:
                text = self.raw.decode(self.state.codec, "replace")
            except LookupError:
                text = self.raw.decode("cp1252", "replace")
            self.raw.clear()
            self.say(text)

    def say(self, text: str) -> None:
        state = self.state
        if state.destination in _NAMES:
            self.name = (self.name + text)[:200]
        elif state.unseen or state.deleted:
            return
        elif state.hidden:
            self.contents.hidden += len(text.strip())
        else:
            self.contents.say(text)


def rtf(path: Path) -> Contents:
    """What an RTF holds. Raises Bomb where its groups are nested without end, ValueError where it is none."""
    with path.open("rb") as stream:
        raw = stream.read(MAXIMUM_BYTES)
    if not raw.startswith(b"{\\rtf"):
        raise ValueError("it does not begin as RTF does")
    contents = Contents()
    _Reader(contents).read(raw)
    return contents
