"""Find what waits for a person, and the last letters, without a look at the rest.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_WAITS = sa.text("needs_person <> ''")


def upgrade() -> None:
    """Make the indexes."""
    op.create_index(op.f("ix_submissions_standing_received_at"), "submissions", ["standing", "received_at"])
    op.create_index(
        "ix_submissions_needs_person", "submissions", ["received_at"], sqlite_where=_WAITS, postgresql_where=_WAITS
    )
    op.create_index(op.f("ix_letters_submission_id_revision_state"), "letters", ["submission_id", "revision", "state"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_letters_submission_id_revision_state"), "letters")
    op.drop_index("ix_submissions_needs_person", "submissions")
    op.drop_index(op.f("ix_submissions_standing_received_at"), "submissions")
