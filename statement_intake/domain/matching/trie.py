"""Many phrases as one pattern that looks at each letter of a text once, where plain alternatives are tried one by one.

A vocabulary has thousands of phrases; at most places of a text none begins, and a trie knows so from the first letter.
"""

from collections.abc import Iterable, Sequence

#: A phrase as the pieces of a pattern: mostly single letters.
Pieces = Sequence[str]


def trie(phrases: Iterable[Pieces]) -> str:
    """A pattern for any of *phrases*, the longest that fits first."""
    return _pattern(list(phrases), 0)


def _pattern(phrases: Sequence[Pieces], depth: int) -> str:
    """What may follow the *depth* pieces that all of *phrases* begin with.

    The trie itself is never there as a whole: its nodes would take ten times the memory of the phrases.
    """
    branches: dict[str, list[Pieces]] = {}
    for pieces in phrases:
        if len(pieces) > depth:
            branches.setdefault(pieces[depth], []).append(pieces)
    longer = [piece + _pattern(branch, depth + 1) for piece, branch in branches.items()]
    if all(len(pieces) > depth for pieces in phrases):
        return longer[0] if len(longer) == 1 else f"(?:{'|'.join(longer)})"
    return f"(?:{'|'.join(longer)})?" if longer else ""
