"""A small identity provider: discovery, keys, authorization code with PKCE, signed ID tokens. As real as its server."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "console", "the client's secret"


@dataclass
class Provider:
    """What the provider knows, and what it is to say."""

    issuer: str = ""
    #: Claims of whoever logs in now.
    person: dict[str, Any] = field(default_factory=dict)
    #: Claims that are put in the place of true ones.
    lies: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first"}, private=True))
    #: With which tokens are signed, if not with the one that is published.
    signing: RSAKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    #: Why the last exchange of a code was refused.
    refused: str = ""

    def document(self) -> dict[str, str]:
        """The discovery document."""
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {"issuer": self.issuer} | {name: f"{self.issuer}/{path}" for name, path in names.items()}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent once the person has logged in here."""
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = hashlib.sha256(json.dumps(asked).encode()).hexdigest()
        self.codes[code] = asked
        return asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]})

    def exchange(self, sent: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """The tokens for a code, once, for the client that can prove that it asked."""
        asked = self.codes.pop(sent.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        scheme, _, credentials = authorization.partition(" ")
        if asked is None:
            self.refused = "code"
        elif asked["code_challenge"] != challenge.rstrip(b"=").decode():
            self.refused = "PKCE"
        elif scheme != "Basic" or base64.b64decode(credentials).decode().partition(":")[0] != CLIENT:
            self.refused = "client"
        else:
            now = int(time.time())
            claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
            token = jwt.encode(
                {"alg": "RS256", "kid": self.key.kid}, claims | self.person | self.lies, self.signing or self.key
            )
            return {"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": token}
        return None


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider on loopback."""
    served = Provider()

    class Handler(BaseHTTPRequestHandler):
        """Its four addresses."""

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            """Discovery, keys, and the login itself."""
            parts = urlsplit(self.path)
            if parts.path == "/.well-known/openid-configuration":
                self._answer(served.document())
            elif parts.path == "/keys":
                self._answer({"keys": [served.key.as_dict(private=False)]})
            else:
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("Location", served.authorize(asked))
                self.end_headers()

        def do_POST(self) -> None:
            """A code for tokens."""
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            sent = {name: values[0] for name, values in parse_qs(body).items()}
            tokens = served.exchange(sent, self.headers.get("Authorization", ""))
            self._answer(tokens or {"error": "invalid_grant"}, 200 if tokens else 400)

        def _answer(self, value: dict[str, Any], status: int = 200) -> None:
            content = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
