"""The eight files of `data/parties`, read into dictionaries, with every contradiction between their rows refused.

parties.csv    code,kind,region       who there is
names.csv      code,language,form,name   what they are called; forms: `short` and `formal` (the UN's), `former`,
                                      `variant`, `acronym` (found in capitals), `code` (found only where codes are
                                      asked for). A name with a part in brackets or after a comma is an inverted one
ambiguous.csv  name,codes             names of several parties, codes separated by spaces
sensitive.csv  name,note              territories and entities nobody but a person answers
phrases.csv    kind,language,phrase   `stop`: contains a name, but is not it; `capital`: a name that in small letters
                                      is an everyday word; `host`: the host country; `mission`: what delegations
                                      call themselves; `place`: a territory's name that is an everyday word, and
                                      counts only where it is all that stands in a party's place
demonyms.csv   code,language,kind,word       what peoples are called (see `demonyms`)
agencies.csv   code,language,name      what States' own bodies are called (see `agencies`)
capitals.csv   code,name             seats of government, which say nothing in the address of a ministry

In ambiguous.csv and sensitive.csv a name in capitals of up to five letters is a code.
"""

import csv
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from functools import cache
from typing import Final, NamedTuple

from statement_intake.domain.matching.phrases import Phrases, key
from statement_intake.domain.parties.agencies import gathered_agencies
from statement_intake.domain.parties.demonyms import Demonym, gathered
from statement_intake.domain.parties.spelling import is_inverted, keys, straight

LANGUAGES: Final = frozenset({"ar", "en", "es", "fr", "ru", "zh"})
_FORMS: Final = frozenset({"short", "formal", "former", "variant", "acronym", "code"})
_LONGEST_CODE: Final = 5


class Sort(Enum):
    """What a phrase says: a name, a name that is not for a robot to answer, or nothing in spite of the name in it."""

    NAME = auto()
    SENSITIVE = auto()
    STOP = auto()


class Meaning(NamedTuple):
    """What a phrase stands for, and under which conditions."""

    #: Codes of parties: one, several for an ambiguous name, none for what is sensitive or stopped.
    codes: tuple[str, ...]
    sort: Sort = Sort.NAME
    #: Counts only with an initial capital.
    capital: bool = False
    #: Counts only where nothing more of the phrase follows: "Korea, Republic of", not "Korea, Republic of Moldova".
    inverted: bool = False


class Name(NamedTuple):
    """A row of names.csv."""

    code: str
    language: str
    form: str
    name: str


class Contents(NamedTuple):
    """All that the eight files say."""

    #: Code to kind, in the order of the file.
    kinds: dict[str, str]
    #: Code to the English short names of the UN, today's first.
    titles: dict[str, tuple[str, ...]]
    #: Code to the UN's short name in each language.
    shorts: dict[str, dict[str, str]]
    #: Code to the UN's English formal name.
    formal: dict[str, str]
    phrases: Phrases[Meaning]
    #: Found in capitals.
    acronyms: dict[str, Meaning]
    #: Found in capitals where codes are asked for.
    codes: dict[str, Meaning]
    hosts: Phrases[str]
    missions: Phrases[str]
    #: Territories' names that count only alone.
    places: frozenset[str]
    demonyms: Phrases[Demonym]
    agencies: Phrases[frozenset[str]]
    #: Code to the keys of its capital's names.
    capitals: dict[str, frozenset[str]]


#: The files of `data/parties`, without ".csv".
FILES: Final = ("parties", "names", "ambiguous", "sensitive", "phrases", "demonyms", "agencies", "capitals")


def read(files: Mapping[str, str]) -> Contents:
    """Read the contents of `FILES`; ValueError names the file and row that contradicts another or is wrong."""
    places, peoples = frozenset(_places(files["phrases"])), _demonyms(files["demonyms"])
    bodies = _agencies(files["agencies"])
    contents = Contents(
        kinds={},
        titles={},
        shorts={},
        formal={},
        phrases=Phrases(),
        acronyms={},
        codes={},
        hosts=Phrases(),
        missions=Phrases(),
        places=places,
        demonyms=gathered(peoples),
        agencies=gathered_agencies(bodies),
        capitals={},
    )
    for row, (code, kind, _) in _rows("parties.csv", files["parties"], 3):
        _check(row, code not in contents.kinds, f"{code} is there twice")
        contents.kinds[code] = kind
    _read_ambiguous(contents, files["ambiguous"])
    _read_sensitive(contents, files["sensitive"])
    capitals = _read_phrases(contents, files["phrases"])
    _read_names(contents, files["names"], capitals)
    for code in contents.kinds:
        _check("parties.csv", code in contents.titles, f"{code} has no English short name in names.csv")
    for code, _, _, word in peoples:
        _check("demonyms.csv", code in contents.kinds, f"{word}: {code} is not in parties.csv")
    for code, name in bodies:
        _check("agencies.csv", code in contents.kinds, f"{name}: {code} is not in parties.csv")
    for row, (code, name) in _rows("capitals.csv", files["capitals"], 2):
        _check(row, code in contents.kinds, f"{name}: {code} is not in parties.csv")
        contents.capitals[code] = contents.capitals.get(code, frozenset()) | {key(name)}
    return contents


def _places(text: str) -> Iterator[str]:
    return (key(phrase) for _, (kind, _, phrase) in _rows("phrases.csv", text, 3) if kind == "place")


