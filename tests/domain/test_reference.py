"""Reference numbers: short, unguessable, and found again in a text."""

from itertools import cycle

from hypothesis import given
from hypothesis import strategies as st

from statement_intake.domain.reference import new_reference, references_in


def test_it_is_made_of_unpredictable_numbers() -> None:
    """Eight letters of an alphabet without I, L, O and U."""
    numbers = cycle(range(32))
    assert new_reference(lambda _: next(numbers)) == "SI-0123-4567"
    assert new_reference(lambda below: below - 1) == "SI-ZZZZ-ZZZZ"


@given(st.randoms(use_true_random=False), st.text(alphabet=" .,:[]()<>", max_size=3))
def test_it_is_found_in_a_text(random: object, around: str) -> None:
    """In either case, in brackets or not."""
    reference = new_reference(random.randrange)  # type: ignore[attr-defined] # hypothesis gives a random.Random
    assert references_in(f"Re:{around} {reference.lower()}{around} {reference}") == (reference,)


def test_what_only_looks_like_one_is_none() -> None:
    """Wrong letters, wrong length, inside a word."""
    assert references_in("SI-ILOU-0000 SI-0000-000 XSI-0000-0000 SI-0000-00000") == ()
