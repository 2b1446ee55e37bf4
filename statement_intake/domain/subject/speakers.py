"""Who speaks, by the subject line. Never a guess: what is not certain is said to be so."""

import re
from collections.abc import Sequence
from functools import lru_cache

from statement_intake.domain.matching.patterns import flat
from statement_intake.domain.parties.names import Mention, Party, PartyKind, PartyTable
from statement_intake.domain.subject.leftover import is_strange, leftover
from statement_intake.domain.subject.line import ITEM, NAME, TAKEN, Line
from statement_intake.domain.value import Value
from statement_intake.domain.words import Vocabulary

#: Right behind a name: on what it speaks.
_TOPIC = re.compile(rf"(?<={NAME})\s+(?:on|regarding|concerning|sur|sobre|о|об|بشأن|حول)\s(?!behalf).*")
#: The name may go on in a bracket: "Dominica(n Republic)".
_GOES_ON = re.compile(rf"{NAME}\([^\W\d_]{{1,2}}[\s)]")
#: Of a group, it is an organisation: "Pacific Islands Forum Secretariat".
_SECRETARIAT = re.compile(r"secretar(?:iat|ia)|секретариат|秘书处|امانة")
#: What makes the party the matter of which somebody speaks: "statement against Kenya", "response to Kenya".
_ABOUT = re.compile(
    r"(?<!\w)(?:about|concerning|regarding|concernant|"
    r"against|to|on|in|inside|en|au|aux|в|في|contre|contra|sobre|sur|против|ضد|(?<!نيابة )عن|反对|针对)"
    rf"\s+{NAME}(?!['’]s behalf)"
)


class Speakers(Value):
    """Who speaks. `party` is None unless it is certain."""

    party: Party | None = None
    on_behalf_of: Party | None = None
    together_with: tuple[Party, ...] = ()
    #: Several that it may be, where it is not certain.
    candidates: tuple[Party, ...] = ()
    #: The name of a territory or organisation that no robot should answer.
    sensitive: str | None = None
    organisation: Party | None = None
    #: What stands in the party's place and is no known name; empty if nothing stands there.
    unknown: str = ""
    #: As written; empty if there is none.
    text: str = ""

    @property
    def named(self) -> bool:
        """A known name stands there, certain or not."""
        return bool(self.text) and not self.unknown


def called(party: Party, on_behalf_of: Party | None, together_with: Sequence[Party]) -> str:
    """Who speaks, as a subject line names them: "Morocco on behalf of the Group of 77 and China"."""
    if on_behalf_of is not None:
        return f"{party.line_name} on behalf of {on_behalf_of.line_name}"
    if together_with:
        return f"{party.line_name} together with {', '.join(other.line_name for other in together_with)}"
    return party.line_name


def find_speakers(line: Line, table: PartyTable) -> tuple[tuple[Mention, ...], Line]:
    """The names in *line*, and the line with each replaced by a mark."""
    text = table.without_host(line.text)
    mentions = table.mentions(text)
    for mention in reversed(mentions):
        text = text[: mention.start] + NAME + text[mention.end :]
    return mentions, Line(text)


def understand(mentions: tuple[Mention, ...], rest: Line, table: PartyTable, words: Vocabulary) -> Speakers:
    """Who speaks, from the names found and from what is left of the line when the items, too, are taken out."""
    if place := next((segment for segment in rest.segments if table.is_place(segment)), None):
        return Speakers(sensitive=place, text=place)
    if not mentions:
        return _by_code(rest, table, words)
    if sensitive := next((mention for mention in mentions if mention.sensitive), None):
        return Speakers(sensitive=sensitive.text, text=sensitive.text)
    mentions, rest = _without_aligned(mentions, rest, words)
    text = ", ".join(mention.text for mention in mentions)
    unclear = next((mention for mention in mentions if len(mention.parties) > 1), None)
    if unclear:
        return Speakers(candidates=unclear.parties, text=unclear.text)
    parties = tuple(dict.fromkeys(mention.parties[0] for mention in mentions))
    speakers = _speakers(parties, mentions, rest, words).model_copy(update={"text": text})
    return _doubt(speakers, rest, table, words)


