"""Small mails come in together: none is lost, none comes twice, whatever fails on the way."""

import errno
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from email.policy import SMTP
from typing import Any

import pytest

from statement_intake.arriving import receiving
from statement_intake.arriving.polling import poll
from statement_intake.files import FileStore, Stored
from statement_intake.mailbox import MailboxError, MessageGone, glancing
from statement_intake.rounds import Rounds
from tests.arriving.test_polling import Watched, WatchedBox
from tests.house import Flaky, House, Killed, statement
from tests.mailbox.scripted_imap import ScriptedImap, uids_of

PARTIES = ("Kenya", "Ghana", "France", "Japan", "Brazil", "Chile", "Norway")


def deliver(house: House) -> None:
    """A statement of each party, and what is none in between."""
    for number, party in enumerate(PARTIES):
        house.clock.turn(seconds=1)
        mail = statement(f"12th EMIC statement – {party} 4", f"mission@{party.lower()}.example", party=party)
        house.deliver(mail, received=house.clock.now)
        house.deliver(statement(subject=f"lunch {number}", files=()), received=house.clock.now)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three at a time, so that there is a first, a second and a last time."""
    monkeypatch.setattr(receiving, "_TOGETHER", 3)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("part", "method", "nth"), [("files", "put_small", 1), ("files", "put_small", 4), ("ledger", "receive", 1)]
)
def test_a_death_among_many_loses_none_and_takes_none_twice(
    house: House, part: str, method: str, nth: int, *, after: bool
) -> None:
    """Before or after a file is durable, before or after the rows are."""
    faults = [*[None] * nth, Killed()]
    if part == "files":
        house.desk["files"] = lambda real: Flaky(real, {method: faults}, after=after)
    else:
        house.desk["ledger"] = lambda real: Flaky(
            real, {}, instead={"arrivals": Flaky(real.arrivals, {method: faults}, after=after)}
        )
    deliver(house)
    with pytest.raises(Killed):
        house.round()
    house.desk.clear()
    house.round()
    assert house.rows("SELECT party_name FROM submissions ORDER BY id") == [(party,) for party in PARTIES]
    assert house.rows("SELECT count(*) FROM messages WHERE state = 'decided'") == [(2 * len(PARTIES),)]
    assert len(house.letters) == len(PARTIES)
    assert len(house.stored) == 2 * len(PARTIES)
    assert list((house.root / "files" / "incoming").iterdir()) == []


def test_a_full_disk_stops_the_poll_and_the_next_one_goes_on(house: House) -> None:
    """What had come before is there; nothing is blamed."""
    full = OSError(errno.ENOSPC, "No space left on device")
    house.desk["files"] = lambda real: Flaky(real, {"put_small": [None, None, None, None, full]})
    deliver(house)
    assert not house.round()
    house.desk.clear()
    assert house.rows("SELECT count(*), max(faults) FROM messages WHERE reference IS NOT NULL") == [(3, 0)]
    house.round()
    assert house.rows("SELECT party_name FROM submissions ORDER BY id") == [(party,) for party in PARTIES]


class Reluctant(Watched):
    """A folder that says nothing of some messages when many are asked for, and of one that it is gone."""

    def small(self, uids: Sequence[str], most: int) -> Mapping[str, bytes]:
        """Without every other, with an empty one, and with one that nobody has asked for."""
        found = self._real.small(uids, most)
        found = {uid: content for uid, content in found.items() if b"Norway" not in content}
        return {uid: found[uid] for uid in list(found)[::2]} | {next(iter(found)): b"", "99": b"From: x"}

    def raw(self, uid: str) -> Any:  # noqa: ANN401 - a generator
        """Gone, if it is Norway's, which does not come otherwise."""
        raw = b"".join(self._real.raw(uid))
        if b"Norway" in raw:
            raise MessageGone("gone")
        return (piece for piece in [raw])


