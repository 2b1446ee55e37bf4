"""What an administrator reads where a server could not be reached."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from statement_intake.mailbox import MailboxError
from statement_intake.mailbox.imap import ImapMailbox
from statement_intake.reaching import untrusted
from statement_intake.replies.smtp import SmtpTransport, TransportError
from statement_intake.settings import MailboxSettings, SmtpSettings


@contextmanager
def tls_server(authority: trustme.CA, name: str, ends: datetime | None = None) -> Iterator[int]:
    """A server whose certificate is for *name*; gives its port. Nobody gets past the handshake."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name, not_after=ends).configure_cert(context)
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=_greet, args=[listener, context])
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _greet(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        try:
            context.wrap_socket(connection, server_side=True).close()
        except OSError:
            connection.close()


def told_by_both(port: int, ca_file: Path, host: str = "127.0.0.1", security: str = "tls") -> list[str]:
    """What doctor would say of a mailbox and of an SMTP server there."""
    where = {
        "host": host,
        "port": port,
        "security": security,
        "ca_file": str(ca_file),
        "username": "u",
        "password": "secret-word",
    }
    with pytest.raises(MailboxError) as mailbox:
        ImapMailbox("main", MailboxSettings.model_validate(where)).examine()
    with pytest.raises(TransportError) as smtp:
        SmtpTransport(SmtpSettings.model_validate(where)).examine()
    return [str(mailbox.value), str(smtp.value)]


@pytest.fixture
def authority() -> trustme.CA:
    """One that the settings name."""
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    """Its file."""
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return file


def test_an_expired_certificate_is_for_the_servers_people_to_renew(authority: trustme.CA, ca_file: Path) -> None:
    """Unless it is our clock."""
    with tls_server(authority, "127.0.0.1", datetime.now(UTC) - timedelta(days=1)) as port:
        told = told_by_both(port, ca_file)
    words = "certificate has expired (whoever runs the server has to renew it, unless this machine's clock is wrong)"
    assert [words in line for line in told] == [True, True], told


def test_a_certificate_for_another_name_wants_another_host(authority: trustme.CA, ca_file: Path) -> None:
    """The server is the right one, under a name that its certificate does not have."""
    with tls_server(authority, "mail.un.example") as port:
        told = told_by_both(port, ca_file)
    assert all("host has to be the name that the certificate was made for" in line for line in told)


def test_an_authority_that_nobody_knows_belongs_into_ca_file(authority: trustme.CA, tmp_path: Path) -> None:
    """An organization's own authority is not among the system's."""
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    with tls_server(authority, "127.0.0.1") as port:
        told = told_by_both(port, other)
    assert all("ca_file has to name a file with the authority that signed it" in line for line in told)


def test_an_authority_that_is_not_made_as_it_has_to_be_is_its_makers_to_mend(tmp_path: Path) -> None:
    """An old one of an organization's own: older Pythons took it."""
    file = tmp_path / "ca.pem"
    issue_without_key_identifiers(file)
    strict = ssl.create_default_context(cafile=file)
    strict.verify_flags |= ssl.VERIFY_X509_STRICT
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(file)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = strict.wrap_bio(incoming, outgoing, server_hostname="mail.un.example")
    answer = server.wrap_bio(outgoing, incoming, server_side=True)
    for side in (client, answer):
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()
    with pytest.raises(ssl.SSLCertVerificationError) as refused:
        client.do_handshake()
    assert "it, or its authority's, has to be made anew by whoever made it" in untrusted(refused.value)


def issue_without_key_identifiers(file: Path) -> None:
    """A certificate for mail.un.example, its key, and its authority's, as they were made in the last century."""
    now, keys = datetime.now(UTC), [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    ours = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of our own")])
    made = []
    for key, name, extension in (
        (keys[0], ours, x509.BasicConstraints(ca=True, path_length=None)),
        (keys[1], x509.Name([]), x509.SubjectAlternativeName([x509.DNSName("mail.un.example")])),
    ):
        builder = x509.CertificateBuilder(ours, name, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        made.append(builder.add_extension(extension, critical=True).sign(keys[0], hashes.SHA256()))
    pem = serialization.Encoding.PEM
    key_pem = keys[1].private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(key_pem + b"".join(one.public_bytes(pem) for one in reversed(made)))


def test_a_port_of_clear_text_is_told_from_one_of_tls(ca_file: Path) -> None:
    """OpenSSL says "wrong version number", which helps nobody."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=_say_hello, args=[listener, 2])
        thread.start()
        told = told_by_both(listener.getsockname()[1], ca_file)
        thread.join()
    assert all('is security = "starttls" meant?' in line for line in told)


def _say_hello(listener: socket.socket, times: int) -> None:
    for _ in range(times):
        connection, _address = listener.accept()
        with connection:
            connection.sendall(b"* OK hello\r\n")
            connection.recv(1000)


def test_a_closed_port_and_an_unknown_name_are_told_apart(ca_file: Path) -> None:
    """Both are mended in the settings, at different places."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    assert all("nothing listens there" in line for line in told_by_both(port, ca_file))
    assert all("is host right" in line for line in told_by_both(port, ca_file, host="imap.un.invalid"))
