"""What the service does to an IMAP account: it reads, and it leaves nothing but its keyword, where it is asked to."""

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from imapclient import IMAPClient

from statement_intake.domain.finding import Outcome
from statement_intake.domain.message import Part
from statement_intake.mailbox import FolderState, Mailbox, MailboxError, MessageGone, RawGlance
from statement_intake.mailbox.imap import ImapMailbox
from statement_intake.mailbox.imap_folder import CHUNK
from tests.conftest import ImapAccount

ARRIVED = datetime(2023, 8, 28, 14, 30, 15, tzinfo=UTC)
LETTER = b"From: a@example.org\r\nSubject: 12th EMIC statement - France 3\r\n\r\nHello.\r\n"

STATEMENT = b"""\
From: a@example.org\r
Subject: =?utf-8?Q?D=C3=A9claration?=\r
Message-ID: <one@example.org>\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary=outer\r
\r
--outer\r
Content-Type: text/plain; charset=utf-8\r
\r
Please find attached.\r
--outer\r
Content-Type: video/mp4; name="fallback.mp4"\r
Content-Transfer-Encoding: base64\r
Content-Disposition: attachment;\r
 filename*0*=UTF-8''d%C3%A9cla;\r
 filename*1*=ration%20France.mp4\r
\r
AAAAAAAA\r
--outer\r
Content-Type: application/octet-stream;\r
 name="=?utf-8?B?0LfQsNGP0LLQu9C10L3QuNC1LmRvY3g=?="\r
Content-Transfer-Encoding: base64\r
\r
AAAA\r
--outer\r
Content-Type: message/rfc822\r
\r
From: b@example.org\r
Subject: =?utf-8?Q?D=C3=A9claration_forward?=\r
Content-Type: multipart/mixed; boundary=inner\r
\r
--inner\r
Content-Type: video/mp4\r
\r
x\r
--inner--\r
\r
--outer--\r
"""


def mailbox(account: ImapAccount, **changes: object) -> Mailbox:
    """The account, read over TLS but for *changes*."""
    return ImapMailbox("main", account.settings(**changes))


@pytest.fixture
def colleague(imap_account: ImapAccount) -> Iterator[IMAPClient]:
    """Another mail program, with the INBOX open for writing."""
    server = imap_account.server
    with IMAPClient(server.host, port=server.port, ssl=False) as client:
        client.login(imap_account.user, server.password)
        client.select_folder("INBOX")
        yield client


def test_small_messages_come_together(imap_account: ImapAccount, colleague: IMAPClient) -> None:
    """Whole, by UID; nothing of those that are not small, or gone. No flag changes."""
    small, other, large = (int(imap_account.deliver(mail, ARRIVED)) for mail in (LETTER, LETTER * 2, LETTER * 3))
    with mailbox(imap_account).open("INBOX") as folder:
        found = folder.small([str(small), str(other), str(large), "4711"], 3 * len(LETTER))
    assert found == {str(small): LETTER, str(other): LETTER * 2}
    colleague.noop()
    answers = colleague.fetch([small, other, large], ["FLAGS"])
    assert [set(answer[b"FLAGS"]) - {rb"\Recent"} for answer in answers.values()] == [set()] * 3


def test_reading_leaves_every_flag_untouched(imap_account: ImapAccount) -> None:
    r"""Neither \Seen nor \Recent changes, whatever is looked at and downloaded."""
    uids = [imap_account.deliver(STATEMENT, ARRIVED) for _ in range(3)]
    for _ in range(3):
        with mailbox(imap_account).open("INBOX") as folder:
            assert folder.uids_above(None, None) == uids
            assert folder.recent_uids(2, None) == uids[1:]
            assert len(list(folder.glances(uids))) == 3
            assert b"".join(folder.raw(uids[0])) == STATEMENT
    server = imap_account.server
    with IMAPClient(server.host, port=server.port, ssl=False) as client:
        client.login(imap_account.user, server.password)
        assert client.select_folder("INBOX")[b"RECENT"] == 3
        assert set(client.get_flags(uids).values()) == {(b"\\Recent",)}


def test_the_highest_uid_does_not_come_again(imap_account: ImapAccount) -> None:
    """A server answers n:* with its last message even if that is below n; only what is above is given back."""
    first, second = (imap_account.deliver(LETTER, ARRIVED) for _ in range(2))
    with mailbox(imap_account).open("INBOX") as folder:
        assert folder.uids_above(first, None) == [second]
        assert folder.uids_above(second, None) == []
        assert folder.uids_above("4000", None) == []


