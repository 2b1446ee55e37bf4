"""An outsider tries to replace, complete or take down a State's statement. In the end it stands as it was."""

from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTPUTF8
from typing import Any

import pytest

from statement_intake.operations.demo.media import video
from tests.house import KENYA, SENDER, House, believe_our_server, statement, written

Files = tuple[tuple[str, bytes], ...]
TRANSCRIPT: Files = (("Transcript Kenya.docx", written()),)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> tuple[Files, Files]:
    """The mission's video, and the outsider's."""
    folder = tmp_path_factory.mktemp("clips")
    made = [video(folder / f"{seconds}.mp4", seconds, size="320x180").read_bytes() for seconds in (20, 21)]
    return (("kenya.mp4", made[0]),), (("evil.mp4", made[1]),)


def send(house: House, mail: EmailMessage | bytes) -> None:
    """Deliver it, and let the service decide and answer."""
    house.deliver(mail)
    house.round()


def letter(house: House) -> str:
    """The Message-ID of the latest letter."""
    return str(house.rows("SELECT message_id FROM letters ORDER BY id DESC LIMIT 1")[0][0])


def first(house: House) -> tuple[Any, ...]:
    """The first submission, and what counts of it."""
    row = house.rows("SELECT outcome, standing, revision FROM submissions WHERE id = 1")[0]
    names = house.rows("SELECT name FROM files WHERE submission_id = 1 AND replaced IS NULL ORDER BY name")
    return (*row, [name[0] for name in names])


def sent_to(house: House) -> set[str]:
    """Whom letters were written to."""
    return {row[0] for row in house.rows("SELECT to_address FROM letters")}


def named(address: str) -> Callable[[EmailMessage], None]:
    """Put this into From."""

    def change(mail: EmailMessage) -> None:
        del mail["From"]
        mail._headers.append(("From", address))  # type: ignore[attr-defined]  # noqa: SLF001 - as no honest program would

    return change


def answering(mail: EmailMessage) -> None:
    """From outside, to be answered at the mission's address."""
    named("x@evil.example")(mail)
    mail["Reply-To"] = SENDER
    mail["Sender"] = SENDER


def twice(mail: EmailMessage) -> None:
    """Two From fields, the mission's first."""
    named(SENDER)(mail)
    mail._headers.append(("From", "x@evil.example"))  # type: ignore[attr-defined]  # noqa: SLF001


DISGUISES: dict[str, Callable[[EmailMessage], None]] = {
    "the address as a name": named(f'"{SENDER}" <x@evil.example>'),
    "the address in a comment": named(f"x@evil.example ({SENDER})"),
    "two mailboxes": named(f"{SENDER}, x@evil.example"),
    "two fields": twice,
    "reply-to and sender": answering,
    "a longer domain": named("mission@kenya.go.ke.evil.example"),
    "another ministry": named("mission@justice.go.ke"),
    "another alphabet": named("mission@ken\u0443a.go.ke"),
}


@pytest.mark.parametrize(
    ("aim", "disguise"),
    [("replace", disguise) for disguise in DISGUISES]
    + [(aim, disguise) for aim in ("complete", "withdraw") for disguise in ("two fields", "another ministry")],
)
def test_no_disguise_is_taken_for_the_mission(
    house: House, clips: tuple[Files, Files], aim: str, disguise: str
) -> None:
    """Though the outsider knows reference and Message-ID of our letter."""
    send(house, statement(files=clips[0] if aim == "complete" else (*clips[0], *TRANSCRIPT)))
    before = first(house)
    reply, text = f"Re: [{house.references[0]}] {KENYA}", {"withdraw": "We withdraw it."}.get(aim, "This replaces it.")
    files = {"replace": (*clips[1], *TRANSCRIPT), "complete": TRANSCRIPT, "withdraw": ()}[aim]
    mail = statement(reply, text=text, files=files, In_Reply_To=letter(house))
    DISGUISES[disguise](mail)
    send(house, mail.as_bytes(policy=SMTPUTF8))
    assert first(house) == before
    assert sent_to(house) == {SENDER}
    assert house.outcomes[1][0] == "held"


def test_a_name_that_folds_to_the_same_letters_is_another(house: House, clips: tuple[Files, Files]) -> None:
    """embaßy.example is not embassy.example, and its owner is somebody else."""
    send(house, statement(files=(*clips[0], *TRANSCRIPT), sender="mission@embassy.example"))
    before = first(house)
    mail = statement(files=(*clips[1], *TRANSCRIPT), text="This replaces it.", In_Reply_To=letter(house))
    named("mission@embaßy.example")(mail)
    send(house, mail.as_bytes(policy=SMTPUTF8))
    assert first(house) == before


