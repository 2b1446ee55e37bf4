"""The service as a process: one at a time, stopped in order, resting where something fails."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from statement_intake.arriving.backoff import Backoff
from statement_intake.domain.faults import SurroundingsFault
from statement_intake.rounds import Rounds
from statement_intake.settings import PREFIX
from tests.conftest import ImapAccount
from tests.house import MORNING, Flaky, House, statement


def environment(house: House, **more: str) -> dict[str, str]:
    """The service's whole configuration, in the environment alone."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    assert house.sink is not None
    values = {
        "MAILBOXES__MAIN__PATH": str(house.maildir()),
        "SMTP__HOST": house.sink.host,
        "SMTP__PORT": str(house.sink.port),
        "REPLIES__MODE": "send",
        "LEDGER__URL": f"sqlite:///{house.root}/ledger.db",
        "FILES__PATH": str(house.root / "files"),
        "MEETINGS__PATH": str(house.settings.meetings.path),
        "SCHEDULE__POLL_SECONDS": "0.2",
    }
    return kept | {PREFIX + name: value for name, value in (values | more).items()}


@contextmanager
def service(house: House, **more: str) -> Iterator[subprocess.Popen[str]]:
    """The running service; ended at the end, whatever happens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "statement_intake", "run"], env=environment(house, **more), stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def said_until(process: subprocess.Popen[str], word: str) -> str:
    """What the service has said when it comes to say *word*."""
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if word in line:
            return said
    raise AssertionError(said)


def run(house: House, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A command, to its end."""
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "statement_intake", *words], env=environment(house, **more), capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_service_when_the_message_in_hand_is_finished(house: House, number: signal.Signals) -> None:
    """What was begun is recorded; the exit code is 0."""
    for count in range(5):
        house.deliver(statement(text=str(count)))
    with service(house) as process:
        said_until(process, "event=received")
        process.send_signal(number)
        said = said_until(process, "event=stopped")
        assert process.wait(30) == 0
    assert "Traceback" not in said
    assert house.rows("SELECT count(*) FROM letters WHERE state IN ('sending', 'data')") == [(0,)]
    assert list((house.root / "files" / "incoming").iterdir()) == []


def test_a_second_service_says_who_is_in_its_way(house: House) -> None:
    """One polls and delivers; reviewing goes on beside it."""
    with service(house) as process:
        said_until(process, "event=started")
        for command in ("run", "poll"):
            second = run(house, command)
            assert second.returncode == 1
            assert second.stdout == ""
            assert "another statement-intake is polling" in second.stderr
            assert "Traceback" not in second.stderr
        assert run(house, "log", "--json").returncode == 0
    assert run(house, "poll").returncode == 0


def test_the_environment_alone_configures_a_maildir_and_a_mail_server(house: House) -> None:
    """No file at all: a mail comes in, its receipt goes out, and the log tells of it."""
    house.deliver(statement())
    assert run(house, "poll").returncode == 0
    line = json.loads(run(house, "log", "--json").stdout)
    assert (line["outcome"], line["party"], line["reply"]) == ("accepted", "KEN", "sent")


def test_a_poll_that_cannot_reach_everything_says_so_with_exit_code_1(house: House) -> None:
    """And has done everything else."""
    house.deliver(statement())
    done = run(house, "poll", MAILBOXES__AWAY__PATH=str(house.root / "away"))
    assert done.returncode == 1
    assert "away" in done.stderr
    assert house.letters == [("receipt", "sent")]


def test_a_ledger_of_an_older_schema_is_refused_with_the_command_that_helps(house: House) -> None:
    """`run` makes an empty ledger, and touches no old one."""
    assert run(house, "poll").returncode == 0
    house.change("UPDATE alembic_version SET version_num = '0000'")
    done = run(house, "run")
    assert done.returncode == 1
    assert "statement-intake migrate" in done.stderr


@pytest.mark.parametrize("content", [b"this is no database, whatever its name says" * 50, b""])
def test_a_ledger_that_is_none_is_a_sentence_and_not_a_traceback(house: House, content: bytes) -> None:
    """A damaged file is refused; an empty one is an empty ledger."""
    (house.root / "ledger.db").write_bytes(content)
    done = run(house, "poll")
    assert "Traceback" not in done.stderr
    assert done.returncode == (1 if content else 0)


def test_two_commands_may_make_the_ledger_at_the_same_time(house: House) -> None:
    """The one that comes second finds it made."""
    commands = [
        subprocess.Popen(
            [sys.executable, "-m", "statement_intake", "log", "--json"], env=environment(house), stderr=subprocess.PIPE
        )
        for _ in range(4)
    ]
    for command in commands:
        _, errors = command.communicate(timeout=60)
        assert (command.returncode, errors) == (0, b"")


