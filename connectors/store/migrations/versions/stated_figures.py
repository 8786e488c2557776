"""Figures as they were stated, what they were computed from, and what reviews decided."""

import sqlalchemy as sa
from alembic import op

from connectors.store.column_types import UtcDateTime

revision = "stated_figures"
down_revision = "judged_inputs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is known yet of what was before."""
    op.create_table(
        "stated_figures",
        sa.Column("period", sa.String(12), nullable=False),
        sa.Column("period_start", UtcDateTime(), nullable=False),
        sa.Column("metric", sa.String(80), nullable=False),
        sa.Column("dimension", sa.String(20), nullable=False),
        sa.Column("member", sa.String(255), nullable=False),
        sa.Column("stated_at", UtcDateTime(), nullable=False),
        sa.Column("numerator", sa.Float(), nullable=True),
        sa.Column("denominator", sa.Float(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("p50", sa.Float(), nullable=True),
        sa.Column("p95", sa.Float(), nullable=True),
        sa.Column("contract_version", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint(
            "period",
            "period_start",
            "metric",
            "dimension",
            "member",
            "stated_at",
            name=op.f("pk_stated_figures"),
        ),
    )
    op.create_table(
        "review_decisions",
        sa.Column("decision_id", sa.String(80), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("metric", sa.String(80), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("value_then", sa.Float(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_review_decisions")),
    )
    op.create_index("ix_review_decisions_decided_at", "review_decisions", ["decided_at"])
    op.create_table(
        "known_facts",
        sa.Column("link_id", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("known_at", UtcDateTime(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("fact", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", "kind", "key", "known_at", name=op.f("pk_known_facts")),
    )
