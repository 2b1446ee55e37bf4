"""A reader that a mail has taken over can do nothing: not for long, not to others, not outside."""

import errno
import hashlib
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from statement_intake.domain.decoded import Decoded
from statement_intake.reading import gate, wardens
from statement_intake.reading.sandbox import Reader, ReaderEnded, ReaderFault
from statement_intake.reading.walls import jail
from tests.reading.conftest import make_reader
from tests.reading.hostile import PROTECTIONS, Taken, lines


@pytest.fixture(params=PROTECTIONS)
def taken(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Taken]:
    """A reader that was taken over, under each of the protections."""
    yield from _taken(request.param, tmp_path, monkeypatch)


@pytest.fixture(params=["bubblewrap", "landlock"])
def confined(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Taken]:
    """A reader that was taken over, in a sandbox of either kind."""
    yield from _taken(request.param, tmp_path, monkeypatch)


@pytest.fixture
def jailed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Taken]:
    """A reader that was taken over, in bubblewrap."""
    yield from _taken("bubblewrap", tmp_path, monkeypatch)


def _taken(protection: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Taken]:
    """And afterwards nothing of it runs any more."""
    taken = Taken(protection, folder, monkeypatch)
    yield taken
    deadline = time.monotonic() + 20
    while taken.processes() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not taken.processes()


#: Code of a mail, the seconds it is given, and the reason that ends it, by what it does.
WILD = {
    "spins": ("while True: pass", 2, "took (longer|more) than 2 s"),
    "ignores SIGTERM": ("import signal, time\nsignal.signal(15, signal.SIG_IGN)\ntime.sleep(60)", 2, "took longer"),
    "stands still": (
        "import os, signal\nif (child := os.fork()) == 0: os.kill(os.getpid(), signal.SIGSTOP)\nos.waitpid(child, 0)",
        2,
        "took longer",
    ),
    "4 GB": ("bytearray(4_000_000_000)", 20, "needed more memory than allowed"),
    "8 of 250 MB": ("import os\nfor n in range(3): os.fork()\nx = b'x' * 250_000_000\nwhile x: 0", 20, "more memory"),
    # One after another: doubling would take the last process of the machine from the tests beside this one.
    "forks": (
        "import os, time\nwhile True:\n    if os.fork() == 0: time.sleep(100)",
        20,
        "more than 256 processes|temporarily unavailable",
    ),
    "10 GB": ("(out / 'a').open('wb').truncate(10_000_000_000)", 20, "wrote more than allowed"),
    "10 GB in files": ("for n in range(250): (out / str(n)).write_bytes(bytes(40_000_000))", 20, "wrote more than"),
    "9 million files": ("for n in range(9_000_000): (out / str(n)).touch()", 20, "made more files than allowed"),
    "prints": ("import os\nwhile True: os.write(1, bytes(9_000))", 2, "took (longer|more) than 2 s"),
    "says too much": ("say('x' * 9_000_000)", 20, "more room than allowed"),
    "aborts": ("import os; os.abort()", 20, "SIGABRT|SIGSEGV|SIGKILL"),
}  # fmt: skip
#: What is ended in another way where there are no namespaces.
ELSEWHERE = [
    ("landlock", "spins"),
    ("landlock", "stands still"),
    ("limits", "stands still"),
    ("landlock", "forks"),
    ("limits", "ignores SIGTERM"),
    ("limits", "forks"),
]


@pytest.mark.parametrize(("taken", "wild"), [*(("bubblewrap", wild) for wild in WILD), *ELSEWHERE], indirect=["taken"])
def test_a_reader_that_goes_wild_is_ended_in_time(taken: Taken, wild: str) -> None:
    """By a limit, never with a verdict; and the service does not notice by its own memory."""
    code, seconds, reason = WILD[wild]
    before = _resident()
    with pytest.raises(ReaderEnded, match=reason):
        taken.run(code, seconds=seconds)
    assert _resident() - before < 30_000_000


def test_nothing_survives_its_cell(taken: Taken) -> None:
    """Neither a daemon that left session and group, nor one whose parent is gone; whether the cell ends well or not."""
    daemon = """
        import os, time
        for leave in (True, False):
            if os.fork() == 0:
                try:
                    if leave: os.setsid()
                except OSError:
                    pass
                if os.fork():
                    os._exit(0)
                while True:
                    (out / f"alive-{leave}").write_text(str(time.monotonic()))
                    time.sleep(0.02)
        while not all((out / f"alive-{leave}").exists() for leave in (True, False)):
            time.sleep(0.02)
    """
    alive = [taken.folder / "workspace" / f"alive-{leave}" for leave in (True, False)]
    reader = taken.reader()
    with pytest.raises(ReaderEnded, match="took longer than 3 s"):
        reader.read(taken.mail(daemon + "    time.sleep(600)"), taken.folder / "workspace")
    heart = [path.read_text() for path in alive]
    time.sleep(0.2)
    assert [path.read_text() for path in alive] == heart
    reader.read(taken.mail(daemon), taken.folder / "workspace")
    # What was not announced is removed; a daemon that lived would make it anew.
    time.sleep(0.2)
    assert not any(path.exists() for path in alive)
    reader.close()


