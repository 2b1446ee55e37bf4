"""The reference number of a submission: short enough for the telephone, and not to be guessed."""

import re
from collections.abc import Callable

#: Crockford's alphabet: no letter that is taken for another or for a digit.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 8
_PATTERN = re.compile(r"\bSI-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b", re.IGNORECASE)


def new_reference(below: Callable[[int], int]) -> str:
    """A new reference, such as SI-7K3M-9QWX (40 bits). *below(n)* gives an unpredictable number below n."""
    letters = "".join(_ALPHABET[below(len(_ALPHABET))] for _ in range(_LENGTH))
    return f"SI-{letters[:4]}-{letters[4:]}"


def references_in(text: str) -> tuple[str, ...]:
    """What looks like reference numbers in *text*, in capitals."""
    return tuple(dict.fromkeys(match.upper() for match in _PATTERN.findall(text)))
