"""Keep what last worked, and what the staff was told.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "pulses",
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("worked_at", sa.DateTime(), nullable=True),
        sa.Column("failing_since", sa.DateTime(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("what", name=op.f("pk_pulses")),
    )
    op.create_table(
        "notices",
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("told_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "about", name=op.f("pk_notices")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("notices")
    op.drop_table("pulses")
