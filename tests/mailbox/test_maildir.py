"""A Maildir is read and never changed."""

import mailbox as stdlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from errno import EACCES, EIO
from pathlib import Path
from typing import Any

import pytest

from statement_intake.domain.finding import Outcome
from statement_intake.domain.message import Part
from statement_intake.mailbox import Mailbox, MailboxError, MessageGone, MessageRefused, RawGlance
from statement_intake.mailbox.maildir import MaildirMailbox
from statement_intake.mailbox.maildir_folder import CHUNK
from statement_intake.settings import MailboxSettings

ARRIVED = datetime(2023, 8, 28, 14, 30, 15, tzinfo=UTC)
LETTER = b"From: a@example.org\nSubject: 12th EMIC statement - France 3\n\nHello.\n"


@pytest.fixture
def maildir(tmp_path: Path) -> Iterator[stdlib.Maildir]:
    """A Maildir as programs that deliver mail make and fill it."""
    directory = stdlib.Maildir(tmp_path / "Maildir")
    yield directory
    directory.close()


def root_of(maildir: stdlib.Maildir) -> Path:
    """Its directory."""
    return Path(str(maildir._path))  # noqa: SLF001 - there is no public name for it


def opened(maildir: stdlib.Maildir, **changes: object) -> Mailbox:
    """The service's view of it."""
    settings: dict[str, object] = {"kind": "maildir", "path": root_of(maildir)}
    return MaildirMailbox("main", MailboxSettings.model_validate(settings | changes))


def deliver(maildir: stdlib.Maildir, raw: bytes = LETTER, arrived: datetime = ARRIVED) -> str:
    """Deliver into new/; give back the unique base name."""
    name = maildir.add(raw)
    (file,) = root_of(maildir).glob(f"*/{name}*")
    os.utime(file, (arrived.timestamp(), arrived.timestamp()))
    return name


def snapshot(maildir: stdlib.Maildir) -> dict[str, tuple[int, float]]:
    """Every file with its size and time."""
    root = root_of(maildir)
    return {str(file): (file.stat().st_size, file.stat().st_mtime) for file in root.rglob("*")}


def move_to_cur(maildir: stdlib.Maildir, name: str, flags: str) -> None:
    """What a mail program does when its user has seen the message."""
    message = maildir[name]
    message.set_subdir("cur")
    message.set_flags(flags)
    maildir[name] = message


def test_mail_is_read_where_it_was_delivered_and_nothing_changes(maildir: stdlib.Maildir) -> None:
    """Deliveries in new/ are taken in, and stay there."""
    names = [deliver(maildir) for _ in range(3)]
    before = snapshot(maildir)
    box = opened(maildir)
    with box.open("INBOX") as folder:
        assert (folder.state.name, folder.state.uidvalidity) == ("INBOX", "0")
        assert sorted(folder.uids_above(None, None)) == sorted(names)
        assert sorted(glance.uid for glance in folder.glances(names)) == sorted(names)
        assert b"".join(folder.raw(names[0])) == LETTER
        assert folder.small([*names[:2], "1.gone"], len(LETTER) + 1) == dict.fromkeys(names[:2], LETTER)
        assert folder.small(names, len(LETTER)) == {}
        assert not box.mark(folder.state, names[0], Outcome.ACCEPTED)
    assert snapshot(maildir) == before


def test_a_glance_tells_what_a_server_would(maildir: stdlib.Maildir) -> None:
    """Header, structure, size, and the file's time as the time of receipt."""
    name = deliver(maildir)
    with opened(maildir).open("INBOX") as folder:
        assert list(folder.glances([name])) == [
            RawGlance(name, len(LETTER), ARRIVED, LETTER[:-7], (Part(media_type="text/plain", size=7),))
        ]


