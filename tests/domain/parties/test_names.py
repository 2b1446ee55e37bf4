"""Who is named by what, in six languages, and what names nobody."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statement_intake.configuration import load_parties
from statement_intake.domain.parties.names import Mention, Party, PartyKind
from tests.domain.values import every_name

TABLE = load_parties()


def _codes(mention: Mention | None) -> list[str]:
    return [party.code for party in mention.parties] if mention else []


def _mentioned(text: str, *, codes: bool = False) -> list[list[str]]:
    return [_codes(mention) for mention in TABLE.mentions(text, codes=codes)]


def _one(text: str) -> list[str]:
    found = _mentioned(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize("frame", ["{}", "12th EMIC statement – {} 3(a)", "Déclaration ({}) – 2", "«{}»"])
def test_every_name_is_found_whole_and_means_its_own_party(frame: str) -> None:
    """No name of the file is cut short, split, or taken for another party's."""
    wrong = []
    for name in every_name():
        text = frame.format(name.name)
        mentions = TABLE.mentions(text, codes=name.form == "code")
        right = len(mentions) == 1 and name.code in _codes(mentions[0])
        if not right or text[mentions[0].start : mentions[0].end] != mentions[0].text:
            wrong.append((name, mentions))
    assert wrong == []


def test_only_declared_names_are_ambiguous() -> None:
    """Of the UN's own names only Congo is ambiguous."""
    several = {name.name for name in every_name() if name.form in {"short", "formal"} and len(_one(name.name)) > 1}
    assert several == {"Congo", "Конго", "الكونغو"}


def test_every_state_has_its_short_and_formal_name_in_six_languages() -> None:
    """193 Members, the two observers, Cook Islands and Niue."""
    named = {(name.code, name.language, name.form) for name in every_name()}
    states = {name.code for name in every_name() if _kind(name.code) is PartyKind.STATE}
    wanted = {
        (code, language, form)
        for code in states
        for language in ("ar", "en", "es", "fr", "ru", "zh")
        for form in ("short", "formal")
    }
    assert len(states) == 197
    assert wanted - named == set()


def _kind(code: str) -> PartyKind | None:
    party = TABLE.get(code)
    return party.kind if party else None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Niger", "NER"),
        ("Nigeria", "NGA"),
        ("Republic of Korea", "KOR"),
        ("Democratic People's Republic of Korea", "PRK"),
        ("Group of 77 and China", "X-G77"),
        ("77国集团和中国", "X-G77"),
        ("مصر", "EGY"),
        ("Equateur", "ECU"),
        ("Guinea Ecuatorial", "GNQ"),
        ("República Dominicana", "DOM"),
        ("République dominicaine", "DOM"),
        ("Dominica", "DMA"),
        ("Alemania", "DEU"),
        ("Liban", "LBN"),
        ("Libia", "LBY"),
        ("Saint-Marin", "SMR"),
        ("Belau", "PLW"),
        ("Королевство Бельгия", "BEL"),
        ("Республика Конго", "COG"),
        ("African Group", "X-AFG"),
        ("Granada", "GRD"),
        ("Zaire", "COD"),
        ("South Sudan", "SSD"),
        ("Sudan, South", "SSD"),
        ("Guinea, Equatorial", "GNQ"),
        ("Papua New Guinea", "PNG"),
        ("Guinea-Bissau", "GNB"),
        ("Congo (Dem. Rep.)", "COD"),
        ("刚果（布）", "COG"),
        ("刚果（金）", "COD"),
        ("中華人民共和國", "CHN"),
        ("南苏丹", "SSD"),
        ("赤道几内亚", "GNQ"),
        ("Российской Федерации", "RUS"),
        ("Королевства Нидерландов", "NLD"),
        ("U.S.A.", "USA"),
        ("DPRK", "PRK"),
        ("EE.UU.", "USA"),
        ("BiH", "BIH"),
        ("COTE D IVOIRE", "CIV"),
        ("Cote dIvoire", "CIV"),
        ("St. Vincent & the Grenadines", "VCT"),
        ("Peoples Republic of China", "CHN"),
        ("البعثة الدائمة للبنان", "LBN"),
        ("البعثة الدائمة للعراق", "IRQ"),
        ("أنتيغوا و بربودا", "ATG"),
        ("在肯亞", "KEN"),
        ("查德共和國", "TCD"),
        ("в Республике Корея", "KOR"),
        ("Афганистане", "AFG"),
        ("Republic of Ireland", "IRL"),
        ("irelands", "IRL"),
    ],
)
def test_names_that_libraries_get_wrong_come_out_right(text: str, code: str) -> None:
    """Each of these misleads a matcher by substring, by likeness, or by ASCII."""
    assert _one(text) == [code]