def test_a_sandboxed_reader_opens_no_socket(confined: Taken) -> None:
    """Neither to the network, nor to this machine, nor to its other processes; nor by a ring that opens it for it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        said = confined.run(f"""
            import ctypes, socket
            for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK, socket.AF_PACKET):
                try:
                    socket.socket(family, socket.SOCK_RAW if family == socket.AF_PACKET else socket.SOCK_STREAM)
                    say("open")
                except OSError as error:
                    say(error.errno)
            try:
                socket.create_connection(("127.0.0.1", {server.getsockname()[1]}), 2)
                say("connected")
            except OSError as error:
                say(error.errno)
            say(ctypes.CDLL(None).syscall(425, 8, ctypes.create_string_buffer(200)))
        """)
    assert said == ["13"] * 6 + ["-1"]


def test_a_sandboxed_reader_sees_nothing_of_the_machine(confined: Taken) -> None:
    """Neither files, nor the service, nor the environment; and it writes nowhere but in its workspace."""
    (confined.folder / "canary").write_text("secret")
    (confined.folder / "other").mkdir()
    paths = [confined.folder / "canary", "/etc/passwd", "/etc/hostname", "/var/log", Path(__file__), "/proc/1/environ",
             "/proc/self/mem", "/root/.ssh", "/home", confined.folder / "other"]  # fmt: skip
    said = confined.run(f"""
        import os
        for path in {[str(path) for path in paths]!r}:
            try:
                os.listdir(path) if os.path.isdir(path) else open(path).read()
                say("saw", path)
            except OSError:
                pass
        for folder in ("/usr", "/", "/dev", "/dev/shm", "/in", "/mails", "/proc", {sys.prefix!r}, "/out/.."):
            try:
                open(folder + "/x", "w")
                say("wrote", folder)
            except OSError:
                pass
        try:
            os.chmod(source, 0o600)
            open(source, "a")
            say("changed the mail")
        except OSError:
            pass
        say(*sorted(set(os.environ) - {{"PWD", "LC_CTYPE", "TMPDIR"}}))
        (out / "x").write_text("x")
        try:
            os.kill({os.getpid()}, 0)
            say("reached the service")
        except OSError:
            pass
    """)
    assert said == [" ".join(sorted(jail.environment()))]


SPY = """
    import ctypes, os, time
    libc = ctypes.CDLL(None)
    def look():
        found = []
        for folder in ("/mails", "/proc", "/in", "/out", "/scratch", "/dev/pts", "/dev/shm"):
            try:
                found += [f"{folder}/{name}" for name in os.listdir(folder)]
            except OSError:
                pass
        return sorted(found)
    say(*look())
    # A namespace of its own, in which it may do as it likes: what was covered stays covered.
    say(libc.unshare(0x10000000 | 0x20000))
    for folder in (b"/mails", b"/proc", b"/scratch", b"/out"):
        for _ in range(3):
            libc.umount2(folder, 2)
    say(*look())
    libc.mount(b"proc", b"/proc", b"proc", 0, None)
    say(*look())
    say(libc.mount(b"/", b"/scratch", None, 4096, None), *look())
    reached = []
    for number in range(2, 2000):
        try:
            os.kill(number, 0)
            reached.append(number)
        except OSError:
            pass
    say("reached", *reached)
