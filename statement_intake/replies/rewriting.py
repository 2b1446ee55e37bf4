"""A letter of ours in an officer's words: same sender, recipient, thread and Message-ID, other text."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import NamedTuple

from markupsafe import Markup, escape

from statement_intake.replies.cleaning import written_subject

#: Fields that stay as they are.
_KEPT = ("From", "To", "Date", "Auto-Submitted", "X-Auto-Response-Suppress", "Content-Language")
#: Where the fields made of Message-IDs end, which are written by hand and stay byte for byte (`compose`).
_FROM = b"From: "
_LINE = 998
_PAGE = Markup(
    '<!DOCTYPE html>\n<html lang="{}"><head><meta charset="utf-8"></head>\n'
    "<body style=\"font-family:'Segoe UI',Arial,'Noto Sans',sans-serif;font-size:16px;line-height:1.5\">\n"
    "{}</body></html>\n"
)


class Rewritten(NamedTuple):
    """The letter as it will go."""

    subject: str
    text: str
    raw: bytes


def rewrite(raw: bytes, subject: str, text: str) -> Rewritten:
    """*raw*, which `compose` has made, with another subject and text. The HTML part shows just that text."""
    thread, _, rest = raw.partition(_FROM)
    before = message_from_bytes(_FROM + rest, _class=EmailMessage, policy=SMTP)
    message = EmailMessage(policy=SMTP)
    for name in _KEPT[:2]:
        message[name] = str(before[name])
    message["Subject"] = subject = written_subject(subject)
    for name in _KEPT[2:-1]:
        message[name] = str(before[name])
    text = written_text(text)
    language = str(before["Content-Language"] or "en")
    message.set_content(text, cte="base64" if _needs_base64(text) else "quoted-printable")
    html = _PAGE.format(language, Markup("").join(_paragraph(one) for one in text.split("\n\n") if one.strip()))
    message.add_alternative(str(html), subtype="html", cte="base64")
    message["Content-Language"] = language
    message.set_boundary(before.get_boundary() or "=_statement-intake")
    return Rewritten(subject, text, thread + message.as_bytes())


def written_text(text: str) -> str:
    """A text for a letter: without controls, its lines as they are."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = ("".join(mark for mark in line if mark == "\t" or mark.isprintable() or mark in _JOINING) for line in lines)
    return "\n".join(kept).strip() + "\n"


#: Invisible marks with which Arabic, Persian and Indic texts are written (joiners, isolates, directions).
_JOINING = frozenset("\u200c\u200d\u200e\u200f\u061c\u2066\u2067\u2068\u2069")


def _needs_base64(text: str) -> bool:
    ascii_share = sum(map(str.isascii, text)) / max(1, len(text))
    return ascii_share < 0.75 or any(len(line) > _LINE for line in text.split("\n"))  # noqa: PLR2004 - as `compose`


def _paragraph(text: str) -> Markup:
    lines = Markup("<br>\n").join(escape(line) for line in text.strip("\n").split("\n"))
    return Markup('<p dir="auto" style="margin:0 0 14px 0">{}</p>\n').format(lines)
