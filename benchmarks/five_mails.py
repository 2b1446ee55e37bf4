"""Five mails of 354 MB in all, against programs that only copy: mbsync and getmail6."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.arena import PARTIES, Arena, video_mail
from benchmarks.big_mail import runner
from benchmarks.contest import Run, contest, reaped, watch

if TYPE_CHECKING:
    from collections.abc import Callable

MEGABYTES = (5, 25, 50, 78, 100)
#: Octets; smaller files are not mails but the copier's own.
_LEAST = 1_000_000


def measure(arena: Arena, rounds: int) -> dict[str, float]:
    """five_mails_over_mbsync, five_mails_memory_over_mbsync; not in the list of targets' names, but in the file."""
    mails = (video_mail(arena.folder, PARTIES[number], size) for number, size in enumerate(MEGABYTES))
    arena.fill("five", mails)
    contenders: dict[str, Callable[[], Run]] = {"this service": runner(arena, "service", "five")}
    if _available("mbsync", "isync"):
        contenders["mbsync"] = lambda: _mbsync(arena)
    if _available("getmail", "getmail6"):
        contenders["getmail6"] = lambda: _getmail(arena)
    results = contest(contenders, rounds=rounds)
    results.table("Five mails, 354 MB on the wire; the others only copy")
    for run in results.runs["this service"]:
        if sum(run.said["counts"].values()) != len(MEGABYTES) or "ignored" in run.said["counts"]:
            raise RuntimeError(f"not every mail was taken in: {run.said['counts']}")
    if "mbsync" not in contenders:
        return {}
    ours = max(run.parent_mib + run.children_mib for run in results.runs["this service"])
    return {
        "five_mails_over_mbsync": results.ratio("this service", "mbsync"),
        "five_mails_parent_memory_over_mbsync": results.parent("this service") / results.parent("mbsync"),
        "five_mails_all_memory_over_mbsync": ours / results.parent("mbsync"),
    }


def _available(program: str, package: str) -> bool:
    """Whether it is there, after an attempt to install it: these are needed by nothing but this."""
    if shutil.which(program) is None:
        sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
        command = [*sudo, "apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own command
        if done.returncode or shutil.which(program) is None:
            print(f"  {package} cannot be installed here; left out", file=sys.stderr)
            return False
    return True


def _mbsync(arena: Arena) -> Run:
    options = arena.options("five")
    folder = Path(options["folder"])
    (folder / "mail").mkdir()
    (folder / "mbsyncrc").write_text(
        f"IMAPAccount a\nHost {options['host']}\nPort {options['port']}\nUser five\nPass {options['password']}\n"
        "SSLType None\nAuthMechs LOGIN\n\nIMAPStore far\nAccount a\n\n"
        f"MaildirStore near\nPath {folder}/mail/\nInbox {folder}/mail/INBOX\n\n"
        f"Channel c\nFar :far:\nNear :near:\nPatterns INBOX\nSync Pull\nCreate Near\nSyncState {folder}/state-\n"
    )
    run = _foreign(["mbsync", "-q", "-c", str(folder / "mbsyncrc"), "c"], folder / "mail" / "INBOX")
    arena.clean(options)
    return run


def _getmail(arena: Arena) -> Run:
    options = arena.options("five")
    folder = Path(options["folder"])
    for part in ("cur", "new", "tmp"):
        (folder / "mail" / part).mkdir(parents=True)
    user = ""
    if os.geteuid() == 0:
        # It refuses to deliver as root.
        user = "user = nobody\n"
        for path in (folder / "mail", *(folder / "mail").iterdir()):
            shutil.chown(path, "nobody")
        folder.parent.chmod(0o711)
    (folder / "getmailrc").write_text(
        "[retriever]\ntype = SimpleIMAPRetriever\n"
        f"server = {options['host']}\nport = {options['port']}\nusername = five\npassword = {options['password']}\n"
        f'mailboxes = ("INBOX",)\n[destination]\ntype = Maildir\npath = {folder}/mail/\n{user}'
        "[options]\ndelete = false\nread_all = true\nverbose = 0\n"
    )
    run = _foreign(["getmail", f"--getmaildir={folder}"], folder / "mail")
    arena.clean(options)
    return run


def _foreign(command: list[str], maildir: Path) -> Run:
    before, started = reaped(), time.perf_counter()
    code, parent, children, said = watch(command)
    seconds = time.perf_counter() - started
    copied = [path for path in maildir.rglob("*") if path.is_file() and path.stat().st_size > _LEAST]
    if code or len(copied) != len(MEGABYTES):
        raise RuntimeError(f"{command[0]} copied {len(copied)} mails (exit code {code}): {said[-2000:]}")
    return Run(seconds, reaped() - before, parent, children, {})
