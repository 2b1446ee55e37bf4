"""One message from its arrival to its one outcome, whatever fails on the way."""

import errno
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from statement_intake.arriving.polling import poll
from statement_intake.domain.faults import SurroundingsFault
from statement_intake.domain.message import Headers
from statement_intake.reading.faults import ReaderEnded, ReaderFault
from tests.house import KENYA, MORNING, Flaky, House, Killed, statement

Wrap = Callable[[Any], Any]
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(40)


def test_a_statement_is_accepted_answered_and_kept(house: House) -> None:
    """The whole line: received, read, decided, recorded, answered; raw mail and document are in the store."""
    house.deliver(statement())
    assert house.round()
    assert house.outcomes == [("accepted", None)]
    assert house.letters == [("receipt", "sent")]
    assert house.sink is not None
    assert [letter.recipients for letter in house.sink.received] == [("mission@kenya.go.ke",)]
    assert len(house.stored) == 2


def test_two_copies_with_a_banner_get_one_decision_and_one_letter(house: House) -> None:
    """Both arrive before the first is decided; a gateway has changed the text of one, and brought a picture."""
    mail = statement(message_id="<one@kenya.go.ke>")
    house.deliver(mail)
    copy = statement(message_id="<one@kenya.go.ke>", text="[EXTERNAL] Please find attached our statement.\n\nBanner")
    copy.add_attachment(PICTURE, maintype="image", subtype="png", disposition="inline")
    house.deliver(copy, "copy")
    house.round(2)
    assert sorted(house.outcomes, key=str) == [("accepted", None), ("ignored", "message.duplicate")]
    assert house.letters == [("receipt", "sent")]


def test_a_copy_that_comes_a_day_later_is_a_duplicate(house: House) -> None:
    """The other mailbox was away for a day. A copy is not judged at all, so the log never speaks of two decisions."""
    mail = statement()
    house.deliver(mail)
    house.round()
    house.deliver(mail, "copy")
    house.clock.turn(days=1)
    with capture_logs() as logged:
        house.round()
    assert [entry["reason"] for entry in logged if entry["event"] == "ignored"] == ["message.duplicate"]
    assert not [entry for entry in logged if entry["event"] == "decided"]
    assert house.outcomes == [("accepted", None), ("ignored", "message.duplicate")]
    assert house.letters == [("receipt", "sent")]


def test_two_bannered_copies_without_files_are_never_both_answered(house: House) -> None:
    """Where no attachment proves that two mails are one, nothing is lost, and the second letter waits for a person."""
    for mailbox, banner in (("main", ""), ("copy", "CAUTION: external mail.\n\n")):
        text = f"{banner}Our video is at https://www.dropbox.com/s/abc/kenya.mp4?dl=0"
        house.deliver(statement(text=text, files=(), message_id="<link@kenya.go.ke>"), mailbox)
    house.round()
    assert len(house.references) == 2
    assert sorted(state for _, state in house.letters) == ["held", "sent"]
    assert house.rows("SELECT count(*) FROM audit WHERE detail LIKE '%same_message_id%'") == [(1,)]


def test_the_same_message_id_with_other_content_by_a_stranger_suppresses_nothing(house: House) -> None:
    """Senders choose their Message-IDs: somebody else's use of one keeps no letter back."""
    house.deliver(statement(message_id="<guess@x>", sender="stranger@example.org", subject=KENYA, party="Nowhere"))
    house.round()
    house.deliver(statement(message_id="<guess@x>", subject="12th EMIC statement – Ghana 4", party="Ghana"))
    house.round()
    assert house.letters[-1] == ("receipt", "sent")


def private() -> EmailMessage:
    """Somebody else's mail, of such an odd structure that a glance cannot tell what it is."""
    mail = statement(subject="holiday", sender="whistle@blower.example", text="hello", files=())
    mail.add_attachment(PICTURE + b"only a picture", maintype="image", subtype="png", filename="beach.png")
    next(mail.iter_attachments())["X-Padding"] = "more and " * 2_000
    return mail


