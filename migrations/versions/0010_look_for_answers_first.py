"""Look for a person's own answer before a letter that waited goes.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    with op.batch_alter_table("letters") as table:
        table.add_column(sa.Column("look_first", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("letters") as table:
        table.drop_column("look_first")