def test_what_does_not_come_with_the_others_is_asked_for_alone(house: House) -> None:
    """And what has gone meanwhile is left out, the others not."""
    deliver(house)
    with house.open() as workshop:
        box: Any = WatchedBox(workshop.mailboxes[0], kind=Reluctant)
        poll(box, workshop.desk, workshop.rules, lambda: False)
        come = workshop.desk.ledger.arrivals.unfinished(house.clock())
        assert len(come) == len(PARTIES) - 1
        for arrival in come:
            with workshop.desk.files.open(arrival.raw_sha256) as raw:
                assert arrival.size == len(raw.read()) > 0


class Mixing(Watched):
    """A folder of a server that mixes up the answers about many."""

    def small(self, uids: Sequence[str], most: int) -> Mapping[str, bytes]:
        """Each has the next one's."""
        found = self._real.small(uids, most)
        return dict(zip(found, [*list(found.values())[1:], *list(found.values())[:1]], strict=True))


def test_no_mail_is_taken_for_its_neighbour(house: House) -> None:
    """What was glanced at has to stand in what comes."""
    deliver(house)
    with house.open() as workshop:
        box: Any = WatchedBox(workshop.mailboxes[0], kind=Mixing)
        poll(box, workshop.desk, workshop.rules, lambda: False)
        for arrival in workshop.desk.ledger.arrivals.unfinished(house.clock()):
            with workshop.desk.files.open(arrival.raw_sha256) as raw:
                assert raw.read() == (house.maildir("main") / "new" / arrival.key.uid).read_bytes()
    house.round()
    assert house.rows("SELECT party_name FROM submissions ORDER BY id") == [(party,) for party in PARTIES]


class Hanging(Watched):
    """A folder of a server that is slow to say that it cannot give many; meanwhile the service is asked to stop."""

    stopping = False
    alone = 0

    def small(self, uids: Sequence[str], most: int) -> Mapping[str, bytes]:  # noqa: ARG002 - the protocol's
        """Nothing, late."""
        type(self).stopping = True
        return {}

    def raw(self, uid: str) -> Any:  # noqa: ANN401 - a generator
        """Counted."""
        type(self).alone += 1
        return self._real.raw(uid)


def test_a_service_that_is_to_stop_asks_for_no_more_mail(house: House) -> None:
    """Each of those that wait could take minutes; they come at the next start."""
    deliver(house)
    with house.open() as workshop:
        box: Any = WatchedBox(workshop.mailboxes[0], kind=Hanging)
        poll(box, workshop.desk, workshop.rules, lambda: Hanging.stopping)
        assert (Hanging.stopping, Hanging.alone) == (True, 0)
        assert workshop.desk.ledger.arrivals.unfinished(house.clock()) == []
    house.round()
    assert house.rows("SELECT party_name FROM submissions ORDER BY id") == [(party,) for party in PARTIES]


class Unable(Watched):
    """A folder of a server that cannot give many messages at a time."""

    asked = 0

    def small(self, uids: Sequence[str], most: int) -> Mapping[str, bytes]:  # noqa: ARG002 - the protocol's
        """Nothing."""
        type(self).asked += 1
        return {}


def test_a_server_that_cannot_give_many_is_asked_for_them_once(house: House) -> None:
    """The connection may have broken each time."""
    deliver(house)
    with house.open() as workshop:
        box: Any = WatchedBox(workshop.mailboxes[0], kind=Unable)
        poll(box, workshop.desk, workshop.rules, lambda: False)
        assert len(workshop.desk.ledger.arrivals.unfinished(house.clock())) == len(PARTIES)
    assert Unable.asked == 1