def test_other_peoples_mail_leaves_nothing_behind(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    """Read because it was unsure, found to be none of ours: no sender, subject, raw mail or file stays anywhere."""
    house.deliver(private())
    house.round()
    assert house.outcomes == [("ignored", "message.unrelated")]
    assert "read" in "".join(said := capfd.readouterr())
    assert house.stored == set()
    kept = b"".join(path.read_bytes() for path in house.root.glob("ledger.db*"))
    for trace in ("whistle", "holiday", "only a picture"):
        assert trace.encode() not in kept
        assert trace not in "".join(said)


@pytest.mark.parametrize("after", [False, True])
def test_a_death_while_it_forgets_leaves_nothing_behind_either(house: House, after: bool) -> None:  # noqa: FBT001
    """Recorded as not ours, and killed before the raw mail was removed: the next start sweeps it away."""
    house.deliver(private())
    house.desk["ledger"] = lambda real: Flaky(
        real, {}, instead={"record": Flaky(real.record, {"not_ours": [Killed()]}, after=after)}
    )
    with pytest.raises(Killed):
        house.round()
    assert len(house.stored) == 1
    house.desk.clear()
    house.round()
    assert house.outcomes == [("ignored", "message.unrelated")]
    assert house.stored == set()


def test_equal_mails_in_two_mailboxes_that_are_not_ours_do_not_stop_the_intake(house: House) -> None:
    """Both are one file in the store: when the first is forgotten the second must still be readable."""
    mail = private()
    house.deliver(mail)
    house.deliver(mail, "copy")
    house.deliver(statement())
    assert house.round()
    assert sorted(house.outcomes, key=str) == [("accepted", None), *[("ignored", "message.unrelated")] * 2]
    assert len(house.stored) == 2


def test_a_raw_mail_that_is_missing_is_retried_and_then_shown(house: House) -> None:
    """Somebody emptied the store: that message alone is held in the end, and the others go on."""
    house.deliver(statement())
    with house.open() as workshop:
        house.desk["reader"] = lambda real: Flaky(real, {"read": [Killed()]})
        with suppress(Killed):
            house.round()
        house.desk.clear()
        for digest in house.stored:
            workshop.desk.files.remove(digest)
    house.deliver(statement(subject="12th EMIC statement – Ghana 4", party="Ghana"))
    for _ in range(5):
        assert house.round()
        house.clock.turn(hours=5)
    assert sorted(house.outcomes, key=str) == [("accepted", None), ("held", "service.fault")]


@pytest.mark.parametrize("fault", [ReaderEnded("took longer than 60 s"), ReaderEnded("ended the reader (SIGKILL)")])
def test_a_reader_that_is_ended_means_held_never_rejected(house: House, fault: Exception) -> None:
    """A limit of ours is no verdict about the statement, and nothing is sent."""
    house.deliver(statement())
    house.desk["reader"] = lambda real: Flaky(real, {"read": [fault]})
    house.round()
    assert house.outcomes == [("held", "message.over_limits")]
    assert house.letters == []


def test_a_forwarded_mail_that_ends_the_reader_is_held_too(house: House) -> None:
    """What made it worth reading lies inside of what could not be read: it must not pass for unrelated."""
    outer = EmailMessage()
    outer["From"], outer["To"], outer["Subject"] = "colleague@un.org", "uncac@un.org", "Fwd: please see"
    outer["Message-ID"] = "<outer@un.org>"
    outer.set_content("see attached")
    outer.add_attachment(statement())
    house.deliver(outer)
    house.desk["reader"] = lambda real: Flaky(real, {"read": [ReaderEnded("took longer than 60 s")]})
    house.round()
    assert house.outcomes == [("held", "message.over_limits")]


def test_a_reader_that_fails_over_one_mail_alone_does_not_stop_the_others(house: House) -> None:
    """The fault looks like one of the surroundings, yet the reader works: it is retried, then held."""
    house.deliver(statement(), received=MORNING)
    fault = ReaderFault("the reader did not start (exit code 3)")
    house.desk["reader"] = lambda real: Flaky(real, {"read": [fault] * 1})
    for turn in range(3):
        assert house.round(), turn
        house.clock.turn(hours=5)
    house.deliver(statement(subject="12th EMIC statement – Ghana 4", party="Ghana"))
    house.desk.clear()
    house.round()
    assert house.outcomes == [("held", "service.fault"), ("accepted", None)]
    assert house.letters == [("receipt", "sent")]


def test_a_reader_that_cannot_work_at_all_stops_the_intake_and_blames_no_message(house: House) -> None:
    """No bubblewrap: nothing is decided, nothing is counted, and when it is mended the mail is accepted."""
    house.deliver(statement())
    fault = ReaderFault("bubblewrap is missing")
    house.desk["reader"] = lambda real: Flaky(real, {"read": [fault] * 9, "examine": [fault] * 9})
    for _ in range(5):
        assert not house.round()
    assert house.rows("SELECT state, starts, faults FROM messages") == [("received", 0, 0)]
    house.desk.clear()
    assert house.round()
    assert house.outcomes == [("accepted", None)]


@pytest.mark.parametrize("step", ["put", "workspace", "adopt"])
def test_a_full_disk_stops_the_intake_and_counts_against_no_message(house: House, step: str) -> None:
    """ENOSPC wherever it strikes: as soon as there is room, the mail is decided as ever."""
    house.deliver(statement())
    full = OSError(errno.ENOSPC, "No space left on device")
    house.desk["files"] = lambda real: Flaky(real, {step: [full] * 3})
    assert not house.round()
    assert house.rows("SELECT faults FROM messages") in ([], [(0,)])
    house.desk.clear()
    assert house.round()
    assert house.outcomes == [("accepted", None)]
    assert house.rows("SELECT faults FROM messages") == [(0,)]


class _Blind:
    """Knowledge that stumbles over one subject, as a bug in a rule would."""

    def __init__(self, real: object, word: str) -> None:
        self._real, self._word = real, word

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the knowledge has
        return getattr(self._real, name)

    def read_subject(self, subject: str) -> object:
        if self._word in subject:
            raise IndexError(subject)
        return getattr(self._real, "read_subject")(subject)  # noqa: B009 - the type is object


def test_a_subject_that_no_rule_survives_is_held_and_the_others_go_on(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    """It fails at the glance, at the decision and when given up; still it comes into sight, its mail kept."""
    house.desk["knowledge"] = lambda real: _Blind(real, "Kenya")
    house.deliver(statement())
    house.deliver(statement(subject="12th EMIC statement – Ghana 4", party="Ghana"))
    for _ in range(5):
        assert house.round()
        house.clock.turn(hours=5)
    assert sorted(house.outcomes, key=str) == [("accepted", None), ("held", "service.fault")]
    assert len(house.stored) == 3
    assert "Kenya" not in "".join(capfd.readouterr())


def test_two_given_up_mails_are_two(house: House) -> None:
    """Nobody has read them, so nobody can say that they are the same."""
    house.tables["limits"] = {"attempts": 1}
    house.desk["reader"] = lambda real: Flaky(
        real, {"read": [RuntimeError("bug")] * 2}, instead={"headers": lambda _: Headers(subject=KENYA)}
    )
    for _ in range(2):
        house.deliver(statement())
    for _ in range(2):
        house.round()
        house.clock.turn(hours=5)
    assert house.outcomes == [("held", "service.fault")] * 2


#: Where the process dies: the collaborator, its method, and whether after its effect.
STEPS = [
    (part, method, after)
    for part, method in (
        ("files", "put"), ("arrivals", "receive"), ("folders", "save"), ("arrivals", "begin"),
        ("reader", "read"), ("files", "adopt"), ("record", "decided"), ("outbox", "claim"), ("outbox", "data_begins"),
        ("outbox", "settle"), ("transport", "send"),
    )
    for after in (False, True)
]  # fmt: skip


@pytest.mark.parametrize(("part", "method", "after"), STEPS)
def test_a_death_at_any_step_leads_to_the_same_single_outcome(
    house: House,
    part: str,
    method: str,
    after: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Killed before or right after each effect, and started again: one row, one decision, at most one letter."""
    wrap: Wrap = lambda real: Flaky(real, {method: [Killed()]}, after=after)  # noqa: E731 - one of three
    if part == "transport":
        house.post[part] = wrap
    elif part in {"arrivals", "folders", "record", "outbox"}:
        house.desk["ledger"] = lambda real: Flaky(real, {}, instead={part: wrap(getattr(real, part))})
    else:
        house.desk[part] = wrap
    house.deliver(statement())
    house.deliver(statement(subject="lunch", files=()))
    with pytest.raises(Killed):
        house.round()
    house.desk.clear()
    house.post.clear()
    house.round(2)
    assert sorted(house.outcomes, key=str) == [("accepted", None), ("ignored", "message.unrelated")]
    assert house.rows("SELECT count(*), max(revision) FROM decisions") == [(1, 1)]
    # Between the dot and the record of the answer nobody knows; the letter is never sent again by itself.
    lost = (part, method, after) in {
        ("outbox", "data_begins", True), ("outbox", "settle", False), ("transport", "send", True),
    }  # fmt: skip
    if (part, method, after) == ("transport", "send", True):
        assert house.letters == [("receipt", "unknown")]
    assert [state for _, state in house.letters] == ["unknown" if lost else "sent"]
    assert house.sink is not None
    assert len(house.sink.received) <= 1
    assert len(house.stored) == 2
    assert list((house.root / "files" / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    "fault", [SurroundingsFault("the ledger is locked"), OSError(errno.EIO, "Input/output error"), RuntimeError("bug")]
)
@pytest.mark.parametrize("method", ["begin", "decided"])
def test_an_error_at_any_step_leads_to_the_same_single_outcome(house: House, method: str, fault: Exception) -> None:
    """Caught or not, counted or not: what was begun is finished, once."""
    part = "record" if method == "decided" else "arrivals"
    flaky: Wrap = lambda real: Flaky(getattr(real, part), {method: [fault]})  # noqa: E731 - used once
    house.desk["ledger"] = lambda real: Flaky(real, {}, instead={part: flaky(real)})
    house.deliver(statement())
    house.round()
    house.desk.clear()
    house.clock.turn(hours=5)
    house.round()
    assert house.outcomes == [("accepted", None)]
    assert house.letters == [("receipt", "sent")]


def test_a_mail_over_the_limit_is_held_without_being_downloaded(house: House) -> None:
    """Only its header is kept, and raising the limit later makes no verdict out of the header alone."""
    house.tables["limits"] = {"message_megabytes": 1}
    house.deliver(statement(files=(("Kenya.docx", bytes(1_500_000)),)))
    house.desk["reader"] = lambda real: Flaky(real, {"read": [Killed()]})
    with house.open() as workshop:
        poll(workshop.mailboxes[0], workshop.desk, workshop.rules, lambda: False)
    assert sum(path.stat().st_size for path in Path(house.root, "files").glob("??/*")) < 2_000
    house.tables["limits"] = {"message_megabytes": 50}
    house.round()
    assert house.outcomes == [("held", "message.over_limits")]
    assert house.letters == []
