"""The reference number of a submission: short enough for the telephone, and not to be guessed."""

import re
from collections.abc import Callable

#: Crockford's alphabet: no letter that is taken for another or for a digit.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 8
_FOUR = "([0-9A-TV-Z]{4})"
#: As people type it: with other dashes, with spaces, or with nothing between.
_PATTERN = re.compile(rf"\bSI([-\u2010-\u2015 _\xa0]?){_FOUR}\1{_FOUR}\b", re.IGNORECASE)
#: What is taken for a letter that the alphabet does not have (Crockford's own rule).
_MISREAD = str.maketrans("ILO", "110")


def new_reference(below: Callable[[int], int]) -> str:
    """A new reference, such as SI-7K3M-9QWX (40 bits). *below(n)* gives an unpredictable number below n."""
    letters = "".join(_ALPHABET[below(len(_ALPHABET))] for _ in range(_LENGTH))
    return f"SI-{letters[:4]}-{letters[4:]}"


def references_in(text: str) -> tuple[str, ...]:
    """What looks like reference numbers in *text*, as we write them."""
    found = (f"SI-{match[2]}-{match[3]}".upper() for match in _PATTERN.finditer(text))
    return tuple(dict.fromkeys("SI-" + reference[3:].translate(_MISREAD) for reference in found))


def is_surely_meant(text: str) -> bool:
    """True where *text* holds what can hardly be anything else: with dashes, a letter and a digit among the eight."""
    return any(
        match[1].strip() and re.search(r"\d", match[0]) and re.search("[A-Z]", f"{match[2]}{match[3]}", re.IGNORECASE)
        for match in _PATTERN.finditer(text)
    )
