"""Forged senders and unregistered ones."""

import pytest

from statement_intake.domain.checks import sender
from statement_intake.domain.message import Address, Forwarding, Message
from statement_intake.domain.senders import Authentication, Senders
from tests.domain.values import SENDER, SUBJECT, case, headers, message, video

OURS = Senders(trusted="mx.un.org")


def mail(*results: str, sender: str = SENDER) -> Message:
    """A mail with these Authentication-Results, topmost first."""
    fields = [("authentication-results", result) for result in results]
    return message(video(), headers=headers(SUBJECT, *fields, sender=(Address(email=sender),)))


@pytest.mark.parametrize(
    ("results", "state"),
    [
        ((), "unknown"),
        (("mx.un.org; dmarc=pass header.from=vienna.gouv.example",), "pass"),
        (
            ("MX.un.org 1; spf=pass smtp.mailfrom=a@x.example; dmarc=fail (p=none) header.from=vienna.gouv.example",),
            "fail",
        ),
        (("mx.un.org; dkim=pass header.d=gouv.example",), "pass"),
        (("mx.un.org; dkim=pass header.d=evil.example; spf=softfail smtp.mailfrom=evil.example",), "unknown"),
        (("mx.un.org; spf=pass smtp.mailfrom=bounce@vienna.gouv.example",), "pass"),
        (("mx.un.org; none",), "unknown"),
        (("mx.un.org; dmarc=temperror",), "unknown"),
        (("mx.un.org (dmarc=pass); spf=none",), "unknown"),
        # A stranger's word, above or below the real one.
        (("mx.evil.example; dmarc=pass header.from=vienna.gouv.example",), "unknown"),
        (("mx.un.org; dmarc=fail", "mx.un.org; dmarc=pass"), "fail"),
        (("mx.un.org.evil.example; dmarc=pass", "mx.un.org; dmarc=fail"), "unknown"),
        (("; dmarc=pass",), "unknown"),
        (("",), "unknown"),
    ],
)
def test_only_the_topmost_word_of_our_own_server_counts(results: tuple[str, ...], state: str) -> None:
    """RFC 8601: whoever writes another one may be the sender himself."""
    assert OURS.authentication(mail(*results)) is Authentication(state)
    assert Senders().authentication(mail(*results)) is Authentication.UNKNOWN


def test_of_what_an_officer_passes_on_nothing_is_known() -> None:
    """The inner header came inside a mail, written by anybody."""
    passed_on = mail("mx.un.org; dmarc=pass").model_copy(update={"forwarding": Forwarding(by=None, staff=True)})
    assert OURS.authentication(passed_on) is Authentication.UNKNOWN


def codes(of: Message, senders: Senders) -> list[tuple[str, str]]:
    """What the rule finds."""
    looked_at = case(video(), headers=of.headers).model_copy(update={"senders": senders})
    return [(finding.code, str(finding.effect)) for finding in sender.check(looked_at)]


def test_a_forged_sender_is_held_in_silence() -> None:
    """An answer would go to somebody who has written nothing."""
    assert codes(mail("mx.un.org; dmarc=fail"), OURS) == [("sender.forged", "silent")]
    assert codes(mail("mx.un.org; dmarc=pass"), OURS) == []


def test_who_is_not_in_the_list_is_noted() -> None:
    """Registered for another party is not registered; without a list nobody is noted."""
    assert codes(mail(), Senders(delegates={SENDER: frozenset({"FRA"})})) == []
    assert codes(mail(), Senders(delegates={SENDER: frozenset({"KEN"})})) == [("sender.unverified", "note")]
    assert codes(mail(), Senders(delegates={})) == [("sender.unverified", "note")]
    assert codes(mail(), Senders()) == []
