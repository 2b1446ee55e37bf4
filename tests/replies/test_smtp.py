"""Every answer a server can give, at every verb, and every moment at which a connection can break."""

import smtplib
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from statement_intake.domain.faults import Shortcoming
from statement_intake.replies.smtp import Sending, SendState, SmtpTransport, TransportError, on_the_wire
from statement_intake.settings import SmtpSettings
from tests.replies.conftest import PASSWORD, Script, Secretary

RAW = b"From: uncac@un.org\r\nTo: mission@example.org\r\nSubject: Re: statement\r\n\r\nDear Sir or Madam,\r\n"
UP_TO_DATA: Script = [("EHLO", "250 scripted"), ("MAIL", "250 OK"), ("RCPT", "250 OK"), ("DATA", "354 go ahead")]

Serve = Callable[..., int]
SettingsFor = Callable[..., SmtpSettings]
Scripted = Callable[[str | None, Script], int]


class Moment:
    """Counts how often the caller was told that the final dot is about to go."""

    def __init__(self) -> None:
        self.told = 0

    def __call__(self) -> None:
        """Once more."""
        self.told += 1


@pytest.fixture
def moment() -> Moment:
    """Nobody has been told yet."""
    return Moment()


def send(settings: SmtpSettings, moment: Callable[[], None], **values: str) -> Sending:
    """Try once to send a short letter to a mission, unless *values* say otherwise."""
    where = {"envelope_sender": "", "to": "mission@example.org"} | values
    return SmtpTransport(settings).send(RAW, before_data=moment, **where)


def test_a_letter_arrives_as_it_was_written(
    serve: Serve, secretary: Secretary, settings_for: SettingsFor, moment: Moment
) -> None:
    """The bytes that the server stores are the bytes that were given, under the null sender."""
    sending = send(settings_for(serve()), moment)
    assert sending == Sending(state=SendState.SENT, reply="250 2.0.0 queued as 42")
    assert moment.told == 1
    (taken,) = secretary.taken
    assert (taken.mail_from, taken.rcpt_tos, taken.original_content) == ("<>", ["mission@example.org"], RAW)


def test_lines_that_begin_with_a_dot_survive(
    serve: Serve, secretary: Secretary, settings_for: SettingsFor, moment: Moment
) -> None:
    """Dots are doubled and line ends made CRLF on the wire, so that nothing is cut short or smuggled in."""
    raw = b"Subject: x\n\n.\n..two\r.three\r\n.\r\nMAIL FROM:<evil@example.org>\r\nend without a line end"
    transport = SmtpTransport(settings_for(serve()))
    sending = transport.send(raw, envelope_sender="", to="mission@example.org", before_data=moment)
    assert sending.state is SendState.SENT
    (taken,) = secretary.taken
    expected = (
        b"Subject: x\r\n\r\n.\r\n..two\r\n.three\r\n.\r\nMAIL FROM:<evil@example.org>\r\nend without a line end\r\n"
    )
    assert taken.original_content == expected
    assert b"\r\n.\r\n" not in on_the_wire(raw)


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("451 4.3.0 try again later", SendState.DEFERRED),
        ("421 4.3.2 going down", SendState.DEFERRED),
        ("452 4.2.2 mailbox full", SendState.DEFERRED),
        ("550 5.1.1 no such user", SendState.FAILED),
        ("554 5.7.1 refused", SendState.FAILED),
    ],
)
def test_4yz_is_tried_again_and_5yz_is_not(
    serve: Serve,
    secretary: Secretary,
    settings_for: SettingsFor,
    moment: Moment,
    *,
    verb: str,
    answer: str,
    state: SendState,
) -> None:
    """A passing refusal defers, a lasting one fails, after MAIL, after RCPT and after the final dot."""
    secretary.answers[verb] = answer
    assert send(settings_for(serve()), moment) == Sending(state=state, reply=answer)
    assert moment.told == (1 if verb == "DATA" else 0)
    assert secretary.taken == []


