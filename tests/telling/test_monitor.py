"""What monitoring is answered."""

import errno
import json
import os
import socket
import urllib.error
import urllib.request
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from statement_intake.domain.faults import SurroundingsFault
from statement_intake.telling.monitor import Monitor
from tests.house import Flaky, House, statement
from tests.test_service import said_until, service


def asked(port: int, path: str) -> tuple[int, str]:
    """Status and body."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def port_of(said: str) -> int:
    """The port that the log names."""
    line = next(line for line in said.splitlines() if "monitoring answers" in line)
    return int(line.rpartition("port=")[2].split()[0])


def values(body: str) -> dict[tuple[str, str], float]:
    """Every sample: name and label to value."""
    samples = [sample for family in text_string_to_metric_families(body) for sample in family.samples]
    return {(sample.name, ",".join(sample.labels.values())): sample.value for sample in samples}


def test_the_running_service_tells_how_it_goes(house: House) -> None:
    """Outcomes, letters, the age of queues, the last success, and what happened; and that all is well."""
    house.deliver(statement())
    house.deliver(statement("12th EMIC statement – Korea 4", sender="b@mission.example"))
    with service(house, WATCH__PORT="0") as process:
        said = said_until(process, "event=started")
        for _ in range(2):
            said += said_until(process, "event=letter")
        port = port_of(said)
        status, body = asked(port, "/metrics")
        told = values(body)
        assert status == 200
        assert told["statement_intake_submissions", "accepted"] == 1
        assert told["statement_intake_submissions", "held"] == 1
        assert told["statement_intake_events_total", "decided,info"] == 2
        assert told["statement_intake_oldest_seconds", "held"] > 0
        assert ("statement_intake_last_success_timestamp_seconds", "mailbox main") in told
        status, body = asked(port, "/healthz")
        assert (status, json.loads(body)["healthy"]) == (200, True)
        assert asked(port, "/else")[0] == 404


def test_a_service_whose_mailbox_is_silent_is_ill(house: House) -> None:
    """503, with the mailbox's name: a load balancer and a person understand it."""
    gone = str(house.root / "gone")
    with service(house, WATCH__PORT="0", MAILBOXES__MAIN__PATH=gone, WATCH__STALE_MINUTES="0.00001") as process:
        said = said_until(process, "cannot be reached")
        status, body = asked(port_of(said), "/healthz")
        assert (status, json.loads(body)["ill"]) == (503, ["mailbox main"])


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "[Errno 28] No space left on device"),
        (RuntimeError("whistle@blower.example"), "a fault of ours (RuntimeError at house.py:"),
    ],
)
def test_a_poll_that_fails_of_anything_is_a_failure_of_the_mailbox(
    house: House, fault: Exception, problem: str
) -> None:
    """A full disk, too, and a fault of ours, without its text: before the first success nothing else would tell."""
    house.desk = {"files": lambda real: Flaky(real, {"put": [fault]})}
    house.deliver(statement())
    assert not house.round()
    ((what, worked, since, said),) = house.rows(
        "SELECT what, worked_at, failing_since, problem FROM pulses WHERE what = 'mailbox main'"
    )
    assert (what, worked, since is not None) == ("mailbox main", None, True)
    assert said.startswith(problem)


def _ill(house: House) -> list[str]:
    """What monitoring is told is ill."""
    with house.open() as workshop:
        well, told = Monitor(workshop.desk.ledger, house.clock, timedelta(minutes=15)).health()
    assert isinstance(told["ill"], list)
    assert well is not bool(told["ill"])
    return told["ill"]


def test_a_service_that_cannot_read_is_ill_until_it_can(house: House) -> None:
    """Mail is received and waits; the staff hears once of it, and once of its end."""
    away = SurroundingsFault("no sandbox")
    house.desk = {"reader": lambda real: Flaky(real, {"read": [away] * 9, "examine": [away] * 9})}
    house.tables = {"alerts": {"operators": ("ops@un.example",)}}
    house.deliver(statement())
    assert not house.round()
    assert _ill(house) == []
    house.clock.turn(hours=1)
    assert not house.round()
    assert _ill(house) == ["intake"]
    house.desk = {}
    assert house.round(2)
    assert _ill(house) == []
    assert house.letters == [("receipt", "sent")]
    assert house.sink is not None
    told, receipt, again = (message_from_bytes(mail.content, policy=default) for mail in house.sink.received)
    assert receipt["To"] == "mission@kenya.go.ke"
    assert str(told["Subject"]).strip() == "statement-intake: The intake has not worked since 2023-08-23 08:00 UTC"
    assert "Mail that was received waits in the store. The service goes on trying" in told.as_string()
    assert again["Subject"] == "statement-intake: The intake works again; nothing was lost"


def test_a_service_that_cannot_send_is_ill_until_it_can(house: House) -> None:
    """Letters wait in the outbox, and no mail can tell of it: monitoring does."""
    house.deliver(statement())
    sink, house.sink = house.sink, None
    assert not house.round()
    house.clock.turn(hours=1)
    assert not house.round()
    assert _ill(house) == ["outbox"]
    house.sink = sink
    assert house.round(2)
    assert _ill(house) == []
    assert house.letters == [("receipt", "sent")]


def test_systemd_hears_that_the_service_is_ready_alive_and_stopping(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over the socket that systemd names."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(tmp_path / "n"))
        supervisor.settimeout(30)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "n"))
        monkeypatch.setenv("WATCHDOG_USEC", "200000")
        with service(house) as process:
            assert supervisor.recv(100) == b"READY=1"
            assert supervisor.recv(100) == b"WATCHDOG=1"
            process.terminate()
            heard = b""
            while heard != b"STOPPING=1":
                heard = supervisor.recv(100)
            assert process.wait(30) == 0
