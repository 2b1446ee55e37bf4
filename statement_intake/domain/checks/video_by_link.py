"""A link in the place of the video. It is never fetched by itself: strangers choose where links lead."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from statement_intake.domain.capacity import bit_rate, largest_file
from statement_intake.domain.checks.case import Case
from statement_intake.domain.finding import Effect, Finding
from statement_intake.domain.links import host
from statement_intake.domain.submission import Role


def check(case: Case) -> Iterator[Finding]:
    """Held with what an officer needs: where the link leads, until when, and what a mail could have carried."""
    submission = case.submission
    if submission.of(Role.VIDEO) or not submission.links:
        return
    hosts = list(dict.fromkeys(host(link) for link in submission.links))
    message = f"No video is attached, but a link to one ({', '.join(hosts)}). It is not fetched."
    detail: dict[str, Any] = {"links": list(submission.links), "hosts": hosts}
    if names := list(dict.fromkeys(provider.name for provider in submission.providers)):
        detail["providers"] = names
    if days := min((provider.days for provider in submission.providers if provider.days), default=None):
        detail |= {"days": days, "expires": (case.facts.received + timedelta(days=days)).isoformat()}
        message += f" Such links usually stop working after {days} days."
    yield Finding(code="video.by_link", effect=Effect.HOLD, message=message, detail=detail | _what_fits(case))


def _what_fits(case: Case) -> dict[str, Any]:
    """The size and the average bitrate of the largest video that a mail can carry, for one of the longest allowed."""
    limits = case.rules.video if case.rules else None
    if case.facts.largest is None or limits is None:
        return {}
    seconds, fits = limits.max_seconds, largest_file(case.facts.largest)
    return {
        "mail_octets": case.facts.largest,
        "file_octets": fits,
        "seconds": seconds,
        "megabits_per_second": round(bit_rate(fits, seconds), 2),
    }