@pytest.mark.parametrize(
    ("text", "span", "code"),
    [
        ("statement – the Gambia 3", "the Gambia", "GMB"),
        ("Gambia (the) – 3", "Gambia (the)", "GMB"),
        ("Gambia, The 3", "Gambia, The", "GMB"),
        ("l’Algérie", "l’Algérie", "DZA"),
        ("Algérie (l')", "Algérie (l')", "DZA"),
        ("item 3 l Algérie (l)", "Algérie", "DZA"),
        ("Déclaration de la Côte d’Ivoire", "la Côte d’Ivoire", "CIV"),
        ("declaración del Perú", "Perú", "PER"),
        ("República de la Argentina", "República de la Argentina", "ARG"),
        ("Republic of Gambia", "Republic of Gambia", "GMB"),
        ("بيان والجزائر", "والجزائر", "DZA"),
        ("كلمة للمملكة العربية السعودية", "للمملكة العربية السعودية", "SAU"),
        ("Bolivia (Plurinational State of) 4", "Bolivia (Plurinational State of)", "BOL"),
    ],
)
def test_articles_and_prefixes_belong_to_the_span(text: str, span: str, code: str) -> None:
    """What is left of the line holds no stray article, and no prefix of an Arabic name."""
    (mention,) = TABLE.mentions(text)
    assert (mention.text, _codes(mention)) == (span, [code])


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Niger / Nigeria", [["NER"], ["NGA"]]),
        ("China, Republic of Korea", [["CHN"], ["KOR"]]),
        ("Korea, Republic of Moldova", [["KOR", "PRK"], ["MDA"]]),
        ("Congo, Republic of Korea", [["COG", "COD"], ["KOR"]]),
        ("Sudan, South Africa", [["SDN"], ["ZAF"]]),
        ("Sudan, South Sudan", [["SDN"], ["SSD"]]),
        ("Morocco on behalf of the Group of 77 and China", [["MAR"], ["X-G77"]]),
        ("مصر وفرنسا", [["EGY"], ["FRA"]]),
        ("法国和德国", [["FRA"], ["DEU"]]),
        ("Canada, Australia and New Zealand", [["CAN"], ["AUS"], ["NZL"]]),
    ],
)
def test_several_parties_are_several_mentions(text: str, codes: list[list[str]]) -> None:
    """Each is found, and no inverted name reaches over into the next."""
    assert _mentioned(text) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Korea", ["KOR", "PRK"]),
        ("Corée", ["KOR", "PRK"]),
        ("كوريا", ["KOR", "PRK"]),
        ("the Congo", ["COG", "COD"]),
        ("刚果", ["COG", "COD"]),
        ("Guiana", ["GUY", "SUR"]),
    ],
)
def test_an_ambiguous_name_gives_all_it_may_mean(text: str, codes: list[str]) -> None:
    """Nobody chooses among them here."""
    assert _one(text) == codes


@pytest.mark.parametrize(
    "text",
    [
        "Taiwan",
        "Taiwan, Province of China",
        "Chinese Taipei",
        "Republic of China",
        "中华民国",
        "台灣",
        "Китайская Республика",
        "Hong Kong, China",
        "中国香港",
        "Macao, China",
        "Kosovo",
        "Western Sahara",
        "Крым",
        "Northern Cyprus",
        "Chypre du Nord",
        "American Samoa",
        "Samoa américaine",
        "South Georgia",
        "Virgin Islands",
        "Falkland Islands (Malvinas)",
        "Inner Mongolia",
        "Palestinian Authority",
        "Islamic Emirate of Afghanistan",
        "Northern Ireland",
        "Irlande du Nord",
        "北爱尔兰",
        "Тайваня",
        "State of Georgia",
        "Republic of Vietnam",
        "جزر العذراء البريطانية",
    ],
)
def test_a_territory_is_sensitive_whatever_state_its_name_contains(text: str) -> None:
    """The longest phrase wins: no China for Taipei, no Cyprus for its north."""
    (mention,) = TABLE.mentions(text)
    assert (mention.sensitive, mention.parties, mention.text) == (True, (), text)


