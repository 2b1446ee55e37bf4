"""Files of parties that contradict themselves."""

import pytest

from statement_intake.domain.parties.names import PartyTable
from statement_intake.domain.parties.rows import FILES

_ONE = "code,kind,region\nFRA,state,weog\nDEU,state,weog\n"
_TWO = "code,language,form,name\nFRA,en,short,France\nDEU,en,short,Germany\n"


def _table(**files: str) -> PartyTable:
    return PartyTable.from_csv(dict.fromkeys(FILES, "") | files)


@pytest.mark.parametrize(
    ("parties", "names", "ambiguous", "sensitive", "problem"),
    [
        (_ONE, _TWO + "DEU,fr,variant,FRANCÉ\n", "", "", "names.csv, row 4: FRANCÉ is a name of DEU"),
        (_ONE, _TWO + "ITA,en,short,Italy\n", "", "", "names.csv, row 4: ITA is not in parties.csv"),
        (_ONE, _TWO + "FRA,de,short,Frankreich\n", "", "", "names.csv, row 4: de, short"),
        (_ONE, _TWO, "name,codes\nGaul,FRA ITA\n", "", "ambiguous.csv, row 2: Gaul"),
        (_ONE, _TWO, "", "name,note\nfrance,none\n", "names.csv, row 2: France"),
        (_ONE + "ITA,state,weog\n", _TWO, "", "", "parties.csv: ITA has no English short name"),
        (_ONE + "FRA,state,weog\n", _TWO, "", "", "parties.csv, row 4: FRA is there twice"),
        (_ONE, _TWO + "DEU,en,code,FR\nFRA,en,code,FR\n", "", "", "names.csv, row 5: FR stands for FRA"),
    ],
)
def test_a_contradiction_between_rows_is_refused_by_name(
    parties: str, names: str, ambiguous: str, sensitive: str, problem: str
) -> None:
    """The table cannot be built wrong: file and row are named."""
    with pytest.raises(ValueError, match=problem):
        _table(parties=parties, names=names, ambiguous=ambiguous, sensitive=sensitive)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("ITA,en,people,Italian", "demonyms.csv: Italian: ITA is not in parties.csv"),
        ("FRA,en,citizen,French", "demonyms.csv, row 2: en, citizen: unknown"),
    ],
)
def test_a_peoples_name_is_some_partys(row: str, problem: str) -> None:
    """And of a kind that is known."""
    with pytest.raises(ValueError, match=problem):
        _table(parties=_ONE, names=_TWO, demonyms=f"code,language,kind,word\n{row}\n")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("ITA,en,ANAC", "agencies.csv: ANAC: ITA is not in parties.csv"),
        ("FRA,it,AFA", "agencies.csv, row 2: it is not one of the six languages"),
    ],
)
def test_a_body_is_some_partys(row: str, problem: str) -> None:
    """And is named in an official language."""
    with pytest.raises(ValueError, match=problem):
        _table(parties=_ONE, names=_TWO, agencies=f"code,language,name\n{row}\n")


def test_a_capital_is_some_partys() -> None:
    """A seat of government that is nobody's is a slip of the file."""
    with pytest.raises(ValueError, match=r"capitals\.csv, row 2: Rome: ITA is not in parties\.csv"):
        _table(parties=_ONE, names=_TWO, capitals="code,name\nITA,Rome\n")
