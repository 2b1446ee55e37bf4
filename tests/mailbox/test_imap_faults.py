"""Servers that answer nonsense, too little, or hang up: one message's trouble stays that message's."""

from datetime import UTC, datetime

import pytest

from statement_intake.domain.finding import Outcome
from statement_intake.domain.message import Part
from statement_intake.mailbox import FolderState, MailboxError, MessageGone, MessageRefused
from tests.mailbox.scripted_imap import EXAMINED, Script, ScriptedImap, uids_of

HEADER = b"Subject: x\r\n\r\n"
PLAIN = b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" 8 1)'
ARRIVED = datetime(2023, 8, 28, 14, 30, 15, tzinfo=UTC)


def described(uid: int, structure: bytes | None = PLAIN) -> bytes:
    """The answer to a fetch of headers and, unless it is None, structure."""
    line = b'* %d FETCH (UID %d RFC822.SIZE 22 INTERNALDATE "28-Aug-2023 16:30:15 +0200"' % (uid, uid)
    if structure is not None:
        line += b" BODYSTRUCTURE " + structure
    return line + b" BODY[HEADER]<0> {%d}\r\n%s)\r\n" % (len(HEADER), HEADER)


def one_odd(structure: bytes | None, *, hang_up: bool = False) -> Script:
    """Messages 1 to 3, of which the second has *structure*, or breaks the connection when asked for it."""

    def script(command: bytes) -> bytes | None:
        if command.startswith(b"UID SEARCH"):
            return b"* SEARCH 1 2 3\r\n"
        if not command.startswith(b"UID FETCH"):
            return None
        asked = b"BODYSTRUCTURE" in command
        if hang_up and asked and 2 in uids_of(command):
            return None
        pick = {1: PLAIN, 2: structure, 3: PLAIN}
        return b"".join(described(uid, pick[uid] if asked else None) for uid in uids_of(command))

    return script


