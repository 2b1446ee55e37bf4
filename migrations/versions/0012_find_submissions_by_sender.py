"""Find submissions by sender: asked about every mail that is glanced at.

Revision ID: 0012
Revises: 0011
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index(op.f("ix_submissions_sender"), "submissions", ["sender"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index(op.f("ix_submissions_sender"), table_name="submissions")
