"""Who speaks: the parties by all their names, and where a text names them.

Nothing is guessed. A name counts when it is written whole; spelling counts only as far as `fold` leaves it. Likeness
is for suggestions to a person, never for an answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import dropwhile
from typing import Final

from statement_intake.domain.matching.fold import Token, tokenise
from statement_intake.domain.matching.likeness import likest
from statement_intake.domain.matching.phrases import DANGLING, Phrases, key
from statement_intake.domain.matching.spans import (
    is_closed,
    past_articles,
    past_bracket,
    past_dangling,
    stands_free,
    start_with_article,
)
from statement_intake.domain.parties.demonyms import find_demonym
from statement_intake.domain.parties.party import Mention, Party, PartyKind, People
from statement_intake.domain.parties.rows import Contents, Meaning, Sort, read
from statement_intake.domain.parties.spelling import straight

__all__ = ["Mention", "Party", "PartyKind", "PartyTable", "People"]

#: Below this likeness (1 is equal) nothing is suggested.
_SUGGESTED_FROM: Final = 0.72
#: In names shorter than this one slip makes another country.
_SHORTEST_SUGGESTED: Final = 4
#: Of Chinese names too: they are suggested by nothing less than themselves.
_FIRST_IDEOGRAPH: Final = "㐀"


class PartyTable:
    """All parties under all their names."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._parties = {
            code: Party(
                code=code,
                name=contents.titles[code][0],
                kind=PartyKind(kind),
                unmistakable=_unmistakable(code, contents),
            )
            for code, kind in contents.kinds.items()
        }

    @classmethod
    def from_csv(cls, files: Mapping[str, str]) -> "PartyTable":
        """Build the table from the contents of the files of `data/parties` by name (`rows` says what they mean).

        Raises ValueError, naming file and row, for an unknown code or word, a party without an English short name,
        and a name that would mean two things without being declared ambiguous.
        """
        return cls(read(files))

    def get(self, code: str) -> Party | None:
        """Give the party of a code."""
        return self._parties.get(code)

    @property
    def all(self) -> tuple[Party, ...]:
        """Every party, by name."""
        return tuple(sorted(self._parties.values(), key=lambda party: party.name))

    def translations(self) -> dict[str, dict[str, str]]:
        """Give the UN's short names in its other official languages: English short name, language, name."""
        return {self._parties[code].name: names for code, names in self._contents.shorts.items()}

    def mentions(self, text: str, *, codes: bool = False) -> tuple[Mention, ...]:
        """Give the parties and territories a text names, from left to right, none overlapping.

        At each word the longest name wins and is used up. Phrases that only contain a name ("New Mexico") are no
        mention. Acronyms (UK, DPRK) count in capitals only. ISO codes and acronyms of several bodies count only with
        `codes`, in capitals, standing free, and not where all of the text is in capitals ("STATEMENT BY" is not
        Belarus) unless they are all of it.
        """
        tokens = tokenise(text)
        found = []
        position = 0
        while position < len(tokens):
            after, meaning = self._longest(text, tokens, position, codes=codes)
            if meaning is not None and meaning.sort is not Sort.STOP:
                mention, after = self._mention(text, tokens, position, after, meaning)
                found.append(mention)
            position = after
        return tuple(found)

    def exact(self, text: str) -> Mention | None:
        """Give the one party or territory that a text is the name of, or None.

        Beside the name there may be articles, what delegations call themselves ("Permanent Mission of"), and the host
        country. Codes count.
        """
        mentions = self.mentions(self.without_host(text), codes=True)
        if len(mentions) != 1:
            return None
        mention = mentions[0]
        outside = [token for token in tokenise(text) if not mention.start <= token.start < mention.end]
        return mention if set(self._bare(outside)) <= DANGLING else None

    def is_place(self, text: str) -> bool:
        """Tell whether a text is, alone, a territory's name that is an everyday word elsewhere ("La Réunion")."""
        return key(" ".join(dropwhile(DANGLING.__contains__, self._bare(tokenise(text))))) in self._contents.places

    def by_people(self, text: str) -> People | None:
        """Give whose people's name a text holds ("Kenyan delegation"), if it holds just one; else None."""
        tokens = tokenise(self.without_host(text))
        called = find_demonym(self._contents.demonyms, tokens)
        if called is None:
            return None
        mission = any(_found(self._contents.missions, tokens))
        bare = len(self._bare(tokens)) == called.after - called.begun
        start, end = tokens[called.begun].start, tokens[called.after - 1].end
        return People(
            parties=tuple(self._parties[code] for code in called.codes),
            sure=mission or not called.tongue,
            text=text[start:end],
            rest=f"{text[:start]} {text[end:]}",
            alone=bare,
        )

    def without_host(self, text: str) -> str:
        """Give the text with every phrase for the host country and city ("in Vienna") blanked, all else in place."""
        tokens = tokenise(text)
        blanked = text
        for begun, after in _found(self._contents.hosts, tokens):
            start, end = tokens[begun].start, tokens[after - 1].end
            blanked = blanked[:start] + " " * (end - start) + blanked[end:]
        return blanked

    def without_own(self, text: str, party: Party) -> str:
        """Give the text with all else that *party* is called blanked: its codes in capitals, its people, its bodies."""
        tokens = tokenise(text)
        blanked = text
        for position in range(len(tokens)):
            if after := self._own(text, tokens, position, party):
                start, end = tokens[position].start, tokens[after - 1].end
                blanked = blanked[:start] + " " * (end - start) + blanked[end:]
        return blanked

    def is_capital(self, text: str, party: Party) -> bool:
        """Tell whether a text is the name of the party's capital, and no more."""
        return key(text) in self._contents.capitals.get(party.code, ())

    def by_agency(self, text: str) -> tuple[Party, ...]:
        """Give whose bodies a text names, the parties of the first one found; none where it names none."""
        tokens = tokenise(text)
        for position in range(len(tokens)):
            for _, codes in self._contents.agencies.at(tokens, position):
                return tuple(self._parties[code] for code in sorted(codes))
        return ()

    def suggest(self, text: str, count: int = 3) -> tuple[Party, ...]:
        """Give the parties whose names a text is most like, the likest first; none where nothing is near.

        Nothing is suggested for what is likest a territory's name, nor from Chinese characters.
        """
        wanted = key(" ".join(dropwhile(DANGLING.__contains__, self._bare(tokenise(text)))))
        if len(wanted) < _SHORTEST_SUGGESTED:
            return ()
        near = likest(wanted, self._suggested, least=_SUGGESTED_FROM, count=8 * count)
        meanings = [self._suggested[name] for name in near]
        if meanings and meanings[0].sort is Sort.SENSITIVE:
            return ()
        codes = dict.fromkeys(code for meaning in meanings for code in meaning.codes)
        return tuple(self._parties[code] for code in codes)[:count]

    @cached_property
    def _suggested(self) -> dict[str, Meaning]:
        phrases = self._contents.phrases
        return {
            name: phrases[name]
            for name in phrases
            if phrases[name].sort is not Sort.STOP and len(name) >= _SHORTEST_SUGGESTED and name[0] < _FIRST_IDEOGRAPH
        }

    def _bare(self, tokens: Sequence[Token]) -> list[str]:
        """Give the words that are neither the host's nor what delegations call themselves."""
        spoken = set[int]()
        for phrases in (self._contents.hosts, self._contents.missions):
            spoken.update(*(range(begun, after) for begun, after in _found(phrases, tokens)))
        return [token.text for position, token in enumerate(tokens) if position not in spoken]

    def _own(self, text: str, tokens: Sequence[Token], position: int, party: Party) -> int:
        """Give the position after the longest that *party* is called by at a token, its names aside; 0 if nothing."""
        token = tokens[position]
        written = text[token.start : token.end]
        code = self._contents.acronyms.get(written) or self._contents.codes.get(written)
        ends = [position + 1] if code is not None and party.code in code.codes else []
        ends += [after for after, people in self._contents.demonyms.at(tokens, position) if party.code in people.codes]
        ends += [after for after, codes in self._contents.agencies.at(tokens, position) if party.code in codes]
        return max(ends, default=0)

    def _longest(self, text: str, tokens: Sequence[Token], position: int, *, codes: bool) -> tuple[int, Meaning | None]:
        for after, meaning in self._contents.phrases.at(tokens, position):
            small = meaning.capital and not text[tokens[position].start].isupper()
            if not small and (not meaning.inverted or is_closed(text, tokens, after)):
                return after, meaning
        token = tokens[position]
        written = text[token.start : token.end]
        acronym = self._contents.acronyms.get(written)
        if acronym is None and codes and stands_free(text, token):
            telling = len(tokens) == 1 or any(char.islower() for char in text)
            acronym = self._contents.codes.get(written) if telling else None
        return position + 1, acronym

    def _mention(
        self, text: str, tokens: Sequence[Token], position: int, after: int, meaning: Meaning
    ) -> tuple[Mention, int]:
        """Give the mention, with the article and brackets around the name, and the position after it."""
        bare_end = tokens[after - 1].end
        trailing = past_dangling(tokens, after) if meaning.inverted else past_articles(text, tokens, after)
        if trailing > after and is_closed(text, tokens, after):
            after = trailing
        start = start_with_article(text, tokens, position)
        end = past_bracket(text, start, tokens[after - 1].end)
        titles = self._contents.titles[meaning.codes[0]] if len(meaning.codes) == 1 else ()
        spellings = {straight(text[tokens[position].start : stop]) for stop in (bare_end, end)}
        mention = Mention(
            start=start,
            end=end,
            text=text[start:end],
            parties=tuple(self._parties[code] for code in meaning.codes),
            sensitive=meaning.sort is Sort.SENSITIVE,
            exact=not spellings.isdisjoint(titles),
        )
        return mention, after


def _found(phrases: Phrases[str], tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Give first position and position after of each phrase found, from left to right."""
    position = 0
    while position < len(tokens):
        after = next((after for after, _ in phrases.at(tokens, position)), None)
        if after is not None:
            yield position, after
        position = after or position + 1


def _unmistakable(code: str, contents: Contents) -> str:
    meaning = contents.phrases.get(key(contents.titles[code][0]))
    if meaning is None or meaning.codes == (code,):
        return ""
    return contents.formal.get(code, "").removeprefix("the ")
