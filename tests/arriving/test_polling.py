"""A pass over the mailboxes: what is seen, what is asked again, and what never is."""

import errno
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from imapclient import IMAPClient

from statement_intake.arriving.polling import poll
from statement_intake.mailbox import FolderState, MailboxError, MessageRefused, RawGlance
from statement_intake.review import Correction, give_verdict
from statement_intake.rounds import Rounds
from statement_intake.workshop import Workshop
from tests.conftest import ImapAccount
from tests.house import MORNING, Flaky, House, statement

GHANA = "12th EMIC statement – Ghana 4"


class Watched:
    """A folder that counts what is asked of it, and can keep a message to itself."""

    def __init__(self, real: Any, refused: Sequence[str] = ()) -> None:  # noqa: ANN401 - any folder
        self._real, self._refused = real, refused
        self.glanced: list[str] = []

    @property
    def state(self) -> FolderState:
        """As it is."""
        return self._real.state  # type: ignore[no-any-return]

    def uids_above(self, uid: str | None, since: date | None) -> Sequence[str]:
        """As they are."""
        return self._real.uids_above(uid, since)  # type: ignore[no-any-return]

    def recent_uids(self, count: int, since: date | None) -> Sequence[str]:
        """As they are."""
        return self._real.recent_uids(count, since)  # type: ignore[no-any-return]

    def glances(self, uids: Sequence[str]) -> Iterator[RawGlance]:
        """Counted."""
        self.glanced += uids
        return self._real.glances(uids)  # type: ignore[no-any-return]

    def small(self, uids: Sequence[str], most: int) -> Mapping[str, bytes]:
        """Left out, where it is refused."""
        found = self._real.small(uids, most)
        return {uid: content for uid, content in found.items() if uid not in self._refused}

    def raw(self, uid: str) -> Generator[bytes]:
        """Refused, where it is so."""
        if uid in self._refused:
            raise MessageRefused("the server does not hand it out")
        return self._real.raw(uid)  # type: ignore[no-any-return]


class WatchedBox:
    """A mailbox whose folders are watched."""

    def __init__(self, real: Any, refused: Sequence[str] = (), kind: type[Watched] = Watched) -> None:  # noqa: ANN401 - any mailbox
        self._real, self._refused, self._kind = real, refused, kind
        self.name, self.folders = real.name, real.folders
        self.opened: list[Watched] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the rest of the mailbox
        return getattr(self._real, name)

    @contextmanager
    def open(self, folder: str) -> Iterator[Watched]:
        """Open it, and watch."""
        with self._real.open(folder) as opened:
            self.opened.append(self._kind(opened, self._refused))
            yield self.opened[-1]


def look_through(workshop: Workshop, box: object = None) -> None:
    """One pass over a mailbox."""
    poll(box or workshop.mailboxes[0], workshop.desk, workshop.rules, lambda: False)  # type: ignore[arg-type]


class Downloading(Watched):
    """Tells when a download is over, and when the folder is closed."""

    def __init__(self, real: Any, told: list[str]) -> None:  # noqa: ANN401 - any folder
        super().__init__(real)
        self._told = told

    def raw(self, uid: str) -> Generator[bytes]:
        """Told at the end, whatever that is."""
        try:
            yield from self._real.raw(uid)
        finally:
            self._told.append("downloaded")


def test_a_download_that_is_broken_off_is_over_before_its_folder_is_closed(house: House) -> None:
    """Two threads would speak over one connection: the one that fetches ahead, and the one that signs out."""
    told: list[str] = []

    def full(chunks: Iterator[bytes], **_: object) -> None:
        next(chunks)
        raise OSError(errno.ENOSPC, "No space left on device")

    @contextmanager
    def folder(name: str) -> Iterator[Downloading]:
        with real.open(name) as opened:
            try:
                yield Downloading(opened, told)
            finally:
                told.append("closed")

    house.deliver(statement())
    house.desk["files"] = lambda files: Flaky(files, {}, instead={"put": full})
    with house.open() as workshop:
        real = workshop.mailboxes[0]
        with pytest.raises(OSError, match="No space left"):
            look_through(workshop, Flaky(real, {}, instead={"open": folder}))
    assert told == ["downloaded", "closed"]


