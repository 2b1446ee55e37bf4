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
    # Names that are several parties', and those that a person has to look at, are held, as they are at a real meeting.
    for run in results.runs["this service"]:
        counts = run.said["counts"]
        if sum(counts.values()) != COUNT or set(counts) != {"accepted", "held"} or counts["held"] > COUNT / 5:
            raise RuntimeError(f"not every statement was taken in: {counts}")
    return {"written_over_naive": results.ratio("this service", "naive")}
