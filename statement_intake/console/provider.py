"""An identity provider that speaks OpenID Connect: authorization code with PKCE, and what its ID token says.

Everything is checked that OpenID Connect Core section 3.1.3.7 asks for: signature, issuer, audience, expiry, nonce.
People are known by issuer and subject, never by an address that may be given to somebody else.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from statement_intake.console.vouching import Leaving, NotLetIn, Person
from statement_intake.domain.faults import SurroundingsFault
from statement_intake.domain.people import Role

_TIMEOUT = 10.0
_ALGORITHMS = ["RS256", "ES256", "PS256", "EdDSA"]
#: Clocks differ, in seconds.
_LEEWAY = 60
_VERIFIER_BYTES = 48


@dataclass
class Provider:
    """One provider; its discovery document and keys are fetched when they are needed."""

    issuer: str
    client_id: str
    client_secret: str | None
    scopes: tuple[str, ...]
    groups_claim: str
    roles: Mapping[str, Role]
    #: Where the provider sends people back to.
    redirect_uri: str
    _found: dict[str, Any] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def leave(self) -> Leaving:
        """Where to send somebody who wants to log in. Raises SurroundingsFault where the provider cannot be reached."""
        verifier, nonce = secrets.token_urlsafe(_VERIFIER_BYTES), secrets.token_urlsafe()
        address, state = self._client().create_authorization_url(
            self._discovered()["authorization_endpoint"], code_verifier=verifier, nonce=nonce
        )
        return Leaving(address=address, state=state, nonce=nonce, verifier=verifier)

    def receive(self, code: str, nonce: str, verifier: str) -> Person:
        """Whom the provider vouches for with *code*. Raises NotLetIn, or SurroundingsFault."""
        try:
            token = self._client().fetch_token(
                self._discovered()["token_endpoint"], code=code, code_verifier=verifier, grant_type="authorization_code"
            )
        except OAuthError as error:
            raise NotLetIn(f"the identity provider refuses: {error.error}") from error
        except requests.RequestException as error:
            raise SurroundingsFault(f"the identity provider cannot be reached: {type(error).__name__}") from error
        return self._person(str(token.get("id_token", "")), nonce)

    def _person(self, id_token: str, nonce: str) -> Person:
        claims = self._claims(id_token, nonce)
        groups = claims.get(self.groups_claim, [])
        known = [self.roles[group] for group in groups if isinstance(group, str) and group in self.roles]
        if not known:
            raise NotLetIn("none of your groups has access")
        name = str(claims.get("preferred_username") or claims.get("name") or claims["sub"])
        plain = "".join(mark for mark in name if mark.isprintable()).strip()
        return Person(issuer=self.issuer, subject=str(claims["sub"]), name=plain[:80] or "somebody", role=max(known))

    def _claims(self, id_token: str, nonce: str) -> dict[str, Any]:
        registry = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.client_id},
            exp={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        for again in (False, True):
            try:
                claims = jwt.decode(id_token, self._keys(again=again), algorithms=_ALGORITHMS).claims
                registry.validate(claims)
            except (JoseError, ValueError) as error:
                # A provider changes its keys now and then: an unknown one is looked for once more.
                if again:
                    raise NotLetIn(f"the identity provider's token cannot be trusted: {error}") from error
            else:
                return dict(claims)
        raise NotLetIn("the identity provider's token cannot be trusted")

    def _client(self) -> OAuth2Session:
        return OAuth2Session(
            client_id=self.client_id,
            client_secret=self.client_secret,
            token_endpoint_auth_method="client_secret_basic" if self.client_secret else "none",
            scope=" ".join(self.scopes),
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
            default_timeout=_TIMEOUT,
        )

    def _discovered(self) -> dict[str, Any]:
        document = self._fetch(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if document.get("issuer") != self.issuer:
            raise SurroundingsFault("the identity provider calls itself something else than [console.sign_on] issuer")
        return document

    def _keys(self, *, again: bool) -> KeySet:
        return KeySet.import_key_set(self._fetch(str(self._discovered()["jwks_uri"]), again=again))  # type: ignore[arg-type]

    def _fetch(self, address: str, *, again: bool = False) -> dict[str, Any]:
        with self._lock:
            if address in self._found and not again:
                return dict(self._found[address])
        try:
            answer = requests.get(address, timeout=_TIMEOUT, allow_redirects=False)
            answer.raise_for_status()
            document = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise SurroundingsFault(f"the identity provider cannot be reached: {type(error).__name__}") from error
        if not isinstance(document, dict):
            raise SurroundingsFault("the identity provider's document is malformed")
        with self._lock:
            self._found[address] = document
        return document
