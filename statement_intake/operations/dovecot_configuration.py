"""The configuration file of a private Dovecot: 2.3 (Debian 12) and 2.4 (Debian 13) want different words."""

import grp
import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from statement_intake.operations.local_certificate import Certificate


@dataclass(frozen=True)
class Installation:
    """Everything that a configuration names."""

    version: str
    #: Sockets and state; a short path.
    runtime: Path
    #: Below it each user has a directory.
    mail: Path
    log: Path
    certificate: Certificate
    #: Every user's.
    password: str
    #: Who the mail belongs to.
    uid: int
    gid: int
    port: int
    tls_port: int
    #: Who is asked about the tokens of XOAUTH2 (RFC 7662); None: nobody can sign in with one.
    introspection_url: str | None = None


def configuration(installation: Installation) -> str:
    """The text of dovecot.conf."""
    of_2_3 = installation.version.startswith("2.3.")
    words = _words_of_2_3(installation) if of_2_3 else _words_of_2_4(installation)
    if installation.introspection_url:
        words = "\n".join((words, (_tokens_of_2_3 if of_2_3 else _tokens_of_2_4)(installation)))
    return "\n".join((words, _common(installation), "" if os.geteuid() == 0 else _rootless()))


def _common(installation: Installation) -> str:
    return f"""
base_dir = {installation.runtime}/run
state_dir = {installation.runtime}/state
log_path = {installation.log}
listen = 127.0.0.1
auth_mechanisms = plain login{" xoauth2" if installation.introspection_url else ""}
ssl = yes
first_valid_uid = {installation.uid}
first_valid_gid = {installation.gid}
# A wrong password is a test here, not an attack.
auth_failure_delay = 0
# What is kept here is worth nothing after a power cut.
mail_fsync = never
namespace inbox {{
  inbox = yes
}}
protocol imap {{
  mail_max_userip_connections = 50
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {installation.port}
  }}
  inet_listener imaps {{
    port = {installation.tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
"""


def _words_of_2_3(installation: Installation) -> str:
    return f"""
protocols = imap
service anvil {{
  # After a wrong password the next ones would be kept waiting.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
# One process serves all connections: they start faster than a process each.
service imap-login {{
  service_count = 0
}}
disable_plaintext_auth = no
ssl_cert = <{installation.certificate.file}
ssl_key = <{installation.certificate.key}
mail_location = maildir:~/Maildir
passdb {{
  driver = static
  args = password={installation.password}
}}
userdb {{
  driver = static
  args = uid={installation.uid} gid={installation.gid} home={installation.mail}/%u allow_all_users=yes
}}
"""


def _words_of_2_4(installation: Installation) -> str:
    # The first line has to be this one, and names the version whose defaults are meant, not the one installed.
    return f"""dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
protocols = imap
# As above.
service imap-login {{
  restart_request_count = unlimited
}}
auth_allow_cleartext = yes
ssl_server_cert_file = {installation.certificate.file}
ssl_server_key_file = {installation.certificate.key}
mail_driver = maildir
mail_path = ~/Maildir
passdb static {{
  password = {installation.password}
}}
userdb static {{
  fields {{
    uid = {installation.uid}
    gid = {installation.gid}
    home = {installation.mail}/%{{user}}
  }}
}}
"""


def introspection(installation: Installation) -> str:
    """The text of the file of its own that 2.3 wants about tokens."""
    return f"""introspection_mode = post
introspection_url = {installation.introspection_url}
username_attribute = username
active_attribute = active
active_value = true
"""


def _tokens_of_2_3(installation: Installation) -> str:
    return f"""
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {installation.runtime}/oauth2.conf
}}
"""


def _tokens_of_2_4(installation: Installation) -> str:
    # The mechanism asks by itself; there is no passdb for it any more.
    return f"""
oauth2 {{
  introspection_mode = post
  introspection_url = {installation.introspection_url}
  username_attribute = username
  active_attribute = active
  active_value = true
}}
"""


def _rootless() -> str:
    """Without root, Dovecot cannot change to the users that it otherwise runs as."""
    user = pwd.getpwuid(os.geteuid()).pw_name
    group = grp.getgrgid(os.getegid()).gr_name
    return f"""
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
"""
