"""Mail that no person sent: delivery reports, out-of-office answers, calendars, receipts, our own mail coming back.

Rules of RFC 3834 (sections 2 and 5), RFC 5230 (section 4.6) and RFC 5321 (section 4.5.5), evaluated over all
occurrences of each field.
"""

from collections.abc import Iterable

from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.message import Headers

#: Fields that only automatic answers carry.
_FIELDS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-failed-recipients",
    "x-fc-machinegenerated",
    "x-loop-prevention",
)
_REPORTS = frozenset(
    {"multipart/report", "message/delivery-status", "message/disposition-notification", "message/feedback-report"}
)
_DAEMONS = frozenset({"mailer-daemon", "postmaster", "listserv", "majordomo"})


def automatic(headers: Headers, structure: Iterable[str], *, subject: bool, files: bool) -> Finding | None:
    """The finding `message.automatic`, or None.

    *structure*: media types of the parts as far as known; *subject*: the subject line is that of an automatic answer;
    *files*: a video or document came with it, or a transfer service tells of one (an answer machine sends none).
    """
    why = _why(headers, frozenset(structure), subject=subject, files=files)
    if why is None:
        return None
    return Finding(
        code="message.automatic", effect=Effect.IGNORE, message=f"Automatic mail: {why}.", detail={"why": why}
    )


def _why(headers: Headers, structure: frozenset[str], *, subject: bool, files: bool) -> str | None:
    declared = {value.partition(";")[0].strip().lower() for value in headers.all("content-type")}
    if (declared | structure) & _REPORTS:
        return "a delivery or reading report"
    for value in headers.all("auto-submitted"):
        said = value.partition(";")[0].partition("(")[0].strip().lower()
        if said == "auto-replied" or (said not in {"no", ""} and not files):
            return f"Auto-Submitted: {said[:40]}"
    there = {name for name, _ in headers.fields}
    if field := next((field for field in _FIELDS if field in there), None):
        return f"it carries {field}"
    if "auto_reply" in {value.strip().lower() for value in headers.all("precedence")}:
        return "Precedence: auto_reply"
    if is_from_daemon(headers) and not files:
        return "it comes from a mail server's own address"
    if "text/calendar" in declared | structure and not files:
        return "a calendar entry"
    if subject and not files:
        return "the subject of an automatic answer"
    return None


def is_from_daemon(headers: Headers) -> bool:
    """True for mail from an address at which no person reads: a mail server's, a list manager's."""
    return any(address.key.partition("@")[0] in _DAEMONS for address in headers.sender)
