"""Which criteria a person met at the handoff, so that rejections can be counted by criterion."""

import sqlalchemy as sa
from alembic import op

revision = "handoff_criteria"
down_revision = "audits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; handoffs from before have none."""
    with op.batch_alter_table("handoffs") as table:
        table.add_column(sa.Column("criteria", sa.Text(), nullable=True))
