"""Which version of a statement stands: replaced by whom it may, kept apart, asked back, never another's."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from statement_intake.domain.packing.packing import PackageKind, plan
from statement_intake.operations.demo.media import video
from statement_intake.operations.show import print_dossier
from statement_intake.review import Correction, ReviewError, give_verdict
from statement_intake.workshop import Workshop
from tests.house import KENYA, MORNING, SENDER, House, statement, written

Files = tuple[tuple[str, bytes], ...]


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """Two videos that are in order."""
    folder = tmp_path_factory.mktemp("clips")
    return tuple(video(folder / f"{seconds}.mp4", seconds, size="320x180").read_bytes() for seconds in (20, 21))  # type: ignore[return-value]


def full(clip: bytes, name: str = "kenya") -> Files:
    """A video with its transcript."""
    return ((f"{name}.mp4", clip), (f"Transcript {name}.docx", written(name)))


def send(house: House, files: Files, subject: str = KENYA, *, hours: int = 0, **more: Any) -> None:  # noqa: ANN401 - fields
    """Another mail, decided and answered."""
    house.deliver(statement(subject, files=files, **more), received=MORNING + timedelta(hours=hours))
    house.round()


def standings(house: House) -> list[tuple[str, str]]:
    """Outcome and standing of every submission."""
    return [(row[0], row[1]) for row in house.rows("SELECT outcome, standing FROM submissions ORDER BY id")]


STANDS, REPLACED = ("accepted", "current"), ("accepted", "superseded")


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        (SENDER, "This replaces our video of yesterday."),
        ("ambassador@vienna.kenya.go.ke", "Cette vidéo remplace la précédente."),
        (SENDER, "Este video sustituye al anterior."),
        (SENDER, "Просим заменить наше видео, это исправленный вариант."),
        (SENDER, "随函附上更正版视频，取代之前的版本。"),
        (SENDER, "هذا الفيديو يحل محل الفيديو السابق."),
    ],
)
def test_a_version_that_says_so_replaces_the_one_before(
    house: House, clips: tuple[bytes, bytes], sender: str, text: str
) -> None:
    """In six languages, from the same address or the same governmental house; its receipt names what it replaced."""
    send(house, full(clips[0]))
    send(house, full(clips[1]), text=text, sender=sender, hours=1)
    assert standings(house) == [REPLACED, STANDS]
    receipt = house.rows("SELECT body FROM letters ORDER BY id DESC LIMIT 1")[0][0]
    assert house.references[0] in receipt


def test_rev_in_the_subject_or_in_a_files_name_says_so(house: House, clips: tuple[bytes, bytes]) -> None:
    """And each version stays as it was, shown as a history."""
    send(house, full(clips[0]))
    send(house, full(clips[1]), f"{KENYA} REV.1", hours=1)
    send(house, full(clips[0], "kenya REV.2"), hours=2)
    assert standings(house) == [REPLACED, REPLACED, STANDS]
    said = StringIO()
    with house.open() as workshop:
        dossiers = [workshop.desk.ledger.log.dossier(reference) for reference in house.references]
        print_dossier(dossiers[0], Console(file=said, width=200), "Europe/Vienna")  # type: ignore[arg-type]
    assert [[version.reference for version in dossier.versions] for dossier in dossiers if dossier] == [
        house.references
    ] * 3
    assert [len(dossier.files) for dossier in dossiers if dossier] == [2, 2, 2]
    assert f"{house.references[1]}  accepted, superseded" in said.getvalue()


@pytest.mark.parametrize(
    ("change", "reason", "letter"),
    [
        ({}, "version.unclear", True),
        ({"text": "This replaces it.", "sender": "clerk@justice.go.ke"}, "sender.conflict", False),
        ({"text": "This replaces it.", "sender": "kenya.mission@gmail.com"}, "sender.conflict", False),
        ({"text": "This replaces it.", "subject": "12th EMIC statement – Kenya 3 and 4"}, "version.unclear", True),
    ],
)
def test_otherwise_the_first_stands_and_the_second_is_held(
    house: House,
    clips: tuple[bytes, bytes],
    change: dict[str, Any],
    reason: str,
    letter: bool,  # noqa: FBT001
) -> None:
    """Nothing says that it replaces, another sender, items that overlap without being equal."""
    send(house, full(clips[0]))
    send(house, full(clips[1]), hours=1, **change)
    assert standings(house) == [STANDS, ("held", "current")]
    assert house.outcomes[1] == ("held", reason)
    assert len(house.letters) == 1 + letter


def test_what_cannot_be_accepted_replaces_nothing(house: House, clips: tuple[bytes, bytes]) -> None:
    """The first stands, until the second is mended."""
    send(house, full(clips[0]))
    send(house, (("kenya.mp4", clips[1]),), text="This replaces our video.", hours=1)
    assert standings(house) == [STANDS, ("rejected", "current")]
    letter = house.rows("SELECT message_id FROM letters ORDER BY id DESC LIMIT 1")[0][0]
    send(house, (("Transcript Kenya.docx", written()),), f"Re: {KENYA}", In_Reply_To=letter, hours=2)
    assert standings(house) == [REPLACED, STANDS]


def test_a_written_statement_is_never_replaced_by_a_robot(house: House) -> None:
    """Several written statements of one party are common."""
    send(house, (("Kenya.docx", written()),))
    send(house, (("Kenya new.docx", written("Kenya and more")),), text="This replaces it.", hours=1)
    assert standings(house) == [STANDS, ("held", "current")]
    assert house.outcomes[1] == ("held", "version.unclear")


def test_a_state_that_also_speaks_for_a_group_replaces_nothing(house: House, clips: tuple[bytes, bytes]) -> None:
    """Two speakers, two statements."""
    send(house, full(clips[0]))
    send(house, full(clips[1]), "12th EMIC statement – Kenya on behalf of the African Group 4", hours=1)
    assert standings(house) == [STANDS, STANDS]


def test_a_strangers_statement_does_not_pass_one_that_waits_for_a_person(
    house: House, clips: tuple[bytes, bytes]
) -> None:
    """The mission's is late and held; somebody else's would otherwise be accepted beside it."""
    late = 24 * 20
    send(house, full(clips[0]), hours=late)
    assert standings(house) == [("held", "current")]
    send(house, full(clips[1]), sender="x@elsewhere.example", hours=1)
    assert house.outcomes[1] == ("held", "sender.conflict")


def test_the_same_file_under_two_parties_names_is_held(house: House, clips: tuple[bytes, bytes]) -> None:
    """And no letter says whose it was before."""
    send(house, full(clips[0]))
    send(house, full(clips[0]), "12th EMIC statement – Ghana 4", sender="mission@ghana.gov.gh", hours=1)
    assert house.outcomes[1] == ("held", "attachment.elsewhere")
    body = house.rows("SELECT body FROM letters ORDER BY id DESC LIMIT 1")[0][0]
    assert "Kenya" not in body.replace("kenya.mp4", "").replace("Transcript kenya.docx", "")
    assert house.references[0] not in body


def exported(house: House) -> set[str]:
    """The references whose files would be handed out."""
    with house.open() as workshop:
        dossiers = [workshop.desk.ledger.log.dossier(reference) for reference in house.references]
        known = [dossier for dossier in dossiers if dossier]
        files = plan(PackageKind.PLAY_OUT, known, {}, lambda _dossier, file, _item: file.role != "other")
        return {entry.reference for entry in files}


@pytest.mark.parametrize(
    "text",
    [
        "We hereby withdraw our statement.",
        "Nous retirons notre déclaration.",
        "Por la presente retiramos nuestra declaración.",
        "Отзываем наше заявление.",
        "我国代表团撤回该发言。",
        "نود سحب بياننا.",
    ],
)
def test_a_request_to_withdraw_blocks_play_out_at_once(house: House, text: str) -> None:
    """In six languages, as an answer to the receipt; it waits for a person, and no robot answers."""
    send(house, (("Kenya.docx", written()),))
    assert exported(house) == {house.references[0]}
    letter = house.rows("SELECT message_id FROM letters")[0][0]
    send(house, (), f"Re: {KENYA}", text=text, In_Reply_To=letter, hours=1)
    assert house.outcomes[1] == ("held", "message.withdrawal")
    assert standings(house)[0] == ("accepted", "withdrawal_requested")
    assert exported(house) == set()
    assert len(house.letters) == 1


@pytest.mark.parametrize("sender", ["stranger@gmail.com", "clerk@justice.go.ke"])
def test_a_stranger_with_the_reference_takes_nothing_down(house: House, sender: str) -> None:
    """It is shown to an officer, and the statement stands."""
    send(house, (("Kenya.docx", written()),))
    send(house, (), f"[{house.references[0]}] withdraw", text="Please withdraw it.", sender=sender, hours=1)
    assert house.outcomes[1] == ("held", "message.withdrawal")
    assert standings(house)[0] == STANDS


def test_to_withdraw_what_was_replaced_is_to_withdraw_what_stands(house: House, clips: tuple[bytes, bytes]) -> None:
    """They answer the first receipt; the version of today is blocked."""
    send(house, full(clips[0]))
    letter = house.rows("SELECT message_id FROM letters")[0][0]
    send(house, full(clips[1]), text="This replaces it.", hours=1)
    send(house, (), f"Re: {KENYA}", text="We withdraw our statement.", In_Reply_To=letter, hours=2)
    assert standings(house)[:2] == [REPLACED, ("accepted", "withdrawal_requested")]
    asked = house.rows("SELECT reference, detail FROM audit WHERE action = 'ask_back'")
    assert [(row[0], json.loads(row[1])["by"]) for row in asked] == [(house.references[1], house.references[2])]


def test_an_officer_says_that_one_replaces_the_other(house: House) -> None:
    """Where no robot may: a written statement. Another party's, or one that does not stand, cannot be replaced."""
    send(house, (("Kenya.docx", written()),))
    send(house, (("Ghana.docx", written("Ghana")),), "12th EMIC statement – Ghana 4", sender="mission@ghana.gov.gh")
    send(house, (("Kenya new.docx", written("Kenya and more")),), hours=1)
    assert standings(house) == [STANDS, STANDS, ("held", "current")]
    first, ghana, second = house.references
    with house.open() as workshop:
        for other, why in ((ghana, "another party's"), (second, "not another statement")):
            with pytest.raises(ReviewError, match=why):
                accept(workshop, second, other)
        accept(workshop, second, first)
    assert standings(house) == [REPLACED, STANDS, STANDS]
    assert first in house.rows("SELECT body FROM letters ORDER BY id DESC LIMIT 1")[0][0]


def accept(workshop: Workshop, reference: str, replaces: str) -> None:
    """An officer's verdict."""
    correction = Correction(replaces=replaces)
    give_verdict("accept", reference, workshop.desk, actor="officer", because="they said so", correction=correction)