@pytest.mark.parametrize(
    "structure",
    [
        b"NIL",
        b"()",
        b'("TEXT" "PLAIN"',
        b'("TEXT" "PLAIN" ("NAME" "unclosed) NIL NIL "7BIT" 8 1)',
        b"(" * 3000 + b")" * 3000,
        b"(" * 60 + PLAIN + b' "MIXED")' * 60,
        b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" {999}\r\nx)',
        b"(NIL NIL NIL NIL NIL NIL NIL)",
        b'("TEXT" "' + b"x" * 1_100_000 + b'" NIL NIL NIL "7BIT" 8 1)',
    ],
    ids=["nil", "empty", "unclosed", "unclosed string", "deep", "nested", "literal", "all nil", "long line"],
)
def test_a_structure_that_cannot_be_read_does_not_hide_other_messages(
    structure: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message itself is described without its parts, which is never taken for a mail without any."""
    monkeypatch.setattr("statement_intake.mailbox.connection.READ_SECONDS", 1)
    with ScriptedImap(one_odd(structure)).running() as server, server.mailbox().open("INBOX") as folder:
        glances = {glance.uid: glance for glance in folder.glances(["1", "2", "3"])}
    assert set(glances) == {"1", "2", "3"}
    assert glances["2"].parts is None
    assert (glances["2"].header, glances["2"].internal_date) == (HEADER, ARRIVED)
    assert glances["1"].parts == glances["3"].parts == (Part(media_type="text/plain", size=8),)


def test_a_server_that_hangs_up_on_a_structure_is_asked_again_without_it() -> None:
    """With a fresh connection each time."""
    with ScriptedImap(one_odd(PLAIN, hang_up=True)).running() as server, server.mailbox().open("INBOX") as folder:
        glances = {glance.uid: glance.parts for glance in folder.glances(["1", "2", "3"])}
    assert glances == {"1": (Part(media_type="text/plain", size=8),), "2": None, "3": glances["1"]}


def test_a_message_that_cannot_be_described_still_comes_to_light() -> None:
    """Every command about it fails, but the server lists it: a person has to see it."""

    def script(command: bytes) -> bytes | None:
        if command.startswith(b"UID SEARCH"):
            return b"* SEARCH 1 2\r\n"
        if command.startswith(b"UID FETCH"):
            return b"{tag} NO cannot\r\n" if 2 in uids_of(command) else described(1)
        return None

    before = datetime.now(UTC)
    with ScriptedImap(script).running() as server, server.mailbox().open("INBOX") as folder:
        glances = {glance.uid: glance for glance in folder.glances(["1", "2", "3"])}
    assert set(glances) == {"1", "2"}
    assert (glances["2"].header, glances["2"].parts, glances["2"].size) == (b"", None, 0)
    assert glances["2"].internal_date >= before


@pytest.mark.parametrize(
    "said", [b"31-Dec-9999 23:59:59 -1200", b"01-Jan-2023 00:00:00 +9999", b"00-Foo-2023 00:00:00 +0000"]
)
def test_a_date_that_is_none_stops_nothing(said: bytes) -> None:
    """Whoever may put mail into the folder may date it."""

    def script(command: bytes) -> bytes | None:
        answer = described(1) + described(2).replace(b"28-Aug-2023 16:30:15 +0200", said)
        return answer if command.startswith(b"UID FETCH") else None

    before = datetime.now(UTC)
    with ScriptedImap(script).running() as server, server.mailbox().open("INBOX") as folder:
        glances = {glance.uid: glance.internal_date for glance in folder.glances(["1", "2"])}
    assert glances["1"] == ARRIVED
    assert glances["2"] >= before


def whole(uid: int, content: bytes, name: bytes = b"BODY[]<0>") -> bytes:
    """The answer to a fetch of a whole message."""
    return b"* %d FETCH (UID %d %s {%d}\r\n%s)\r\n" % (uid, uid, name, len(content), content)


@pytest.mark.parametrize(
    ("answer", "came"),
    [
        (whole(1, b"one"), {"1": b"one"}),
        (whole(9, b"nine") + whole(1, b"one"), {"1": b"one"}),
        (whole(1, b"one") + b"* 2 FETCH (FLAGS (\\Seen))\r\n" + whole(2, b"two"), {"1": b"one", "2": b"two"}),
        (whole(1, b"one") + b"* 2 EXPUNGE\r\n" + whole(3, b"three"), {"1": b"one", "3": b"three"}),
        # A server that does not heed the range, about a message that is larger than it had said.
        (whole(1, b"x" * 5000, b"BODY[]") + whole(2, b"two", b"BODY[]"), {"2": b"two"}),
        (whole(1, b"one", b"BODY[]<7>") + b"* 2 FETCH (UID 2 BODY[]<0> NIL)\r\n", {}),
        (whole(1, b"one") + b"{tag} NO [EXPUNGEISSUED] some are gone\r\n", {}),
        (b"* 1 FETCH (UID 1 BODY[]<0> {40}\r\none)\r\n" + whole(2, b"two") + whole(3, b"three"), {}),
        (b"* 1 FETCH (UID 1 BODY[]<0> {2}\r\none)\r\n" + whole(2, b"two"), {}),
        (b"* 1 FETCH (UID 1 BODY[]<0> {99999999999}\r\nx{hang up}", {}),
        (whole(1, b"one") + b"* BYE later\r\n{hang up}", {}),
    ],
    ids=[
        "fewer", "others", "flags", "gone", "larger", "not the beginning", "no", "literal too long",
        "literal too short", "absurd", "bye",
    ],
)  # fmt: skip
def test_of_many_small_messages_those_are_taken_that_came_whole(answer: bytes, came: dict[str, bytes]) -> None:
    """The others are asked for alone, over a fresh connection where this one has become useless."""
    asked: list[bytes] = []

    def script(command: bytes) -> bytes | None:
        if not command.startswith(b"UID FETCH"):
            return None
        asked.append(command)
        return answer if len(asked) == 1 else whole(2, b"two, alone")

    with ScriptedImap(script).running() as server, server.mailbox().open("INBOX") as folder:
        assert folder.small(["1", "2", "3"], 1000) == came
        assert b"".join(folder.raw("2")) == b"two, alone"


def test_a_server_that_goes_away_is_not_blamed_on_a_message() -> None:
    """The poll ends with an error about the mailbox, which counts against no message."""
    logins = 0

    def script(command: bytes) -> bytes | None:
        nonlocal logins
        if command.startswith(b"LOGIN"):
            logins += 1
            return b"{tag} NO [UNAVAILABLE] going down, secret-word\r\n" if logins > 1 else b""
        return None

    with ScriptedImap(script).running() as server:
        with server.mailbox().open("INBOX") as folder, pytest.raises(MailboxError, match="UNAVAILABLE") as caught:
            list(folder.glances(["1", "2"]))
        assert not caught.value.permanent
        assert "secret-word" not in str(caught.value)


def test_a_folder_that_is_replaced_while_it_is_read_is_not_read_on() -> None:
    """After a reconnection the same UIDs may mean other messages."""
    examined = 0

    def script(command: bytes) -> bytes | None:
        nonlocal examined
        if command.startswith(b"EXAMINE"):
            examined += 1
            return EXAMINED.replace(b"UIDVALIDITY 7", b"UIDVALIDITY %d" % (6 + examined))
        return None

    with (
        ScriptedImap(script).running() as server,
        server.mailbox().open("INBOX") as folder,
        pytest.raises(MailboxError, match="replaced"),
    ):
        list(folder.glances(["1"]))


def fetched(answer: bytes) -> Script:
    """A server that answers every UID FETCH with *answer* and knows message 1."""

    def script(command: bytes) -> bytes | None:
        if command.startswith(b"UID SEARCH"):
            return b"* SEARCH 1\r\n"
        return answer if command.startswith(b"UID FETCH") else None

    return script


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"* 1 FETCH (UID 1 BODY[]<0> NIL)\r\n",
        b"* 1 FETCH (UID 1 BODY[]<0> {100}\r\ntoo short)\r\n",
        b"* 1 FETCH (UID 1 BODY[]<0> {3}\r\ntoo long)\r\n",
        b"* 1 FETCH (UID 1 BODY[]<5> {3}\r\nabc)\r\n",
        b"{tag} NO cannot\r\n",
    ],
    ids=["nothing", "nil", "short", "long", "other place", "no"],
)
def test_a_message_that_is_not_handed_out_is_told_apart_from_a_sick_server(
    answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a byte of a neighbour is mixed in, and the folder can be used on."""
    monkeypatch.setattr("statement_intake.mailbox.connection.READ_SECONDS", 1)
    with ScriptedImap(fetched(answer)).running() as server, server.mailbox().open("INBOX") as folder:
        with pytest.raises(MessageRefused):
            list(folder.raw("1"))
        assert folder.uids_above(None, None) == ["1"]
        with pytest.raises((MessageGone, MessageRefused)):
            list(folder.raw("2"))


def test_a_download_goes_on_where_the_connection_broke(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next connection is asked for the rest, and what was read is not read again."""
    monkeypatch.setattr("statement_intake.mailbox.imap_folder.CHUNK", 4)
    text, broken = b"0123456789", False

    def script(command: bytes) -> bytes | None:
        nonlocal broken
        if not command.startswith(b"UID FETCH"):
            return None
        offset = int(command.split(b"<")[1].split(b".")[0])
        if offset == 4 and not broken:
            broken = True
            return None
        part = text[offset : offset + 4]
        return b"* 1 FETCH (UID 1 BODY[]<%d> {%d}\r\n%s)\r\n" % (offset, len(part), part)

    with ScriptedImap(script).running() as server, server.mailbox().open("INBOX") as folder:
        assert list(folder.raw("1")) == [b"0123", b"4567", b"89"]


def test_a_server_that_ignores_ranges_gives_the_message_once() -> None:
    """Its whole answer is the message."""
    script = fetched(b"* 1 FETCH (UID 1 BODY[] {5}\r\nwhole)\r\n")
    with ScriptedImap(script).running() as server, server.mailbox().open("INBOX") as folder:
        assert list(folder.raw("1")) == [b"whole"]


@pytest.mark.parametrize(
    "answer",
    [
        b"* 1 FETCH (UID 1 RFC822.SIZE 9 BODY[] {60000000}\r\n",
        b"".join(b"* 1 FETCH (UID %d BODY[] {1000}\r\n%s)\r\n" % (uid, bytes(1000)) for uid in range(1, 99)),
        b"* 1 FETCH (FLAGS (\\Seen))\r\n" * 5_000,
    ],
    ids=["one literal", "many", "lines"],
)
def test_a_server_that_says_more_than_anybody_asked_for_is_cut_off(
    answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it lies in memory: that message is refused, and the next is asked for over a fresh connection."""
    monkeypatch.setattr("statement_intake.mailbox.measured.LITERAL", 50_000)
    monkeypatch.setattr("statement_intake.mailbox.measured.ANSWER", 70_000)

    def script(command: bytes) -> bytes | None:
        if not command.startswith(b"UID FETCH"):
            return None
        # Nothing follows: who waited for it would wait for READ_SECONDS.
        return whole(2, b"two") if b"FETCH 2 " in command else answer + b"{silence}"

    with ScriptedImap(script).running() as server, server.mailbox().open("INBOX") as folder:
        with pytest.raises(MessageRefused, match="could not fetch messages"):
            list(folder.raw("1"))
        assert folder.small(["1", "3"], 1000) == {}
        assert list(folder.raw("2")) == [b"two"]


@pytest.mark.parametrize(
    ("permanent", "marked"),
    [
        (b"(\\Seen \\Deleted)", False),
        (b"()", False),
        (b"(\\Seen \\*)", True),
        (b"(\\Seen $statementheld)", True),
    ],
)
def test_a_keyword_is_set_only_where_the_server_says_that_it_keeps_it(permanent: bytes, marked: bool) -> None:  # noqa: FBT001 - a parameter of the test
    r"""PERMANENTFLAGS lists it, in any case, or \*."""
    kept = b""

    def script(command: bytes) -> bytes | None:
        nonlocal kept
        if command.startswith(b"SELECT"):
            return EXAMINED + b"* OK [PERMANENTFLAGS " + permanent + b"] ok\r\n"
        if command.startswith(b"UID STORE"):
            kept = b"$StatementHeld"
            return b""
        return b"* 1 FETCH (UID 1 FLAGS (%s))\r\n" % kept if command.startswith(b"UID FETCH") else None

    with ScriptedImap(script).running() as server:
        assert server.mailbox(mark="keyword").mark(FolderState("INBOX", "7"), "1", Outcome.HELD) is marked
        assert any(command.startswith(b"UID STORE") for command in server.commands) is marked


def test_a_keyword_that_the_server_forgets_counts_as_not_set() -> None:
    """OK is not enough: the flags are read back."""

    def script(command: bytes) -> bytes | None:
        if command.startswith(b"SELECT"):
            return EXAMINED + b"* OK [PERMANENTFLAGS (\\*)] ok\r\n"
        if command.startswith(b"UID STORE"):
            return b""
        return b"* 1 FETCH (UID 1 FLAGS ())\r\n" if command.startswith(b"UID FETCH") else None

    with ScriptedImap(script).running() as server:
        assert not server.mailbox(mark="keyword").mark(FolderState("INBOX", "7"), "1", Outcome.HELD)


def test_a_folder_that_can_only_be_read_is_not_marked() -> None:
    """SELECT answers that it is read-only."""

    def script(command: bytes) -> bytes | None:
        return EXAMINED + b"{tag} OK [READ-ONLY] done\r\n" if command.startswith(b"SELECT") else None

    with ScriptedImap(script).running() as server:
        assert not server.mailbox(mark="keyword").mark(FolderState("INBOX", "7"), "1", Outcome.HELD)


def test_without_starttls_nothing_is_sent_in_clear_text() -> None:
    """A server, or somebody in between, that does not offer STARTTLS never sees the password."""
    with ScriptedImap(lambda _: None).running() as server:
        with pytest.raises(MailboxError, match="STARTTLS") as caught:
            server.mailbox(security="starttls", host="localhost").examine()
        assert caught.value.permanent
        assert not any(command.startswith((b"LOGIN", b"AUTHENTICATE")) for command in server.commands)


def test_an_answer_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command has a limit of time as a whole, however lively the connection looks."""
    monkeypatch.setattr("statement_intake.mailbox.connection.COMMAND_SECONDS", 0.3)
    # The literal never ends; without the limit the test would wait for READ_SECONDS.
    answer = b"* 1 FETCH (UID 1 BODY[]<0> {1000}\r\nslow {tag}"
    with (
        ScriptedImap(fetched(answer)).running() as server,
        server.mailbox().open("INBOX") as folder,
        pytest.raises(MessageRefused),
    ):
        list(folder.raw("1"))


def test_no_log_line_names_a_sender_or_subject(capsys: pytest.CaptureFixture[str]) -> None:
    """What could not be described is named by its UID alone."""
    script = fetched(b"{tag} NO cannot read Subject: whistle\r\n")
    with ScriptedImap(script).running() as server, server.mailbox().open("INBOX") as folder:
        assert len(list(folder.glances(["1"]))) == 1
    printed = capsys.readouterr()
    assert "message_not_described" in printed.out + printed.err
    assert "whistle" not in printed.out + printed.err


def partial(uid: int, offset: int, part: bytes, *, size: int = 10, day: int = 28) -> bytes:
    """The answer to a fetch of one piece of a message."""
    known = b'RFC822.SIZE %d INTERNALDATE "%d-Aug-2023 16:30:15 +0200"' % (size, day)
    return b"* 1 FETCH (UID %d %s BODY[]<%d> {%d}\r\n%s)\r\n" % (uid, known, offset, len(part), part)


@pytest.mark.parametrize(("size", "day", "resumed"), [(10, 28, True), (11, 28, False), (10, 29, False)])
def test_a_download_goes_on_only_where_the_uid_still_means_the_same_message(
    size: int,
    day: int,
    resumed: bool,  # noqa: FBT001 - parameters of the test
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Some servers use UIDs anew. Half of one message is never joined to half of another."""
    monkeypatch.setattr("statement_intake.mailbox.imap_folder.CHUNK", 4)
    text, broken = b"0123456789", False

    def script(command: bytes) -> bytes | None:
        nonlocal broken
        if not command.startswith(b"UID FETCH"):
            return None
        offset = int(command.split(b"<")[1].split(b".")[0])
        if offset == 4 and not broken:
            broken = True
            # In the middle of the literal.
            return b"* 1 FETCH (UID 1 BODY[]<4> {4}\r\n45{hang up}"
        part = text[offset : offset + 4]
        return partial(1, offset, part, size=size, day=day) if broken else partial(1, offset, part)

    with ScriptedImap(script).running() as server, server.mailbox().open("INBOX") as folder:
        if resumed:
            assert b"".join(folder.raw("1")) == text
        else:
            with pytest.raises(MessageRefused, match="another message"):
                list(folder.raw("1"))


def test_a_message_that_never_ends_is_given_up_in_time_and_the_next_one_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then keeps every limit between two bytes; the limit of the whole message ends it."""
    monkeypatch.setattr("statement_intake.mailbox.imap_folder.GRACE_SECONDS", -10.0)

    def script(command: bytes) -> bytes | None:
        if not command.startswith(b"UID FETCH"):
            return b"* SEARCH 1 2\r\n" if command.startswith(b"UID SEARCH") else None
        if uids_of(command) == [1]:
            return b"* 1 FETCH (UID 1 BODY[]<0> {1000}\r\ndrip {silence}"
        return partial(2, 0, b"whole")

    with ScriptedImap(script).running() as server, server.mailbox().open("INBOX") as folder:
        with pytest.raises(MessageRefused):
            list(folder.raw("1"))
        monkeypatch.undo()
        assert b"".join(folder.raw("2")) == b"whole"


def test_a_fetch_that_is_closed_after_the_literal_is_understood_or_refused() -> None:
    """Some servers end the answer with the literal, and their next word is the tagged OK."""
    text = b"whole"
    answer = b"* 1 FETCH (UID 1 BODY[]<0> {%d}\r\n%s\r\n{tag} OK done\r\n" % (len(text), text)
    with ScriptedImap(fetched(answer)).running() as server, server.mailbox().open("INBOX") as folder:
        try:
            assert b"".join(folder.raw("1")) == text
        except MessageRefused:
            assert folder.uids_above(None, None) == ["1"]


def test_bye_in_the_middle_of_a_poll_is_the_servers_fault() -> None:
    """Shutting down, it says so; no message is blamed when it does not come back."""
    connections = 0

    def script(command: bytes) -> bytes | None:
        nonlocal connections
        if command.startswith(b"LOGIN"):
            connections += 1
            return b"* BYE shutting down\r\n{hang up}" if connections > 1 else b""
        return b"* BYE shutting down\r\n{hang up}" if command.startswith(b"UID") else None

    with ScriptedImap(script).running() as server, server.mailbox().open("INBOX") as folder:
        for look in (lambda: list(folder.glances(["1"])), lambda: list(folder.raw("1"))):
            with pytest.raises(MailboxError) as caught:
                look()
            assert not caught.value.permanent


def test_no_command_is_longer_than_servers_take() -> None:
    """Exchange refuses long lines: a server that takes two thousand octets is content with a thousand messages."""
    uids = [str(100_000 + 7 * number) for number in range(1000)]

    def script(command: bytes) -> bytes | None:
        if len(command) > 2000:
            return b"{tag} BAD line too long\r\n"
        if command.startswith(b"UID SEARCH"):
            return b"* SEARCH %s\r\n" % b" ".join(uid.encode() for uid in uids)
        if command.startswith(b"UID FETCH"):
            return b"".join(described(uid) for uid in uids_of(command))
        return None

    with ScriptedImap(script).running() as server, server.mailbox().open("INBOX") as folder:
        assert [glance.uid for glance in folder.glances(uids)] == uids
    assert not any(len(command) > 2000 for command in server.commands)


def test_a_server_that_gives_no_uidnext_and_answers_with_its_last_message_is_understood() -> None:
    """UIDNEXT is left out of EXAMINE; n:* brings the last message though it is older."""

    def script(command: bytes) -> bytes | None:
        if command.startswith(b"EXAMINE"):
            return EXAMINED.replace(b"* OK [UIDNEXT 4] ok\r\n", b"")
        return b"* SEARCH 1619\r\n" if command.startswith(b"UID SEARCH") else None

    with ScriptedImap(script).running() as server, server.mailbox().open("INBOX") as folder:
        assert folder.uids_above("1619", None) == []
        assert folder.uids_above("1618", None) == ["1619"]