"""


def test_one_mail_does_not_reach_another(jailed: Taken) -> None:
    """Neither its files nor its processes, whatever namespaces it makes."""
    reader = jailed.reader(seconds=10)
    victim = jailed.mail(
        "import time\n(out / 'secret').write_text('secret')\nfor _ in range(500):\n    time.sleep(0.01)\n"
        "    if (out / 'enough').exists(): break\n",
        "victim",
    )
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(reader.read, victim, jailed.folder / "victim")
        while not (jailed.folder / "victim" / "secret").exists():
            time.sleep(0.01)
        said = lines(reader.read(jailed.mail(SPY, "spy"), jailed.folder / "spy"))
        (jailed.folder / "victim" / "enough").touch()
        other.result()
    assert said == ["/in/input", "0", "/in/input", "/in/input", "-1 /in/input", "reached"]
    reader.close()


def test_a_program_sees_one_file_of_its_mail(confined: Taken) -> None:
    """As ffmpeg does: not the others, not the raw mail; it writes only where it was told, and opens no namespace."""
    said = confined.run("""
        from statement_intake.reading.videos.tool import run
        (out / "mine").write_text("mine\\n")
        (out / "other").write_text("other")
        (out / "made").mkdir()
        heard = bytearray()
        script = '''
            cd /
            cat "$1/mine"
            cat "$1/other" "$2" && echo saw
            echo x > "$1/mine" && echo changed
            echo x > "$1/new" && echo wrote
            echo made > "$1/made/x"
            unshare --user true && echo namespace
            ls /mails /proc /scratch
            true
        '''
        run(["sh", "-c", script, "sh", str(out), str(source)], seconds=5, consume=heard.extend, output_bytes=10_000,
            reads=[out / "mine"], writes=out / "made")
        say(heard.decode().replace("\\n", " "), (out / "made" / "x").read_text().strip(), (out / "mine").read_text())
    """)
    assert [line.split() for line in said] in (
        [["mine", "made", "mine"]],
        [["mine", "/mails:", "/proc:", "/scratch:", "made", "mine"]],
    )


def test_a_document_is_read_apart(confined: Taken) -> None:
    """Its parser sees nothing else of the mail, and its end is not the mail's."""
    said = confined.run("""
        import os
        from statement_intake.reading.walls.apart import apart
        (out / "document").write_text("document")
        (out / "other").write_text("other")
        def look():
            found = (out / "document").read_text()
            for path in (out / "other", source):
                try:
                    found += " " + (path.read_text() or "empty")
                except OSError:
                    found += " nothing"
            return found.encode()
        say(apart(look, out / "document", seconds=5).decode())
        for hostile in (os.abort, lambda: bytearray(4_000_000_000), lambda: bytes(3_000_000), lambda: 1 / 0):
            say(apart(hostile, out / "document", seconds=5))
    """)
    assert said[0].split() in (["document", "nothing", "empty"], ["document", "nothing", "nothing"])
    assert said[1:] == ["None"] * 4


def test_a_warden_that_dies_is_started_anew(tmp_path: Path) -> None:
    """Whoever killed it: the mail is read all the same."""
    reader = make_reader()
    (tmp_path / "mail").write_bytes(b"Subject: one\r\n\r\nbody")
    for _ in range(2):
        assert reader.read(tmp_path / "mail", tmp_path / "out").headers.subject == "one"
        _kill_warden(reader)
    assert reader.read(tmp_path / "mail", tmp_path / "out").headers.subject == "one"
    reader.close()


def test_a_warden_that_dies_in_the_middle_takes_nobodys_verdict_with_it(taken: Taken) -> None:
    """The mail is read again by the next one; where that dies, too, it is a fault of ours."""
    reader = taken.reader(seconds=20)
    flag = taken.folder / "again"
    mail = taken.mail("""
        import time
        (out / "begun").touch()
        while not (out / "go").exists(): time.sleep(0.02)
        say("read")
    """)
    begun = taken.folder / "workspace" / "begun"
    for kills in (1, 2):
        with ThreadPoolExecutor(1) as pool:
            reading = pool.submit(reader.read, mail, taken.folder / "workspace")
            for _ in range(kills):
                _wait_for(begun)
                begun.unlink()
                _kill_warden(reader)
            if kills == 1:
                _wait_for(begun)
                (taken.folder / "workspace" / "go").touch()
                assert lines(reading.result()) == ["read"]
            else:
                with pytest.raises(ReaderFault, match="ended twice"):
                    reading.result()
    assert not flag.exists()
    reader.close()


def test_no_cell_outlives_its_warden(jailed: Taken) -> None:
    """Killed for lack of memory, for instance, and alone; though the cell wants to hear nothing of it."""
    reader = jailed.reader(seconds=60)
    mail = jailed.mail("""
        import ctypes, os, time
        ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
        if os.fork() == 0:
            os.setsid()
        (out / f"begun-{os.getpid()}").touch()
        time.sleep(600)
    """)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(reader.read, mail, jailed.folder / "workspace")
        for _ in range(2):
            _wait_for(jailed.folder / "workspace" / "begun-1")
            (jailed.folder / "workspace" / "begun-1").unlink()
            cells = {int(process) for process in jailed.processes()}
            os.kill(_warden(reader), signal.SIGKILL)
            deadline = time.monotonic() + 20
            while cells & {int(process) for process in jailed.processes()}:
                assert time.monotonic() < deadline
                time.sleep(0.02)
        with pytest.raises(ReaderFault, match="ended twice"):
            reading.result()
    reader.close()


