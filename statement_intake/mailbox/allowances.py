"""What the server allows an account, for `doctor`: rights in a folder (RFC 4314), and room (RFC 9208)."""

from collections.abc import Iterator

from imapclient import IMAPClient

from statement_intake.domain.faults import Shortcoming
from statement_intake.mailbox.connection import CommandError, commands
from statement_intake.settings import MailboxSettings

#: What moving takes, by the letters of RFC 4314 section 2.1.
MOVING_OUT, MOVING_IN = "te", "i"
_NAMES = {"t": "delete messages (t)", "e": "expunge (e)", "i": "insert messages (i)"}
#: Percent of a quota from which on somebody should know: a statement with its video may be a hundred megabytes.
_NEARLY_FULL = 90


def lacking_rights(client: IMAPClient, settings: MailboxSettings, folder: str, needed: str) -> Iterator[str]:
    """A sentence where the account lacks one of the *needed* rights in *folder*, as far as the server tells."""
    if not client.has_capability("ACL"):
        return
    with commands(client, settings, f"ask for our rights in folder {folder}"):
        # imapclient does not know the command. Quoted by imaplib's caller: the name may have spaces.
        _, said = client._imap.myrights(client._normalise_folder(folder))  # noqa: SLF001 - there is no public way
    answer = said[-1] if said and isinstance(said[-1], bytes) else b""
    rights = answer.decode("ascii", "replace").split()[-1:]
    # "d" and "c" are the older names of several rights (RFC 4314 section 2.1.1).
    missing = [_NAMES[right] for right in needed if rights and right not in rights[0] and not _is_old(right, rights[0])]
    if missing:
        yield Shortcoming(f"folder {folder}: this account may not {', nor '.join(missing)}: messages will not be moved")


def _is_old(right: str, rights: str) -> bool:
    """Whether an older server means *right* with its "d"."""
    return right in "te" and "d" in rights and not set(rights) & set("te")


def scarce_room(client: IMAPClient, settings: MailboxSettings, folder: str) -> Iterator[str]:
    """A sentence where the account's mail is nearly all that it may be, as far as the server tells."""
    if not client.has_capability("QUOTA"):
        return
    try:
        with commands(client, settings, "ask for the quota"):
            _, quotas = client.get_quota_root(folder)
    except CommandError as failure:
        # Some servers offer it to their administrators alone.
        if failure.broken:
            raise
        return
    for quota in quotas:
        percent = 100 * quota.usage // quota.limit if quota.limit else 100
        if percent >= _NEARLY_FULL:
            full = "full" if percent >= 100 else f"{percent} % full"  # noqa: PLR2004 - of a hundred
            what = (
                "messages" if quota.resource == "MESSAGE" else "kB" if quota.resource == "STORAGE" else quota.resource
            )
            yield Shortcoming(
                f"the mailbox is {full} ({quota.usage} of {quota.limit} {what}): its server turns mail away "
                "that finds no room, and the service never sees it"
            )