def test_a_message_that_a_mail_program_moves_is_the_same_message(maildir: stdlib.Maildir) -> None:
    """Its base name stays, also when it moves between listing and reading."""
    first, second = deliver(maildir), deliver(maildir)
    with opened(maildir).open("INBOX") as folder:
        uids = folder.uids_above(None, None)
        move_to_cur(maildir, first, "S")
        assert b"".join(folder.raw(first)) == LETTER
        assert {glance.uid for glance in folder.glances(uids)} == {first, second}
        assert folder.uids_above(None, None) == uids


def test_a_message_that_was_deleted_is_gone(maildir: stdlib.Maildir) -> None:
    """It is left out of glances, and reading it says so."""
    first, second = deliver(maildir), deliver(maildir)
    with opened(maildir).open("INBOX") as folder:
        uids = folder.uids_above(None, None)
        maildir.remove(first)
        assert [glance.uid for glance in folder.glances(uids)] == [second]
        with pytest.raises(MessageGone):
            next(iter(folder.raw(first)))


def test_only_newer_mail_is_above_a_uid(maildir: stdlib.Maildir) -> None:
    """Base names begin with the time of delivery; a shorter number is an earlier one."""
    root = root_of(maildir)
    for name in ("999999999.a.host", "1693233015.b.host:2,S", "1693233016.c.host"):
        (root / ("cur" if ":" in name else "new") / name).write_bytes(LETTER)
    with opened(maildir).open("INBOX") as folder:
        assert folder.uids_above(None, None) == ["999999999.a.host", "1693233015.b.host", "1693233016.c.host"]
        assert folder.uids_above("1693233015.b.host", None) == ["1693233016.c.host"]


def test_mail_whose_name_sorts_low_is_among_the_recent(maildir: stdlib.Maildir) -> None:
    """A file that somebody copies in by hand is found by comparing recent mail with the ledger."""
    high = deliver(maildir, arrived=ARRIVED)
    root = root_of(maildir)
    (root / "new" / "by-hand.eml").write_bytes(LETTER)
    with opened(maildir).open("INBOX") as folder:
        assert folder.uids_above(high, None) == []
        assert folder.recent_uids(1, None) == ["by-hand.eml"]
        assert folder.recent_uids(1000, None) == ["by-hand.eml", high]


def test_mail_from_before_the_start_is_left_out(maildir: stdlib.Maildir) -> None:
    """A day more may come, never a day less."""
    deliver(maildir, arrived=datetime(2023, 8, 1, tzinfo=UTC))
    late = deliver(maildir)
    with opened(maildir).open("INBOX") as folder:
        assert folder.uids_above(None, date(2023, 8, 29)) == [late]
        assert folder.recent_uids(1000, date(2023, 8, 29)) == [late]


def test_only_files_of_mail_are_mail(maildir: stdlib.Maildir) -> None:
    """A pipe would make the service wait for ever; names of other bytes than UTF-8 can still be stored."""
    root = root_of(maildir)
    os.mkfifo(root / "new" / "pipe")
    (root / "new" / "link").symlink_to("/etc/passwd")
    (root / "new" / ".hidden").write_bytes(LETTER)
    (root / "cur" / "folder").mkdir()
    Path(os.fsdecode(os.fsencode(root) + b"/new/\xff")).write_bytes(LETTER)
    with opened(maildir).open("INBOX") as folder:
        assert folder.uids_above(None, None) == ["\\xff"]
        assert b"".join(folder.raw("\\xff")) == LETTER


