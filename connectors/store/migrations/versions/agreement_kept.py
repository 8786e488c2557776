"""Excuses given by people, announced campaigns, published figures."""

import sqlalchemy as sa
from alembic import op

from connectors.store.column_types import UtcDateTime

revision = "agreement_kept"
down_revision = "erasures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is known yet of what was before."""
    op.create_table(
        "clock_excuses",
        sa.Column("link_id", sa.String(80), nullable=False),
        sa.Column("commitment", sa.String(60), nullable=False),
        sa.Column("handed_off_at", UtcDateTime(), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(255), nullable=False),
        sa.Column("given_by", sa.String(120), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_by", sa.String(120), nullable=True),
        sa.PrimaryKeyConstraint(
            "link_id", "commitment", "handed_off_at", "given_at", name=op.f("pk_clock_excuses")
        ),
    )
    op.create_table(
        "campaign_announcements",
        sa.Column("campaign_id", sa.String(80), nullable=False),
        sa.Column("announced_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_campaign_announcements")),
    )
    op.create_table(
        "published_figures",
        sa.Column("period", sa.String(12), nullable=False),
        sa.Column("period_start", UtcDateTime(), nullable=False),
        sa.Column("commitment", sa.String(60), nullable=False),
        sa.Column("contract_version", sa.String(40), nullable=False),
        sa.Column("numerator", sa.Float(), nullable=True),
        sa.Column("denominator", sa.Float(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("period", "period_start", "commitment", name=op.f("pk_published_figures")),
    )