@pytest.mark.parametrize(
    ("answer", "state"), [("450 not now", SendState.DEFERRED), ("554 no valid recipients", SendState.FAILED)]
)
def test_a_refused_data_command_never_reaches_the_moment(
    scripted: Scripted, settings_for: SettingsFor, moment: Moment, answer: str, state: SendState
) -> None:
    """Without 354 nothing is written and nobody is told that the dot is about to go."""
    port = scripted("220 scripted", [*UP_TO_DATA[:3], ("DATA", answer)])
    assert send(settings_for(port), moment) == Sending(state=state, reply=answer)
    assert moment.told == 0


@pytest.mark.parametrize("step", range(4))
@pytest.mark.parametrize("break_off", [None, "…"])
def test_a_connection_that_breaks_before_the_dot_is_tried_again(
    scripted: Scripted, settings_for: SettingsFor, moment: Moment, step: int, break_off: str | None
) -> None:
    """Closed or silent at EHLO, MAIL, RCPT or DATA: nothing can have been taken."""
    script: Script = [*UP_TO_DATA[:step], (UP_TO_DATA[step][0], break_off)]
    sending = send(settings_for(scripted("220 scripted", script), timeout_seconds=0.3), moment)
    assert sending.state is SendState.DEFERRED
    assert moment.told == 0


@pytest.mark.parametrize("greeting", [None, "…", "421 too busy"])
def test_a_server_that_does_not_greet_is_tried_again(
    scripted: Scripted, settings_for: SettingsFor, moment: Moment, greeting: str | None
) -> None:
    """Closed, silent or busy before the first word."""
    sending = send(settings_for(scripted(greeting, []), timeout_seconds=0.3), moment)
    assert sending.state is SendState.DEFERRED
    assert moment.told == 0


def test_a_refused_connection_is_tried_again(settings_for: SettingsFor, moment: Moment) -> None:
    """Nobody listens: the server may be starting."""
    sending = send(settings_for(1), moment)
    assert sending.state is SendState.DEFERRED
    assert "127.0.0.1:1" in sending.reply
    assert moment.told == 0


@pytest.mark.parametrize("end", [None, "…", "what?"])
def test_after_the_dot_no_answer_means_unknown(
    scripted: Scripted, settings_for: SettingsFor, moment: Moment, end: str | None
) -> None:
    """Closed, silent or unintelligible after the final dot: it may have been taken, and is never called deferred."""
    port = scripted("220 scripted", [*UP_TO_DATA, (".", end)])
    assert send(settings_for(port, timeout_seconds=0.3), moment).state is SendState.UNKNOWN
    assert moment.told == 1


def test_the_dot_does_not_go_if_the_moment_cannot_be_written_down(
    serve: Serve, secretary: Secretary, settings_for: SettingsFor
) -> None:
    """The ledger fails: its exception goes on, and the server takes nothing."""

    def fail() -> None:
        raise RuntimeError("disk full")

    port = serve()
    with pytest.raises(RuntimeError, match="disk full"):
        send(settings_for(port), fail)
    send(settings_for(port), Moment())
    assert len(secretary.taken) == 1


def test_a_letter_over_the_servers_size_fails_with_the_reason(
    serve: Serve, secretary: Secretary, settings_for: SettingsFor, moment: Moment
) -> None:
    """RFC 1870: what the server announced is enough to know."""
    sending = send(settings_for(serve(data_size_limit=50)), moment)
    assert sending == Sending(
        state=SendState.FAILED, reply=f"552 the letter has {len(RAW)} bytes, the server takes at most 50"
    )
    assert (moment.told, secretary.taken) == (0, [])


