"""Several agenda items, however they are joined: all of them are understood, or a person is asked."""

from itertools import product

import pytest

from statement_intake.operations.explain import explain
from tests.domain.values import knowledge

_JOINS = [
    ", ",
    " and ",
    ",",
    " & ",
    "/",
    " / ",
    ", and ",
    " as well as ",
    " et ",
    " y ",
    " и ",
    " e ",
    "; ",
    " or ",
    " plus ",
    " – also ",
    " (and ",
    " then ",
    " with ",
    " followed by ",
    "、",
    "和",
    " و ",
    " and item ",
    " et le point ",
    " y el tema ",
    " и пункт ",
    " and no. ",
    " and #",
    ". Also ",
    "; item ",
    " + item ",
    " - ",
    "–",
    " to ",
    " a ",
    " à ",
    " through ",
    ". and ",
    " respectively ",
]
#: The number three, and the number five in the same manner.
_FORMS = (
    ("3", "5"),
    ("III", "V"),
    ("three", "five"),
    ("(3)", "(5)"),
    ("#3", "#5"),
    ("3(a)", "5(a)"),
    ("'3'", "'5'"),
    ("[3]", "5"),
    ("three", "5"),
)
_HEADS = ("item ", "Items: ", "agenda items no. ", "points ", "temas ", "пункты ", "议题", "البندان ", "")


@pytest.mark.parametrize("head", _HEADS)
def test_no_part_of_the_items_is_taken_for_all_of_them(head: str) -> None:
    """Three and five, or a doubt; never one of them alone."""
    lines = [
        f"12th EMIC statement – Kenya – {head}{three}{join}{five}" for join, (three, five) in product(_JOINS, _FORMS)
    ]
    shown = [explain(line, knowledge()) for line in lines]
    partly = [
        line["subject"] for line in shown if line["canonical"] and not {"3", "5"} <= {item[0] for item in line["items"]}
    ]
    assert partly == []
