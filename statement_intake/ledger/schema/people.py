"""The tables of the console's people: accounts, sessions, logins under way."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from statement_intake.ledger.schema.base import Moment, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", Integer, primary_key=True),
    #: As it is written; compared without case.
    Column("name", String(100), nullable=False),
    Column("name_key", String(100), nullable=False, unique=True),
    Column("role", Integer, nullable=False),
    Column("password_hash", String(300)),
    Column("issuer", String(300)),
    Column("subject", String(300)),
    Column("zone", String(60)),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    UniqueConstraint("issuer", "subject"),
)

sessions = Table(
    "sessions",
    metadata,
    #: SHA-256 of the token in the cookie: who reads the ledger cannot take over a session.
    Column("token_sha256", String(64), primary_key=True),
    Column("account_id", Integer, ForeignKey("accounts.id"), nullable=False),
    #: "browser" or "programme" (a token for the API, which only reads).
    Column("kind", String(10), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Index(None, "account_id"),
)

#: Logins that are with the identity provider at this moment.
sign_ons = Table(
    "sign_ons",
    metadata,
    #: SHA-256 of the token in the browser's cookie: an answer counts only in the browser that asked.
    Column("token_sha256", String(64), primary_key=True),
    Column("state", String(100), nullable=False),
    Column("nonce", String(100), nullable=False),
    #: PKCE (RFC 7636).
    Column("verifier", String(128), nullable=False),
    #: The page that was asked for.
    Column("next_page", Text, nullable=False),
    Column("began_at", Moment, nullable=False),
)
