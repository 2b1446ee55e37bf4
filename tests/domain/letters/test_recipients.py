"""Whether a mail may be answered, and to which one address."""

import pytest

from statement_intake.domain.letters.recipients import Reason, Reply, may_reply
from statement_intake.domain.message import Address, Headers
from tests.domain.values import SENDER, headers

OWN = frozenset({"uncac@un.org", "unov.conference@un.org"})
SUBJECT = "12th EMIC statement – France 3"


def with_field(name: str, value: str) -> Headers:
    """A mail with one more header field."""
    return headers(SUBJECT, (name, value))


def addresses(*emails: str) -> tuple[Address, ...]:
    """Mailboxes without names."""
    return tuple(Address(email=email) for email in emails)


def test_a_delegation_is_answered() -> None:
    """At the address of its From field."""
    assert may_reply(headers(), OWN) == Reply(address=Address(email=SENDER))


@pytest.mark.parametrize(
    ("mail", "why"),
    [
        (headers(sent_by_group=True), "the From field does not name exactly one mailbox"),
        (headers(sender=()), "the From field does not name exactly one mailbox"),
        (headers(sender=addresses("a@x.example", "b@x.example")), "the From field does not name exactly one mailbox"),
        (headers(return_path=""), "the envelope sender is null"),
        (with_field("list-unsubscribe", "<mailto:u@x>"), "it came through a list (list-unsubscribe)"),
        (with_field("precedence", "Bulk"), "Precedence says that it is bulk mail"),
        (
            with_field("x-auto-response-suppress", "DR, OOF"),
            "it asks for no automatic response (X-Auto-Response-Suppress)",
        ),
        (with_field("auto-submitted", "auto-generated"), "it says that a machine sent it (Auto-Submitted)"),
        (with_field("x-loop", "x"), "it carries X-Loop"),
        (headers(SUBJECT, ("return-path", "<a@x.example>"), ("return-path", "<>")), "the envelope sender is null"),
        (headers(SUBJECT, ("return-path", "<uncac@un.org>")), "it comes from our own address"),
        (headers(sender=addresses("uncac+bounces@un.org")), "it comes from our own address"),
        (headers(sender=addresses("UNCAC@un.org")), "it comes from our own address"),
        (headers(return_path="uncac@un.org"), "it comes from our own address"),
        (headers(sender=addresses("no-reply@mfa.example")), "the sender's address is not one to answer to"),
        (headers(sender=addresses("owner-list@mfa.example")), "the sender's address is not one to answer to"),
        (headers(sender=addresses("not an address")), "the sender's address is not one to answer to"),
        (headers(SUBJECT, *[("received", "x")] * 51), "it passed through too many servers"),
    ],
)
def test_some_mail_is_never_answered(mail: Headers, why: str) -> None:
    """RFC 3834, and the reason in plain English."""
    assert may_reply(mail, OWN).why_not == why


def test_each_reason_is_listed_once_and_told_by_what_it_is_about() -> None:
    """The first that applies; a field's name where there are several."""
    listed = headers(SUBJECT, ("list-post", "<x>"), ("precedence", "bulk"))
    assert may_reply(listed, OWN) == Reply(reason=Reason.LIST, detail="list-post")


def test_every_occurrence_of_a_field_counts() -> None:
    """A second Auto-Submitted does not undo the first."""
    twice = headers(SUBJECT, ("auto-submitted", "auto-replied"), ("auto-submitted", "no"))
    assert may_reply(twice, OWN).address is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("auto-submitted", "no"),
        ("auto-submitted", "No; x=y"),
        ("auto-submitted", "no (a person wrote this)"),
        ("precedence", "first-class"),
        ("x-auto-response-suppress", "DR, RN"),
    ],
)
def test_ordinary_values_do_not_silence(name: str, value: str) -> None:
    """Only what asks for silence gets it."""
    assert may_reply(with_field(name, value), OWN).address == Address(email=SENDER)


@pytest.mark.parametrize(
    ("sender", "reply_to", "answered"),
    [
        (SENDER, ["press@vienna.gouv.example"], "press@vienna.gouv.example"),
        ("a@mfa.gov.xx", ["b@vienna.mfa.gov.xx"], "b@vienna.mfa.gov.xx"),
        ("a@mfa.gov.xx", ["b@moj.gov.xx"], "a@mfa.gov.xx"),
        (SENDER, ["evil@attacker.example"], SENDER),
        (SENDER, ["a@vienna.gouv.example", "b@vienna.gouv.example"], SENDER),
        (SENDER, ["no-reply@vienna.gouv.example"], SENDER),
        ("a@un.org", ["uncac@un.org"], "a@un.org"),
        ("mission.a@gmail.com", ["someone.else@gmail.com"], "mission.a@gmail.com"),
        ("mission.a@yahoo.co.uk", ["someone.else@yahoo.co.uk"], "mission.a@yahoo.co.uk"),
    ],
)
def test_reply_to_counts_within_one_organisation(sender: str, reply_to: list[str], answered: str) -> None:
    """Nobody can have our letters sent to a stranger; a provider for everyone is no organisation."""
    mail = headers(sender=addresses(sender), reply_to=addresses(*reply_to))
    assert may_reply(mail, OWN) == Reply(address=Address(email=answered))
