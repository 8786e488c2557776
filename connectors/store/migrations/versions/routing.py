"""Assignments of the routing policy, wake-ups of people, campaigns shown to sales."""

import sqlalchemy as sa
from alembic import op

from connectors.store.column_types import UtcDateTime

revision = "routing"
down_revision = "notices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is known yet of what was before."""
    op.create_table(
        "assignments",
        sa.Column("link_id", sa.String(80), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("owner", sa.String(120), nullable=True),
        sa.Column("team", sa.String(60), nullable=True),
        sa.Column("territory", sa.String(60), nullable=True),
        sa.Column("reason", sa.String(255), nullable=False),
        sa.Column("company", sa.String(80), nullable=True),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("pool", sa.JSON(), nullable=False),
        sa.Column("policy_version", sa.String(40), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_assignments")),
    )
    op.create_index(op.f("ix_assignments_state"), "assignments", ["state"], unique=False)
    op.create_index(op.f("ix_assignments_team"), "assignments", ["team"], unique=False)
    op.create_table(
        "wake_ups",
        sa.Column("link_id", sa.String(80), nullable=False),
        sa.Column("why", sa.String(20), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", "why", name=op.f("pk_wake_ups")),
    )
    op.create_index(op.f("ix_wake_ups_at"), "wake_ups", ["at"], unique=False)
    op.create_table(
        "campaign_showings",
        sa.Column("campaign_id", sa.String(80), nullable=False),
        sa.Column("first_shown_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_campaign_showings")),
    )