def test_an_address_beyond_ascii_needs_smtputf8(
    serve: Serve, secretary: Secretary, settings_for: SettingsFor, moment: Moment
) -> None:
    """RFC 6531: without the extension it fails, with it the address arrives whole; its domain goes in ASCII."""
    address = "δέλτα@παράδειγμα.example"
    assert send(settings_for(serve(enable_SMTPUTF8=False)), moment, to=address).state is SendState.FAILED
    assert send(settings_for(serve(enable_SMTPUTF8=True)), moment, to=address).state is SendState.SENT
    assert [taken.rcpt_tos for taken in secretary.taken] == [["δέλτα@xn--hxajbheg2az3al.example"]]


@pytest.mark.parametrize("address", ["a@straße.example", "a@βόλος.example", "a@ab\u200dc.example"])
def test_no_letter_goes_to_the_domain_that_another_one_was_once_spelt_as(
    serve: Serve, secretary: Secretary, settings_for: SettingsFor, moment: Moment, address: str
) -> None:
    """IDNA of 2003 made strasse.example of straße.example; since 2008 (RFC 5891) it is somebody else's."""
    assert send(settings_for(serve(enable_SMTPUTF8=False)), moment, to=address).state is SendState.FAILED
    assert send(settings_for(serve(enable_SMTPUTF8=True)), moment, to=address).state is SendState.SENT
    assert [taken.rcpt_tos for taken in secretary.taken] == [[address]]


@pytest.mark.parametrize(
    "address", ["a@b.example\r\nRCPT TO:<c@d.example>", "a@b>.example", "nobody", "a b@c.example", "\ud800@c.example"]
)
def test_what_is_no_address_never_reaches_the_server(settings_for: SettingsFor, moment: Moment, address: str) -> None:
    """No SMTP command can be smuggled in by an address; nothing is even connected to."""
    assert send(settings_for(1), moment, to=address).state is SendState.FAILED
    assert moment.told == 0


def test_tls_from_the_first_byte(
    serve: Serve,
    settings_for: SettingsFor,
    moment: Moment,
    server_tls: ssl.SSLContext,
    authority: tuple[trustme.CA, Path],
) -> None:
    """Security = "tls" verifies the certificate against the authority that the settings name."""
    port = serve(implicit_tls=server_tls)
    settings = settings_for(port, security="tls", ca_file=authority[1])
    assert send(settings, moment).state is SendState.SENT


def test_starttls(
    serve: Serve,
    settings_for: SettingsFor,
    moment: Moment,
    server_tls: ssl.SSLContext,
    authority: tuple[trustme.CA, Path],
) -> None:
    """Security = "starttls" takes the connection to TLS before anything else is said."""
    port = serve(tls_context=server_tls, require_starttls=True)
    settings = settings_for(port, security="starttls", ca_file=authority[1])
    assert send(settings, moment).state is SendState.SENT


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_that_nobody_vouches_for_stops_everything(
    serve: Serve, settings_for: SettingsFor, moment: Moment, server_tls: ssl.SSLContext, security: str
) -> None:
    """An unknown authority is a fault of the configuration or an attack, never a reason to go on."""
    port = serve(implicit_tls=server_tls) if security == "tls" else serve(tls_context=server_tls)
    with pytest.raises(TransportError, match="certificate is not trusted") as caught:
        send(settings_for(port, security=security), moment)
    assert caught.value.permanent
    assert moment.told == 0


def test_starttls_never_falls_back_to_clear_text(
    serve: Serve, secretary: Secretary, settings_for: SettingsFor, moment: Moment
) -> None:
    """A server that does not offer STARTTLS gets neither password nor letter."""
    with pytest.raises(TransportError, match="does not offer STARTTLS") as caught:
        send(settings_for(serve(), security="starttls", username="u", password=PASSWORD), moment)
    assert caught.value.permanent
    assert secretary.taken == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # loopback
