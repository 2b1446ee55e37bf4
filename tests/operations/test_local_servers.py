"""The servers that the demo and the tests talk to are real ones."""

import smtplib
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from imapclient import IMAPClient

from statement_intake.operations import local_process
from statement_intake.operations.dovecot_configuration import Installation, configuration
from statement_intake.operations.local_servers import (
    Certificate,
    ImapServer,
    LocalServerError,
    SmtpSink,
    append,
    make_certificate,
    smtp_sink,
)

LETTER = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: Receipt\r\n\r\nThank you.\r\n"


def test_an_appended_message_keeps_its_date(imap_server: ImapServer) -> None:
    """What is delivered to the demo seems to have come in August 2023."""
    arrived = datetime(2023, 8, 28, 21, 59, 59, tzinfo=UTC)
    uid = append(imap_server, "dated", LETTER, arrived)
    with IMAPClient(imap_server.host, port=imap_server.port, ssl=False) as client:
        client.normalise_times = False
        client.login("dated", imap_server.password)
        client.select_folder("INBOX", readonly=True)
        assert client.fetch([uid], ["INTERNALDATE"])[uid][b"INTERNALDATE"] == arrived


def test_the_smtp_server_keeps_what_it_accepts(smtp: SmtpSink) -> None:
    """Envelope and bytes can be looked at afterwards; the null sender is the empty string."""
    with smtplib.SMTP(smtp.host, smtp.port) as client:
        client.sendmail("", ["b@example.org", "c@example.org"], LETTER)
    (received,) = smtp.wait_for(1)
    assert received.sender == ""
    assert received.recipients == ("b@example.org", "c@example.org")
    assert received.content == LETTER
    assert received.path.read_bytes() == LETTER


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_the_smtp_server_refuses_where_it_is_told_to(smtp: SmtpSink, verb: str) -> None:
    """A test can see what the service does with a temporary failure at each command."""
    smtp.refusals[verb] = "450 4.2.0 come back later"
    with smtplib.SMTP(smtp.host, smtp.port) as client, pytest.raises(smtplib.SMTPException, match="come back later"):
        client.sendmail("a@example.org", ["b@example.org"], LETTER)
    assert smtp.received == ()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for localhost."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


def test_the_smtp_server_can_ask_for_starttls_and_a_password(certificate: Certificate, tmp_path: Path) -> None:
    """Without them it takes no mail."""
    context = ssl.create_default_context(cafile=certificate.file)
    with smtp_sink(tmp_path, certificate, {"office": "secret"}) as sink:
        with smtplib.SMTP("localhost", sink.port) as client:
            with pytest.raises(smtplib.SMTPException):
                client.sendmail("a@example.org", ["b@example.org"], LETTER)
            client.starttls(context=context)
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.login("office", "wrong")
            client.login("office", "secret")
            client.sendmail("a@example.org", ["b@example.org"], LETTER)
        assert len(sink.wait_for(1)) == 1


def test_a_missing_program_is_named_with_its_package() -> None:
    """Nobody should have to guess what to install."""
    with pytest.raises(LocalServerError, match="apt-get install dovecot-imapd"):
        local_process.program("no-such-dovecot", "dovecot-imapd")


def test_each_version_of_dovecot_is_configured_in_its_own_words(certificate: Certificate, tmp_path: Path) -> None:
    """2.4 does not start unless the first line names the version of the configuration."""
    installation = Installation("2.4.1", tmp_path, tmp_path, tmp_path / "log", certificate, "p", 5000, 5000, 1, 2)
    assert configuration(installation).startswith("dovecot_config_version = 2.4.0\n")
