"""The fields that the mapping has brought."""

import sqlalchemy as sa
from alembic import op

revision = "mapped_fields"
down_revision = "merge_decisions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "mapped_fields",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("field", sa.String(length=120), nullable=False),
        sa.Column("shape", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("survey", sa.JSON(), nullable=True),
        sa.Column("surveyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("plan_id", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("kind", "field", name=op.f("pk_mapped_fields")),
    )
