"""A provider of access tokens on loopback: a real token endpoint, as Microsoft's and as others have it."""

import json
import ssl
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.x509 import load_pem_x509_certificate

from statement_intake.operations.local_certificate import Certificate

CLIENT, SECRET, REFRESH_TOKEN = "client-7", "s3cret-of-the-application", "refresh-me-0"


@dataclass
class Provider:
    """What it knows and gives out."""

    certificate: Certificate
    #: Microsoft's form needs TLS; Dovecot asks about tokens, and others get theirs, in clear text on loopback.
    tls_port: int = 0
    port: int = 0
    #: The mailbox that its tokens open.
    mailbox: str = ""
    roles: tuple[str, ...] = ("IMAP.AccessAsApp", "SMTP.SendAsApp")
    expires_in: int = 3600
    #: What the token endpoint answers in place of a token.
    refusal: dict[str, str] | None = None
    #: HTTP status of that answer.
    status: int = 400
    #: Tokens that are good.
    good: set[str] = field(default_factory=set)
    #: Every token ever given out, in order.
    given: list[str] = field(default_factory=list)
    refresh_token: str = REFRESH_TOKEN
    #: Whether each refresh gives another refresh token and ends the old one.
    rotates: bool = False

    @property
    def microsoft_url(self) -> str:
        """The token endpoint in Microsoft's form."""
        return f"https://localhost:{self.tls_port}/tenant{'/oauth2/v2.0/token'}"

    @property
    def token_url(self) -> str:
        """Any other provider's token endpoint."""
        return f"http://127.0.0.1:{self.port}/token"

    @property
    def introspection_url(self) -> str:
        """Where Dovecot asks."""
        return f"http://127.0.0.1:{self.port}/introspect"

    def revoke_all(self) -> None:
        """Whatever was given out is good no more."""
        self.good.clear()

    def opens(self, user: str, token: str) -> bool:
        """Whether *token* opens the mailbox of *user*."""
        return user == self.mailbox and token in self.good

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        """The status and JSON of one request."""
        if path.endswith("/.well-known/openid-configuration"):
            base = f"https://localhost:{self.tls_port}/tenant"
            return 200, {"issuer": base, "authorization_endpoint": base, "token_endpoint": self.microsoft_url}
        if path == "/introspect":
            known = form.get("token") in self.good
            return 200, {"active": known, "username": self.mailbox} if known else {"active": False}
        if self.refusal is not None:
            return self.status, dict(self.refusal)
        if not self._vouched_for(form):
            return 401, {
                "error": "invalid_client",
                "error_description": "AADSTS7000215: Invalid client secret provided.",
            }
        return 200, self._grant()

    def _vouched_for(self, form: dict[str, str]) -> bool:
        if form.get("grant_type") == "refresh_token":
            return form.get("refresh_token") == self.refresh_token
        if assertion := form.get("client_assertion"):
            public = load_pem_x509_certificate(self.certificate.file.read_bytes()).public_key()
            claims = jwt.decode(assertion, public, algorithms=["PS256", "RS256"], audience=self.microsoft_url)  # type: ignore[arg-type] # an RSA key
            return bool(claims["iss"] == CLIENT)
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)

    def _grant(self) -> dict[str, object]:
        claims = json.dumps({"roles": list(self.roles), "n": len(self.given), "t": time.time()}).encode()
        token = f"e30.{urlsafe_b64encode(claims).decode().rstrip('=')}.c2lnbmVk"
        self.good.add(token)
        self.given.append(token)
        granted: dict[str, object] = {"access_token": token, "token_type": "Bearer", "expires_in": self.expires_in}
        if self.rotates:
            self.refresh_token = granted["refresh_token"] = f"refresh-me-{len(self.given)}"
        return granted


@contextmanager
def provider(certificate: Certificate) -> Iterator[Provider]:
    """Run one, with TLS by *certificate* and without."""
    known = Provider(certificate)

    class Handler(BaseHTTPRequestHandler):
        """Passes everything on."""

        def do_GET(self) -> None:
            """Without a form."""
            self._say({})

        def do_POST(self) -> None:
            """With a form."""
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say({key: values[0] for key, values in parse_qs(body).items()})

        def log_message(self, *words: object) -> None:
            """Nothing is printed."""

        def _say(self, form: dict[str, str]) -> None:
            status, answer = known.answer(urlsplit(self.path).path, form)
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.file, certificate.key)
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Handler) for _ in range(2)]
    servers[0].socket = context.wrap_socket(servers[0].socket, server_side=True)
    known.tls_port, known.port = (server.server_address[1] for server in servers)
    threads = [threading.Thread(target=server.serve_forever, args=[0.05]) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield known
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()
