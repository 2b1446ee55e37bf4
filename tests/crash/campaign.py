"""The service dies at the N-th point, is started again, and everything is counted; for every N."""

import secrets
import signal
from pathlib import Path

from statement_intake.operations.local_servers import ImapServer, smtp_sink
from tests.conftest import ImapAccount
from tests.crash.scene import Scene, Zygote, mails

#: Starts after a death until everything is done.
_STARTS = 4


def undisturbed(root: Path, server: ImapServer, born: Zygote) -> tuple[list[str], list[tuple[str, str]]]:
    """The points of a start at which nothing dies, by name and in order, and what was decided."""
    with _scene(root, server) as scene:
        trace = root / "points"
        assert born.run(config=str(scene.config), command="poll", trace=str(trace)) == 0
        assert born.run(config=str(scene.config), command="poll") == 0
        assert scene.faults() == []
        return trace.read_text(encoding="utf-8").splitlines(), scene.outcomes()


def die_at(point: int, root: Path, server: ImapServer, born: Zygote, wanted: list[tuple[str, str]]) -> list[str]:
    """The promises that are not kept after a death at that point (counted from one)."""
    with _scene(root, server) as scene:
        died = born.run(config=str(scene.config), command="poll", at=point)
        for _ in range(_STARTS):
            born.run(config=str(scene.config), command="poll")
            if scene.finished:
                break
        found = [] if died == -signal.SIGKILL else [f"it did not die: {died}"]
        if scene.outcomes() != wanted:
            found.append(f"decided otherwise: {scene.outcomes()}")
        return found + scene.faults()


def fail_at(point: int, root: Path, server: ImapServer, born: Zygote, wanted: list[tuple[str, str]]) -> list[str]:
    """The promises that are not kept after an error at that point, of which the process does not die."""
    with _scene(root, server) as scene:
        ended = born.run(config=str(scene.config), command="rounds", at=point)
        found = [f"it ended with {ended}"] if ended else []
        if not scene.finished:
            found.append("not finished")
        # What an error has left half-written goes at the next start.
        born.run(config=str(scene.config), command="poll")
        if scene.outcomes() != wanted:
            found.append(f"decided otherwise: {scene.outcomes()}")
        return found + scene.faults()


class _scene:  # noqa: N801 - used as a function
    """A scene with the mails delivered, and its SMTP server for as long."""

    def __init__(self, root: Path, server: ImapServer) -> None:
        self._sink = smtp_sink(root / "sent")
        self._root, self._server = root, server

    def __enter__(self) -> Scene:
        user = f"crash-{secrets.token_hex(6)}"
        accounts = {"main": ImapAccount(self._server, user), "copy": ImapAccount(self._server, f"{user}-copy")}
        scene = Scene(self._root, accounts, self._sink.__enter__())
        for mailbox, raw in mails():
            scene.deliver(raw, mailbox)
        return scene

    def __exit__(self, *_error: object) -> None:
        self._sink.__exit__(None, None, None)
