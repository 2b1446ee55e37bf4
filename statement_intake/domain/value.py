"""The base of every value in the system: frozen, strict about unknown fields."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A value: never changed after it is made; a change is a new value (`model_copy(update=...)`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
