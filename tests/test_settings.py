"""Settings: from a file, from the environment, and refused with the key, the problem and the place."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from statement_intake.settings import CONFIG_VARIABLE, PREFIX, Settings, SettingsError, load

SECRET = "correct horse battery staple"
Write = Callable[[str], dict[str, str]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write service.toml; what the environment then has to say."""

    def write(text: str) -> dict[str, str]:
        (tmp_path / "etc").mkdir(exist_ok=True)
        (tmp_path / "etc" / "service.toml").write_text(text, encoding="utf-8")
        return {"STATEMENT_INTAKE_CONFIG": str(tmp_path / "etc" / "service.toml")}

    return write


def env(**values: str) -> dict[str, str]:
    """Settings in the environment."""
    return {f"STATEMENT_INTAKE_{name}": value for name, value in values.items()}


def test_without_anything_nothing_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The defaults are the careful ones."""
    monkeypatch.chdir(tmp_path)
    settings = load({})
    assert (settings.mailboxes, settings.replies.mode, settings.reader.sandbox) == ({}, "hold", "require")
    assert settings.smtp.envelope_sender == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[schedule]\npol_seconds = 1", "schedule.pol_seconds: unknown key"),
        ("[shedule]\npoll_seconds = 1", "shedule: unknown key"),
        ("[schedule]\npoll_seconds = 0", "schedule.poll_seconds: Input should be greater than 0"),
        ('[replies]\nmode = "yes"', "replies.mode: Input should be 'send', 'hold' or 'off'"),
        ('[replies]\nhold_outcomes = ["ignored"]', "replies.hold_outcomes.0"),
        ('[office]\nzone = "Mars/Olympus"', "office.zone: is not a time zone"),
        ('[office]\nhours = "17:00-09:00"', "office: hours must be two times of a day"),
        ('[office]\nhours = "09:00-29:00"', "office: "),
        ('[smtp]\nhost = "mail.example"\nsecurity = "none"', "smtp: security"),
        ('[smtp]\nhost = "mail.example"\nusername = "u"', "smtp: a username needs a password"),
        ('[mailboxes.main]\nhost = "imap.example"', "mailboxes.main: an IMAP mailbox needs a username"),
        ('[mailboxes.main]\nkind = "maildir"', "mailboxes.main: a Maildir needs a path"),
        ('[mailboxes.main]\npath = "x"\nmark = "keyword"', "mailboxes.main: mark must be"),
        ('[mailboxes.main]\npath = "x"\nstart = "soon"', "mailboxes.main.start"),
        ('[mailboxes.main]\npath = "x"\nfolders = "INBOX"', 'mailboxes.main.folders: is not a list such as ["'),
        ("mailboxes = 3", "mailboxes: is not a table"),
        ('[smtp]\nsender = "UN <uncac@un.org>"', "smtp.sender: is not an e-mail address"),
        ('[smtp]\nenvelope_sender = "bounces at un.org"', "smtp.envelope_sender: is not an e-mail address"),
        ('[digest]\nto = ["uncac@un.org", "secretariat"]', "digest.to.1: is not an e-mail address"),
        ('[ledger]\nurl = "var/ledger.db"', "ledger.url: is not the URL of an SQLite database"),
        ("[schedule", "is not valid TOML"),
    ],
)
def test_a_wrong_value_is_named_with_its_key_and_its_place(write: Write, text: str, told: str) -> None:
    """An operator reads where to look and what to write."""
    with pytest.raises(SettingsError) as error:
        load(write(text))
    assert told in str(error.value)
    assert "service.toml" in str(error.value)


def test_every_fault_is_told_at_once(write: Write) -> None:
    """Not one at each start."""
    with pytest.raises(SettingsError) as error:
        load(write("[schedule]\npoll_seconds = -1\n[limits]\nattempts = 0\n[office]\nzone = 'x'"))
    assert len(str(error.value).splitlines()) == 3


def test_a_wrong_value_in_the_environment_is_named_with_its_variable(write: Write) -> None:
    """Unknown keys too."""
    for variable in ("SCHEDULE__POLL_SECONDS", "SCHEDULE__POL_SECONDS", "SMPT__HOST"):
        with pytest.raises(SettingsError, match=f"STATEMENT_INTAKE_{variable}: "):
            load(write("") | env(**{variable: "none"}))


def test_a_table_that_lacks_something_is_named_with_all_that_speaks_of_it(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file, if there is one, and the variables."""
    monkeypatch.chdir(tmp_path)
    for more in (write('[mailboxes.main]\nhost = "h"'), {}):
        with pytest.raises(SettingsError, match=r"MAILBOXES__MAIN__PORT: mailboxes\.main: an IMAP") as error:
            load(more | env(MAILBOXES__MAIN__HOST="h", MAILBOXES__MAIN__PORT="993"))
        assert ("service.toml" in str(error.value)) == bool(more)


