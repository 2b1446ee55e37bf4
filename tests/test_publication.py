"""What is posted on the website: after delivery, as clean PDFs, and nothing that is not meant for it."""

from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest

from statement_intake.configuration import load_knowledge
from statement_intake.domain.packing.packing import PackageKind
from statement_intake.domain.packing.publishing import delivered
from statement_intake.operations.demo.media import docx, speech
from statement_intake.operations.purge import purge
from statement_intake.packages import Packed, compare, survey, to_folder
from statement_intake.review import settle_publishing, withdraw
from tests.house import MEETINGS, MORNING, House, statement
from tests.reading.conftest import make_docx, paragraph
from tests.reading.office import changed_document

EMIC = next(meeting for meeting in load_knowledge(MEETINGS).meetings if meeting.id == "emic-12")


def posted(house: House) -> Packed:
    """The publication as it would be now."""
    with house.open() as workshop:
        return survey(EMIC, (PackageKind.PUBLICATION,), workshop.desk)[0]


def parties(packed: Packed) -> list[tuple[str, str]]:
    """Item and party of every entry."""
    return [(entry.item, entry.party) for entry in packed.entries]


def take_up(house: House, *items: str) -> None:
    """The meeting has taken up these items."""
    with house.open() as workshop:
        workshop.desk.ledger.shelf.take_up("emic-12", items, "Ana", MORNING)


def test_statements_are_posted_after_delivery(house: House) -> None:
    """Item by item as they are taken up; all of them once the meeting is over."""
    house.deliver(statement("12th EMIC statement – Kenya 3 and 4"))
    house.round()
    assert parties(posted(house)) == []
    take_up(house, "4")
    assert parties(posted(house)) == [("4", "KEN")]
    assert EMIC.ends is not None
    assert not delivered(EMIC, (), EMIC.ends).all
    house.clock.now = MORNING + timedelta(days=60)
    assert parties(posted(house)) == [("3", "KEN"), ("4", "KEN")]


def test_a_publication_is_clean_pdfs_with_a_page_that_leads_to_them(house: House, tmp_path: Path) -> None:
    """Without author and title of the document; made once, and not swept away at the next start."""
    house.deliver(statement("12th EMIC statement – Côte d’Ivoire 4", party="Côte d’Ivoire"))
    house.round()
    take_up(house, "4")
    for name in ("first", "second"):
        with house.open() as workshop:
            made = to_folder(EMIC, (PackageKind.PUBLICATION,), workshop.desk, tmp_path / name, actor="Ana")[0]
    folder = tmp_path / "second" / "publication"
    (pdf,) = folder.glob("item-4/001_CIV_Cote-d-Ivoire_SI-*.pdf")
    document = pypdfium2.PdfDocument(pdf)
    assert {value for value in document.get_metadata_dict().values() if value} == set()
    assert "corruption" in document[0].get_textpage().get_text_range()
    document.close()
    assert f'href="item-4/{pdf.name}"' in (folder / "index.html").read_text(encoding="utf-8")
    assert made.entries[0].sha256 in house.stored
    assert len(house.stored) == 3
    assert made.changes == ()


def test_what_no_pdf_can_be_made_of_is_no_change(house: House, tmp_path: Path) -> None:
    """It is left out when the package is handed out, and so it is when somebody asks what has changed since."""
    # The reader takes the words of it; LibreOffice opens no document without relationships.
    bare = make_docx(tmp_path / "bare.docx", paragraph(speech(400, "Kenya"))).read_bytes()
    house.deliver(statement(files=(("Kenya.docx", bare),)))
    house.round()
    take_up(house, "4")
    kinds = (PackageKind.PUBLICATION,)
    with house.open() as workshop:
        made = to_folder(EMIC, kinds, workshop.desk, tmp_path / "out", actor="Ana")[0]
        again = compare(EMIC, kinds, workshop.desk)[0]
    assert (made.entries, [one.name for one in made.blocked]) == ((), ["Kenya.docx"])
    assert (again.entries, again.changes, again.blocked) == ((), (), made.blocked)
    assert posted(house) == again
    house.clock.turn(days=800)
    with house.open() as workshop:
        list(purge(workshop.desk, actor="Ana", because="retention"))
    assert house.rows("SELECT * FROM refused_pdfs") == []


