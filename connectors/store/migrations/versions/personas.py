"""Persona and step of each judgement, and of each change of stage."""

import sqlalchemy as sa
from alembic import op

revision = "personas"
down_revision = "identity_evidence"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has one until they are judged again."""
    for table in ("judgements", "stage_history"):
        op.add_column(table, sa.Column("persona", sa.String(length=60), nullable=True))
        op.add_column(table, sa.Column("step", sa.String(length=30), nullable=True))
