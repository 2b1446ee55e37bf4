"""The authorities that a certificate may be signed by are read when they have changed, and then at once."""

from pathlib import Path

import pytest
import trustme

from statement_intake.mailbox import MailboxError
from statement_intake.mailbox.imap import ImapMailbox
from statement_intake.replies.smtp import SmtpTransport, TransportError
from statement_intake.settings import MailboxSettings, SmtpSettings
from statement_intake.trust import tls_context
from tests.test_reaching import tls_server


def test_authorities_are_read_once(tmp_path: Path) -> None:
    """Those of a file, and the system's."""
    file = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(file))
    assert tls_context(file) is tls_context(file)
    assert tls_context(None) is tls_context(None)
    assert tls_context(file) is not tls_context(None)


def test_authorities_that_change_are_believed_from_the_next_connection_on(tmp_path: Path) -> None:
    """Nobody has to start the service anew, and the old authority counts no more.

    These servers hang up after the handshake, so only the words tell how far it went.
    """
    file, old, new = tmp_path / "ca.pem", trustme.CA(), trustme.CA()
    old.cert_pem.write_to_path(str(file))
    with tls_server(old, "127.0.0.1") as old_port, tls_server(new, "127.0.0.1") as new_port:
        assert [_trusted(port, file) for port in (old_port, new_port)] == [(True, True), (False, False)]
        new.cert_pem.write_to_path(str(file))
        assert [_trusted(port, file) for port in (old_port, new_port)] == [(False, False), (True, True)]
        file.unlink()
        with pytest.raises(OSError, match="No such file"):
            tls_context(file)


def _trusted(port: int, ca_file: Path) -> tuple[bool, bool]:
    """Whether the certificate of the server at *port* is taken by a mailbox, and by a transport."""
    where = {"host": "127.0.0.1", "port": port, "security": "tls", "ca_file": str(ca_file)}
    where |= {"username": "u", "password": "secret-word"}
    with pytest.raises(MailboxError) as mailbox:
        ImapMailbox("main", MailboxSettings.model_validate(where)).examine()
    with pytest.raises(TransportError) as smtp:
        SmtpTransport(SmtpSettings.model_validate(where)).examine()
    return "not trusted" not in str(mailbox.value), "not trusted" not in str(smtp.value)