def test_a_rejected_mail_does_not_slip_in_before_what_came_later(house: House, clips: tuple[Files, Files]) -> None:
    """An outsider keeps one ready under another name, and corrects its subject when the mission's has been accepted."""
    evil = {"files": (*clips[1], *TRANSCRIPT), "sender": "x@evil.example"}
    send(house, statement("12th EMIC statement – Atlantis 4", **evil))  # type: ignore[arg-type]
    kept = letter(house)
    send(house, statement(files=(*clips[0], *TRANSCRIPT)))
    send(house, statement(files=(), sender="x@evil.example", text="Sorry, this replaces it.", In_Reply_To=kept))
    assert house.rows("SELECT party, outcome, standing FROM submissions ORDER BY id") == [
        ("KEN", "held", "current"), ("KEN", "accepted", "current"),
    ]  # fmt: skip
    assert house.outcomes[2] == ("held", "sender.conflict")
    assert len(house.letters) == 2


def test_a_thread_of_ones_own_does_not_open_another_ones_submission(house: House, clips: tuple[Files, Files]) -> None:
    """The letter that he answers is his, the reference in the subject the mission's."""
    send(house, statement(files=clips[0]))
    send(house, statement("12th EMIC statement – Ghana 3", files=clips[1], sender="x@evil.example"))
    subject = f"Re: [{house.references[0]}] {KENYA}"
    send(house, statement(subject, files=TRANSCRIPT, sender="x@evil.example", In_Reply_To=letter(house)))
    assert first(house) == ("rejected", "current", 1, ["kenya.mp4"])


@pytest.mark.parametrize("result", ["dmarc=none", "dmarc=fail"])
def test_an_address_that_nothing_proves_replaces_nothing(house: House, clips: tuple[Files, Files], result: str) -> None:
    """Anybody can write it; where our mail server looks, its word is needed, or our letter."""
    believe_our_server(house)
    send(house, statement(files=(*clips[0], *TRANSCRIPT), Authentication_Results="mx.un.org; dmarc=none"))
    before = first(house)
    forged = {"text": "This replaces it.", "Authentication_Results": f"mx.un.org; {result}"}
    send(house, statement(files=(*clips[1], *TRANSCRIPT), **forged))
    assert first(house) == before
    assert house.outcomes[1][0] == "held"
    assert len(house.letters) == 1


@pytest.mark.parametrize("guarded", [False, True])
def test_a_mail_that_seems_to_be_passed_on_by_an_officer_takes_nothing_over(
    house: House,
    clips: tuple[Files, Files],
    guarded: bool,  # noqa: FBT001
) -> None:
    """From "an officer", with a mail of "the mission" in it: both are the outsider's own."""
    if guarded:
        believe_our_server(house)
    send(house, statement(files=(*clips[0], *TRANSCRIPT)))
    before = first(house)
    outer = EmailMessage()
    outer["Authentication-Results"] = "mx.un.org; dmarc=fail"
    outer["From"], outer["To"], outer["Subject"] = "officer@un.org", "uncac@un.org", "Fwd: see below"
    outer.set_content("FYI")
    inner = statement(files=(*clips[1], *TRANSCRIPT), text="This replaces it.", In_Reply_To=letter(house))
    inner["Authentication-Results"] = "mx.un.org; dmarc=pass"
    outer.add_attachment(inner)
    send(house, outer)
    assert first(house) == before
    assert len([state for _, state in house.letters if state == "sent"]) == 1


def test_a_flood_of_answers_ends_at_a_person(
    house: House, clips: tuple[Files, Files], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One statement needs no thirty mails."""
    monkeypatch.setattr("statement_intake.domain.completion._MOST_MAILS", 2)
    send(house, statement(files=clips[0]))
    kept = letter(house)
    for number in range(3):
        clip = (("kenya.mp4", clips[number % 2][0][1]),)
        send(house, statement(f"Re: {KENYA}", files=clip, text=str(number), In_Reply_To=kept))
    assert house.rows("SELECT outcome, revision FROM submissions ORDER BY id") == [
        ("rejected", 2),
        ("held", 1),
        ("held", 1),
    ]
