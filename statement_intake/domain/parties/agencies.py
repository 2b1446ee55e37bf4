"""What States' own bodies are called, for lines that name one beside the State: "NAB Pakistan", "Lesotho – DCEO".

agencies.csv   code,language,name        names and initials of bodies that speak in a State's name: those against
                                         corruption, ministries and prosecutors by what delegations call them. Only
                                         beside its own State does a name say nothing: "ICAC" alone, or "EACC, Uganda",
                                         names nobody. A name of several rows belongs to each of their States. Initials
                                         that are another State's code (GRC, AGO) are left out
"""

from collections.abc import Sequence

from statement_intake.domain.matching.phrases import Phrases, key


def gathered_agencies(rows: Sequence[tuple[str, str]]) -> Phrases[frozenset[str]]:
    """The dictionary of all bodies, from rows of code and name: each name with the codes of its parties."""
    known: Phrases[frozenset[str]] = Phrases()
    for code, name in rows:
        known.put(key(name), (known.get(key(name)) or frozenset()) | {code})
    return known
