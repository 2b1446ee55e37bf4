"""Who reads a statement: a person's name right beside an office of the State.

Only there: what reads a statement without saying what it is ("delivered by Ernst Young") may be any body.
"""

import re
from functools import lru_cache

from statement_intake.domain.matching.patterns import flat
from statement_intake.domain.parties.names import PartyTable
from statement_intake.domain.subject.line import ITEM, NAME, TAKEN, Line
from statement_intake.domain.words import Vocabulary

_CAPITAL = "A-ZÀ-ÞĀĆČĐĒĞĪİŁŃŌŚŞŠŪŹŻŽА-ЯЁ"
#: A word of a name, or an initial.
_WORD = rf"(?:[{_CAPITAL}][^\W\d_{_CAPITAL}]+(?:[{_CAPITAL}][^\W\d_{_CAPITAL}]+)?|[{_CAPITAL}]\.)"
#: Two to four of them; in Arabic script nothing but the place tells a name.
_PERSON = (
    rf"(?:{_WORD}(?:(?:\s|-|(?<=\.))(?:(?:bin|al|de|da|van|von|el)[\s-])?{_WORD}){{1,3}}|[ء-ي]+(?:\s[ء-ي]+){{1,3}})"
)
_END = rf"(?=\s*(?:$|[{TAKEN}{ITEM}–,،;:|/()]))"
_BEHIND = re.compile(
    rf"(?:\s(?:of|de|du|del|de la)\s(?:the\s)?{NAME}['’]?)?[\s,،:(–]{{0,3}}(?P<person>{_PERSON}){_END}"
)
_BEFORE = re.compile(rf"(?:^|[{TAKEN}{ITEM}{NAME}–,،;:|/(]|\sby)\s?(?P<person>{_PERSON})\s?[,،(]\s?(?:the\s)?$")
#: The hundred surnames that most of China bears, before a given name and an office: 李明大使.
_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
    "廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)


def without_persons(line: Line, table: PartyTable, words: Vocabulary) -> Line:
    """The line without such names; what may be an organisation, a place or a people stays."""
    line = line.without_all(_chinese(words))
    for match in reversed(list(words.pattern("offices").finditer(line.flat))):
        # Both sides may name somebody, but one office has one holder.
        before = _BEFORE.search(line.text, max(0, match.start() - 80), match.start())
        named = before or _BEHIND.match(line.text, match.end())
        if named and _is_person(named["person"], table, words):
            line = line.without(*named.span("person"))
    return line


def _is_person(name: str, table: PartyTable, words: Vocabulary) -> bool:
    tables = ("organisation", "subnational", "qualifying", "local", "seats", "state_organ", "no_person")
    contrary = words.pattern("remark", "contrary", more=words.words("remark", "failed"))
    known = table.exact(name) or table.is_place(name) or table.by_people(name)
    return not known and not any(words.found(key, name) for key in tables) and contrary.search(flat(name)) is None


@lru_cache(maxsize=8)
def _chinese(words: Vocabulary) -> re.Pattern[str]:
    offices = "|".join(re.escape(office) for office in words.words("offices", "zh"))
    # No given name, and provinces that begin with a surname.
    name = rf"(?!江苏|江西|金砖)[{_SURNAMES}](?:(?![省市州县区会团社党国司院])[\u4e00-\u9fff]){{1,2}}?"
    return re.compile(rf"由?{name}\s?(?:{offices})(?:宣读|发表)?")
