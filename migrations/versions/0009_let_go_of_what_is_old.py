"""Let go of what is old: say of each submission and file what has gone.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    with op.batch_alter_table("submissions") as table:
        table.add_column(sa.Column("purged", sa.String(length=30), server_default="", nullable=False))
    with op.batch_alter_table("files") as table:
        table.add_column(sa.Column("kept", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("files") as table:
        table.drop_column("kept")
    with op.batch_alter_table("submissions") as table:
        table.drop_column("purged")
