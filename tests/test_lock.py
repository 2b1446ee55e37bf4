"""One process at a time, and none that a dead one keeps out."""

import subprocess
import sys
from pathlib import Path

import pytest

from statement_intake.lock import LockedError, only_one

HOLD = "import sys,time;from pathlib import Path;from statement_intake.lock import only_one\n"
HOLD += "with only_one(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"


def test_the_lock_goes_with_the_process_that_held_it(tmp_path: Path) -> None:
    """Killed, it leaves nothing that has to be removed by hand; the folder is made if need be."""
    folder = tmp_path / "var"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE)  # noqa: S603
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(LockedError, match=r"another statement-intake .*statement-intake\.lock"), only_one(folder):
            pass
    finally:
        holder.kill()
        holder.communicate()
    with only_one(folder):
        pass
    with only_one(folder):
        pass