def test_without_bubblewrap_landlock_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And it is said."""
    monkeypatch.setenv("PATH", "/nonexistent")
    (tmp_path / "mail").write_bytes(b"Subject: one\r\n\r\nbody")
    reader = make_reader()
    assert reader.protection(tmp_path)[0] == "landlock"
    assert reader.read(tmp_path / "mail", tmp_path / "out").headers.subject == "one"
    reader.close()


CROWDED = """
import sys
from statement_intake.reading import warden
from statement_intake.reading.walls import kernel
fork_into, calls = kernel.fork_into, []
def crowded(flags):
    calls.append(flags)
    if len(calls) == 3: raise OSError(28, "No space left on device")
    return fork_into(flags)
kernel.fork_into = crowded
sys.exit(warden.main(sys.argv[1:]))
"""


def test_a_mail_for_which_no_cell_can_be_made_is_no_other_mails_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a fault of ours, said of that mail alone; the same warden goes on."""
    monkeypatch.setattr(gate, "_PROGRAM", ("-c", CROWDED))
    (tmp_path / "mail").write_bytes(b"Subject: one\r\n\r\nbody")
    reader = make_reader()
    assert reader.read(tmp_path / "mail", tmp_path / "out").headers.subject == "one"
    warden = _warden(reader)
    with pytest.raises(ReaderFault, match=r"cannot be confined .*No space left"):
        reader.read(tmp_path / "mail", tmp_path / "out")
    assert reader.read(tmp_path / "mail", tmp_path / "out").headers.subject == "one"
    assert _warden(reader) == warden
    reader.close()


def test_what_was_decoded_is_seen_and_not_changed(jailed: Taken) -> None:
    """Neither written to, nor moved away, nor replaced, whatever namespace a cell makes; and no other run is seen."""
    content = b"decoded" * 100
    runs = []
    for name in ("ours", "theirs"):
        path = jailed.folder / f"decoded-{name}"
        path.write_bytes(content + name.encode())
        digest = hashlib.sha256(content + name.encode()).hexdigest()
        runs.append(Decoded(0, 9, digest, len(content + name.encode()), str(path)))
    said = jailed.run(
        """
        import ctypes, os
        libc = ctypes.CDLL(None)
        shown, = out.iterdir()
        (out / "mine").write_text("mine")
        os.mkdir("/scratch/copy")
        def attack():
            for place in (shown, *(os.path.join("/scratch/copy", name) for name in os.listdir("/scratch/copy"))):
                for _ in range(3):
                    libc.umount2(os.fsencode(place), 2)
                libc.mount(None, os.fsencode(place), None, 32 | 4096, None)
                for change in (
                    lambda: open(place, "ab").write(b"x"),
                    lambda: os.truncate(place, 0),
                    lambda: os.chmod(place, 0o777),
                    lambda: os.unlink(place),
                    lambda: os.rename(place, "/out/moved"),
                    lambda: os.link(place, "/out/linked"),
                    lambda: os.rename("/out/mine", place),
                    lambda: os.mkdir(place),
                    lambda: os.symlink("/out/mine", place),
                ):
                    if str(place).endswith("mine"):
                        continue
                    try:
                        change()
                        say("changed")
                    except OSError:
                        pass
        attack()
        say(libc.unshare(0x10000000 | 0x20000))
        say(libc.mount(b"/out", b"/scratch/copy", None, 4096 | 16384, None))
        attack()
        say(len(shown.read_bytes()))
        """,
        decoded=runs[:1],
    )
    assert said == ["0", "0", str(runs[0].size)]
    assert [Path(run.path).read_bytes() for run in runs] == [content + b"ours", content + b"theirs"]


WITHOUT_LANDLOCK = """
import sys
from statement_intake.reading import warden
from statement_intake.reading.walls import landlock
landlock.version = lambda: 0
sys.exit(warden.main(sys.argv[1:]))
"""


