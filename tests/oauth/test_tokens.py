"""Signing in with access tokens: at a Dovecot that asks the provider about each, and at an SMTP server that does so."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from pathlib import Path

import pytest

from statement_intake.domain.faults import SurroundingsFault
from statement_intake.domain.telling.credentials import Expiry
from statement_intake.domain.telling.notices import of_expiries
from statement_intake.mailbox import MailboxError
from statement_intake.mailbox.imap import ImapMailbox
from statement_intake.oauth.permissions import advice, refusal
from statement_intake.oauth.tokens import TokenSource
from statement_intake.operations.doctor import Diagnosis, examine
from statement_intake.operations.local_servers import (
    Certificate,
    ImapServer,
    append,
    dovecot,
    make_certificate,
    smtp_sink,
)
from statement_intake.replies.smtp import SendState, SmtpTransport, TransportError
from statement_intake.settings import MailboxSettings, Settings, SmtpSettings
from statement_intake.settings.oauth import OAuthSettings
from tests.house import Killed
from tests.provider import CLIENT, REFRESH_TOKEN, SECRET, Provider, provider

ARRIVED = datetime(2023, 8, 28, tzinfo=UTC)
SHARED = "uncac@un.org"


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    """One that Dovecot's mail processes may enter."""
    made = Path(tempfile.mkdtemp(prefix="statement-intake-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def running(directory: Path) -> Iterator[tuple[Provider, ImapServer]]:
    """The provider, and a Dovecot that asks it."""
    (directory / "provider").mkdir()
    certificate = make_certificate(directory / "provider")
    with provider(certificate) as known, dovecot(directory, introspection_url=known.introspection_url) as server:
        yield known, server


@pytest.fixture
def there(running: tuple[Provider, ImapServer]) -> Provider:
    """The provider, as if new."""
    known, _ = running
    fresh = Provider(known.certificate, known.tls_port, known.port, mailbox=SHARED)
    vars(known).update(vars(fresh))
    return known


@pytest.fixture
def server(running: tuple[Provider, ImapServer]) -> ImapServer:
    """The Dovecot."""
    return running[1]


def application(known: Provider, **changes: object) -> OAuthSettings:
    """An application at Microsoft with a secret, but for *changes*."""
    values: dict[str, object] = {"token_url": known.microsoft_url, "client_id": CLIENT, "secret": SECRET}
    return OAuthSettings.model_validate(values | {"ca_file": known.certificate.file} | changes)


def key_and_certificate(certificate: Certificate) -> str:
    """Both, one after the other."""
    return certificate.key.read_text() + certificate.file.read_text()


def mailbox(server: ImapServer, tokens: TokenSource | None, **changes: object) -> ImapMailbox:
    """The shared mailbox, over TLS."""
    values: dict[str, object] = {"host": server.host, "port": server.tls_port, "ca_file": server.ca_file}
    values |= {"username": SHARED, "auth": "oauth2"}
    return ImapMailbox("main", MailboxSettings.model_validate(values | changes), tokens)


def rotating(there: Provider, folder: Path, first: str = REFRESH_TOKEN) -> TokenSource:
    """As after a start, at a provider that gives another refresh token at each use."""
    there.rotates = True
    settings = application(there, token_url=there.token_url, refresh_token=first)
    return TokenSource(settings, folder / "refresh-token")


def uids(box: ImapMailbox) -> list[str]:
    """What is in its INBOX."""
    with box.open("INBOX") as folder:
        return list(folder.uids_above(None, None))


@pytest.mark.parametrize("credential", ["secret", "certificate", "refresh token", "secret elsewhere"])
def test_a_mailbox_opens_with_a_token(there: Provider, server: ImapServer, credential: str) -> None:
    """However it was got; the token is kept for the next connection, and every connection has one that is valid."""
    both = key_and_certificate(there.certificate)
    settings = {
        "secret": application(there),
        "certificate": application(there, secret=None, certificate=both),
        "refresh token": application(there, token_url=there.token_url, refresh_token=REFRESH_TOKEN),
        "secret elsewhere": application(there, token_url=there.token_url),
    }[credential]
    append(server, SHARED, b"Subject: x\r\n\r\nx\r\n", ARRIVED)
    box = mailbox(server, TokenSource(settings))
    assert uids(box)
    assert uids(box)
    assert len(there.given) == 1


def test_a_token_that_ended_early_is_replaced_once(there: Provider, server: ImapServer) -> None:
    """A refused sign-in drops what is remembered, and one more try is made with a new token."""
    for settings in (application(there), application(there, token_url=there.token_url, refresh_token=REFRESH_TOKEN)):
        box = mailbox(server, TokenSource(settings))
        uids(box)
        there.revoke_all()
        given = len(there.given)
        uids(box)
        assert len(there.given) == given + 1


def test_a_token_is_not_used_in_its_last_minutes(there: Provider, server: ImapServer) -> None:
    """The next connection gets a new one."""
    there.expires_in = 200
    for settings in (application(there), application(there, token_url=there.token_url, refresh_token=REFRESH_TOKEN)):
        given, box = len(there.given), mailbox(server, TokenSource(settings))
        uids(box)
        uids(box)
        assert len(there.given) == given + 2


def test_a_refresh_token_that_changes_is_followed(there: Provider, tmp_path: Path) -> None:
    """By the process, by its next start, and by another one beside it; what the settings name is good no more."""
    tokens = rotating(there, tmp_path)
    for _ in range(3):
        tokens.forget()
        tokens.token()
    restarted = rotating(there, tmp_path)
    restarted.token()
    tokens.forget()
    tokens.token()
    assert len(there.given) == 5
    (kept, _lock) = sorted(tmp_path.iterdir())
    assert kept.name == "refresh-token"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert there.refresh_token in kept.read_text()
    assert there.refresh_token not in restarted.hide(kept.read_text().replace(there.refresh_token, "x"))


def test_a_new_consent_takes_the_place_of_what_was_kept(there: Provider, tmp_path: Path) -> None:
    """Whoever puts another refresh token into the settings means that one."""
    rotating(there, tmp_path).token()
    there.refresh_token = "consented-anew"
    rotating(there, tmp_path, "consented-anew").token()
    rotating(there, tmp_path, "consented-anew").token()
    assert len(there.given) == 3


@pytest.mark.parametrize("torn", [b"", b'{"consent": "', b"[]", b"\xff\xfe", b"null"])
def test_a_torn_file_stops_nothing_and_is_in_no_log(
    there: Provider, tmp_path: Path, torn: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    """The settings' own token is tried, as if nothing had been kept."""
    there.rotates = True
    (tmp_path / "refresh-token").write_bytes(torn)
    rotating(there, tmp_path).token()
    rotating(there, tmp_path).token()
    assert len(there.given) == 2
    said = "".join(capfd.readouterr())
    assert "is damaged" in said
    assert "refresh-me" not in said


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_death_while_the_token_is_replaced_leaves_a_whole_one(
    there: Provider, tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last one that was kept, or the new one, never a part; what was left beside it goes with the next."""
    rotating(there, tmp_path).token()
    kept = (tmp_path / "refresh-token").read_text()

    def die(*_: object) -> None:
        raise Killed

    next_start = rotating(there, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(*((os, "fsync", die) if step == "fsync" else (Path, "rename", die)))
        with pytest.raises(Killed):
            next_start.token()
    assert (tmp_path / "refresh-token").read_text() == kept
    assert (tmp_path / "refresh-token.new").exists()
    # The provider still takes the one before the last, as those that expect such a death do.
    there.refresh_token = "refresh-me-1"
    rotating(there, tmp_path).token()
    assert not (tmp_path / "refresh-token.new").exists()
    assert there.refresh_token in (tmp_path / "refresh-token").read_text()


def test_a_token_that_cannot_be_kept_is_followed_in_memory_and_kept_as_soon_as_it_can(
    there: Provider, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A full disk, say: an older one in the file does not take its place; the log names the file and no token."""
    tokens = rotating(there, tmp_path)
    tokens.token()
    (tmp_path / "refresh-token.new").mkdir()
    for _ in range(2):
        tokens.forget()
        tokens.token()
    assert there.refresh_token not in (tmp_path / "refresh-token").read_text()
    said = "".join(capfd.readouterr())
    assert "the refresh token cannot be kept" in said
    assert "refresh-me" not in said
    (tmp_path / "refresh-token.new").rmdir()
    there.rotates = False
    tokens.forget()
    tokens.token()
    assert there.refresh_token in (tmp_path / "refresh-token").read_text()


def test_doctor_says_whether_a_changed_refresh_token_can_be_kept(there: Provider, tmp_path: Path) -> None:
    """Before it asks for one, which would change it: what cannot be kept is not risked."""
    there.rotates = True
    values: dict[str, object] = {"token_url": there.token_url, "refresh_token": REFRESH_TOKEN}

    def found(file: Path) -> list[tuple[str, str]]:
        settings = application(there, **values, kept_token_file=file)
        return [(seen.state, seen.message) for seen in diagnoses(Settings(oauth2=settings)) if "kept" in seen.message]

    good = tmp_path / "refresh-token"
    assert found(good) == [("ok", f"A refresh token that the provider changes is kept in {good}.")]
    missing = tmp_path / "nowhere" / "token"
    told = f"A refresh token cannot be kept in {missing}: No such file or directory"
    assert found(missing) == [("problem", told)]
    assert len(there.given) == 1
    good.chmod(0o644)
    with pytest.raises(SurroundingsFault, match="can be read by others"):
        rotating(there, tmp_path).examine()


@pytest.mark.parametrize(
    ("roles", "told"),
    [
        (("SMTP.SendAsApp",), r"lacks the application permission IMAP.AccessAsApp .*granted: SMTP.SendAsApp"),
        (("IMAP.AccessAsApp",), r"New-ServicePrincipal.*Add-MailboxPermission"),
    ],
)
def test_what_an_administrator_left_out_is_named(
    there: Provider, server: ImapServer, roles: tuple[str, ...], told: str
) -> None:
    """The provider gives a token and the server refuses it, twice and no more; the token is in no message."""
    there.roles, there.mailbox = roles, "another@un.org"
    with pytest.raises(MailboxError, match=told) as caught:
        mailbox(server, TokenSource(application(there))).examine()
    assert caught.value.permanent
    assert len(there.given) == 2
    assert not any(token in str(caught.value) for token in there.given)


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize(
    ("answer", "told", "permanent"),
    [
        ({"error": "invalid_client", "error_description": "AADSTS7000222: expired"}, "secret has expired", True),
        ({"error": "unauthorized_client", "error_description": "AADSTS700016: x"}, "no such application", True),
        ({"error": "invalid_grant", "error_description": "gone"}, "consent anew", True),
        ({"error": "temporarily_unavailable"}, "temporarily_unavailable", False),
    ],
)
def test_a_refusal_of_the_provider_says_what_to_do(
    there: Provider,
    server: ImapServer,
    answer: dict[str, str],
    told: str,
    permanent: bool,  # noqa: FBT001 - parameters of the test
    elsewhere: bool,  # noqa: FBT001
) -> None:
    """Without a connection to the mail server; permanent where only a change of the configuration helps."""
    there.refusal = answer | {"echo": SECRET}
    changes = {"token_url": there.token_url} if elsewhere else {}
    with pytest.raises(MailboxError, match=told) as caught:
        uids(mailbox(server, TokenSource(application(there, **changes))))
    assert caught.value.permanent is permanent
    assert SECRET not in str(caught.value)


def test_a_provider_that_is_down_is_no_verdict_about_the_account(there: Provider, server: ImapServer) -> None:
    """The next poll tries again; a wrong certificate of the provider's is not passed over either."""
    there.refusal, there.status = {"error": "server_error"}, 503
    for changes in (
        {"token_url": there.token_url},
        {"token_url": "http://127.0.0.1:1/token"},
        {"token_url": "https://localhost:1/tenant/oauth2/v2.0/token"},
        {"ca_file": None},
        {"token_url": there.microsoft_url.replace("/tenant/oauth2/v2.0", ""), "ca_file": None},
    ):
        with pytest.raises(MailboxError, match=r"cannot be reached|server_error") as caught:
            uids(mailbox(server, TokenSource(application(there, **changes))))
        assert not caught.value.permanent
        assert there.given == []


def test_a_letter_is_sent_with_a_token(there: Provider, tmp_path: Path) -> None:
    """Over STARTTLS; a token that ended early is replaced once; a refusal names what may be missing."""
    with smtp_sink(tmp_path, there.certificate, bearer=there.opens) as sink:
        values: dict[str, object] = {"host": "localhost", "port": sink.port, "security": "starttls"}
        values |= {"username": SHARED, "auth": "oauth2", "ca_file": there.certificate.file}
        transport = SmtpTransport(SmtpSettings.model_validate(values), TokenSource(application(there)))
        letter = b"Subject: x\r\n\r\nx\r\n"
        for count in range(1, 3):
            sent = transport.send(letter, envelope_sender="", to="a@example.org", before_data=lambda: None)
            assert (sent.state, len(sink.received)) == (SendState.SENT, count)
            there.revoke_all()
        assert f"Signing in as {SHARED} works." in transport.examine()
        there.mailbox = "another@un.org"
        with pytest.raises(TransportError, match=r"SMTP.SendAsApp is granted; SMTP AUTH may be switched off") as caught:
            transport.examine()
        assert caught.value.permanent
        assert not any(token in str(caught.value) for token in there.given)


def test_a_token_is_not_shown_to_a_server_that_does_not_ask_for_one(there: Provider, tmp_path: Path) -> None:
    """A server without XOAUTH2 is a matter of the configuration."""
    with smtp_sink(tmp_path, there.certificate, accounts={}) as sink:
        values: dict[str, object] = {"host": "localhost", "port": sink.port, "security": "starttls"}
        values |= {"username": SHARED, "auth": "oauth2", "ca_file": there.certificate.file}
        transport = SmtpTransport(SmtpSettings.model_validate(values), TokenSource(application(there)))
        with pytest.raises(TransportError, match="does not offer XOAUTH2") as caught:
            transport.examine()
        assert caught.value.permanent


def diagnoses(settings: Settings) -> list[Diagnosis]:
    """What `doctor` says of the tokens."""
    before_others = takewhile(lambda seen: seen.check != "smtp", examine(settings))
    return [seen for seen in before_others if seen.check == "oauth2"]


def test_doctor_says_when_the_secret_ends(there: Provider) -> None:
    """Fine, soon, or over; and that nobody knows."""
    today = datetime.now(UTC).date()
    for days, state in ((60, "ok"), (10, "warning"), (-1, "problem")):
        settings = Settings(oauth2=application(there, secret_expires=today + timedelta(days=days)))
        found = [(seen.state, seen.message) for seen in diagnoses(settings)]
        assert [told for told, message in found if "expire" in message] == [state]
        assert ("ok", f"{there.microsoft_url} gives out tokens.") in found
    unknown = [
        seen.state for seen in diagnoses(Settings(oauth2=application(there))) if "not known: set" in seen.message
    ]
    assert "warning" in unknown


def test_a_certificate_says_its_own_end(there: Provider) -> None:
    """The one of the tests lasts thirty days."""
    settings = application(there, secret=None, certificate=key_and_certificate(there.certificate))
    assert settings.expires is not None
    what, day = settings.expires
    assert what == "certificate"
    assert timedelta(28) < day - datetime.now(UTC).date() < timedelta(31)


def test_operators_are_told_once_before_the_end_and_once_after_it() -> None:
    """A new secret has another day, and its own warning."""
    told: dict[tuple[str, str], datetime] = {}
    ends = Expiry(what="secret of [oauth2]", last_day=date(2023, 9, 30), warn_days=30)
    news = []
    for day in (date(2023, 8, 1), date(2023, 8, 31), date(2023, 9, 29), date(2023, 10, 1), date(2023, 10, 2)):
        now = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        for notice in of_expiries([ends], told, now):
            told[notice.kind, notice.about] = now
            news.append((day, notice.kind))
    assert news == [(date(2023, 8, 31), "expires"), (date(2023, 10, 1), "expired")]


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "e30.e30.e30", "e30.W10.e30", "e30.eyJyb2xlcyI6M30.e30"])
def test_any_token_may_be_asked_about(token: str) -> None:
    """What cannot be read is no fault of anybody's."""
    assert "IMAP.AccessAsApp" in advice(token, "IMAP.AccessAsApp")


def test_a_refusal_is_one_short_line() -> None:
    """Providers write long ones, with line breaks and trace numbers."""
    told, for_good = refusal({"error": "invalid_client", "error_description": "a\r\nb" * 1000})
    assert for_good
    assert len(told) <= 300
    assert "\n" not in told
