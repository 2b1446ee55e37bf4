"""Make one statement of several mails."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A mail knows which revision it brought; a file, in which revision another one took its place."""
    with op.batch_alter_table("messages") as batch_op:
        batch_op.add_column(sa.Column("revision", sa.Integer(), nullable=True))
    with op.batch_alter_table("files") as batch_op:
        batch_op.add_column(sa.Column("replaced", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("files") as batch_op:
        batch_op.drop_column("replaced")
    with op.batch_alter_table("messages") as batch_op:
        batch_op.drop_column("revision")