def test_what_was_refused_once_is_tried_again(house: House) -> None:
    """It may have taken too long on a busy machine; until then everybody is told what the last try said."""
    house.deliver(statement())
    house.round()
    take_up(house, "4")
    why = "making a PDF of it took longer than 120 s"
    with house.open() as workshop:
        workshop.desk.ledger.shelf.keep_refusal(house.rows("SELECT sha256 FROM files")[0][0], why)
        before = posted(house)
        after = compare(EMIC, (PackageKind.PUBLICATION,), workshop.desk)[0]
    assert (before.entries, [one.why for one in before.blocked]) == ((), [why])
    assert (parties(after), after.blocked) == ([("4", "KEN")], ())
    assert parties(posted(house)) == [("4", "KEN")]


@pytest.mark.parametrize(
    ("subject", "text", "name"),
    [
        ("12th EMIC statement – Kenya 4 (confidential)", "Please find attached our statement.", "Kenya.docx"),
        ("12th EMIC statement – Kenya 4", "Please find our statement.\n\nNot for publication, please.", "Kenya.docx"),
        ("12th EMIC statement – Kenya 4", "Veuillez trouver ci-joint notre déclaration.", "Kenya CONFIDENTIEL.docx"),
    ],
)
def test_what_is_marked_as_confidential_is_never_posted(house: House, subject: str, text: str, name: str) -> None:
    """Whatever an officer has settled."""
    house.deliver(statement(subject, text=text, files=((name, docx(speech(400, "Kenya"))),)))
    house.round()
    take_up(house, "4")
    with house.open() as workshop:
        settle_publishing(house.references[0], workshop.desk, agreed=True, actor="Ana", because="they agreed")
    found = posted(house)
    assert (found.entries, [one.why for one in found.blocked]) == ((), ["it is marked as confidential"])


def test_a_statement_about_confidential_sources_is_not_confidential(house: House) -> None:
    """A word in a sentence is no mark."""
    text = "We protect confidential sources, and restricted information is shared through Interpol only. " * 12
    house.deliver(statement(files=(("Kenya.docx", docx(text)),)))
    house.round()
    take_up(house, "4")
    assert parties(posted(house)) == [("4", "KEN")]


def test_hidden_content_waits_until_an_officer_has_looked(house: House, tmp_path: Path) -> None:
    """And stays away where the officer says so."""
    content = changed_document(tmp_path / "changed.docx").read_bytes()
    house.deliver(statement(files=(("Kenya.docx", content),)))
    house.round()
    take_up(house, "4")
    assert ["no officer has looked" in one.why for one in posted(house).blocked] == [True]
    with house.open() as workshop:
        settle_publishing(house.references[0], workshop.desk, agreed=True, actor="Ana", because="looked at it")
    assert parties(posted(house)) == [("4", "KEN")]
    with house.open() as workshop:
        settle_publishing(house.references[0], workshop.desk, agreed=False, actor="Ana", because="they called")
        dossier = workshop.desk.ledger.log.dossier(house.references[0])
    assert dossier is not None
    assert [entry.action for entry in dossier.audit].count("publish") == 2
    assert (str(dossier.outcome), dossier.revision) == ("accepted", 1)
    assert parties(posted(house)) == []


def test_what_is_withdrawn_is_not_posted(house: House) -> None:
    """At once."""
    house.deliver(statement())
    house.round()
    take_up(house, "4")
    assert parties(posted(house)) == [("4", "KEN")]
    with house.open() as workshop:
        withdraw(house.references[0], workshop.desk, actor="Ana", because="note verbale")
    assert parties(posted(house)) == []