def _demonyms(text: str) -> list[tuple[str, str, str, str]]:
    peoples = []
    for row, (code, language, kind, word) in _rows("demonyms.csv", text, 4):
        _check(row, language in LANGUAGES and kind in {"people", "tongue"}, f"{language}, {kind}: unknown")
        peoples.append((code, language, kind, word))
    return peoples


def _agencies(text: str) -> list[tuple[str, str]]:
    bodies = []
    for row, (code, language, name) in _rows("agencies.csv", text, 3):
        _check(row, language in LANGUAGES, f"{language} is not one of the six languages")
        bodies.append((code, name))
    return bodies


def _read_ambiguous(contents: Contents, text: str) -> None:
    for row, (name, listed) in _rows("ambiguous.csv", text, 2):
        codes = tuple(listed.split())
        unknown = [code for code in codes if code not in contents.kinds]
        _check(row, not unknown and len(codes) > 1, f"{name}: unknown {unknown}, or fewer than two")
        _put(contents, row, name, Meaning(codes))


def _read_sensitive(contents: Contents, text: str) -> None:
    for row, (name, _) in _rows("sensitive.csv", text, 2):
        _put(contents, row, name, Meaning((), Sort.SENSITIVE, inverted=is_inverted(name)))


def _read_phrases(contents: Contents, text: str) -> frozenset[str]:
    capitals = set()
    for row, (kind, language, phrase) in _rows("phrases.csv", text, 3):
        _check(row, language in LANGUAGES, f"{language} is not one of the six languages")
        match kind:
            case "stop":
                _put(contents, row, phrase, Meaning((), Sort.STOP))
            case "capital":
                capitals.add(key(phrase))
            case "host":
                contents.hosts.put(key(phrase), language)
            case "mission":
                contents.missions.put(key(phrase), language)
            case "place":
                pass
            case _:
                _check(row, holds=False, problem=f"{kind} is no kind of phrase")
    return frozenset(capitals)


def _read_names(contents: Contents, text: str, capitals: frozenset[str]) -> None:
    ambiguous = {found: contents.phrases[found] for found in contents.phrases}
    for row, (code, language, form, name) in names(text):
        _check(row, code in contents.kinds, f"{code} is not in parties.csv")
        _check(row, language in LANGUAGES and form in _FORMS, f"{language}, {form}: unknown language or form")
        if form == "short" and language == "en":
            contents.titles[code] = (*contents.titles.get(code, ()), straight(name))
        if form == "short":
            contents.shorts.setdefault(code, {}).setdefault(language, name)
        if form == "formal" and language == "en":
            contents.formal.setdefault(code, name)
        if form in {"acronym", "code"}:
            _put_code(contents.acronyms if form == "acronym" else contents.codes, contents, row, name, code)
            continue
        inverted = is_inverted(name)
        for found in keys(name, language):
            declared = ambiguous.get(found)
            if declared is not None:
                allowed = declared.sort is Sort.NAME and code in declared.codes
                _check(row, allowed, f"{name} ({code}) is declared ambiguous, sensitive or a stop phrase without it")
                continue
            known = contents.phrases.get(found)
            _check(row, known is None or known.codes == (code,), f"{name} is a name of {code} and of {known}")
            if known is None or (known.inverted and not inverted):
                contents.phrases.put(found, _named(code, found in capitals, inverted))


def names(text: str) -> Iterator[tuple[str, Name]]:
    """Every row of names.csv, and where it stands."""
    return ((row, Name(*cells)) for row, cells in _rows("names.csv", text, 4))


@cache
def _named(code: str, capital: bool, inverted: bool) -> Meaning:  # noqa: FBT001 - in the order of its fields
    """One for all names of a party: there are seven thousand of them."""
    return Meaning((code,), Sort.NAME, capital, inverted)


def _put(contents: Contents, row: str, name: str, meaning: Meaning) -> None:
    if name.isascii() and name.isupper() and len(name) <= _LONGEST_CODE:
        _check(row, name not in contents.codes, f"{name} is there twice")
        contents.codes[name] = meaning
        return
    found = key(name)
    known = contents.phrases.get(found)
    alike = known is not None and (known.codes, known.sort) == (meaning.codes, meaning.sort)
    _check(row, known is None or alike, f"{name} is said to mean {known} too")
    if known is None or known.inverted:
        contents.phrases.put(found, meaning)


def _put_code(table: dict[str, Meaning], contents: Contents, row: str, name: str, code: str) -> None:
    declared = contents.codes.get(name)
    if declared is not None and len(declared.codes) > 1 and code in declared.codes:
        return
    other = {contents.acronyms.get(name), declared} - {None, Meaning((code,))}
    _check(row, not other, f"{name} stands for {code} and for {other}")
    table[name] = Meaning((code,))


def _rows(file: str, text: str, columns: int) -> Iterator[tuple[str, list[str]]]:
    same: dict[str, str] = {}
    reader = csv.reader(text.splitlines())
    next(reader, None)
    for cells in reader:
        row = f"{file}, row {reader.line_num}"
        _check(row, len(cells) == columns and cells[-1] == cells[-1].strip(), f"{cells} is not {columns} columns")
        # Codes, languages and kinds are the same in thousands of rows. Not `sys.intern`: its table would stay as large
        # as the names, which do not, have made it.
        yield row, [same.setdefault(cell, cell) for cell in cells]


def _check(row: str, holds: bool, problem: str) -> None:  # noqa: FBT001 the condition reads best in second place
    if not holds:
        raise ValueError(f"{row}: {problem}")