def test_a_wrong_password_is_not_the_letters_fault(
    serve: Serve, settings_for: SettingsFor, moment: Moment, with_sign_in: dict[str, object]
) -> None:
    """535 and 530 speak about our account: delivery stops, no letter is marked as failed."""
    port = serve(**with_sign_in)
    for values in ({"username": "u", "password": "wrong"}, {}):
        with pytest.raises(TransportError, match=r"refused") as caught:
            send(settings_for(port, **values), moment)
        assert caught.value.permanent
        assert "wrong" not in str(caught.value)


def test_no_answer_of_the_server_carries_the_password(scripted: Scripted, settings_for: SettingsFor) -> None:
    """Even a server that repeats what it was told cannot bring the password into a log, nor flood it."""
    port = scripted("220 x", [("EHLO", "250-x\r\n250 AUTH PLAIN"), ("AUTH", f"535 not {PASSWORD}!" + "x" * 600)])
    with pytest.raises(TransportError) as caught:
        SmtpTransport(settings_for(port, username="u", password=PASSWORD)).examine()
    assert PASSWORD not in str(caught.value)
    assert len(str(caught.value)) <= 500


def test_without_a_host_nothing_can_be_sent(moment: Moment) -> None:
    """The settings may leave SMTP out; then the door says so."""
    with pytest.raises(TransportError, match=r"smtp\.host is not set") as caught:
        send(SmtpSettings(), moment)
    assert caught.value.permanent


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # loopback
def test_examine_says_what_works(serve: Serve, settings_for: SettingsFor, with_sign_in: dict[str, object]) -> None:
    """The sentences that `doctor` shows."""
    port = serve(data_size_limit=35_000_000, **with_sign_in)
    assert SmtpTransport(settings_for(port, username="uncac", password=PASSWORD)).examine() == [
        f"The SMTP server 127.0.0.1:{port} answers.",
        "The connection is in clear text.",
        "Signing in as uncac works.",
        "The server takes letters of up to 35000000 bytes.",
    ]


@pytest.mark.parametrize(
    ("answer", "told", "permanent"),
    [
        ("451 not today", "refused MAIL FROM:<>: 451 not today", False),
        ("550 5.7.1 no null sender here", r"no null sender here \(it can be changed: envelope_sender\)", True),
        ("530 5.7.0 Authentication required", r"required \(it wants a username and a password\)", True),
    ],
)
def test_examine_says_what_would_refuse_a_letter(
    serve: Serve, secretary: Secretary, settings_for: SettingsFor, answer: str, told: str, *, permanent: bool
) -> None:
    """A refusal comes back as the server worded it, with what to do; and no letter has gone."""
    secretary.answers["MAIL"] = answer
    with pytest.raises(TransportError, match=told) as caught:
        SmtpTransport(settings_for(serve())).examine()
    assert caught.value.permanent == permanent
    assert secretary.taken == []


def test_a_server_that_takes_only_short_letters_is_a_shortcoming(serve: Serve, settings_for: SettingsFor) -> None:
    """It works until the first long one."""
    said = SmtpTransport(settings_for(serve(data_size_limit=20_000))).examine()
    assert [str(line) for line in said if isinstance(line, Shortcoming)] == [
        "The server takes letters of up to 20000 bytes. Longer ones of ours will fail."
    ]


def test_a_missing_ca_file_is_named_and_stops_nothing_else(settings_for: SettingsFor) -> None:
    """The door is built with the workshop; what is wrong is said where it is used."""
    transport = SmtpTransport(settings_for(25, security="tls", ca_file="/no/such/file"))
    with pytest.raises(TransportError, match="ca_file /no/such/file cannot be used: No such file") as caught:
        transport.examine()
    assert caught.value.permanent


def test_smtplib_still_quits_politely(serve: Serve, settings_for: SettingsFor) -> None:
    """Two letters in a row need two sessions, and leave none behind (warnings are errors here)."""
    settings = settings_for(serve())
    assert [send(settings, Moment()).state for _ in range(2)] == [SendState.SENT] * 2
    assert smtplib.SMTP.default_port == 25
