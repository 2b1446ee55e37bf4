"""Forged senders and unregistered ones."""

import pytest

from statement_intake.configuration import load_houses
from statement_intake.domain.authentication import MICROSOFT_365, Authentication
from statement_intake.domain.checks import sender
from statement_intake.domain.message import Address, Forwarding, Message
from statement_intake.domain.senders import Owner, Senders, SenderState
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
        # A domain without a policy is proven by its own signature or server all the same.
        (("mx.un.org; dkim=pass header.d=vienna.gouv.example; dmarc=none header.from=vienna.gouv.example",), "pass"),
        (("mx.un.org; spf=pass smtp.mailfrom=evil.example; dmarc=none header.from=vienna.gouv.example",), "unknown"),
        (("mx.un.org; dmarc=pass header.from=evil.example",), "unknown"),
        (("mx.un.org (dmarc=pass); spf=none",), "unknown"),
        # A stranger's word, above or below the real one.
        (("mx.evil.example; dmarc=pass header.from=vienna.gouv.example",), "unknown"),
        (("mx.un.org; dmarc=fail", "mx.un.org; dmarc=pass"), "fail"),
        (("mx.un.org.evil.example; dmarc=pass", "mx.un.org; dmarc=fail"), "unknown"),
        (("; dmarc=pass",), "unknown"),
        (("",), "unknown"),
        (('"mx.un.org" 1 ; dmarc/1 = fail header.from=vienna.gouv.example',), "fail"),
        (("(ours (still)) mx.un.org; dkim=pass (2048-bit (rsa; ok)) header.i=@vienna.gouv.example",), "pass"),
        # The sender chose these words: within a quoted local part or a comment they are nobody's finding.
        (('mx.un.org; spf=pass smtp.mailfrom="x; dmarc=pass; y"@evil.example',), "unknown"),
        (('mx.un.org; spf=pass smtp.mailfrom="x smtp.mailfrom=vienna.gouv.example"@evil.example',), "unknown"),
        (('mx.un.org; spf=pass smtp.mailfrom="x\\"; dmarc=pass; y"@evil.example',), "unknown"),
        (('mx.un.org; dkim=fail reason="bad; dmarc=pass"; spf=none',), "unknown"),
        (("mx.un.org; spf=none (a (b); dmarc=pass (c)) smtp.mailfrom=evil.example",), "unknown"),
        (
            ('mx.un.org; spf=pass smtp.mailfrom="("@evil.example; dmarc=fail header.from=vienna.gouv.example (x)',),
            "fail",
        ),
        (('mx.un.org; spf=pass smtp.mailfrom="x; dmarc=pass',), "unknown"),
        # Nor is what he has invented for the identity in his signature, where a server repeats it unquoted.
        (("mx.un.org; dkim=pass header.d=evil.example header.i=x header.d=gouv.example y@evil.example",), "unknown"),
        (("mx.un.org; dkim=pass header.d=gouv.example header.i=@vienna.gouv.example",), "pass"),
    ],
)
def test_only_the_topmost_word_of_our_own_server_counts(results: tuple[str, ...], state: str) -> None:
    """RFC 8601: whoever writes another one may be the sender himself."""
    assert OURS.authentication(mail(*results)) is Authentication(state)
    assert Senders().authentication(mail(*results)) is Authentication.UNKNOWN


#: As Exchange Online writes them: no authserv-id, and sometimes its customer's domain between the findings.
EXCHANGE = (
    "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=x.example; dkim=pass (signature was verified) header.d=x.example;"
    "dmarc=pass action=none header.from=vienna.gouv.example;compauth=pass reason=100"
)
EXCHANGE_FORGED = (
    "spf=fail (sender IP is 192.0.2.1) smtp.mailfrom=vienna.gouv.example; un.org; dkim=none (message not signed) "
    "header.d=none;un.org; dmarc=fail action=quarantine header.from=vienna.gouv.example;compauth=fail reason=000"
)


@pytest.mark.parametrize(
    ("results", "state"),
    [
        ((EXCHANGE,), "pass"),
        ((EXCHANGE_FORGED,), "fail"),
        ((EXCHANGE_FORGED, EXCHANGE), "fail"),
        (("spf=pass smtp.mailfrom=vienna.gouv.example; dmarc=bestguesspass action=none header.from=x",), "pass"),
        (("compauth=pass reason=100", "dmarc=pass"), "unknown"),
        # What the sender has brought lies below, and his own server's word has another form.
        (("spf=none", "dmarc=pass header.from=vienna.gouv.example"), "unknown"),
        (("mx.evil.example; dmarc=pass header.from=vienna.gouv.example",), "unknown"),
        (("mx.evil.example dmarc=pass; dmarc=pass",), "unknown"),
        (("",), "unknown"),
    ],
)
def test_microsofts_field_has_no_authserv_id(results: tuple[str, ...], state: str) -> None:
    """Exchange Online begins with a finding at once; only what is topmost, and does so, is its word."""
    ours = Senders(trusted=MICROSOFT_365)
    assert ours.authentication(mail(*results)) is Authentication(state)


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


