"""Reading names past their spelling: case, accents, apostrophes, widths and scripts' small variants.

`fold` gives the text two spellings share; `tokenise` gives its words together with the characters of the original
that they were read from. Both rest on one table, so that they never disagree.
"""

import re
import unicodedata
from typing import Final, NamedTuple

#: Letters that no Unicode decomposition brings back to their plain form.
_PLAIN: Final = {
    **dict(zip("øđłıðħ", "odlidh", strict=True)),
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    # Arabic: alef maksura, teh marbuta, alef wasla, the Persian and Urdu forms; hamza on a carrier falls to NFKD
    **dict(zip("ىةٱیکہەڤپچگ", "يهايكههفبجك", strict=True)),
    "ء": "",
    "ـ": "",
    # Apostrophes that Unicode calls letters
    **dict.fromkeys("ʹʺʻʼʽʾʿˈˊˋꞌ", " "),
    "&": " and ",
}

#: Traditional characters of names of States and bodies, and, below each, the simplified ones.
_TRADITIONAL: Final = (
    "國華韓蘭羅亞爾岡維納馬達盧貝幾內賽賴聯蘇烏茲別東島諾魯萊緬紐贊剛門薩聖約敘賓臘奧頓庫愛脫時麥寧韋買倫"
    "圖濟湯勞紹來撾歐臺灣團際組織員會議發處駐權獨義協長嶼開顛衛總資黨罰錢銀濱異張廣書應與陳鮮"
    "汎澤畢節濤賊檢監察網絡執題務產關賀貪腐詢職"
)
_SIMPLIFIED: Final = (
    "国华韩兰罗亚尔冈维纳马达卢贝几内赛赖联苏乌兹别东岛诺鲁莱缅纽赞刚门萨圣约叙宾腊奥顿库爱脱时麦宁韦买伦"
    "图济汤劳绍来挝欧台湾团际组织员会议发处驻权独义协长屿开颠卫总资党罚钱银滨异张广书应与陈鲜"
    "泛泽毕节涛贼检监察网络执题务产关贺贪腐询职"
)
_PLAIN.update(zip(_TRADITIONAL, _SIMPLIFIED, strict=True))

#: Characters of scripts written without spaces; each is a word of its own.
_IDEOGRAPHS: Final = "㐀-䶿一-鿿𠀀-𲎯"
_WORD: Final = re.compile(rf"\d+|[{_IDEOGRAPHS}]|[^\W\d_{_IDEOGRAPHS}]+")


def _step(text: str) -> str:
    kept = []
    for char in unicodedata.normalize("NFKD", text).casefold():
        if char in _PLAIN:
            kept.append(_PLAIN[char])
        elif unicodedata.category(char)[0] == "M" or unicodedata.category(char) == "Cf":
            continue
        else:
            kept.append(char if char.isalnum() else " ")
    return "".join(kept)


class _Folds(dict[int, str]):
    """What each character folds to, worked out once, when it is first met; in the form `str.translate` wants."""

    def __missing__(self, point: int) -> str:
        piece = chr(point)
        while (again := _step(piece)) != piece:
            piece = again
        self[point] = piece
        return piece


_FOLDS: Final = _Folds()


class Token(NamedTuple):
    """One word of a text: a run of letters, a run of digits, or one Chinese character."""

    text: str
    """The word, folded."""
    start: int
    """Where it begins in the text as given."""
    end: int
    """Where it ends there, exclusive, with the marks that belong to its last letter."""


def fold(text: str) -> str:
    """Give the text without case, accents, punctuation, width and variants of letters; one space between words.

    Compatibility characters are decomposed (NFKD), marks (Mn, Mc, Me) and invisible characters (Cf) dropped, letters
    casefolded, `&` read as "and", everything else that is neither letter nor digit taken for a space. Folding what is
    folded changes nothing.
    """
    return " ".join(text.translate(_FOLDS).split())


def words(text: str) -> list[str]:
    """Give the folded words of a text, as `tokenise` does, where their places do not matter."""
    return _WORD.findall(text.translate(_FOLDS))


def tokenise(text: str) -> list[Token]:
    """Give the folded words of a text with their places in the text as given."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for index, char in enumerate(text):
        piece = _FOLDS[ord(char)]
        if not piece and ends and ends[-1] == index:
            ends[-1] = index + 1
        pieces.append(piece)
        starts.extend([index] * len(piece))
        ends.extend([index + 1] * len(piece))
    found = _WORD.finditer("".join(pieces))
    return [Token(match[0], starts[match.start()], ends[match.end() - 1]) for match in found]
