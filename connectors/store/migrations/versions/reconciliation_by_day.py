"""Account for people by day and source, and only for those about whom something changed."""

import sqlalchemy as sa
from alembic import op

revision = "reconciliation_by_day"
down_revision = "tombstones"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Everybody is due once; the account itself is derived, so it is made anew."""
    op.add_column("links", sa.Column("account_due", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_index(op.f("ix_links_account_due"), "links", ["account_due"], unique=False)
    op.drop_table("reconciliation")
    op.create_table(
        "reconciliation",
        sa.Column("link_id", sa.String(length=80), nullable=False),
        sa.Column("linked", sa.Boolean(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("class", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_reconciliation")),
    )
    for column in ("class", "day", "linked"):
        op.create_index(op.f(f"ix_reconciliation_{column}"), "reconciliation", [column], unique=False)
    op.create_table(
        "reconciliation_daily",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in (
                "handed_over",
                "received",
                "converted_or_merged",
                "held",
                "failed",
                "filtered",
                "remainder",
            )
        ),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", "source", name=op.f("pk_reconciliation_daily")),
    )
