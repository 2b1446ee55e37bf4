"""Mail addresses as SMTP servers and header fields take them."""

import unicodedata


def wire_address(address: str) -> str:
    """*address* with its domain in ASCII (RFC 3490) where that is possible and means the same domain.

    Python has IDNA of 2003, which makes "strasse" of "straße"; since 2008 (RFC 5891) these are two domains, and two
    people's. What it would change stays as it is: only a server with SMTPUTF8 (RFC 6531) takes it.
    """
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        encoded = domain.encode("idna")
        same = encoded.decode("idna") == unicodedata.normalize("NFC", domain.lower())
    except UnicodeError:
        return address
    return local + at + encoded.decode("ascii") if same else address