def test_the_environment_outranks_the_file(write: Write) -> None:
    """Numbers, truth values, dates and lists."""
    settings = load(
        write('[schedule]\npoll_seconds = 5\n[replies]\nmode = "off"\nhold_outcomes = ["held"]')
        | env(
            SCHEDULE__POLL_SECONDS="7.5",
            REPLIES__HOLD_OUTCOMES='["rejected", "held"]',
            MAILBOXES__MAIN__HOST="imap.example",
            MAILBOXES__MAIN__USERNAME="u",
            MAILBOXES__MAIN__PASSWORD=SECRET,
            MAILBOXES__MAIN__FOLDERS='["INBOX", "Statements"]',
            MAILBOXES__MAIN__IDLE="false",
            MAILBOXES__MAIN__START="2023-07-12",
        )
    )
    main = settings.mailboxes["main"]
    assert (settings.schedule.poll_seconds, settings.replies.mode) == (7.5, "off")
    assert settings.replies.hold_outcomes == ("rejected", "held")
    assert (main.folders, main.idle, str(main.start)) == (("INBOX", "Statements"), False, "2023-07-12")


def test_the_environment_names_a_table_as_a_shell_can(write: Write) -> None:
    """Whatever capitals and hyphens the file has in it."""
    named = write('[mailboxes.Vienna-Copies]\nhost = "h"\nusername = "u"\npassword_file = "none"')
    mailboxes = load(named | env(MAILBOXES__VIENNA_COPIES__PASSWORD=SECRET, MAILBOXES__VIENNA_COPIES__PORT="1993"))
    assert {name: mailbox.port for name, mailbox in mailboxes.mailboxes.items()} == {"Vienna-Copies": 1993}
    with pytest.raises(SettingsError, match=r"MAILBOXES__VIENNA_COPIES__PORT: mailboxes\.Vienna-Copies\.port: "):
        load(named | env(MAILBOXES__VIENNA_COPIES__PASSWORD=SECRET, MAILBOXES__VIENNA_COPIES__PORT="0"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.1.1", "[::1]", "LocalHost", "128.0.0.1", "localhost.example", ""])
def test_clear_text_stays_on_loopback(write: Write, host: str) -> None:
    """Which is all of 127/8, and nothing that merely begins like its name."""
    named = write(f'[mailboxes.main]\nhost = "{host}"\nusername = "u"\npassword = "{SECRET}"\nsecurity = "none"')
    if host in {"127.0.0.1", "127.0.1.1", "[::1]", "LocalHost"}:
        assert load(named).mailboxes["main"].security == "none"
        return
    with pytest.raises(SettingsError, match=r"mailboxes\.main: "):
        load(named)


def test_a_list_that_is_none_is_told_with_its_variable() -> None:
    """JSON it has to be."""
    with pytest.raises(SettingsError, match="STATEMENT_INTAKE_REPLIES__HOLD_OUTCOMES: looks like a list"):
        load(env(REPLIES__HOLD_OUTCOMES="[rejected"))


def test_relative_paths_belong_to_whoever_names_them(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the file's folder, and in the environment to the working directory."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    text = '[files]\npath = "store"\n[ledger]\nurl = "sqlite:///../l.db"\n[mailboxes.main]\npath = "box"'
    named = write(text)
    settings = load(named)
    assert settings.files.path == tmp_path / "etc" / "store"
    assert settings.ledger.url == f"sqlite:///{tmp_path / 'etc'}/../l.db"
    assert (settings.mailboxes["main"].kind, settings.mailboxes["main"].path) == ("maildir", tmp_path / "etc" / "box")
    settings = load(named | env(FILES__PATH="store", LEDGER__URL="sqlite:///l.db", MAILBOXES__MAIN__PATH="box"))
    assert settings.files.path == tmp_path / "work" / "store"
    assert settings.ledger.url == f"sqlite:///{tmp_path / 'work'}/l.db"
    assert settings.mailboxes["main"].path == tmp_path / "work" / "box"
    assert load(env(LEDGER__URL="sqlite:////var/l.db")).ledger.url == "sqlite:////var/l.db"


def test_a_secret_may_come_from_a_file(write: Write, tmp_path: Path) -> None:
    """Its last line break is not part of it; an absolute path and a relative one will do."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "secret").write_text(f"{SECRET}\n", encoding="utf-8")
    text = '[smtp]\nhost = "h"\nusername = "u"\npassword_file = "secret"'
    for settings in (
        load(write(text)),
        load(env(SMTP__HOST="h", SMTP__USERNAME="u", SMTP__PASSWORD_FILE=str(tmp_path / "etc" / "secret"))),
    ):
        assert settings.smtp.password is not None
        assert settings.smtp.password.get_secret_value() == SECRET


def test_a_secret_in_the_environment_takes_the_place_of_the_files_one(write: Write, tmp_path: Path) -> None:
    """In either form; in one place both are one too many."""
    (tmp_path / "new").write_text("new", encoding="utf-8")
    text = '[smtp]\nhost = "h"\nusername = "u"\npassword{0} = "{1}"'
    given = load(write(text.format("_file", "/nowhere/secret")) | env(SMTP__PASSWORD="new"))
    filed = load(write(text.format("", "old")) | env(SMTP__PASSWORD_FILE=str(tmp_path / "new")))
    for settings in (given, filed):
        assert settings.smtp.password is not None
        assert settings.smtp.password.get_secret_value() == "new"
    with pytest.raises(SettingsError, match=r"smtp\.password_file: there is a password, too"):
        load(write('[smtp]\npassword = "a"\npassword_file = "b"'))


@pytest.mark.parametrize("password", ['["not", "a", "list"]', "{curly", "[", "123"])
def test_a_password_is_never_taken_for_json(password: str) -> None:
    """Whatever it begins with."""
    settings = load(env(SMTP__HOST="h", SMTP__USERNAME="u", SMTP__PASSWORD=password))
    assert settings.smtp.password is not None
    assert settings.smtp.password.get_secret_value() == password


def test_no_secret_is_ever_printed(write: Write, tmp_path: Path) -> None:
    """Neither in an error nor in the settings themselves."""
    text = f'[mailboxes.main]\nhost = "h"\nusername = "u"\npassword = "{SECRET}"\n'
    assert SECRET not in repr(load(write(text)))
    assert SECRET not in str(load(write(text)).model_dump())
    (tmp_path / "latin").write_bytes(SECRET.encode() + b"\xff")
    for wrong in (
        write(f'{text}port = "{SECRET}"'),
        write(f'{text}mark = "move"'),
        write(f'[smtp]\nhost = "h"\nusername = "u"\npassword = ["{SECRET}"]'),
        write(f'[smtp]\npasword = "{SECRET}"'),
        write(f'[smtp]\nhost = "h"\nusername = "u"\npassword_file = "{tmp_path / "latin"}"'),
    ):
        with pytest.raises(SettingsError) as error:
            load(wrong)
        assert SECRET not in str(error.value)
        assert error.value.__suppress_context__ or error.value.__cause__ is None


def test_a_secret_file_that_is_not_there_is_named(write: Write) -> None:
    """With the key."""
    with pytest.raises(SettingsError, match=r"smtp\.password_file: cannot be read: /nowhere/secret: No such file"):
        load(write('[smtp]\npassword_file = "/nowhere/secret"'))


def test_a_configuration_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    """A slip in its name must not mean: no configuration."""
    with pytest.raises(SettingsError, match=r"nothing\.toml: cannot be read"):
        load({"STATEMENT_INTAKE_CONFIG": str(tmp_path / "nothing.toml")})


def test_the_settings_that_come_with_the_project_are_good() -> None:
    """As they are, and for nobody yet."""
    file = Path(__file__).parent.parent / "config" / "service.toml"
    settings = load({"STATEMENT_INTAKE_CONFIG": str(file)})
    assert isinstance(settings, Settings)
    assert settings.mailboxes == {}
    assert settings.replies.mode == "hold"


def test_every_secret_may_be_in_a_file(tmp_path: Path) -> None:
    """Those of [oauth2] too; the file's name is relative to who names it."""
    (tmp_path / "secret").write_text("s3cret\n")
    (tmp_path / "refresh").write_text("refresh-me\n")
    file = tmp_path / "service.toml"
    file.write_text('[oauth2]\ntoken_url = "https://accounts.example/token"\nclient_id = "c"\nsecret_file = "secret"\n')
    variables = {CONFIG_VARIABLE: str(file), f"{PREFIX}OAUTH2__REFRESH_TOKEN_FILE": str(tmp_path / "refresh")}
    oauth2 = load(variables).oauth2
    assert oauth2 is not None
    assert oauth2.secret is not None
    assert oauth2.refresh_token is not None
    assert (oauth2.secret.get_secret_value(), oauth2.refresh_token.get_secret_value()) == ("s3cret", "refresh-me")
    assert "s3cret" not in repr(oauth2)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("", 'mailboxes.main, smtp: auth = "oauth2" needs a table'),
        ('[oauth2]\ntoken_url = "http://a.example/token"\nclient_id = "c"\nsecret = "s"', "must begin with https"),
        ('[oauth2]\ntoken_url = "https://a.example/token"\nclient_id = "c"', "needs a secret, a certificate or"),
        (
            '[oauth2]\ntoken_url = "https://a.example/token"\nclient_id = "c"\nsecret = "s"\ncertificate = "x"',
            "not both",
        ),
        ('[oauth2]\ntoken_url = "https://a.example/token"\nclient_id = "c"\ncertificate = "x"', "at Microsoft alone"),
        (
            '[oauth2]\ntoken_url = "https://a.example/t/oauth2/v2.0/token"\nclient_id = "c"\ncertificate = "hush"',
            "has no private key in it",
        ),
        (
            '[oauth2]\ntoken_url = "https://a/t/oauth2/v2.0/token"\nclient_id = "c"\ncertificate = "PRIVATE KEY-----"',
            "has no certificate in it",
        ),
    ],
)
def test_what_tokens_need_is_said_at_the_start(tmp_path: Path, lines: str, told: str) -> None:
    """With the key, and without the secret."""
    file = tmp_path / "service.toml"
    box = '[mailboxes.main]\nhost = "imap.example"\nusername = "u@example"\nauth = "oauth2"\n'
    file.write_text(f'{box}[smtp]\nhost = "smtp.example"\nusername = "u@example"\nauth = "oauth2"\n{lines}\n')
    with pytest.raises(SettingsError, match=re.escape(told)) as caught:
        load({CONFIG_VARIABLE: str(file)})
    assert "hush" not in str(caught.value)
