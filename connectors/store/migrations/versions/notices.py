"""Notices to people, and the records that reps watch."""

import sqlalchemy as sa
from alembic import op

from connectors.store.column_types import UtcDateTime

revision = "notices"
down_revision = "stated_figures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was told before."""
    op.create_table(
        "notices",
        sa.Column("notice_id", sa.String(40), nullable=False),
        sa.Column("event", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("recipient", sa.String(255), nullable=False),
        sa.Column("link_id", sa.String(80), nullable=True),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("happened_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("send_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(120), nullable=True),
        sa.Column("trouble", sa.String(400), nullable=True),
        sa.Column("remedy", sa.String(400), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_notices")),
    )
    for name in ("link_id", "decided_at", "state", "message_id"):
        op.create_index(op.f(f"ix_notices_{name}"), "notices", [name])
    op.create_table(
        "watches",
        sa.Column("object_type", sa.String(40), nullable=False),
        sa.Column("record_id", sa.String(80), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("object_type", "record_id", name=op.f("pk_watches")),
    )