@pytest.mark.parametrize(
    "text",
    [
        "Georgia Tech",
        "Benin City",
        "Western Macedonia",
        "New Mexico",
        "Guinea pig",
        "New England",
        "New Guinea",
        "Jordan River",
        "Latin America",
        "South America",
        "Asia Pacific",
        "Lake Chad",
        "Air France",
        "Bank of China",
        "Gulf of Guinea",
        "发展中国家",
        "印度洋",
        "上海地区",
        "西班牙语",
        "Кроме того",
        "إقرار مالي",
        "الدعم المالي",
        "Réunion intergouvernementale",
        "reunión de expertos",
        "Vienna",
        "Island",
        "EMIC video",
        "New York",
        "us, it, in, no, at",
        "Gambiae",
    ],
)
def test_what_only_contains_a_name_names_nobody(text: str) -> None:
    """Phrases, everyday words and codes in small letters."""
    assert TABLE.mentions(text, codes=True) == ()


@pytest.mark.parametrize("text", ["Gambai", "Zambiya", "Austrlia", "Slovaka", "Icelend", "法團", "Nigerr", "ليبا"])
def test_a_misspelt_name_is_nobodys(text: str) -> None:
    """Gambia and Zambia differ by one letter: likeness decides nothing."""
    assert TABLE.mentions(text, codes=True) == ()


def test_codes_count_only_when_asked_for_in_capitals_and_standing_free() -> None:
    """Document symbols and addresses hold no parties."""
    assert _mentioned("Statement FR 3") == []
    assert _mentioned("Statement FR 3", codes=True) == [["FRA"]]
    assert _mentioned("Statement FRA 3", codes=True) == [["FRA"]]
    assert _mentioned("see CAC/CN/2023, mission.CN, fr", codes=True) == []
    assert _mentioned("the NAM, CAN", codes=True) == [["NAM", "X-NAM"], ["CAN", "X-ANDEAN"]]


def test_codes_do_not_count_where_all_is_in_capitals() -> None:
    """BY is no Belarus there; a code alone still is one."""
    assert _mentioned("STATEMENT BY FRANCE IN NO WAY", codes=True) == [["FRA"]]
    assert _mentioned("BY", codes=True) == [["BLR"]]


def test_acronyms_count_in_capitals_without_being_asked_for() -> None:
    """The UK is, the uk is not."""
    assert _mentioned("UK and USA, uk, usa") == [["GBR"], ["USA"]]


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("France", True),
        ("the Gambia", True),
        ("Gambia (the)", True),
        ("Côte d’Ivoire", True),
        ("Bolivia (Plurinational State of)", True),
        ("Türkiye", True),
        ("Netherlands", True),
        ("France (video)", True),
        ("FRANCE", False),
        ("Cote d'Ivoire", False),
        ("Turkey", False),
        ("Bolivia", False),
        ("Francia", False),
        ("UK", False),
    ],
)
def test_exact_means_written_as_the_un_writes_it(text: str, exact: bool) -> None:  # noqa: FBT001
    """An article may be added; capitals and accents count."""
    assert [mention.exact for mention in TABLE.mentions(text)] == [exact]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Permanent Mission of France to the United Nations (Vienna)", "FRA"),
        ("Permanent Mission of Austria to the United Nations (Vienna)", "AUT"),
        ("Government of the Republic of Kenya", "KEN"),
        ("Embassy of Peru in Austria", "PER"),
        ("Mission permanente de la Côte d'Ivoire auprès de l'Office des Nations Unies à Vienne", "CIV"),
        ("Misión Permanente del Perú ante los organismos internacionales con sede en Viena", "PER"),
        ("Постоянное представительство Российской Федерации при международных организациях в Вене", "RUS"),
        ("البعثة الدائمة لجمهورية مصر العربية لدى الأمم المتحدة في فيينا", "EGY"),
        ("中国常驻联合国（维也纳）代表团", "CHN"),
        ("FR", "FRA"),
        ("the UK", "GBR"),
    ],
)
def test_a_delegations_full_style_is_its_name(text: str, code: str) -> None:
    """Mission, government, articles and the host country are put aside."""
    assert _codes(TABLE.exact(text)) == [code]


