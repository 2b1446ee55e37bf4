"""Post statements after delivery, as clean PDFs.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "taken_up",
        sa.Column("meeting", sa.String(length=60), nullable=False),
        sa.Column("item", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("meeting", "item", name=op.f("pk_taken_up")),
    )
    op.create_table(
        "clean_pdfs",
        sa.Column("original", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("original", name=op.f("pk_clean_pdfs")),
    )
    op.create_index(op.f("ix_clean_pdfs_sha256"), "clean_pdfs", ["sha256"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("clean_pdfs")
    op.drop_table("taken_up")