def test_an_empty_folder_has_no_uids(imap_account: ImapAccount) -> None:
    """Nothing is asked that an empty folder would make an error."""
    with mailbox(imap_account).open("INBOX") as folder:
        assert folder.uids_above(None, date(2023, 8, 1)) == []
        assert folder.recent_uids(1000, None) == []


def test_mail_from_before_the_start_is_left_out(imap_account: ImapAccount) -> None:
    """SINCE knows days only, in the server's zone: a day more may come, never a day less."""
    imap_account.deliver(LETTER, datetime(2023, 8, 1, tzinfo=UTC))
    edge = imap_account.deliver(LETTER, datetime(2023, 8, 27, 23, 30, tzinfo=timezone(timedelta(hours=-2))))
    late = imap_account.deliver(LETTER, ARRIVED)
    with mailbox(imap_account).open("INBOX") as folder:
        assert folder.uids_above(None, date(2023, 8, 28)) == [edge, late]
        assert folder.recent_uids(1000, date(2023, 8, 28)) == [edge, late]
        assert folder.recent_uids(1, date(2023, 8, 28)) == [late]


def test_more_mail_than_one_search_can_list_is_listed(
    imap_account: ImapAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long lists are asked for in windows, and nothing falls between them."""
    uids = [imap_account.deliver(LETTER, ARRIVED) for _ in range(7)]
    monkeypatch.setattr("statement_intake.mailbox.imap_folder.WINDOW", 3)
    with mailbox(imap_account).open("INBOX") as folder:
        assert folder.uids_above(None, None) == uids
        assert folder.uids_above(uids[1], None) == uids[2:]
        assert folder.uids_above(uids[5], None) == uids[6:]


def test_a_glance_tells_headers_structure_size_and_date(imap_account: ImapAccount) -> None:
    """File names in RFC 2231 and RFC 2047 are decoded; a forwarded mail is one part with its subject."""
    uid = imap_account.deliver(STATEMENT, ARRIVED.astimezone(timezone(timedelta(hours=3))))
    with mailbox(imap_account).open("INBOX") as folder:
        (glance,) = folder.glances([uid])
    assert glance.uid == uid
    assert glance.size == len(STATEMENT)
    assert glance.internal_date == ARRIVED
    assert glance.internal_date.tzinfo is UTC
    assert glance.header == STATEMENT.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    assert glance.parts is not None
    assert [(part.media_type, part.name, part.forwarded_subject) for part in glance.parts] == [
        ("text/plain", "", None),
        ("video/mp4", "déclaration France.mp4", None),
        ("application/octet-stream", "заявление.docx", None),
        ("message/rfc822", "", "Déclaration forward"),
    ]
    assert [part.size for part in glance.parts][:3] == [21, 8, 4]


def test_glances_come_for_more_messages_than_one_command_carries(imap_account: ImapAccount) -> None:
    """Every message of several batches is described once; those that are gone are left out."""
    uids = [imap_account.deliver(LETTER, ARRIVED) for _ in range(53)]
    with mailbox(imap_account).open("INBOX") as folder:
        described = [glance.uid for glance in folder.glances([*uids, "4000"])]
    assert sorted(described, key=int) == uids


def test_a_plain_mail_has_one_part(imap_account: ImapAccount) -> None:
    """A mail without MIME is text."""
    uid = imap_account.deliver(LETTER, ARRIVED)
    with mailbox(imap_account).open("INBOX") as folder:
        assert list(folder.glances([uid])) == [
            RawGlance(uid, len(LETTER), ARRIVED, LETTER[:-8], (Part(media_type="text/plain", size=8),))
        ]


def test_an_enormous_header_is_cut(imap_account: ImapAccount) -> None:
    """The header section that is fetched at a glance has a limit."""
    uid = imap_account.deliver(
        b"X-Filler: " + b"x" * 100 + b"\r\n" + LETTER * 0 + b"X: y\r\n" * 30_000 + LETTER, ARRIVED
    )
    with mailbox(imap_account).open("INBOX") as folder:
        (glance,) = folder.glances([uid])
    assert len(glance.header) == 65536


def test_a_large_message_is_streamed_in_constant_memory(imap_account: ImapAccount) -> None:
    """30 MB pass through in chunks, and at no time are more than a few of them in memory."""
    large = LETTER + (b"0123456789" * 7 + b"\r\n") * (30_000_000 // 72)
    uid = imap_account.deliver(large, ARRIVED)
    with mailbox(imap_account).open("INBOX") as folder:
        tracemalloc.start()
        position = 0
        for chunk in folder.raw(uid):
            assert len(chunk) <= CHUNK
            assert large[position : position + len(chunk)] == chunk
            position += len(chunk)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert position == len(large)
    assert peak < 8 * CHUNK


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_the_end_of_a_message_is_found_wherever_it_lies(imap_account: ImapAccount, length: int) -> None:
    """Also where it falls together with the end of a chunk."""
    raw = LETTER.ljust(length, b"x") if length > len(LETTER) else LETTER
    uid = imap_account.deliver(raw, ARRIVED)
    with mailbox(imap_account).open("INBOX") as folder:
        assert b"".join(folder.raw(uid)) == raw


def test_a_message_that_a_colleague_deleted_is_gone(imap_account: ImapAccount, colleague: IMAPClient) -> None:
    """Between listing and fetching, and between two chunks of it."""
    first = imap_account.deliver(LETTER, ARRIVED)
    second = imap_account.deliver(LETTER + b"x" * (3 * CHUNK), ARRIVED)
    with mailbox(imap_account).open("INBOX") as folder:
        assert folder.uids_above(None, None) == [first, second]
        colleague.noop()
        colleague.delete_messages([int(first)])
        colleague.expunge()
        assert [glance.uid for glance in folder.glances([first, second])] == [second]
        with pytest.raises(MessageGone):
            next(folder.raw(first))
        chunks = folder.raw(second)
        assert len(next(chunks)) == CHUNK
        colleague.delete_messages([int(second)])
        colleague.expunge()
        # Until it next tells of the deletion, Dovecot may hand out what it has open; never half a message.
        with pytest.raises(MessageGone):
            list(folder.raw("4000"))
        try:
            rest = b"".join(chunks)
        except MessageGone:
            pass
        else:
            assert len(rest) == len(LETTER) + 2 * CHUNK


def test_uidvalidity_is_visible_and_changes_with_a_new_folder(imap_account: ImapAccount, colleague: IMAPClient) -> None:
    """A folder that is deleted and made again is another folder, though it has the same name and UIDs."""
    imap_account.deliver(LETTER, ARRIVED, "Intake")
    with mailbox(imap_account).open("Intake") as folder:
        before = folder.state
    assert before.name == "Intake"
    assert int(before.uidvalidity) > 0
    colleague.delete_folder("Intake")
    imap_account.deliver(LETTER, ARRIVED, "Intake")
    with mailbox(imap_account).open("Intake") as folder:
        assert folder.state.uidvalidity != before.uidvalidity


def test_a_missing_folder_is_named(imap_account: ImapAccount) -> None:
    """Trying again will not help, and the message says which folder it is."""
    with (
        pytest.raises(MailboxError, match="no folder Déclarations") as caught,
        mailbox(imap_account).open("Déclarations"),
    ):
        pass
    assert caught.value.permanent


def test_a_folder_may_have_any_name(imap_account: ImapAccount) -> None:
    """Spaces, quotation marks and letters beyond ASCII."""
    uid = imap_account.deliver(LETTER, ARRIVED, 'Déclarations "12e" 声明')
    with mailbox(imap_account).open('Déclarations "12e" 声明') as folder:
        assert folder.uids_above(None, None) == [uid]


def test_the_keyword_of_an_outcome_is_set_and_read_back(imap_account: ImapAccount, colleague: IMAPClient) -> None:
    """A later outcome replaces an earlier one; other people's flags stay."""
    uid = imap_account.deliver(LETTER, ARRIVED)
    colleague.noop()
    colleague.add_flags([int(uid)], [b"\\Flagged", b"$Important"])
    marking = mailbox(imap_account, mark="keyword")
    with marking.open("INBOX") as folder:
        state = folder.state
    for outcome, keyword in [
        (Outcome.HELD, b"$StatementHeld"),
        (Outcome.ACCEPTED, b"$StatementAccepted"),
        (Outcome.ACCEPTED, b"$StatementAccepted"),
        (Outcome.REJECTED, b"$StatementRejected"),
    ]:
        assert marking.mark(state, uid, outcome)
        colleague.noop()
        flags = set(colleague.get_flags([int(uid)])[int(uid)]) - {b"\\Recent"}
        assert flags == {b"\\Flagged", b"$Important", keyword}


def test_no_keyword_is_set_where_none_is_wanted(imap_account: ImapAccount, colleague: IMAPClient) -> None:
    """Marking is off, the mail is not ours, the folder is another by now, the message is gone."""
    uid = imap_account.deliver(LETTER, ARRIVED)
    with mailbox(imap_account).open("INBOX") as folder:
        state = folder.state
    marking = mailbox(imap_account, mark="keyword")
    assert not mailbox(imap_account, mark="none").mark(state, uid, Outcome.HELD)
    assert not marking.mark(state, uid, Outcome.IGNORED)
    assert not marking.mark(FolderState("INBOX", "1"), uid, Outcome.HELD)
    assert not marking.mark(state, "4000", Outcome.HELD)
    colleague.noop()
    assert set(colleague.get_flags([int(uid)])[int(uid)]) <= {b"\\Recent"}


def test_a_letter_is_found_in_the_sent_folder(imap_account: ImapAccount) -> None:
    """By its Message-ID; without a Sent folder nothing can be said."""
    imap_account.deliver(b"Message-ID: <ours.1@un.org>\r\n" + LETTER, ARRIVED, "Sent")
    known = mailbox(imap_account, sent_folder="Sent")
    assert known.was_sent("<ours.1@un.org>") is True
    assert known.was_sent("<ours.2@un.org>") is False
    assert mailbox(imap_account).was_sent("<ours.1@un.org>") is None


@pytest.mark.parametrize("password", ["wrong-Secret", 'falsch-ü\\"'])
def test_a_wrong_password_is_permanent_and_never_shown(imap_account: ImapAccount, password: str) -> None:
    """Trying again would lock the account; the message names the account only."""
    with pytest.raises(MailboxError) as caught, mailbox(imap_account, password=password).open("INBOX"):
        pass
    assert caught.value.permanent
    assert imap_account.user in str(caught.value)
    assert password not in str(caught.value)


def test_a_certificate_is_verified(imap_account: ImapAccount) -> None:
    """One that no known authority signed is refused without ca_file, in TLS and in STARTTLS."""
    for changes in ({}, {"security": "starttls", "port": imap_account.server.port}):
        with pytest.raises(MailboxError, match="certificate") as caught:
            mailbox(imap_account, ca_file=None, **changes).examine()
        assert caught.value.permanent
        assert mailbox(imap_account, **changes).examine()


def test_loopback_may_do_without_encryption(imap_account: ImapAccount) -> None:
    """For a server on the same machine."""
    plain = mailbox(imap_account, security="none", port=imap_account.server.port, ca_file=None)
    with plain.open("INBOX") as folder:
        assert folder.state.name == "INBOX"


def test_a_missing_ca_file_is_named(imap_account: ImapAccount) -> None:
    """The operator sees which file."""
    with pytest.raises(MailboxError, match="/no/such/file") as caught:
        mailbox(imap_account, ca_file="/no/such/file").examine()
    assert caught.value.permanent


def test_a_server_that_is_down_is_not_permanent(imap_account: ImapAccount) -> None:
    """The next poll may find it."""
    with pytest.raises(MailboxError, match="could not connect") as caught:
        mailbox(imap_account, port=1).examine()
    assert not caught.value.permanent


def test_doctor_is_told_what_works(imap_account: ImapAccount) -> None:
    """A line each, in plain English."""
    imap_account.deliver(LETTER, ARRIVED)
    imap_account.deliver(LETTER, ARRIVED, "Sent")
    lines = mailbox(imap_account, mark="keyword", sent_folder="Sent").examine()
    assert lines[0].startswith(f"signed in as {imap_account.user}")
    assert lines[1].startswith("folder INBOX: 1 messages, UIDVALIDITY ")
    assert lines[2:] == ["folder INBOX: the server keeps our keywords", "folder Sent can be searched for sent letters"]


def test_where_a_folder_is_missing_those_that_there_are_are_named(imap_account: ImapAccount) -> None:
    """What is called Sent here is called Envoyés or Gesendet there."""
    imap_account.deliver(LETTER, ARRIVED, "Envoyés")
    with pytest.raises(MailboxError) as caught:
        mailbox(imap_account, sent_folder="Sent Items").examine()
    assert caught.value.permanent
    where, _, there = str(caught.value).partition("there is no folder Sent Items; there are: ")
    assert where
    assert sorted(there.split(", ")) == ["Envoyés", "INBOX"]


def test_an_error_of_the_caller_stays_its_own(imap_account: ImapAccount) -> None:
    """A full disk while a folder is open is not the mailbox's fault."""
    with pytest.raises(OSError, match="No space left"), mailbox(imap_account).open("INBOX"):
        raise OSError(28, "No space left on device")
