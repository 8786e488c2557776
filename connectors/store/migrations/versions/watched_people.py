"""The people of the Accounts that reps watch."""

import sqlalchemy as sa
from alembic import op

revision = "watched_people"
down_revision = "routing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Gathered from the mirror when an Account is watched."""
    op.create_table(
        "watched_people",
        sa.Column("account_id", sa.String(80), nullable=False),
        sa.Column("side", sa.String(10), nullable=False),
        sa.Column("object_type", sa.String(40), nullable=False),
        sa.Column("record_id", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint(
            "account_id", "side", "object_type", "record_id", name=op.f("pk_watched_people")
        ),
    )
