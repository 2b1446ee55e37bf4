"""Keep inspections of videos, and say which submissions need a person although they are decided."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and put every video that is there already on the list."""
    op.create_table(
        "inspections",
        sa.Column("video", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("measurements", sa.JSON(), nullable=True),
        sa.Column("contact_sheet", sa.String(length=64), nullable=True),
        sa.Column("waveform", sa.String(length=64), nullable=True),
        sa.Column("proxy", sa.String(length=64), nullable=True),
        sa.Column("inspected_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("video", name=op.f("pk_inspections")),
    )
    with op.batch_alter_table("inspections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inspections_state_next_attempt_at"), ["state", "next_attempt_at"])
        for column in ("contact_sheet", "waveform", "proxy"):
            batch_op.create_index(batch_op.f(f"ix_inspections_{column}"), [column])
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("needs_person", sa.Text(), server_default="", nullable=False))
    op.execute(
        "INSERT INTO inspections (video, state, starts, faults, problem)"
        " SELECT DISTINCT sha256, 'pending', 0, 0, '' FROM files WHERE role = 'video' AND seconds IS NOT NULL"
    )


def downgrade() -> None:
    """Forget it all."""
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.drop_column("needs_person")
    op.drop_table("inspections")
