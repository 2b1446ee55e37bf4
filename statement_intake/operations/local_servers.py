"""A real IMAP server and a real SMTP server on loopback, for `demo` and for the tests.

Both are private: they listen on 127.0.0.1 only, on ports that were free, and end with the `with` block that started
them. Neither needs root. Beside the package they need its `demo` extra (aiosmtpd) and Debian's dovecot-imapd and
openssl.
"""

from statement_intake.operations.local_certificate import Certificate, make_certificate
from statement_intake.operations.local_dovecot import ImapServer, append, dovecot
from statement_intake.operations.local_process import LocalServerError
from statement_intake.operations.local_smtp import Received, SmtpSink, smtp_sink

__all__ = [
    "Certificate",
    "ImapServer",
    "LocalServerError",
    "Received",
    "SmtpSink",
    "append",
    "dovecot",
    "make_certificate",
    "smtp_sink",
]
