"""`make crash-proof`: die at every point, fail at every point, be killed a thousand times under load; count everything.

    python -m tests.crash.prove [--points] [--errors] [--kills] [--times 1000] [--seed 1] [--share 1/2]

Every point, and every error, is done: some two hours for one process, or shares of it side by side (--share 1/2 and
--share 2/2). Exit 1 and a line for every promise that was not kept.
"""

import argparse
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from statement_intake.operations.local_servers import ImapServer, dovecot, smtp_sink
from tests.conftest import ImapAccount
from tests.crash.campaign import die_at, fail_at, undisturbed
from tests.crash.scene import Scene, Zygote, zygote
from tests.house import statement

PARTIES = ("Kenya", "Ghana", "France", "Japan", "Brazil", "Chile", "Norway", "Peru", "Austria", "Mexico", "Atlantis")
#: Mails that wait at most while new ones come in.
_BACKLOG = 40
#: A start passes so many effects before it is killed at most; a mail takes about sixty.
_POINTS = 250
#: Seconds for the last start to finish what is left.
_PATIENCE = 900


class Share(NamedTuple):
    """The *part*-th of so many parts of a sweep, counted from one."""

    part: int
    parts: int

    @classmethod
    def named(cls, text: str) -> "Share":
        """As it is typed: 1/2. Raises ValueError."""
        part, parts = map(int, text.split("/"))
        if not 1 <= part <= parts:
            raise ValueError(text)
        return cls(part, parts)

    def of(self, numbers: Sequence[int]) -> Sequence[int]:
        """Those that fall to it."""
        return numbers[self.part - 1 :: self.parts]


def every_point(root: Path, server: ImapServer, born: Zygote, share: Share) -> Iterator[str]:
    """Die before every effect. What is durable after one is the same as before the next."""
    points, wanted = undisturbed(root / "clean", server, born)
    chosen = share.of([number for number, name in enumerate(points, 1) if name.startswith("before")])
    _say(f"{len(points)} points, {len(chosen)} deaths")
    for count, number in enumerate(chosen, 1):
        for fault in die_at(number, root / f"point-{number}", server, born, wanted):
            yield f"point {number} ({points[number - 1]}): {fault}"
        shutil.rmtree(root / f"point-{number}")
        if not count % 20:
            _say(f"{count} deaths")


def every_error(root: Path, server: ImapServer, born: Zygote, share: Share) -> Iterator[str]:
    """An error before, and one after every effect: done, and yet reported as failed."""
    points, wanted = undisturbed(root / "clean-errors", server, born)
    chosen = share.of(range(1, len(points) + 1))
    _say(f"{len(points)} points, {len(chosen)} errors")
    for count, number in enumerate(chosen, 1):
        for fault in fail_at(number, root / f"error-{number}", server, born, wanted):
            yield f"error {number} ({points[number - 1]}): {fault}"
        shutil.rmtree(root / f"error-{number}")
        if not count % 20:
            _say(f"{count} errors")


def kills(root: Path, server: ImapServer, born: Zygote, times: int, seed: int) -> Iterator[str]:
    """Be killed at random moments while mail comes in; then finish."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    accounts = {name: ImapAccount(server, f"kills-{name}") for name in ("main", "copy")}
    with smtp_sink(root / "sent") as sink:
        scene = Scene(root / "kills", accounts, sink)
        came = 0
        for count in range(1, times + 1):
            while chance.random() < 0.7 and _waiting(scene) < _BACKLOG:
                came += 1
                _bring(scene, came, chance)
            if (status := _killed_at_random(scene, born, chance)) != -signal.SIGKILL:
                yield f"start {count} ended by itself: {status}"
            if not count % 50:
                _say(f"{count} kills, {came} mails, {len(sink.received)} letters")
        pid, until = born.start(config=str(scene.config), command="run"), time.monotonic() + _PATIENCE
        while not scene.finished and time.monotonic() < until:
            time.sleep(1)
        os.kill(pid, signal.SIGTERM)
        if status := born.wait():
            yield f"the last start ended with {status}"
        born.run(config=str(scene.config), command="poll")
        unknown = scene.house.rows("SELECT count(*) FROM letters WHERE state = 'unknown'")[0][0]
        _say(f"{times} kills, {came} mails, {len(sink.received)} letters taken, {unknown} of unknown fate")
        yield from scene.faults()


def _killed_at_random(scene: Scene, born: Zygote, chance: random.Random) -> int:
    """At a random effect, which a busy machine cannot put off; one time in four at a random moment."""
    if chance.random() < 0.75:
        return born.run(config=str(scene.config), command="run", at=chance.randint(1, _POINTS))
    pid = born.start(config=str(scene.config), command="run")
    time.sleep(chance.uniform(0.05, 3))
    os.kill(pid, signal.SIGKILL)
    return born.wait()


def _waiting(scene: Scene) -> int:
    if not (scene.root / "ledger.db").exists():
        return 0
    try:
        done = int(scene.house.rows("SELECT count(*) FROM messages WHERE state = 'decided'")[0][0])
    except Exception:  # noqa: BLE001 - killed before the tables were made
        done = 0
    return sum(map(len, scene.delivered.values())) - done


def _bring(scene: Scene, number: int, chance: random.Random) -> None:
    party = chance.choice(PARTIES)
    sender = f"m{number}@mission-{number}.example"
    mail = statement(f"12th EMIC statement – {party} {chance.randint(1, 6)}", sender, party=f"{party} {number}")
    if chance.random() < 0.1:
        mail = statement("lunch", sender, files=())
    scene.deliver(mail.as_bytes())
    if chance.random() < 0.2:
        scene.deliver(mail.as_bytes(), "copy")


def _say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", flush=True)  # noqa: T201 - a command's answer


def main() -> None:
    """All three, unless some are chosen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", action="store_true")
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--kills", action="store_true")
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=Share.named, default=Share(1, 1))
    chosen = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="statement-intake-crash-"))
    root.chmod(0o711)
    (root / "imap").mkdir()
    found = 0
    with dovecot(root / "imap") as server, zygote() as born:
        parts, everything = [], not (chosen.points or chosen.errors or chosen.kills)
        if chosen.points or everything:
            parts.append(every_point(root, server, born, chosen.share))
        if chosen.errors or everything:
            parts.append(every_error(root, server, born, chosen.share))
        if chosen.kills or everything:
            parts.append(kills(root, server, born, chosen.times, chosen.seed))
        for part in parts:
            for fault in part:
                found += 1
                _say(f"NOT KEPT: {fault}")
    _say("all promises kept" if not found else f"{found} promises not kept; look into {root}")
    if found:
        raise SystemExit(1)
    shutil.rmtree(root)


if __name__ == "__main__":
    main()