@pytest.mark.parametrize(
    ("result", "delegates", "state"),
    [
        ("dmarc=pass", {SENDER: frozenset({"FRA"})}, "verified_delegate"),
        ("dmarc=none", {SENDER: frozenset({"FRA"})}, "known_not_authenticated"),
        ("dmarc=fail", {SENDER: frozenset({"FRA"})}, "known_not_authenticated"),
        ("dmarc=pass", {SENDER: frozenset({"KEN"})}, "unknown"),
        ("dmarc=pass", None, "unknown"),
    ],
)
def test_three_states_are_honest(result: str, delegates: dict[str, frozenset[str]] | None, state: str) -> None:
    """An address that is registered proves nothing by itself, and an authentic stranger is a stranger."""
    known = Senders(trusted="mx.un.org", delegates=delegates).facts(mail(f"mx.un.org; {result}"), "FRA")
    assert (known.state, known.domain) == (SenderState(state), "vienna.gouv.example")


DESK = frozenset({"desk@embassy.example"})
COLLEAGUE = "minister@mfa.gov.gh"
MISSION = Owner(sender="mission@vienna.mfa.gov.gh")
HOUSES = load_houses()
ANY, TRUSTED = Senders(houses=HOUSES), Senders(houses=HOUSES, trusted="mx.un.org")
PASSED = "mx.un.org; dmarc=pass"


@pytest.mark.parametrize(
    ("sender", "result", "senders", "owner", "may"),
    [
        ("Mission@Vienna.MFA.gov.gh", "", ANY, MISSION, True),
        ("mission@vienna.mfa.gov.gh", PASSED, TRUSTED, MISSION, True),
        # Where results are to be had, an address alone is nothing.
        ("mission@vienna.mfa.gov.gh", "mx.un.org; dmarc=none", TRUSTED, MISSION, False),
        ("mission@vienna.mfa.gov.gh", "mx.un.org; dmarc=fail", TRUSTED, MISSION, False),
        (COLLEAGUE, "", ANY, MISSION, True),
        (COLLEAGUE, PASSED, TRUSTED, MISSION, True),
        (COLLEAGUE, "mx.un.org; dmarc=none", TRUSTED, MISSION, False),
        ("clerk@justice.gov.gh", PASSED, TRUSTED, MISSION, False),
        ("mission@vienna.mfa.gov.gh.evil.com", PASSED, TRUSTED, MISSION, False),
        # Nobody less authentic than the owner was.
        ("mission@vienna.mfa.gov.gh", "", TRUSTED, MISSION.model_copy(update={"authenticated": True}), False),
        ("mission@vienna.mfa.gov.gh", PASSED, TRUSTED, MISSION.model_copy(update={"authenticated": True}), True),
        # A provider for everyone: only the account itself.
        ("ghana.mission@gmail.com", "", ANY, Owner(sender="ghana.mission@gmail.com"), True),
        ("ghana.mision@gmail.com", "", ANY, Owner(sender="ghana.mission@gmail.com"), False),
        # Our letter went to the address that the mail asked to be answered at.
        ("desk@embassy.example", "", ANY, Owner(sender="a@b.example", written_to=DESK), True),
        # Folds to the same letters, and is somebody else's domain.
        ("mission@embaßy.example", "", ANY, Owner(sender="mission@embassy.example"), False),
        ("x@y.example", "", ANY, Owner(), False),
    ],
)  # fmt: skip
def test_who_may_act_for_a_submission(sender: str, result: str, senders: Senders, owner: Owner, may: bool) -> None:  # noqa: FBT001
    """The same address or the same governmental house, authentic where that is known."""
    assert senders.may_act(mail(*[result] if result else [], sender=sender), owner) is may


def test_our_letter_speaks_for_an_address_that_nothing_proves() -> None:
    """It went to the owner. It does not help who is forged, a colleague, or where the owner was authentic before."""
    none, failed = (
        mail("mx.un.org; dmarc=none", sender=MISSION.sender),
        mail("mx.un.org; dmarc=fail", sender=MISSION.sender),
    )
    colleague = mail("mx.un.org; dmarc=none", sender=COLLEAGUE)
    authentic = MISSION.model_copy(update={"authenticated": True})
    assert TRUSTED.may_act(none, MISSION, has_our_letter=True)
    assert not TRUSTED.may_act(failed, MISSION, has_our_letter=True)
    assert not TRUSTED.may_act(colleague, MISSION, has_our_letter=True)
    assert not TRUSTED.may_act(none, authentic, has_our_letter=True)


def test_what_an_officer_passes_on_acts_for_nobody() -> None:
    """Anybody can have written the mail within his mail."""
    passed_on = mail(sender=MISSION.sender).model_copy(update={"forwarding": Forwarding(by=None, staff=True)})
    assert not ANY.may_act(passed_on, MISSION, has_our_letter=True)