def _without_aligned(mentions: tuple[Mention, ...], rest: Line, words: Vocabulary) -> tuple[tuple[Mention, ...], Line]:
    """Leave out the groups with whose statement a State says that it agrees: it does not speak for them.

    "Estonia (aligned with the EU statement)". A State with whose statement another agrees stays: who speaks is
    unclear then.
    """
    kept, before = list(mentions), 0
    pattern = _aligned(words)
    while match := pattern.search(rest.flat, before):
        first = rest.text.count(NAME, 0, match.start())
        agreed = slice(first, first + match[0].count(NAME))
        if first and all(_is_group(mention) for mention in kept[agreed]):
            del kept[agreed]
            rest, before = rest.without(match.start(), match.end()), match.start()
        else:
            before = match.end()
    return tuple(kept), rest


def _is_group(mention: Mention) -> bool:
    return bool(mention.parties) and all(party.kind is PartyKind.GROUP for party in mention.parties)


@lru_cache(maxsize=8)
def _aligned(words: Vocabulary) -> re.Pattern[str]:
    joins = "|".join(re.escape(flat(word)) for word in sorted(words.words("connectors", "and"), key=len, reverse=True))
    name = rf"[^–;|{NAME}]{{0,60}}{NAME}"
    return re.compile(rf"(?:{words.pattern('aligned').pattern}){name}(?:[\s{TAKEN}]*(?:{joins})\s?{NAME})*")


def _speakers(parties: tuple[Party, ...], mentions: tuple[Mention, ...], rest: Line, words: Vocabulary) -> Speakers:
    organisations = [party for party in parties if party.kind is PartyKind.ORGANISATION]
    groups = [party for party in parties if party.kind is PartyKind.GROUP]
    states = [party for party in parties if party.kind is PartyKind.STATE]
    if organisations:
        return Speakers(organisation=organisations[0], candidates=parties)
    if len(parties) == 1:
        return Speakers(party=parties[0])
    behalf = words.found("behalf", rest.text) or re.search(rf"{NAME}\s(?:for|pour|para)\s.{{0,5}}{NAME}", rest.text)
    if behalf and _for_a_state(mentions, rest, words):
        return Speakers(candidates=parties)
    bracketed = re.search(rf"[(\[]\s*(?:(?:for|pour|para|por|за|عن)\s)?{NAME}\s*[)\]]", rest.text) is not None
    if len(states) == 1 and len(groups) == 1 and (behalf or bracketed or _delivers(parties, rest, words)):
        return Speakers(party=states[0], on_behalf_of=groups[0])
    if len(states) > 1 and not groups and not behalf and words.found("together", rest.text):
        return Speakers(party=states[0], together_with=tuple(states[1:]))
    return Speakers(candidates=parties)


def _for_a_state(mentions: tuple[Mention, ...], rest: Line, words: Vocabulary) -> bool:
    """True where it is a State right behind "on behalf of": whoever speaks for it, it is not that State."""
    for match in re.finditer(rf"(?:{words.pattern('behalf').pattern})\s*(?:the\s)?{NAME}", rest.flat):
        named = mentions[rest.text.count(NAME, 0, match.end()) - 1 :]
        if named and not _is_group(named[0]):
            return True
    return False


def _delivers(parties: tuple[Party, ...], rest: Line, words: Vocabulary) -> bool:
    """True where a group's statement is delivered by a State: "African Group, delivered by Egypt", "statement by"."""
    by = rf"{words.pattern('delivered').pattern}|{TAKEN}\s?(?:by|par|por)\s"
    delivered = rf"{NAME}.*(?:{by})[^–;|{NAME}]{{0,60}}{NAME}"
    return parties[0].kind is PartyKind.GROUP and re.search(delivered, rest.flat) is not None