@pytest.mark.parametrize(
    "text", ["", "France 3", "France and Spain", "Vienna", "Georgia Tech", "Ministry of France xyz"]
)
def test_a_text_with_anything_else_in_it_is_no_name(text: str) -> None:
    """Nor is one with two names, or none."""
    assert TABLE.exact(text) is None


def test_the_host_is_blanked_in_place_but_austria_the_party_stays() -> None:
    """Offsets into the blanked text are offsets into the text."""
    text = "Kenya in Vienna, Austria; Austria 3"
    blanked = TABLE.without_host(text)
    assert blanked == "Kenya                   ; Austria 3"
    assert _mentioned(blanked) == [["KEN"], ["AUT"]]


@pytest.mark.parametrize(
    ("text", "code"),
    [("Frnace", "FRA"), ("Permanent Mission of Argentna", "ARG"), ("Untied Kingdom", "GBR"), ("Россея", "RUS")],
)
def test_a_slip_is_answered_by_a_suggestion(text: str, code: str) -> None:
    """The likest party comes first."""
    assert TABLE.suggest(text)[0].code == code


@pytest.mark.parametrize(
    "text", ["", "video", "hello world", "statement", "test", "asdf", "Ministry of Justice", "Taiwn"]
)
def test_nonsense_and_territories_suggest_nothing(text: str) -> None:
    """Better silent than absurd."""
    assert TABLE.suggest(text) == ()


def test_suggestions_are_no_more_than_asked_for() -> None:
    """Both Slovakia and Slovenia are near; one is asked for."""
    assert len(TABLE.suggest("Slovania", 1)) == 1
    assert {party.code for party in TABLE.suggest("Slovania")} == {"SVK", "SVN"}


@given(st.text() | st.text(alphabet="of the Congo (Republic) Koreaو لمصر中国刚果,.-'’"))
def test_any_text_can_be_searched(text: str) -> None:
    """Mentions lie in the text in order, none over another, and nothing is raised."""
    mentions = TABLE.mentions(text, codes=True)
    assert all(text[mention.start : mention.end] == mention.text for mention in mentions)
    assert all(before.end <= after.start for before, after in pairwise(mentions))
    assert len(TABLE.without_host(text)) == len(text)
    TABLE.exact(text)
    TABLE.suggest(text)


def test_a_party_has_code_title_and_kind() -> None:
    """As the contract gives them to others."""
    assert TABLE.get("FRA") == Party(code="FRA", name="France", kind=PartyKind.STATE)
    assert TABLE.get("EUE") == Party(code="EUE", name="European Union", kind=PartyKind.GROUP)
    assert TABLE.get("XYZ") is None


@pytest.mark.parametrize(
    ("text", "codes", "sure"),
    [
        ("French delegation", ["FRA"], True),
        ("French", ["FRA"], False),
        ("French version", ["FRA"], False),
        ("Ghanaian", ["GHA"], True),
        ("delegación chilena", ["CHL"], True),
        ("délégation tchèque", ["CZE"], True),
        ("российской делегации", ["RUS"], True),
        ("الوفد المصري", ["EGY"], True),
        ("South Sudanese", ["SSD"], True),
        ("Congolese delegation", ["COD", "COG"], True),
    ],
)
def test_a_peoples_name_tells_whose_delegation_it_is(text: str, codes: list[str], sure: bool) -> None:  # noqa: FBT001
    """The name of a language alone does not."""
    people = TABLE.by_people(text)
    assert people is not None
    assert (sorted(party.code for party in people.parties), people.sure) == (codes, sure)


@pytest.mark.parametrize("text", ["delegation", "French and Kenyan delegations", "Frenchman"])
def test_none_or_two_peoples_are_no_speaker(text: str) -> None:
    """Nobody chooses."""
    assert TABLE.by_people(text) is None


def test_reunion_is_a_territory_only_where_nothing_stands_beside_it() -> None:
    """Everywhere else a réunion is a meeting."""
    assert [TABLE.is_place(text) for text in ("La Réunion", "Reunion", "12e réunion", "réunion d'experts")] == [
        True, True, False, False,
    ]  # fmt: skip


def test_a_partys_other_names_are_told_from_those_of_others() -> None:
    """Its codes and its people's name say nothing new beside it; those of another party stay."""
    table = load_parties()
    thailand = table.get("THA")
    assert thailand is not None
    assert table.without_own("Royal Thai Embassy, TH", thailand).split() == ["Royal", "Embassy,"]
    assert table.without_own("th Kenyan", thailand) == "th Kenyan"
