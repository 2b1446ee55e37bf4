"""Why a server could not be reached, told so that an administrator knows what to look at."""

import socket
import ssl

#: OpenSSL's verdicts on a certificate (X509_V_ERR_*), and what mends each.
_EXPIRED, _NOT_YET_VALID = 10, 9
_NOBODY_VOUCHES = frozenset({2, 18, 19, 20, 21})
_OTHER_NAME = frozenset({62, 64})
#: What RFC 5280 demands of a certificate, and Python asks for since 3.13 (ssl.VERIFY_X509_STRICT).
_NOT_AS_DEMANDED = range(80, 95)
#: What OpenSSL says where the other side speaks in clear text first.
_CLEAR_TEXT = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"})


def untrusted(error: ssl.SSLCertVerificationError) -> str:
    """What is wrong with a server's certificate, and who can mend it."""
    told, code = error.verify_message.rstrip("."), error.verify_code
    if code == _EXPIRED:
        cure = "whoever runs the server has to renew it, unless this machine's clock is wrong"
    elif code == _NOT_YET_VALID:
        cure = "is this machine's clock right?"
    elif code in _OTHER_NAME:
        cure = "host has to be the name that the certificate was made for"
    elif code in _NOBODY_VOUCHES:
        cure = "ca_file has to name a file with the authority that signed it, if the system does not know it"
    elif code in _NOT_AS_DEMANDED:
        cure = "as RFC 5280 demands, and Python 3.13: it, or its authority's, has to be made anew by whoever made it"
    else:
        cure = "ask whoever runs the server"
    return f"the server's certificate is not trusted: {told} ({cure})"


def hint(error: BaseException, security: str) -> str:
    """What to look at after *error*, with a space before it; nothing where the error says it all."""
    if isinstance(error, ssl.SSLError):
        return ' (no TLS is spoken at this port; is security = "starttls" meant?)' if _in_clear_text(error) else ""
    if isinstance(error, socket.gaierror):
        return " (is host right, and does this machine find names?)"
    if isinstance(error, ConnectionRefusedError):
        return " (nothing listens there: are host and port right, and does the server run?)"
    if isinstance(error, TimeoutError):
        other = ', or TLS is spoken at this port: then security = "tls"' if security != "tls" else ""
        return f" (no answer: a firewall may be in between{other})"
    return ""


def _in_clear_text(error: ssl.SSLError) -> bool:
    return error.reason in _CLEAR_TEXT