def _doubt(speakers: Speakers, rest: Line, table: PartyTable, words: Vocabulary) -> Speakers:
    """Words that stand beside a name and may make another of it: "Transparency International France".

    What stands before the name counts too ("Amnesty International – Kenya"), and what stands between it and the items
    ("Kenya – Lawyers for Reform – item 3"); behind the items stand persons and topics.
    """
    if speakers.party is None:
        return speakers
    # "National Transparency Authority" is an organ of the State, though "Transparency" is none.
    rest = Line(table.without_own(rest.text, speakers.party)).without_all(words.pattern("state_organ"))
    around_name = " ".join(segment for segment in rest.segments if NAME in segment)
    bureau = speakers.party.kind is PartyKind.GROUP and _SECRETARIAT.search(flat(f"{around_name} {speakers.text}"))
    if bureau or words.found("organisation", around_name):
        return Speakers(
            candidates=(speakers.party,), sensitive=around_name.replace(NAME, speakers.text), text=speakers.text
        )
    beside = [segment for segment in rest.segments if NAME in segment]
    in_place = _partys_place(rest).segments
    # "и", "和": between the names of a joint statement.
    joining = words.words("connectors", "and") if speakers.together_with else ()
    places = (_TOPIC.sub(" ", segment) for segment in (*beside, *in_place, *_brackets(rest)))
    strange = any(is_strange(place, speakers.party, table, words, joining) for place in places)
    everywhere = " ".join(rest.segments)
    strange = (
        strange
        or _GOES_ON.search(rest.flat) is not None
        or words.found("qualifying", everywhere)
        or words.found("subnational", everywhere)
    )
    if strange or _ABOUT.search(rest.flat) or words.found("organisation", rest.text):
        around = " ".join(" – ".join(rest.segments).replace(NAME, speakers.text).split())
        return Speakers(candidates=(speakers.party,), text=around)
    return speakers


def _partys_place(line: Line) -> Line:
    """What stands before a name, and what stands between it and the items: there, an organisation names itself."""
    ahead, _, behind = line.text.partition(NAME)
    between, items, _ = behind.partition(ITEM)
    return Line(ahead + NAME + (between if items else ""))


def _brackets(line: Line) -> list[str]:
    """What stands in brackets right behind the name, and may be a part of the State: "Kenya (Turkana)"."""
    return re.findall(rf"{NAME}\s?\(([^()]*)\)", line.text)


def _by_code(rest: Line, table: PartyTable, words: Vocabulary) -> Speakers:
    """A code or acronym is a name only where it is the whole of the party's place ("UK", "FRA")."""
    segments = rest.segments
    found = [mention for segment in segments if (mention := table.exact(segment))]
    if not found:
        if called := _by_people(rest, table, words):
            return called
        unknown = next((segment for segment in segments if leftover(segment, words)), "")
        if words.found("organisation", Line(unknown).without_all(words.pattern("state_organ")).text):
            return Speakers(sensitive=unknown, text=unknown)
        # A State's body without its State: whose initials they are, a person knows.
        if bodies := table.by_agency(unknown):
            return Speakers(candidates=bodies, text=unknown)
        # "Supreme Council of Kenyan Muslims": not the State, and no unknown country either.
        if people := table.by_people(unknown):
            return Speakers(candidates=people.parties, text=unknown)
        return Speakers(unknown=unknown, text=unknown)
    return (
        understand(tuple(found), _named_by(found[0].text, rest), table, words)
        if len(found) == 1
        else Speakers(
            candidates=tuple(party for mention in found for party in mention.parties),
            text=", ".join(m.text for m in found),
        )
    )


def _named_by(code: str, rest: Line) -> Line:
    return Line(re.sub(rf"(?<!\w){re.escape(code)}(?!\w)", NAME, rest.text, count=1))


def _by_people(rest: Line, table: PartyTable, words: Vocabulary) -> Speakers | None:
    """A people's name beside nothing that says more: "French delegation", "Kenyan". A language's name is a doubt.

    "French version" names nobody: there it stands for the language.
    """
    found = [(segment, people) for segment in rest.segments if (people := table.by_people(segment))]
    told = [people for _, people in found if people.sure or people.alone]
    if len(told) != 1 or leftover(told[0].rest, words) or words.found("organisation", rest.text):
        return None
    people = told[0]
    if people.sure and len(people.parties) == 1:
        speakers = Speakers(party=people.parties[0], text=people.text)
        return _doubt(speakers, Line(rest.text.replace(people.text, NAME, 1)), table, words)
    return Speakers(candidates=people.parties, text=people.text)


def code_before_number(line: Line, table: PartyTable) -> Speakers:
    """A code that is also a word for "item", where nothing else names a party: "PT 3", "NO 3". A person decides."""
    for segment in line.segments:
        code = re.fullmatch(r"([A-Z]{2,3})\s?\d.*", segment)
        if code and (mention := table.exact(code[1])):
            return Speakers(candidates=mention.parties, text=mention.text)
    return Speakers()
