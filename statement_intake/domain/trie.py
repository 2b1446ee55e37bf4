"""Many phrases as one pattern that looks at each letter of a text once, where plain alternatives are tried one by one.

A vocabulary has thousands of phrases; at most places of a text none begins, and a trie knows so from the first letter.
"""

from collections.abc import Iterable, Sequence
from typing import Final

#: A phrase as the pieces of a pattern: mostly single letters.
Pieces = Sequence[str]

_END: Final = ""

#: From a piece to what follows it.
_Node = dict[str, "_Node"]


def trie(phrases: Iterable[Pieces]) -> str:
    """A pattern for any of *phrases*, the longest that fits first."""
    root: _Node = {}
    for pieces in phrases:
        node = root
        for piece in pieces:
            node = node.setdefault(piece, {})
        node[_END] = {}
    return _pattern(root)


def _pattern(node: _Node) -> str:
    longer = [piece + _pattern(after) for piece, after in node.items() if piece is not _END]
    if _END not in node:
        return longer[0] if len(longer) == 1 else f"(?:{'|'.join(longer)})"
    return f"(?:{'|'.join(longer)})?" if longer else ""
