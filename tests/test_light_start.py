"""A service keeps only what it needs in memory."""

import json
import subprocess
import sys
from pathlib import Path

from statement_intake.ledger.ledger import open_ledger

#: For what the settings below do not ask for: OAuth 2.0, certificates, pages, migrations, tables for a terminal, names
#: with slips in them, another database.
_NEEDLESS = {
    "alembic", "authlib", "cryptography", "fastapi", "greenlet", "httpx", "mako", "msal", "pygments", "rapidfuzz",
    "requests", "rich", "sqlalchemy.dialects.postgresql", "starlette", "uvicorn",
}  # fmt: skip
#: For what a console asks for where people log in with passwords.
_CONSOLES = {"click", "fastapi", "starlette", "uvicorn"}
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
    console={"port": 0},
)
with open_workshop(settings) as workshop:
    start_up(workshop)
    if sys.argv[3:]:
        from statement_intake.reception import serve_console
        serve_console(workshop).stop()
print(json.dumps(sorted(name for name, module in sys.modules.items() if module)))
"""
_MEETINGS = Path(__file__).parent.parent / "config" / "meetings"


def loaded(folder: Path, *more: str) -> set[str]:
    """The packages and modules that a service has loaded, at rest after its start."""
    open_ledger(f"sqlite:///{folder / 'ledger.db'}").close()
    command = [sys.executable, "-c", _SERVICE, str(folder), str(_MEETINGS), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_a_service_at_rest_has_loaded_nothing_that_its_settings_do_not_ask_for(tmp_path: Path) -> None:
    """Its own start, on a ledger that is there, and the statement that it practises on."""
    packages = loaded(tmp_path)
    assert {"structlog", "sqlalchemy", "babel"} <= packages
    assert not packages & _NEEDLESS


def test_a_console_with_passwords_loads_no_identity_provider(tmp_path: Path) -> None:
    """Nor does it what checks a provider's signatures."""
    packages = loaded(tmp_path, "console")
    assert packages >= _CONSOLES
    assert not packages & (_NEEDLESS - _CONSOLES)
