"""One mail with a large video: time against the floor and the naive script, and memory that does not grow."""

from collections.abc import Callable
from typing import Any

from benchmarks.arena import Arena, video_mail
from benchmarks.contest import Results, Run, contender, contest

SMALL, LARGE = 5, 100


def measure(arena: Arena, rounds: int) -> dict[str, float]:
    """mail_100mb_over_floor, mail_100mb_over_naive, memory_growth_mib."""
    for megabytes in (SMALL, LARGE):
        arena.fill(f"big{megabytes}", [video_mail(arena.folder, "Kenya", megabytes)])
    results = contest(
        {
            "floor, 100 MB": runner(arena, "floor", f"big{LARGE}", part=3),
            "this service, 100 MB": runner(arena, "service", f"big{LARGE}"),
            "this service, 5 MB": runner(arena, "service", f"big{SMALL}"),
            "naive, 100 MB": runner(arena, "naive", f"big{LARGE}"),
        },
        rounds=rounds,
    )
    results.table("One mail with a video of 100 MB (137 MB on the wire)")
    _must_have_accepted(results, "this service, 100 MB")
    return {
        "mail_100mb_over_floor": results.ratio("this service, 100 MB", "floor, 100 MB"),
        "mail_100mb_over_naive": results.ratio("this service, 100 MB", "naive, 100 MB"),
        "memory_growth_mib": results.parent("this service, 100 MB") - results.parent("this service, 5 MB"),
    }


def runner(arena: Arena, name: str, user: str, **more: Any) -> Callable[[], Run]:  # noqa: ANN401 - JSON
    """A contender's run on a mailbox, in a fresh folder."""

    def run() -> Run:
        options = arena.options(user, **more)
        try:
            return contender(name, options)
        finally:
            arena.clean(options)

    return run


def _must_have_accepted(results: Results, name: str) -> None:
    for run in results.runs[name]:
        if run.said["counts"] != {"accepted": 1}:
            raise RuntimeError(f"{name}: the mail was not accepted: {run.said['counts']}")
