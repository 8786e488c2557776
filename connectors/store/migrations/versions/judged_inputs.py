"""What judgements were made from: attributes over time, when activities were learnt of, what they said before."""

import sqlalchemy as sa
from alembic import op

from connectors.store.column_types import UtcDateTime

revision = "judged_inputs"
down_revision = "agreement_kept"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The next pass notes everybody's attributes; activities from before were known when they happened."""
    op.create_table(
        "attribute_history",
        sa.Column("link_id", sa.String(80), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", "at", name=op.f("pk_attribute_history")),
    )
    op.create_table(
        "former_activities",
        sa.Column("activity_id", sa.String(200), nullable=False),
        sa.Column("gone_at", UtcDateTime(), nullable=False),
        sa.Column("link_id", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("detail", sa.String(1000), nullable=True),
        sa.Column("direction", sa.String(10), nullable=True),
        sa.Column("outcome", sa.String(120), nullable=True),
        sa.Column("known_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("activity_id", "gone_at", name=op.f("pk_former_activities")),
    )
    op.create_index(op.f("ix_former_activities_link_id"), "former_activities", ["link_id"], unique=False)
    with op.batch_alter_table("activities") as table:
        table.add_column(sa.Column("known_at", UtcDateTime(), nullable=True))
