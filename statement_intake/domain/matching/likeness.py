"""How like two words are. Asked about slips alone: what is written right is never compared.

The library takes 4 MiB, and a service whose delegations write what they are asked to has no use for it.
"""

from collections.abc import Iterable


def slips(word: str, other: str) -> int:
    """How many letters were left out, added, mistaken or written in the wrong order."""
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - see above

    return OSA.distance(word, other)


def likest(word: str, others: Iterable[str], *, least: float, count: int) -> tuple[str, ...]:
    """Those of *others* that are like *word*, the likest first; a likeness of 1 is equality, *least* the smallest."""
    from rapidfuzz import process  # noqa: PLC0415 - see above
    from rapidfuzz.distance import OSA  # noqa: PLC0415

    near = process.extract(word, list(others), scorer=OSA.normalized_similarity, score_cutoff=least, limit=count)
    return tuple(name for name, _, _ in near)