def test_large_ones_come_alone_and_in_their_order(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those before a large one do not wait for it."""
    deliver(house)
    monkeypatch.setattr(receiving, "SMALL", 1)
    put: list[int] = []
    house.desk["files"] = lambda real: Flaky(real, {}, instead={"put_small": put.append})
    house.round()
    assert put == []
    assert house.rows("SELECT party_name FROM submissions ORDER BY id") == [(party,) for party in PARTIES]


def test_a_file_that_is_removed_before_its_row_is_there_comes_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same mail of another folder was found to be none of ours in that moment: no row is left without its file."""
    monkeypatch.setattr(receiving, "SMALL", 1)
    house.deliver(statement())

    def losing(files: FileStore) -> Flaky:
        lost: list[str] = []

        def put(chunks: Iterable[bytes], *, most: int) -> Stored:
            stored = files.put(chunks, most=most)
            if not lost:
                lost.append(stored.sha256)
                files.remove(stored.sha256)
            return stored

        return Flaky(files, {}, instead={"put": put})

    house.desk["files"] = losing
    with house.open() as workshop:
        rounds = Rounds(workshop, lambda: False)
        assert rounds.go()
        assert house.rows("SELECT count(*) FROM messages") == [(0,)]
        assert rounds.go()
    assert house.outcomes == [("accepted", None)]


def test_mails_that_break_the_connection_do_not_keep_the_others_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many: those that the server cannot even describe are not kept waiting for others."""
    monkeypatch.setattr(receiving, "_TOGETHER", 20)
    poisonous, good = range(1, 11), statement("12th EMIC statement – Kenya 4").as_bytes(policy=SMTP)
    header = good.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"

    def script(command: bytes) -> bytes | None:
        if command.startswith(b"UID SEARCH UID "):
            return b"* SEARCH " + b" ".join(b"%d" % uid for uid in uids_of(command)) + b"\r\n"
        if command.startswith(b"UID SEARCH"):
            return b"* SEARCH 1 2 3 4 5 6 7 8 9 10 11\r\n"
        if not command.startswith(b"UID FETCH") or set(uids_of(command)) & set(poisonous):
            return None
        what = b"BODY[HEADER]<0> {%d}\r\n%s" % (len(header), header)
        if b"BODY.PEEK[]" in command:
            what = b"BODY[]<0> {%d}\r\n%s" % (len(good), good)
        known = b'RFC822.SIZE %d INTERNALDATE "28-Aug-2023 16:30:15 +0200"' % len(good)
        return b"* 11 FETCH (UID 11 %s %s)\r\n" % (known, what)

    with house.open() as workshop, ScriptedImap(script).running() as server:
        for _ in range(6):
            with suppress(MailboxError):
                poll(server.mailbox(), workshop.desk, workshop.rules, lambda: False)
        come = workshop.desk.ledger.arrivals.unfinished(house.clock())
        assert [arrival.key.uid for arrival in come] == ["11"]
        assert house.rows("SELECT count(*) FROM messages WHERE state = 'refused'") == [(len(poisonous),)]


def test_what_was_glanced_at_is_received_although_the_server_fails_at_the_rest(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may fail there at every poll."""
    monkeypatch.setattr(receiving, "_TOGETHER", 20)
    monkeypatch.setattr(glancing, "BATCH", 2)
    good = statement("12th EMIC statement – Kenya 4").as_bytes(policy=SMTP)
    header = good.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"

    def script(command: bytes) -> bytes | None:
        if command.startswith(b"UID SEARCH") and not command.startswith(b"UID SEARCH UID 3"):
            return b"* SEARCH 1 2 3\r\n"
        if not command.startswith(b"UID FETCH") or 3 in uids_of(command):
            return None
        what = b"BODY[HEADER]<0> {%d}\r\n%s" % (len(header), header)
        if b"BODY.PEEK[]" in command:
            what = b"BODY[]<0> {%d}\r\n%s" % (len(good), good)
        known = b'RFC822.SIZE %d INTERNALDATE "28-Aug-2023 16:30:15 +0200"' % len(good)
        return b"".join(b"* %d FETCH (UID %d %s %s)\r\n" % (uid, uid, known, what) for uid in uids_of(command))

    with house.open() as workshop, ScriptedImap(script).running() as server:
        with pytest.raises(MailboxError, match="could not search"):
            poll(server.mailbox(), workshop.desk, workshop.rules, lambda: False)
        come = workshop.desk.ledger.arrivals.unfinished(house.clock())
        assert [arrival.key.uid for arrival in come] == ["1", "2"]
