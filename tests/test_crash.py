"""The service dies at chosen points (`make crash-proof`: at all) and is started again: nothing lost, nothing twice.

Real processes, SIGKILL, a real Dovecot, a real SMTP server.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from statement_intake.operations.local_servers import ImapServer
from tests.crash.campaign import die_at, fail_at, undisturbed
from tests.crash.points import EFFECTS
from tests.crash.scene import Zygote, zygote

#: Where a death, or an error, hurts most: the name of the point and which of its occurrences, from the end.
DEATHS = (("before ledger commit", -12), ("after smtp dot answered", 0))
ERRORS = (("after ledger commit", -12), ("before smtp dot answered", 0))


@pytest.fixture(scope="module")
def born() -> Iterator[Zygote]:
    """Forks the service."""
    with zygote() as started:
        yield started


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder that the service's user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="statement-intake-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.mark.timeout(170)
def test_deaths_and_errors_lead_to_the_same_outcome(root: Path, imap_server: ImapServer, born: Zygote) -> None:
    """Each promise is looked at afterwards: decisions, letters, store, mailboxes."""
    points, wanted = undisturbed(root / "clean", imap_server, born)
    # Every kind of effect is passed on the way, so that none has got round its point.
    assert {effect for effect in EFFECTS for name in points if name.startswith(f"before {effect}")} == set(EFFECTS)
    for at, chosen in ((die_at, DEATHS), (fail_at, ERRORS)):
        for name, occurrence in chosen:
            number = [number for number, point in enumerate(points, 1) if point == name][occurrence]
            folder = root / f"{at.__name__}-{number}"
            assert at(number, folder, imap_server, born, wanted) == [], (at.__name__, number, name)
