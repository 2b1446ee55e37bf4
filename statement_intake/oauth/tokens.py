"""Access tokens: of an application at Microsoft by msal, of any other provider by its token endpoint (RFC 6749).

Tokens live in memory alone, but for a refresh token that the provider gave in place of another (see `kept`); no
line of the log has one.
"""

import ssl
import time
from pathlib import Path
from threading import Lock
from typing import Any

import msal
import requests

from statement_intake.domain.faults import SurroundingsFault
from statement_intake.oauth.kept import KeptToken
from statement_intake.oauth.permissions import advice, refusal
from statement_intake.settings.oauth import OAuthSettings
from statement_intake.withheld import withheld

# For its own command line, which nobody calls: 8 MiB.
with withheld("click"):
    import httpx

_SECONDS = 15.0
#: A token is not used in its last minutes: a session has to begin with it.
_MARGIN = 300.0


class _Session(requests.Session):
    """What msal asks with: it waits for a limited time, and a ca_file is not overruled by REQUESTS_CA_BUNDLE."""

    def __init__(self, ca_file: Path | None) -> None:
        super().__init__()
        self._ca_file = ca_file

    def request(self, *words: Any, **options: Any) -> requests.Response:  # noqa: ANN401 - as the library has it
        """With a limit of time."""
        return super().request(*words, **{"timeout": _SECONDS, **options})

    def merge_environment_settings(self, *words: Any, **options: Any) -> Any:  # noqa: ANN401 - as the library has it
        """Proxies come from the environment, trust from the settings, if they say."""
        merged = super().merge_environment_settings(*words, **options)
        return {**merged, "verify": str(self._ca_file)} if self._ca_file else merged


class TokenSource:
    """The tokens of one application. Safe to use from several threads."""

    def __init__(self, settings: OAuthSettings, keep_in: Path | None = None) -> None:
        """*keep_in*: the file for a refresh token that the provider changes, unless the settings name one."""
        self._settings = settings
        self._lock = Lock()
        #: msal's own memory of tokens is in here.
        self._application: msal.ConfidentialClientApplication | None = None
        self._token = ""
        #: By the monotonic clock.
        self._valid_until = 0.0
        self._refresh_token = settings.refresh_token.get_secret_value() if settings.refresh_token else None
        self._kept: KeptToken | None = None
        where = settings.kept_token_file or keep_in
        if self._refresh_token is not None and where is not None:
            self._kept = KeptToken(where, settings.token_url, settings.client_id, self._refresh_token)
        #: The refresh token here is newer than the one in the file, which could not be written.
        self._ahead = False

    def token(self) -> str:
        """One that is valid for some minutes at least. Raises SurroundingsFault, permanent if refused."""
        with self._lock:
            if self._settings.microsoft and self._refresh_token is None:
                # msal renews by itself what is about to end.
                self._token = _granted(self._from_microsoft(), self)["access_token"]
            elif time.monotonic() >= self._valid_until:
                self._renew_alone()
            return self._token

    def forget(self) -> None:
        """A server refused the token: the next one is to be a new one."""
        with self._lock:
            self._application, self._valid_until = None, 0.0

    def advice(self, permission: str) -> str:
        """Why a server may have refused the last token."""
        return advice(self._token, permission)

    def hide(self, text: str) -> str:
        """*text* without tokens and secrets."""
        secrets = (self._settings.secret, self._settings.refresh_token)
        for word in (self._token, self._refresh_token, *(secret.get_secret_value() for secret in secrets if secret)):
            text = text.replace(word, "***") if word else text
        return text

    def examine(self) -> list[str]:
        """For `doctor`: get a token, and say so. Raises SurroundingsFault."""
        kept = [self._kept.examine()] if self._kept else []
        self.forget()
        self.token()
        return [f"{self._settings.token_url} gives out tokens.", *kept]

    def _from_microsoft(self) -> dict[str, Any]:
        try:
            if self._application is None:
                self._application = self._at_microsoft()
            answer: dict[str, Any] = self._application.acquire_token_for_client(list(self._settings.wanted_scopes))
        except (requests.RequestException, RuntimeError) as error:
            raise self._unreachable(error) from None
        except ValueError as error:
            # There is no such directory; or the answer is not what a token endpoint says.
            raise SurroundingsFault(self._line(f"no token: {error}"), permanent=True) from None
        return answer

    def _at_microsoft(self) -> msal.ConfidentialClientApplication:
        known = self._settings
        credential: str | dict[str, str]
        if known.certificate is not None:
            pem = known.certificate.get_secret_value()
            credential = {"private_key": pem, "public_certificate": pem}
        else:
            credential = known.secret.get_secret_value() if known.secret else ""
        return msal.ConfidentialClientApplication(
            known.client_id,
            client_credential=credential,
            authority=known.authority,
            # It would ask Microsoft whether the authority is one of theirs; the settings say which one is meant.
            instance_discovery=False,
            http_client=_Session(known.ca_file),
        )

    def _renew_alone(self) -> None:
        """By the refresh token that is good now: another process, `doctor` say, may have changed it for a new one."""
        if self._kept is None:
            self._renew()
            return
        with self._kept.alone():
            if not self._ahead:
                self._refresh_token = self._kept.read() or self._refresh_token
            before = self._refresh_token
            self._renew()
            if self._refresh_token is not None and (self._ahead or self._refresh_token != before):
                # At once: with the process the only good one would be gone.
                self._ahead = not self._kept.write(self._refresh_token)

    def _renew(self) -> None:
        """A new token from the token endpoint, by the refresh token or, without one, by the secret."""
        known = self._settings
        asked = {"client_id": known.client_id, "scope": " ".join(known.wanted_scopes)}
        asked["client_secret"] = known.secret.get_secret_value() if known.secret else ""
        if self._refresh_token is not None:
            asked |= {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
        else:
            asked["grant_type"] = "client_credentials"
        try:
            response = httpx.post(
                known.token_url,
                data={key: value for key, value in asked.items() if value},
                timeout=_SECONDS,
                verify=ssl.create_default_context(cafile=known.ca_file),
            )
            answer = response.json()
        except (httpx.HTTPError, ValueError, OSError) as error:
            raise self._unreachable(error) from None
        if not isinstance(answer, dict) or response.is_server_error:
            raise self._unreachable(ValueError(f"HTTP status {response.status_code}"))
        granted = _granted(answer, self)
        self._token = str(granted["access_token"])
        lasts = granted.get("expires_in")
        self._valid_until = time.monotonic() + max(0.0, float(lasts if isinstance(lasts, int) else 0) - _MARGIN)
        # Some providers give another refresh token each time and let the old one end.
        self._refresh_token = str(granted.get("refresh_token") or "") or self._refresh_token

    def _unreachable(self, error: Exception) -> SurroundingsFault:
        return SurroundingsFault(self._line(f"{self._settings.token_url} cannot be reached: {error}"))

    def _line(self, text: str) -> str:
        return " ".join(self.hide(text).split())[:500]


def _granted(answer: dict[str, Any], source: TokenSource) -> dict[str, Any]:
    """*answer*, if there is a token in it. Raises SurroundingsFault."""
    if isinstance(answer.get("access_token"), str) and answer["access_token"]:
        return answer
    told, for_good = refusal(answer)
    raise SurroundingsFault(f"no token: {source.hide(told)}", permanent=for_good)
