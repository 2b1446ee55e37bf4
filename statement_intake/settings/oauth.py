"""How access tokens are got, for the mailboxes and the SMTP server that want OAuth 2.0."""

from datetime import date
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from statement_intake.settings.table import Table, on_loopback

#: How the token endpoints of Microsoft's directories end; what stands before it is the directory.
MICROSOFT_SUFFIX = "/oauth2/v2.0/token"
#: All that an application may do with Exchange Online, as an administrator has granted it.
MICROSOFT_SCOPES = ("https://outlook.office365.com/.default",)


class OAuthSettings(Table):
    """An application that is known to the provider: by a secret, a certificate, or a refresh token."""

    token_url: str
    client_id: str
    secret: SecretStr | None = None
    #: Key and certificate, in PEM, one after the other.
    certificate: SecretStr | None = None
    #: What a person's consent gave, once.
    refresh_token: SecretStr | None = None
    #: Where the one is kept that the provider gives in place of it; unset: "refresh-token" beside the ledger.
    kept_token_file: Path | None = None
    scopes: tuple[str, ...] = ()
    #: The last day of the secret, as the provider shows it when it is made. A certificate says its own.
    secret_expires: date | None = None
    #: So many days before the end the operators are told.
    warn_days: Annotated[int, Field(ge=1)] = 30
    #: A PEM file of certificate authorities to trust instead of the system's.
    ca_file: Path | None = None

    @property
    def microsoft(self) -> bool:
        """Whether the token endpoint is one of Microsoft's."""
        return self.token_url.endswith(MICROSOFT_SUFFIX)

    @property
    def authority(self) -> str:
        """Microsoft's name for the directory: https://login.microsoftonline.com/TENANT."""
        return self.token_url.removesuffix(MICROSOFT_SUFFIX)

    @property
    def wanted_scopes(self) -> tuple[str, ...]:
        """As set; else, for an application at Microsoft, what it was granted."""
        return self.scopes or (MICROSOFT_SCOPES if self.microsoft and self.refresh_token is None else ())

    @property
    def expires(self) -> tuple[str, date] | None:
        """What will stop to work, and its last day; None where that is not known."""
        if self.certificate is not None:
            return "certificate", _last_day(self.certificate.get_secret_value())
        return ("secret", self.secret_expires) if self.secret_expires else None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        url = urlsplit(self.token_url)
        if url.scheme != "https" and not (url.scheme == "http" and on_loopback(url.hostname)):
            raise ValueError("token_url must begin with https://")
        if self.secret is not None and self.certificate is not None:
            raise ValueError("a secret or a certificate, not both")
        if self.secret is None and self.certificate is None and self.refresh_token is None:
            raise ValueError("needs a secret, a certificate or a refresh_token (each also as ..._file)")
        if self.certificate is not None:
            self._look_at_certificate(self.certificate.get_secret_value())
        return self

    def _look_at_certificate(self, pem: str) -> None:
        if not self.microsoft or self.refresh_token is not None:
            raise ValueError(
                f"a certificate is for applications at Microsoft alone (token_url ends with {MICROSOFT_SUFFIX})"
            )
        if "PRIVATE KEY-----" not in pem:
            raise ValueError("certificate has no private key in it: key and certificate, one after the other")
        try:
            _last_day(pem)
        except ValueError:
            # Not its own text, which may quote what it could not read.
            raise ValueError("certificate has no certificate in it that can be read (PEM)") from None


def _last_day(pem: str) -> date:
    """Of a certificate. Raises ValueError where there is none that can be read."""
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415 - 8 MiB; few applications have certificates

    return load_pem_x509_certificate(pem.encode()).not_valid_after_utc.date()
