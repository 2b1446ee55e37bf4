"""Say what was known of the sender."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A decision keeps what was known of the sender, a mail what our own mail server said of it."""
    with op.batch_alter_table("decisions") as batch_op:
        batch_op.add_column(sa.Column("sender", sa.JSON(), nullable=True))
    with op.batch_alter_table("messages") as batch_op:
        batch_op.add_column(sa.Column("authentication", sa.String(length=10), nullable=True))


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("messages") as batch_op:
        batch_op.drop_column("authentication")
    with op.batch_alter_table("decisions") as batch_op:
        batch_op.drop_column("sender")
