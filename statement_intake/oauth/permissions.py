"""What providers say when they refuse an application, told so that an administrator knows what to do.

The numbers are Microsoft Entra's (AADSTS error codes).
"""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping

_CODE = re.compile(r"AADSTS(\d+)")
_CURES = {
    "7000222": "the client secret has expired: make a new one in the app registration",
    "7000215": "the client secret is wrong: the secret's value is wanted, not its ID",
    "700016": "there is no such application in this directory: look at client_id, and at the tenant in token_url",
    "700027": "the certificate is not the one of the app registration, or has expired",
    "90002": "there is no such directory: look at the tenant in token_url",
    "900023": "there is no such directory: look at the tenant in token_url",
    "53003": "a Conditional Access policy of the directory blocks the application",
    "7000112": "the application is disabled in the directory",
}
#: Answers of RFC 6749 section 5.2 that nothing but a change of the configuration will mend.
_FOR_GOOD = frozenset(
    [
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
        "invalid_request",
    ]
)
#: Letters of a provider's own words that are shown.
_SHOWN = 300


def refusal(answer: Mapping[str, object]) -> tuple[str, bool]:
    """What a token endpoint's error means, on one line, and whether it is for good."""
    error, told = str(answer.get("error", "unknown error")), str(answer.get("error_description", ""))
    code = _CODE.search(told)
    cure = _CURES.get(code[1]) if code else None
    if cure is None and error == "invalid_grant":
        cure = "the refresh token is not valid any more: somebody has to consent anew"
    line = " ".join(f"{error}: {told}".split())[:_SHOWN]
    return (f"{cure} ({line})" if cure else line), error in _FOR_GOOD


def advice(token: str, permission: str) -> str:
    """What an administrator may have left out, if a server refuses *token* although the provider gave it."""
    roles = _roles(token)
    if roles is None:
        return f"the token was given out, but not accepted: does it allow {permission}, and is the username right?"
    if permission not in roles:
        return (
            f"the app registration lacks the application permission {permission} of Office 365 Exchange Online, or an "
            f"administrator has not consented to it (granted: {', '.join(sorted(roles)) or 'none'})"
        )
    if permission.startswith("SMTP"):
        return (
            f"{permission} is granted; SMTP AUTH may be switched off for the mailbox (Set-CASMailbox), or Exchange "
            "does not know the application (New-ServicePrincipal, Add-MailboxPermission)"
        )
    return (
        f"{permission} is granted; Exchange may not know the application (New-ServicePrincipal), or it has no access "
        "to this mailbox (Add-MailboxPermission)"
    )


def _roles(token: str) -> frozenset[str] | None:
    """The application permissions in a token of Microsoft's; None where it cannot be read, as is the provider's right.

    Read to explain, and for nothing else: nobody has verified it.
    """
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - a signed JWT (RFC 7519 section 3.1)
        return None
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return frozenset(str(role) for role in claims.get("roles", ()))
    except (ValueError, AttributeError, TypeError):
        return None
