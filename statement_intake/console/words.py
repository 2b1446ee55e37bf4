"""The words of the pages: English, or a language with a catalogue in catalogues/; numbers and times for people."""

import gettext
import io
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

_CATALOGUES = "catalogues"
#: To mark a message that is translated where it is shown.
N_ = str


@cache
def translations() -> Mapping[str, gettext.NullTranslations]:
    """English, and what else there is a catalogue for."""
    found: dict[str, gettext.NullTranslations] = {"en": gettext.NullTranslations()}
    for folder in (files("statement_intake.console") / _CATALOGUES).iterdir():
        catalogue = folder / "LC_MESSAGES" / "console.po"
        if folder.is_dir() and catalogue.is_file():
            compiled = io.BytesIO()
            write_mo(compiled, read_po(io.BytesIO(catalogue.read_bytes()), locale=folder.name))
            compiled.seek(0)
            found[folder.name] = gettext.GNUTranslations(compiled)
    return MappingProxyType(found)


def language(accepted: str) -> str:
    """The first of the browser's languages (RFC 9110 section 12.5.4) that there are words for; else English."""
    for wish in accepted.split(",")[:20]:
        code = wish.partition(";")[0].strip().lower().partition("-")[0]
        if code in translations():
            return code
    return "en"


def moment(when: datetime, zone: str, *, seconds: bool = False) -> str:
    """A time with its zone: "23 Aug 2023, 10:14 CEST"."""
    local = when.astimezone(ZoneInfo(zone))
    pattern = "d MMM y, HH:mm:ss" if seconds else "d MMM y, HH:mm"
    return f"{format_datetime(local, pattern, locale=Locale('en', 'GB'))} {_zone_name(local)}"


def _zone_name(local: datetime) -> str:
    """CEST; UTC+03 where a zone has no name but its offset."""
    name = local.tzname() or "UTC"
    return f"UTC{name}" if name.startswith(("+", "-")) else name


def size(octets: int) -> str:
    """A size in decimal units: "5.1 MB"."""
    for factor, unit in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if octets >= factor:
            return f"{octets / factor:.1f} {unit}"
    return f"{octets} B"


def length(seconds: float | None) -> str:
    """A length of time: "3 min 07.2 s"."""
    if seconds is None:
        return "–"
    minutes, tenths = divmod(round(seconds * 10), 600)
    return f"{minutes} min {tenths / 10:04.1f} s" if minutes else f"{tenths / 10:.1f} s"


def span(time: timedelta) -> str:
    """A span in its two largest units: "4 d 13 h"."""
    minutes = max(0, int(time.total_seconds() // 60))
    units = (("d", minutes // 1440), ("h", minutes // 60 % 24), ("min", minutes % 60))
    named = [f"{count} {unit}" for unit, count in units if count]
    return " ".join(named[:2]) or "0 min"
