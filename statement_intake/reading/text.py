"""Bytes into text that is safe to keep: charsets guessed where unknown or wrong, controls and lone surrogates out.

Nothing here raises, whatever the bytes and whatever the charset is called.
"""

import codecs
import re

#: Encodings tried for text whose charset is unknown: those that delegations' mail programs write.
CANDIDATES = (
    "cp1252", "cp1251", "koi8_r", "cp1256", "gb18030", "big5", "cp932", "cp949",
    "cp1250", "cp1253", "cp1254", "cp1255",
)  # fmt: skip
#: What mail programs mean where the label says less: the superset that they really write (WHATWG Encoding).
SUPERSETS = {
    "gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "shift_jis": "cp932",
    "euc_kr": "cp949", "utf-8": "utf-8-sig",
}  # fmt: skip
#: Python text codecs that no mail means and that are slow or surprising on hostile bytes.
REFUSED = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})
#: Bytes looked at to guess a charset.
SAMPLE = 65_536
#: Below this share of bytes over 127, text of an unknown charset is taken for a Western European language.
WESTERN_SHARE = 0.3

#: ASCII, and of Windows-1252 the letters, quotation marks and dashes.
_WESTERN = bytes([*range(0x80), *range(0xC0, 0x100)]) + (
    b"\x80\x85\x8a\x8c\x8e\x91\x92\x93\x94\x96\x97\x9a\x9c\x9e\x9f\xa0\xa1\xa7\xaa\xab\xb0\xb4\xba\xbb\xbf"
)
_LINE_BREAKS = dict.fromkeys([*range(0x09, 0x0E), *range(0x1C, 0x20), 0x85, 0x2028, 0x2029], " ")
_REMOVED: dict[int, str | None] = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0xFEFF])
_IN_LINES = _REMOVED | _LINE_BREAKS
_IN_TEXT = _REMOVED | {0x09: "\t", 0x0A: "\n", 0x0B: "\n", 0x0C: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
_SURROGATES = re.compile("[\ud800-\udfff]")


def clean_line(text: str) -> str:
    """One line without controls: line breaks and tabs become spaces, NULs and other controls go."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _SURROGATES.sub("\ufffd", text.translate(_IN_LINES)).strip()


def clean_text(text: str) -> str:
    """Lines ended by a line feed, tabs kept, all other controls out."""
    return _SURROGATES.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n").translate(_IN_TEXT))


def decode(raw: bytes, charset: str | None = None) -> str:
    """*raw* as text, in *charset* if that is known and fits, else as UTF-8, else as what it most resembles."""
    codec = _codec(charset)
    if codec is not None:
        try:
            return raw.decode(codec)
        except (UnicodeError, ValueError):
            pass
    try:
        # What "utf-8-sig" does, which Python does ten times as slowly.
        return raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        pass
    if codec is not None and codec != "ascii":
        text = raw.decode(codec, "replace")
        if text.count("\ufffd") <= 1 + len(text) // 100:
            return text
    return guess(raw)


def decode_name(raw: bytes, charset: str = "") -> str:
    """A name that says no charset: UTF-8 if it is that, else in *charset*, the one that the mail is written in."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # The Western charsets take any bytes for their own; what names resemble tells more.
        return guess(raw) if _codec(charset) in {None, "ascii", "cp1252"} else decode(raw, charset)


def of_both_systems(charset: str) -> str:
    """*charset* where a country's two charsets in Windows are one (East Asia's), else nothing: ZIPs use the other."""
    return charset if _codec(charset) in {"gb18030", "big5", "cp932", "cp949"} else ""


def guess(raw: bytes) -> str:
    """*raw*, which is not UTF-8, in the encoding that it most resembles."""
    encoding = guess_encoding(raw)
    return raw.decode(encoding, "replace")


def guess_encoding(raw: bytes) -> str:
    """The Python name of the encoding that *raw*, which is not UTF-8, most resembles."""
    sample = raw[:SAMPLE]
    high = sum(byte > 0x7F for byte in sample)  # noqa: PLR2004 - the end of ASCII
    if high <= len(sample) * WESTERN_SHARE and _is_western(sample):
        return "cp1252"
    from charset_normalizer import from_bytes  # noqa: PLC0415 - slow to import and seldom needed

    best = from_bytes(sample, cp_isolation=list(CANDIDATES)).best()
    return best.encoding if best is not None else "cp1252"


def _is_western(sample: bytes) -> bool:
    """Whether the bytes over 127 are letters, quotation marks or dashes in Windows-1252."""
    return not sample.translate(None, _WESTERN)


def _codec(charset: str | None) -> str | None:
    """The Python codec that mail means by *charset*; None if there is none that decodes bytes to text."""
    if not charset:
        return None
    label = charset.strip().strip("\"'").lower().removesuffix("-i")
    if len(label) > 40 or not label.isascii():  # noqa: PLR2004 - longer than any charset's name
        return None
    try:
        found = codecs.lookup(label)
    except (LookupError, ValueError):
        return None
    if not found._is_text_encoding or found.name in REFUSED:  # noqa: SLF001 - the only way to tell zip_codec from text
        return None
    return SUPERSETS.get(found.name, found.name)
