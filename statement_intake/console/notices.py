"""What is said once after something was done, by the word in the address."""

from collections.abc import Mapping
from types import MappingProxyType

from statement_intake.console.words import N_

NOTICES: Mapping[str, str] = MappingProxyType(
    {
        "zone": N_("Times are shown in this zone from now on."),
    }
)
