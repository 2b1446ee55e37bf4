"""Remember which letters the breaker held, so that the staff is told of it and of its end.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

#: As SQLAlchemy asks it in each: SQLite has no booleans.
_IN_SQLITE, _IN_POSTGRESQL = sa.text("braked = 1"), sa.text("braked")


def upgrade() -> None:
    """Add the column, and find the last of them without a look at the rest."""
    with op.batch_alter_table("letters") as table:
        table.add_column(sa.Column("braked", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_letters_braked",
        "letters",
        ["written_at", "state"],
        sqlite_where=_IN_SQLITE,
        postgresql_where=_IN_POSTGRESQL,
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_index("ix_letters_braked", "letters")
    with op.batch_alter_table("letters") as table:
        table.drop_column("braked")
