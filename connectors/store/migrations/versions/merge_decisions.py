"""Past merge decisions with their evidence."""

import sqlalchemy as sa
from alembic import op

revision = "merge_decisions"
down_revision = "handoff_criteria"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "merge_decisions",
        sa.Column("link_id", sa.String(length=80), nullable=False),
        sa.Column("field", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("plan_id", sa.String(length=80), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule", sa.String(length=30), nullable=False),
        sa.Column("blank", sa.String(length=20), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", "field", "digest", name=op.f("pk_merge_decisions")),
    )
    op.create_index(op.f("ix_merge_decisions_decided_at"), "merge_decisions", ["decided_at"], unique=False)
