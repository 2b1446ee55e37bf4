"""Remember of which documents no PDF can be made, so that every page tells of them as the package did.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "refused_pdfs",
        sa.Column("original", sa.String(length=64), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("original", name=op.f("pk_refused_pdfs")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("refused_pdfs")