def _locked(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Files of these names cannot be opened. Permissions would not do: tests may be run by root."""
    usual = Path.open

    def refuse(path: Path, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - whatever open takes and gives
        if path.name.partition(":")[0] in names:
            raise PermissionError(EACCES, "Permission denied", path)
        return usual(path, *args, **options)

    monkeypatch.setattr(Path, "open", refuse)


def test_a_message_that_cannot_be_read_does_not_hide_the_others(
    maildir: stdlib.Maildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes without a header, as from a server that cannot describe it, and is refused when it is asked for."""
    first, locked, last = (deliver(maildir) for _ in range(3))
    _locked(monkeypatch, locked)
    with opened(maildir).open("INBOX") as folder:
        seen = {glance.uid: glance for glance in folder.glances(folder.uids_above(None, None))}
        assert seen[locked] == RawGlance(locked, 0, ARRIVED, b"", None)
        assert [seen[name].size for name in (first, last)] == [len(LETTER)] * 2
        assert folder.small([first, locked, last], 1000) == {first: LETTER, last: LETTER}
        with pytest.raises(MessageRefused, match="Permission denied"):
            list(folder.raw(locked))


def test_a_file_of_which_nothing_can_be_told_is_listed_all_the_same(
    maildir: stdlib.Maildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A damaged inode, which no test can make: it counts as received now, so that no start leaves it out."""
    name, damaged = deliver(maildir), deliver(maildir)
    usual_scandir = os.scandir

    @contextmanager
    def scanned(directory: Path) -> Iterator[list[Any]]:
        with usual_scandir(directory) as files:
            yield [_Damaged(file) if file.name.startswith(damaged) else file for file in files]

    monkeypatch.setattr(os, "scandir", scanned)
    with opened(maildir).open("INBOX") as folder:
        assert folder.uids_above(None, ARRIVED.date()) == sorted([name, damaged])
        assert folder.uids_above(None, datetime.now(UTC).date()) == [damaged]


class _Damaged:
    def __init__(self, entry: os.DirEntry[str]) -> None:
        self.name, self.path, self.is_file = entry.name, entry.path, entry.is_file

    def stat(self, **_options: bool) -> os.stat_result:
        raise OSError(EIO, "Input/output error", self.path)


def test_where_no_message_can_be_read_none_is_blamed(maildir: stdlib.Maildir, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the folder then: an account that lacks a right, a file system that fails."""
    names = [deliver(maildir) for _ in range(2)]
    _locked(monkeypatch, *names)
    with opened(maildir).open("INBOX") as folder:
        with pytest.raises(MailboxError, match="Permission denied"):
            list(folder.glances(names))
        with pytest.raises(MailboxError, match="Permission denied"):
            list(folder.raw(names[0]))


def test_a_large_message_comes_in_chunks(maildir: stdlib.Maildir) -> None:
    """None larger than the limit."""
    name = deliver(maildir, LETTER + b"x" * (2 * CHUNK))
    with opened(maildir).open("INBOX") as folder:
        sizes = [len(chunk) for chunk in folder.raw(name)]
    assert sizes == [CHUNK, CHUNK, len(LETTER)]


def test_subfolders_are_found_by_name(maildir: stdlib.Maildir) -> None:
    """Maildir++: a dot before the name, modified UTF-7 in it."""
    name = deliver(maildir.add_folder("D&AOk-clarations"))
    with opened(maildir).open("Déclarations") as folder:
        assert folder.uids_above(None, None) == [name]
    with pytest.raises(MailboxError, match="not a Maildir") as caught, opened(maildir).open("Other"):
        pass
    assert caught.value.permanent


def test_a_letter_is_found_in_the_sent_folder(maildir: stdlib.Maildir) -> None:
    """By its Message-ID; without a Sent folder nothing can be said."""
    deliver(maildir.add_folder("Sent"), b"Message-ID: <ours.1@un.org>\n" + LETTER)
    assert opened(maildir, sent_folder="Sent").was_sent("<ours.1@un.org>") is True
    assert opened(maildir, sent_folder="Sent").was_sent("<ours.2@un.org>") is False
    assert opened(maildir).was_sent("<ours.1@un.org>") is None


def test_doctor_is_told_what_is_there(maildir: stdlib.Maildir) -> None:
    """A line for each folder."""
    deliver(maildir)
    (line,) = opened(maildir).examine()
    assert line.startswith("folder INBOX: 1 messages in ")
