"""Who was deleted, by keyed hashes."""

import sqlalchemy as sa
from alembic import op

revision = "tombstones"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "tombstones",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("record", sa.String(length=64), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("link_id", sa.String(length=80), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", "record", name=op.f("pk_tombstones")),
    )
    op.create_index(op.f("ix_tombstones_record"), "tombstones", ["record"], unique=False)
    op.create_index(op.f("ix_tombstones_link_id"), "tombstones", ["link_id"], unique=False)