def test_what_fails_is_left_alone_for_longer_and_longer_even_for_weeks() -> None:
    """At most a quarter of an hour; the two thousandth failure is as harmless as the second."""
    backoff = Backoff()
    for _ in range(2_000):
        backoff.failed(60.0)
    assert backoff.resting
    assert backoff.not_before is not None
    assert 400 < backoff.not_before - time.monotonic() <= 900
    backoff.worked()
    assert not backoff.resting


def test_what_refuses_us_is_left_alone_for_longer_from_the_first_time_on() -> None:
    """Servers lock an account that tries a wrong password too often: minutes at once, up to an hour."""
    backoff = Backoff()
    assert 150 <= backoff.failed(1.0, refused=True) <= 300
    for _ in range(100):
        waited = backoff.failed(1.0, refused=True)
    assert 1800 <= waited <= 3600


def test_mail_that_comes_during_a_round_gets_another_round(house: House) -> None:
    """A hint is never lost: not where a round is under way, nor where none is."""
    with house.open() as workshop:
        begun: list[str] = []
        rounds = Rounds(workshop, lambda: False)

        def go() -> bool:
            begun.append("round")
            if len(begun) < 3:
                rounds.wake(lambda: begun.append("never"))
            return True

        rounds.go = go  # type: ignore[method-assign] # the round itself is other tests' matter
        rounds.serve()
        assert begun == ["round"] * 3
        rounds.wake(lambda: begun.append("begin"))
        assert begun == ["round"] * 3 + ["begin"]


def test_a_mail_that_the_server_announces_is_answered_at_once(house: House, imap_account: ImapAccount) -> None:
    """The next poll would be in an hour; and the service ends in order while it listens."""
    server = imap_account.server
    names = {"HOST": server.host, "PORT": str(server.port), "SECURITY": "none", "USERNAME": imap_account.user}
    names |= {"PASSWORD": server.password, "KIND": "imap"}
    more = {f"MAILBOXES__OTHER__{key}": value for key, value in names.items()} | {"SCHEDULE__POLL_SECONDS": "3600"}
    imap_account.deliver(b"Subject: lunch\r\n\r\nAt noon?\r\n", MORNING)
    assert house.sink is not None
    with service(house, **more) as process:
        said_until(process, "event=ignored")
        for count in range(1, 4):
            imap_account.deliver(statement(text=str(count)).as_bytes(), MORNING)
            house.sink.wait_for(count)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_a_step_that_fails_does_not_keep_the_others_from_their_turn(house: House) -> None:
    """Letters go out while the intake cannot work; a fault of ours in one step is one step's."""
    house.tables["replies"] = {"mode": "send"}
    house.deliver(statement())
    house.post["transport"] = lambda real: Flaky(real, {"send": [SurroundingsFault("down")]})
    assert not house.round()
    house.post.clear()
    house.desk["reader"] = lambda real: Flaky(
        real, {"read": [SurroundingsFault("no reader")] * 5, "examine": [SurroundingsFault("no reader")] * 5}
    )
    house.deliver(statement("12th EMIC statement – Ghana 4", party="Ghana"))
    assert not house.round()
    assert house.letters == [("receipt", "sent")]
    house.desk["ledger"] = lambda real: Flaky(
        real, {}, instead={"folders": Flaky(real.folders, {"progress": [RuntimeError("bug")]})}
    )
    house.desk.pop("reader")
    assert not house.round()
    assert [outcome for outcome, _ in house.outcomes] == ["accepted", "accepted"]


def test_a_receipt_goes_before_the_next_mail_is_read(house: House) -> None:
    """A delegation has it at once, even where a hundred mails wait behind its own."""
    house.deliver(statement())
    house.deliver(statement("12th EMIC statement – Ghana 4", party="Ghana"))
    sent: list[int] = []

    class Watching:
        """Counts the letters at each reading."""

        def __init__(self, real: object) -> None:
            self._real = real

        def __getattr__(self, name: str) -> object:
            if name == "read":
                assert house.sink is not None
                sent.append(len(house.sink.received))
            return getattr(self._real, name)

    house.desk["reader"] = Watching
    house.round()
    assert sent == [0, 1]


def test_rounds_stop_between_messages(house: House) -> None:
    """A wish to stop is heard after the message in hand; the next start goes on."""
    for count in range(3):
        house.deliver(statement(text=str(count)))
    with house.open() as workshop:
        asked = iter([False] * 8 + [True] * 100)
        Rounds(workshop, lambda: next(asked)).go()
    assert 0 < len(house.outcomes) <= 3
    house.round()
    assert [outcome for outcome, _ in house.outcomes].count("accepted") == 1
    assert len(house.outcomes) == 3


def test_an_unwritable_place_is_a_sentence(house: House, tmp_path: Path) -> None:
    """The store cannot be where a file is."""
    (tmp_path / "file").write_text("x")
    done = run(house, "poll", FILES__PATH=str(tmp_path / "file" / "store"))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
