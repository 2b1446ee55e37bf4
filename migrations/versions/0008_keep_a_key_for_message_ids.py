"""Keep the key that Message-IDs of letters are made with.

Revision ID: 0008
Revises: 0007
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and the key of this ledger with it: from then on nothing has to be written to know it."""
    keys = op.create_table(
        "keys",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_keys")),
    )
    op.bulk_insert(keys, [{"name": "message-id", "value": secrets.token_bytes(32)}])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("keys")
