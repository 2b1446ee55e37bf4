"""The demo is the whole loop: if it holds, a newcomer's first minute holds."""

import shutil
import tempfile
from pathlib import Path

import pytest

from statement_intake.operations.demo.play import demonstrate


@pytest.mark.timeout(400)
def test_every_mail_of_the_demo_ends_as_it_has_to() -> None:
    """Real Dovecot, real SMTP, the real service as its own process; and a second demo in the same place works too."""
    # Dovecot's mail runs as another user when the tests run as root, who cannot look into pytest's own folders.
    directory = Path(tempfile.mkdtemp(prefix="statement-intake-demo-test-"))
    directory.chmod(0o755)
    try:
        assert demonstrate(directory)
        assert demonstrate(directory)
    finally:
        shutil.rmtree(directory)
