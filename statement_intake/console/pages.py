"""From a template to a page. Everything is escaped; what came by mail stays text."""

import hashlib
from datetime import datetime
from functools import cache, partial
from importlib.resources import files
from typing import Any

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from statement_intake.console import words
from statement_intake.console.navigation import PLACES
from statement_intake.console.notices import ACTIONS, LETTER_KINDS, NOTICES
from statement_intake.console.parts import parts_of
from statement_intake.domain.people import Role, Visit

#: What a page wants of htmx: nothing that needs `eval`, styles in the page or another server.
HTMX = '{"allowEval":false,"selfRequestsOnly":true,"includeIndicatorStyles":false,"historyCacheSize":0}'


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("statement_intake.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(words.translations()[language], newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(size=words.size, lasting=words.length, span=words.span, readable=readable)
    environment.globals.update(static=static, places=PLACES, Role=Role, htmx_configuration=HTMX, language=language)
    return environment


@cache
def static(name: str) -> str:
    """The address of a file of ours, which changes with its content, so that browsers may keep it for ever."""
    content = (files("statement_intake.console") / "static" / name).read_bytes()
    return f"/static/{name}?{hashlib.sha256(content).hexdigest()[:12]}"


def readable(text: str) -> str:
    """*text* from outside with what cannot be seen made visible: controls and marks that turn the reading order."""
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in "\n\t" or (character.isprintable() and character not in _TURNING):
        return character
    return "" if character == "\r" else f"⟨U+{ord(character):04X}⟩"


_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def render(request: Request, template: str, *, section: str = "", status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401 - what templates show
    """The page of *template*; *section* is its place in the bar."""
    parts = parts_of(request)
    visit: Visit | None = getattr(request.state, "visit", None)
    zone = (visit.account.zone if visit else None) or parts.zone
    environment = _environment(words.language(request.headers.get("accept-language", "")))
    page = environment.get_template(template).render(
        context
        | {
            "visit": visit,
            "section": section,
            "zone": zone,
            "now": parts.clock(),
            "moment": partial(words.moment, zone=zone),
            "iso": datetime.isoformat,
            "done": request.query_params.get("done", ""),
            "notices": NOTICES,
            "actions": ACTIONS,
            "letter_kinds": LETTER_KINDS,
            "form_token": lambda: _token(visit),
            "may": lambda role: visit is not None and visit.account.role >= role,
        }
    )
    return HTMLResponse(page, status)


def _token(visit: Visit | None) -> Markup:
    """What a form carries back to show that it is a page of ours (`door.admit`)."""
    return Markup('<input type="hidden" name="csrf" value="{}">').format(visit.csrf if visit else "")
