"""`make bench`: every contest, tables, and benchmarks/results.json. `--only NAME` for one of them, `--rounds N`."""

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.arena import arena

#: The contests, and how often each contender of theirs runs.
CONTESTS = {
    "big_mail": 5,
    "five_mails": 3,
    "small_memory": 1,
    "written": 3,
    "unrelated": 3,
    "latency": 5,
    "idle": 3,
    "ledger": 3,
    "media": 3,
}
RESULTS = Path(__file__).parent / "results.json"


def main() -> None:
    """Run what the command line names, or everything; what is not run keeps its old results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=CONTESTS, action="append")
    parser.add_argument("--rounds", type=int)
    options = parser.parse_args()
    results: dict[str, float] = json.loads(RESULTS.read_text()) if options.only and RESULTS.exists() else {}
    failed = []
    with arena() as place:
        for name in options.only or CONTESTS:
            try:
                measured = import_module(f"benchmarks.{name}").measure(place, options.rounds or CONTESTS[name])
            except (RuntimeError, OSError, AssertionError) as error:
                # The others still have something to say.
                print(f"\n{name} failed: {error}", file=sys.stderr)
                failed.append(name)
                continue
            results |= {key: round(value, 4) for key, value in measured.items()}
            for key, value in measured.items():
                print(f"  {key} = {value:.3f}")
            RESULTS.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")
    print(f"\n{RESULTS}: {json.dumps(results, indent=2, sort_keys=True)}")
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
