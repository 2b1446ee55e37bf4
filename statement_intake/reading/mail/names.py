"""Names of files that are safe to show and to save."""

import re
import unicodedata
from pathlib import PurePosixPath

#: Bytes of UTF-8.
MAXIMUM_BYTES = 150
#: Characters of an extension, the dot not counted.
MAXIMUM_EXTENSION = 12

#: Marks that change the order or the look of what stands around them (the trick of "inv[RLO]fdp.exe"), or are unseen.
_INVISIBLE = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_DRIVE = re.compile(r"^[A-Za-z]:")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)
_EXTENSION = re.compile(rf"\.([A-Za-z0-9]{{1,{MAXIMUM_EXTENSION}}})\s*$")


def safe_name(name: str, fallback: str) -> str:
    """*name* without path, controls, bidi marks and what Windows refuses, at most MAXIMUM_BYTES; else *fallback*."""
    name = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    name = "".join(character for character in name if unicodedata.category(character) not in {"Cc", "Cs", "Co"})
    name = _INVISIBLE.sub("", name).replace("\\", "/")
    name = _FORBIDDEN.sub("_", _DRIVE.sub("", PurePosixPath(name).name)).strip(" .")
    if _DEVICES.match(name):
        name = f"_{name}"
    return _shorten(name) if name else fallback


def extension(name: str) -> str:
    """The extension in lower case, without the dot; empty if there is none."""
    found = _EXTENSION.search(_INVISIBLE.sub("", name))
    return found[1].lower() if found else ""


def _shorten(name: str) -> str:
    if len(name.encode()) <= MAXIMUM_BYTES:
        return name
    tail = f".{extension(name)}" if extension(name) else ""
    stem = name.encode()[: MAXIMUM_BYTES - len(tail)].decode("utf-8", "ignore").rstrip(" .")
    return stem + tail
