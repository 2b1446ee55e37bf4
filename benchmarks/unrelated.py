"""A thousand mails that are other people's: a glance for us, a download for the script."""

from benchmarks.arena import Arena, unrelated_mail
from benchmarks.big_mail import runner
from benchmarks.contest import contest

COUNT = 1_000


def measure(arena: Arena, rounds: int) -> dict[str, float]:
    """unrelated_over_naive."""
    arena.fill("unrelated", (unrelated_mail(number) for number in range(COUNT)))
    results = contest(
        {"this service": runner(arena, "service", "unrelated"), "naive": runner(arena, "naive", "unrelated")},
        rounds=rounds,
    )
    results.table(f"{COUNT:,} unrelated mails")
    for run in results.runs["this service"]:
        if run.said["counts"] != {"ignored": COUNT}:
            raise RuntimeError(f"not every mail was ignored: {run.said['counts']}")
    return {"unrelated_over_naive": results.ratio("this service", "naive")}
