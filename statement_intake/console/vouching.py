"""What passes between the console and an identity provider."""

from statement_intake.domain.people import Role
from statement_intake.domain.value import Value


class NotLetIn(Exception):  # noqa: N818 - expected: somebody is in none of the groups
    """The provider does not vouch for the person, or nobody has given the person's groups a role."""


class Person(Value):
    """Whom the provider vouches for."""

    issuer: str
    subject: str
    name: str
    role: Role


class Leaving(Value):
    """How a login leaves for the provider."""

    address: str
    state: str
    nonce: str
    verifier: str
