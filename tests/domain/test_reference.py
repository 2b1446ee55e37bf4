"""Reference numbers: short, unguessable, and found again in a text."""

from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statement_intake.domain.reference import is_surely_meant, new_reference, references_in


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


@pytest.mark.parametrize(
    "typed",
    [
        "si 7k3m 9qw1",
        "SI–7K3M–9QW1",
        "SI7K3M9QW1",
        "SI_7K3M_9QW1",
        "SI-7K3M-9QWI",
        "(si-7k3m-9qwl)",
        "SI\xa07K3M\xa09QW1",
    ],
)
def test_it_is_found_however_it_is_typed(typed: str) -> None:
    """Read out on the telephone, or copied from paper: I and L are one, O is nought."""
    assert references_in(f"Transcript {typed}") == ("SI-7K3M-9QW1",)
    assert references_in("SI-OOOO-IIII") == ("SI-0000-1111",)


def test_what_only_looks_like_one_is_none() -> None:
    """Wrong letters, wrong length, inside a word, two ways of writing at once."""
    assert references_in("SI-UUUU-0000 SI-0000-000 XSI-0000-0000 SI-0000-00000 SI-0000 0000") == ()


@pytest.mark.parametrize(
    ("text", "meant"),
    [("Transcript SI-7K3M-9QWX", True), ("si todo bien", False), ("SI-2023-0045", False), ("SI-ABCD-EFGH", False)],
)
def test_what_can_hardly_be_anything_else(text: str, meant: bool) -> None:  # noqa: FBT001
    """Words and other people's numbers are not taken for ours."""
    assert is_surely_meant(text) is meant