def test_a_poll_with_nothing_new_asks_about_no_message(house: House) -> None:
    """Headers are fetched once for each mail: statements, other people's mail, and what is older than the start."""
    house.tables["mailboxes"] = {"main": {"path": house.maildir(), "start": "2023-08-23"}}
    house.deliver(statement())
    house.deliver(statement("lunch", files=()))
    house.deliver(statement(GHANA), received=datetime(2023, 8, 22, 15, tzinfo=MORNING.tzinfo))
    with house.open() as workshop:
        box = WatchedBox(workshop.mailboxes[0])
        for _ in range(3):
            look_through(workshop, box)
    assert [len(folder.glanced) for folder in box.opened] == [3, 0, 0]
    assert house.rows("SELECT state, reason FROM messages ORDER BY reason") == [
        ("received", None), ("decided", "message.unrelated"),
    ]  # fmt: skip


def test_mail_from_before_the_start_is_never_looked_at(house: House) -> None:
    """Going live on a full mailbox sends nothing about old mail; the day itself counts."""
    house.tables["mailboxes"] = {"main": {"path": house.maildir(), "start": "2023-08-23"}}
    for days, party in ((40, "Kenya"), (1, "Ghana"), (0, "Peru")):
        subject = f"12th EMIC statement – {party} 4"
        house.deliver(statement(subject, party=party), received=MORNING - timedelta(days=days))
    house.round(2)
    assert house.rows("SELECT party FROM submissions") == [("PER",)]


def test_the_high_water_mark_is_the_last_uid_of_the_folder(house: House) -> None:
    """UIDs of a Maildir are names, not numbers, and ascend in the folder's own order."""
    first = house.deliver(statement(), received=MORNING)
    last = house.deliver(statement(GHANA), received=MORNING + timedelta(minutes=1))
    assert first.name < last.name
    house.round()
    assert house.rows("SELECT high_uid FROM folders WHERE mailbox = 'main'") == [(last.name,)]


def test_mail_that_turns_up_below_the_high_water_mark_is_found(house: House) -> None:
    """A server that shows a mail late, or a colleague who puts one back, loses nothing."""
    house.deliver(statement(), received=MORNING)
    house.round()
    house.deliver(statement(GHANA, party="Ghana"), received=MORNING - timedelta(days=3))
    house.round()
    assert [outcome for outcome, _ in house.outcomes] == ["accepted", "accepted"]


def test_a_folder_that_is_missing_does_not_keep_the_others_from_being_served(house: House) -> None:
    """The fault is told, and everything else goes on: the other folders, the other mailbox, the letters."""
    house.tables["mailboxes"] = {
        "main": {"path": house.maildir(), "folders": ["Gone", "INBOX"]},
        "copy": {"path": house.maildir("copy")},
    }
    house.deliver(statement())
    house.deliver(statement(GHANA, party="Ghana"), "copy")
    assert not house.round()
    assert [outcome for outcome, _ in house.outcomes] == ["accepted", "accepted"]
    assert house.letters == [("receipt", "sent")] * 2


def test_the_folders_that_are_there_do_not_rest_with_the_one_that_is_missing(house: House) -> None:
    """Somebody has renamed it, say: a receipt from INBOX is not to wait for that to be noticed."""
    house.tables["mailboxes"] = {"main": {"path": house.maildir(), "folders": ["Gone", "INBOX"]}}
    with house.open() as workshop:
        rounds = Rounds(workshop, lambda: False)
        for mail in (statement(), statement(GHANA, party="Ghana")):
            house.deliver(mail)
            assert not rounds.go()
    assert house.letters == [("receipt", "sent")] * 2


def test_a_mailbox_that_is_away_rests_while_the_other_is_served(house: House) -> None:
    """It is left alone for a while, then asked again."""
    house.tables["mailboxes"] = {"away": {"path": house.root / "away"}, "copy": {"path": house.maildir("copy")}}
    house.deliver(statement(GHANA, party="Ghana"), "copy")
    assert not house.round(2)
    assert [outcome for outcome, _ in house.outcomes] == ["accepted"]
    house.deliver(statement(), "away")
    assert house.round()
    assert [outcome for outcome, _ in house.outcomes] == ["accepted", "accepted"]


def test_a_message_that_the_server_keeps_to_itself_is_shown_in_the_end(house: House) -> None:
    """Asked again after a pause, not at every poll; after the allowed attempts a person sees its header."""
    uid = house.deliver(statement()).name
    with house.open() as workshop:
        box = WatchedBox(workshop.mailboxes[0], refused=[uid])
        look_through(workshop, box)
        look_through(workshop, box)
        assert [len(folder.glanced) for folder in box.opened] == [1, 0]
        for _ in range(2):
            house.clock.turn(hours=1)
            look_through(workshop, box)
    house.round()
    assert house.outcomes == [("held", "service.fault")]
    assert house.rows("SELECT party, subject FROM submissions") == [("KEN", "12th EMIC statement – Kenya 4")]


