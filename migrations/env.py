"""Alembic's way to the ledger: the engine comes from `statement_intake.ledger.migration`."""

from typing import Any, Literal

from alembic import context

from statement_intake.ledger.schema import Moment, metadata


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:  # noqa: ANN401 - Alembic's hook
    """Migrations stand by themselves: a type of ours is written as the column type that it is."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, Moment) else False


def include_name(name: str | None, kind: str, _parents: Any) -> bool:  # noqa: ANN401 - Alembic's hook
    """The full-text index is the database's own affair: SQLite makes several tables of one (`ledger.words`)."""
    return not (kind == "table" and name is not None and name.startswith("search"))


engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
        include_name=include_name,
        # Alembic does not count on it with SQLite; `ledger.engine` begins transactions so that it holds there, too. All
        # or nothing: a process that is killed in the middle leaves an empty ledger, or the old one.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
