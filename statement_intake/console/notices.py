"""What is said once after something was done, by the word in the address; and what the record's actions are called."""

from collections.abc import Mapping
from types import MappingProxyType

from statement_intake.console.words import N_

NOTICES: Mapping[str, str] = MappingProxyType(
    {
        "accept": N_("It is accepted."),
        "reject": N_("It is rejected."),
        "reopen": N_("It is open again, and nothing was sent."),
        "ask": N_("The delegation is asked."),
        "correct": N_("It is corrected, and judged again."),
        "attach": N_("The file is attached, and everything was judged again."),
        "withdraw": N_("It is marked as withdrawn."),
        "join": N_("The two are one submission now."),
        "undo": N_("The verdict is taken back. The letter does not go, and the submission waits for a person."),
        "edit": N_("The letter has its new words."),
        "send": N_("The letter goes with the next round."),
        "send_all": N_("The letters go with the next round."),
        "drop": N_("The letter does not go."),
        "order": N_("The order is settled."),
        "taken_up": N_("It is noted which items were taken up."),
        "publish": N_("It may be posted."),
        "zone": N_("Times are shown in this zone from now on."),
        "people": N_("It is changed. Whoever is concerned has to log in anew."),
    }
)

#: The audit's actions, as a sentence goes on after the name.
ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "decide": N_("decided"),
        "complete": N_("put together"),
        "accept": N_("accepted"),
        "reject": N_("rejected"),
        "reopen": N_("reopened"),
        "ask": N_("asked for a part"),
        "correct": N_("corrected"),
        "attach": N_("attached a file"),
        "withdraw": N_("marked as withdrawn"),
        "join": N_("joined two mails"),
        "inspect": N_("inspected the video"),
        "supersede": N_("gave its place to a later version"),
        "restore": N_("gave it its place back"),
        "ask_back": N_("noted the wish to withdraw"),
        "send": N_("released the letter"),
        "drop": N_("dropped the letter"),
        "bounce": N_("got the letter back"),
        "delay": N_("heard that the letter is delayed"),
        "edit": N_("put the letter into other words"),
        "log_in": N_("logged in"),
        "log_out": N_("logged out"),
        "log_in_refused": N_("was not let in"),
        "export": N_("exported the log"),
        "order": N_("settled a speaking order"),
        "take_up": N_("noted which items were taken up"),
        "publish": N_("settled whether it is posted"),
        "purge": N_("let go of what is old"),
        "package": N_("handed out a package"),
        "add_account": N_("made an account"),
        "change_account": N_("changed an account"),
        "disable_account": N_("took access away"),
        "enable_account": N_("gave access again"),
    }
)

#: The kinds of letters.
LETTER_KINDS: Mapping[str, str] = MappingProxyType(
    {"receipt": N_("receipt"), "rejection": N_("rejection"), "acknowledgement": N_("acknowledgement")}
)
