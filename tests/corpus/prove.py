"""Reads and judges every mail of some folders: `python -m tests.corpus.prove DIR...`; as `make corpus-proof MAILS=DIR`.

The folders hold real mail that has nothing to do with statements: the test mails of mail libraries, an archive of one's
own. Held against it is what must be true of any mail of the world: nothing crashes, nothing takes long or much memory,
and nobody is written to. Every mail is read whole, also where a glance would have been enough.
"""

import resource
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import typer

from statement_intake.building import build_correspondent, build_knowledge, build_reader
from statement_intake.domain.checks import Facts
from statement_intake.domain.faults import LimitExceeded, SurroundingsFault
from statement_intake.domain.finding import Outcome
from statement_intake.domain.forwarding import as_handed_in
from statement_intake.domain.judge import judge
from statement_intake.domain.message import Message
from statement_intake.domain.triage.ties import Ties
from statement_intake.operations.check import Checker, as_json, check_one, mails_below
from statement_intake.settings import load
from statement_intake.workshop import now

#: Seconds and megabytes that no mail may take.
LONGEST, LARGEST = 10.0, 300
AT_ONCE = 2


@dataclass(frozen=True)
class Proof:
    """What became of one mail."""

    path: str
    #: As `check` judges it, which looks no further than it must.
    outcome: Outcome
    reason: str
    answered: bool
    #: As it is judged once it was read whole.
    read: str
    answered_when_read: bool
    seconds: float
    fault: str = ""


def main(folders: list[str]) -> int:
    """Say what was found; 1 where the bar is missed."""
    settings = load()
    knowledge = build_knowledge(settings)
    checker = Checker(
        knowledge=knowledge,
        reader=build_reader(settings),
        correspondent=build_correspondent(settings, knowledge, mode="send"),
        largest=settings.limits.message_megabytes * 1_000_000,
        now=now(),
        plays=False,
    )
    paths = [Path(path) for path in mails_below(folders)]
    # The reader's own start is no mail's time.
    for path in paths[:AT_ONCE]:
        prove(path, checker)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        proofs = list(pool.map(lambda path: prove(path, checker), paths))
    # Only what has ended is counted.
    checker.reader.close()
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return report(proofs, megabytes)


def prove(path: Path, checker: Checker) -> Proof:
    """Judge one mail as `check` does, and once more after reading it whole."""
    started = time.monotonic()
    try:
        shown = as_json(check_one(path, checker), checker)
        read, answered = whole(path, checker)
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        return Proof(str(path), Outcome.IGNORED, "", answered=False, read="", answered_when_read=False,
                     seconds=time.monotonic() - started, fault=f"{type(error).__name__}: {error}"[:300])  # fmt: skip
    reason = shown["findings"][0]["code"] if shown["findings"] else ""
    return Proof(str(path), Outcome(shown["outcome"]), reason, answered=shown["reply"]["send"], read=read,
                 answered_when_read=answered, seconds=time.monotonic() - started)  # fmt: skip


def whole(path: Path, checker: Checker) -> tuple[str, bool]:
    """What the mail is once it was read, and whether it would be answered."""
    knowledge, own = checker.knowledge, checker.correspondent.own
    with tempfile.TemporaryDirectory(prefix="statement-intake-") as workspace:
        try:
            message = checker.reader.read(path.resolve(), Path(workspace))
        except LimitExceeded as limit:
            with path.open("rb") as stream:
                headers = checker.reader.headers(stream.read(65536))
            message = Message(headers=headers, over_limits=str(limit))
        except SurroundingsFault as fault:
            return f"fault: {fault}", False
    message = as_handed_in(message, own, knowledge.read_subject, knowledge.words)
    facts = Facts(received=checker.now, own=own, largest=checker.largest)
    decision = judge(message, facts, Ties(), knowledge)
    letter = checker.correspondent.write(
        decision, message.headers, reference="SI-0000-0000", revision=1, received=checker.now, now=checker.now,
        meeting=decision.submission.meeting,
    )  # fmt: skip
    told = message.over_limits or message.unreadable or ""
    return f"{decision.outcome}{f' ({told})' if told else ''}", letter is not None


def report(proofs: list[Proof], megabytes: float) -> int:
    """Print the figures and everything that misses the bar."""
    typer.echo(f"{len(proofs)} mails; the reader took at most {megabytes:.0f} MB")
    for (outcome, reason), count in Counter((str(proof.outcome), proof.reason) for proof in proofs).most_common():
        typer.echo(f"  {count:6} {outcome} {reason}")
    for told, count in Counter(proof.read for proof in proofs).most_common():
        typer.echo(f"  {count:6} once read: {told}")
    missed = [
        *(f"answered: {proof.path}" for proof in proofs if proof.answered or proof.answered_when_read),
        *(f"{proof.seconds:.1f} s: {proof.path}" for proof in proofs if proof.seconds > LONGEST),
        *(f"{proof.fault}: {proof.path}" for proof in proofs if proof.fault),
        *(f"{proof.read}: {proof.path}" for proof in proofs if proof.read.startswith("fault")),
        *([f"{megabytes:.0f} MB"] if megabytes > LARGEST else []),
    ]
    for proof in sorted(proofs, key=lambda proof: -proof.seconds)[:3]:
        typer.echo(f"slowest: {proof.seconds:.1f} s {proof.path}")
    for line in missed:
        typer.echo(f"MISSED {line}")
    for proof in proofs:
        if proof.outcome is not Outcome.IGNORED:
            typer.echo(f"shown to an officer: {proof.outcome} {proof.reason} {proof.path}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