def test_a_refused_message_that_is_handed_out_after_all_is_decided(house: House) -> None:
    """Its row goes on where it was, and there is one."""
    uid = house.deliver(statement()).name
    with house.open() as workshop:
        look_through(workshop, WatchedBox(workshop.mailboxes[0], refused=[uid]))
        house.clock.turn(hours=1)
        look_through(workshop)
    house.round()
    assert house.outcomes == [("accepted", None)]


def test_after_a_change_of_uidvalidity_letters_wait_and_nothing_is_decided_twice(
    house: House, imap_account: ImapAccount
) -> None:
    """The folder was made anew: known mail is a duplicate, unknown mail is decided, its letter waits for a person."""
    house.tables["mailboxes"] = {"main": imap_account.settings().model_dump()}
    kenya, ghana, peru = (
        statement(f"12th EMIC statement – {party} 4", f"mission@{party}.example", party=party)
        for party in ("Kenya", "Ghana", "Peru")
    )
    imap_account.deliver(kenya.as_bytes(), MORNING)
    house.round()
    imap_account.deliver(ghana.as_bytes(), MORNING)
    # An old UIDVALIDITY, without a new Dovecot.
    house.change("UPDATE folders SET uidvalidity = '1'", "UPDATE messages SET uidvalidity = '1'")
    # The first pass is interrupted: the second must not forget that the folder is a new one.
    house.desk["ledger"] = lambda real: Flaky(
        real, {}, instead={"folders": Flaky(real.folders, {"save": [MailboxError("gone")]})}
    )
    house.round()
    house.desk.clear()
    house.round()
    imap_account.deliver(peru.as_bytes(), MORNING)
    house.round()
    assert house.outcomes == [
        ("accepted", None), ("ignored", "message.duplicate"), ("accepted", None), ("accepted", None),
    ]  # fmt: skip
    assert [state for _, state in house.letters] == ["sent", "held", "sent"]


def test_no_flag_of_the_mailbox_changes_but_our_keyword(house: House, imap_account: ImapAccount) -> None:
    """Read and unread belong to the people of the mailbox; the mark follows an officer's verdict."""
    settings = imap_account.settings(mark="keyword").model_dump()
    house.tables["mailboxes"] = {"main": settings}
    imap_account.deliver(statement().as_bytes(), MORNING)
    imap_account.deliver(statement("lunch", files=()).as_bytes(), MORNING)

    def flags() -> list[set[bytes]]:
        with IMAPClient(imap_account.server.host, imap_account.server.port, ssl=False) as client:
            client.login(imap_account.user, imap_account.server.password)
            client.select_folder("INBOX", readonly=True)
            return [set(answer[b"FLAGS"]) - {rb"\Recent"} for answer in client.fetch([1, 2], ["FLAGS"]).values()]

    house.round(2)
    assert flags() == [{b"$StatementAccepted"}, set()]
    with house.open() as workshop:
        give_verdict("reopen", house.references[0], workshop.desk, actor="o", because="x", correction=Correction())
    house.round()
    assert flags() == [{b"$StatementHeld"}, set()]


def test_a_header_that_breaks_the_glance_does_not_end_the_poll(house: House) -> None:
    """The mail is downloaded and comes into sight; the ones behind it are received."""

    class Stumbling:
        def __init__(self, real: Any) -> None:  # noqa: ANN401 - the knowledge
            self._real, self.stumbles = real, 1

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the rest of it
            return getattr(self._real, name)

        def read_subject(self, subject: str) -> object:
            if self.stumbles:
                self.stumbles -= 1
                raise KeyError(subject)
            return self._real.read_subject(subject)

    house.desk["knowledge"] = Stumbling
    house.deliver(statement())
    house.deliver(statement(GHANA, party="Ghana"))
    assert house.round()
    assert house.outcomes == [("accepted", None)] * 2


@pytest.mark.parametrize("name", ["lunch", "Re: your invoice"])
def test_of_mail_that_is_not_ours_the_ledger_keeps_key_date_and_reason(house: House, name: str) -> None:
    """Nothing else, and it is never downloaded."""
    house.deliver(statement(name, "whistle@blower.example", files=()))
    house.round()
    rows = house.rows("SELECT * FROM messages")
    assert len(rows) == 1
    assert not {"whistle@blower.example", name} & {str(value) for value in rows[0]}
    assert house.rows("SELECT reference, size, raw_sha256, sender, facts FROM messages") == [(None,) * 5]
    assert house.stored == set()
