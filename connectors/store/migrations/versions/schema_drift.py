"""Remember what changed in the fields and rules of both sides."""

import sqlalchemy as sa
from alembic import op

revision = "schema_drift"
down_revision = "mapped_fields"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the drift."""
    op.create_table(
        "schema_drift",
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("blocking", sa.Boolean(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("side", "object_type", "target", "kind", name=op.f("pk_schema_drift")),
    )
    op.create_index(op.f("ix_schema_drift_ended_at"), "schema_drift", ["ended_at"], unique=False)
