"""Where people go by themselves, in the order of the bar."""

from statement_intake.console.words import N_
from statement_intake.domain.people import Role
from statement_intake.domain.value import Value


class Place(Value):
    """A page of the bar."""

    #: The name by which the page calls itself in `render`.
    section: str
    path: str
    label: str
    #: Who sees it.
    role: Role = Role.VIEWER


PLACES: tuple[Place, ...] = (
    Place(section="today", path="/", label=N_("Today")),
    Place(section="log", path="/log", label=N_("Log")),
    Place(section="outbox", path="/outbox", label=N_("Outbox")),
    Place(section="coverage", path="/coverage", label=N_("Coverage")),
    Place(section="packages", path="/packages", label=N_("Packages")),
    Place(section="people", path="/people", label=N_("People"), role=Role.ADMINISTRATOR),
)
