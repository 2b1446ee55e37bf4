"""A service keeps only what it needs in memory."""

import json
import subprocess
import sys
from pathlib import Path

from statement_intake.ledger.ledger import open_ledger

#: For what the settings below do not ask for: OAuth 2.0, certificates, pages, migrations, tables for a terminal.
_NEEDLESS = {
    "alembic", "authlib", "cryptography", "fastapi", "greenlet", "httpx", "mako", "msal", "pygments", "requests",
    "rich", "starlette", "uvicorn",
}  # fmt: skip
_SERVICE = """
import json, sys
from pathlib import Path
from statement_intake import cli, service
from statement_intake.rounds import start_up
from statement_intake.settings import Settings
from statement_intake.workshop import open_workshop
folder = Path(sys.argv[1])
settings = Settings(
    mailboxes={"main": {"kind": "maildir", "path": folder}},
    ledger={"url": f"sqlite:///{folder / 'ledger.db'}"},
    files={"path": folder / "files"},
    meetings={"path": sys.argv[2]},
)
with open_workshop(settings) as workshop:
    start_up(workshop)
print(json.dumps(sorted({name.partition(".")[0] for name, module in sys.modules.items() if module})))
"""
_MEETINGS = Path(__file__).parent.parent / "config" / "meetings"


def test_a_service_at_rest_has_loaded_nothing_that_its_settings_do_not_ask_for(tmp_path: Path) -> None:
    """Its own start, on a ledger that is there, and the statement that it practises on."""
    open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}").close()
    command = [sys.executable, "-c", _SERVICE, str(tmp_path), str(_MEETINGS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert {"structlog", "sqlalchemy", "babel"} <= loaded
    assert not loaded & _NEEDLESS
