"""The Message-IDs of letters: stable, unguessable, and known again."""

from statement_intake.domain.letters.message_ids import MessageIds

IDS = MessageIds(b"k" * 32)
LETTER = IDS.make("SI-7F3K-9Q2M", 2, "un.org")


def test_the_same_letter_has_the_same_message_id_for_ever() -> None:
    """Over restarts, on another machine, in a restored ledger."""
    assert LETTER == "<SI-7F3K-9Q2M.2.cwldnmqx7tiglqokwnluvebc@un.org>"
    assert MessageIds(b"k" * 32).make("SI-7F3K-9Q2M", 2, "un.org") == LETTER


def test_each_letter_and_each_house_has_another() -> None:
    """By reference, revision and key."""
    others = [
        IDS.make("SI-7F3K-9Q2N", 2, "un.org"),
        IDS.make("SI-7F3K-9Q2M", 3, "un.org"),
        MessageIds(b"l" * 32).make("SI-7F3K-9Q2M", 2, "un.org"),
    ]
    codes = {made.rpartition("@")[0].rpartition(".")[2] for made in (LETTER, *others)}
    assert len(codes) == 4


def test_ours_are_known_again_and_nobody_can_make_one() -> None:
    """Whatever stands behind the @; no other letter's code will do, nor half of one."""
    assert IDS.made(LETTER)
    assert IDS.made(LETTER.replace("@un.org", "@unov.org"))
    for forged in (
        None, "", "<x@y>", LETTER.replace(".2.", ".3."), LETTER.replace("cwld", "cwle"), LETTER.replace("vebc@", "@"),
        LETTER.upper(), LETTER[1:-1], MessageIds(b"l" * 32).make("SI-7F3K-9Q2M", 2, "un.org"),
    ):  # fmt: skip
        assert not IDS.made(forged)


def test_the_key_is_not_shown() -> None:
    """Not even where a value is printed."""
    assert "kkk" not in repr(IDS)