@pytest.mark.parametrize("broken", [False, True])
def test_without_any_sandbox_nothing_is_read(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    broken: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """The text of the fault says what to do; an operator may decide otherwise."""
    if broken:
        (tmp_path / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
        (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin" if broken else "/nonexistent")
    monkeypatch.setattr(gate, "_PROGRAM", ("-c", WITHOUT_LANDLOCK))
    (tmp_path / "mail").write_bytes(b"Subject: one\r\n\r\nbody")
    why = "No permissions to create new namespace" if broken else "bubblewrap is missing"
    for attempt in (make_reader().examine, lambda: make_reader().read(tmp_path / "mail", tmp_path / "out")):
        with pytest.raises(ReaderFault, match=rf"{why}.*no Landlock.*apt-get install bubblewrap"):
            attempt()
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    reader = make_reader("limits")
    assert "unsandboxed" in reader.examine()[0]
    reader.close()


def test_once_a_sandbox_can_be_had_mail_is_read_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has done what the fault says need not think of the service."""
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(gate, "_PROGRAM", ("-c", WITHOUT_LANDLOCK))
    (tmp_path / "mail").write_bytes(b"Subject: one\r\n\r\nbody")
    reader = make_reader()
    with pytest.raises(ReaderFault, match="for lack of a sandbox"):
        reader.read(tmp_path / "mail", tmp_path / "out")
    monkeypatch.setenv("PATH", path)
    assert reader.read(tmp_path / "mail", tmp_path / "out").headers.subject == "one"
    reader.close()


def test_a_full_disk_is_no_lack_of_a_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is called what it is, costs no protection, and is over as soon as there is room."""
    (tmp_path / "mail").write_bytes(b"Subject: one\r\n\r\nbody")
    reader = make_reader()
    with monkeypatch.context() as full:
        full.setattr(wardens, "_try", lambda *_: "the reader met No space left on device")
        full.setattr(tempfile, "NamedTemporaryFile", _without_room)
        for _ in range(2):
            with pytest.raises(ReaderFault, match=r"^no mail is read: .*No space left on device: '/full'$"):
                reader.read(tmp_path / "mail", tmp_path / "out")
    assert reader.read(tmp_path / "mail", tmp_path / "out").headers.subject == "one"
    assert reader.protection(tmp_path)[0] == "bubblewrap"
    reader.close()


def test_a_better_sandbox_is_tried_again_after_a_while_and_ends_no_mail_in_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was short for a moment must not cost the better walls until somebody restarts the service."""
    path = os.environ["PATH"]
    (tmp_path / "mail").write_bytes(b"Subject: one\r\n\r\nbody")
    reader = make_reader()
    with monkeypatch.context() as short:
        short.setenv("PATH", "/nonexistent")
        assert reader.protection(tmp_path)[0] == "landlock"
    assert os.environ["PATH"] == path
    assert reader.protection(tmp_path)[0] == "landlock"
    weaker = reader._wardens._gate  # noqa: SLF001
    assert weaker is not None
    monkeypatch.setattr(reader._wardens, "_again_at", 0.0)  # noqa: SLF001
    assert reader.protection(tmp_path)[0] == "bubblewrap"
    assert weaker.is_open
    assert reader.read(tmp_path / "mail", tmp_path / "out").headers.subject == "one"
    closing = weaker.close
    del weaker
    assert not closing.alive
    reader.close()


def test_a_better_sandbox_that_still_fails_leaves_the_weaker_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not tried at each mail."""
    monkeypatch.setenv("PATH", "/nonexistent")
    (tmp_path / "mail").write_bytes(b"Subject: one\r\n\r\nbody")
    reader = make_reader()
    assert reader.protection(tmp_path)[0] == "landlock"
    monkeypatch.setattr(reader._wardens, "_again_at", 0.0)  # noqa: SLF001
    assert reader.read(tmp_path / "mail", tmp_path / "out").headers.subject == "one"
    assert reader.protection(tmp_path)[0] == "landlock"
    assert reader._wardens._again_at > time.monotonic()  # noqa: SLF001
    reader.close()


def _without_room(**_: object) -> object:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/full")


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline, path
        time.sleep(0.02)


def _warden(reader: Reader) -> int:
    """The warden itself, the last in the chain of those that bubblewrap starts."""
    opened = reader._wardens._gate  # noqa: SLF001
    assert opened is not None
    alive = opened.close.peek()
    assert alive is not None
    process: int = alive[2][0].pid
    while _is_bubblewrap(process):
        process = int(Path(f"/proc/{process}/task/{process}/children").read_text().split()[0])
    return process


def _is_bubblewrap(process: int) -> bool:
    return Path(f"/proc/{process}/comm").read_text() == "bwrap\n"


def _kill_warden(reader: Reader) -> None:
    opened = reader._wardens._gate  # noqa: SLF001
    assert opened is not None
    alive = opened.close.peek()
    assert alive is not None
    os.killpg(alive[2][0].pid, signal.SIGKILL)


def _resident() -> int:
    """Our own memory, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
