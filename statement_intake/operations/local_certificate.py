"""A certificate for the local servers, made by the openssl program."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from statement_intake.operations.local_process import LocalServerError, program

#: Python 3.13 verifies strictly and refuses a certificate authority without keyUsage.
EXTENSIONS = (
    "subjectAltName=DNS:localhost,IP:127.0.0.1",
    "keyUsage=critical,digitalSignature,keyEncipherment,keyCertSign",
)


@dataclass(frozen=True)
class Certificate:
    """A certificate for localhost and 127.0.0.1 that signs itself: it is its own `ca_file`. PEM files."""

    file: Path
    key: Path


def make_certificate(directory: Path) -> Certificate:
    """Make a certificate and its key in *directory*. Raises LocalServerError."""
    certificate = Certificate(directory / "certificate.pem", directory / "key.pem")
    command = [program("openssl", "openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"]
    command += ["-subj", "/CN=localhost", "-keyout", str(certificate.key), "-out", str(certificate.file)]
    for extension in EXTENSIONS:
        command += ["-addext", extension]
    made = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - all words are ours
    if made.returncode != 0:
        raise LocalServerError(f"openssl could not make a certificate: {made.stderr.strip()}")
    return certificate
