"""A thousand written statements, read in the sandbox, against a script that parses them in its own process."""

from benchmarks.arena import Arena, written_mail
from benchmarks.big_mail import runner
from benchmarks.contest import contest

COUNT = 1_000


def measure(arena: Arena, rounds: int) -> dict[str, float]:
    """written_over_naive."""
    arena.fill("written", (written_mail(number) for number in range(COUNT)))
    results = contest(
        {"this service": runner(arena, "service", "written"), "naive": runner(arena, "naive", "written")},
        rounds=rounds,
    )
    results.table(f"{COUNT:,} written statements")
    for run in results.runs["this service"]:
        if run.said["counts"] != {"accepted": COUNT}:
            raise RuntimeError(f"not every statement was accepted: {run.said['counts']}")
    return {"written_over_naive": results.ratio("this service", "naive")}
