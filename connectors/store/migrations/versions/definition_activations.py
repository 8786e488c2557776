"""Which versions of the lead definition were put into force, and when."""

import sqlalchemy as sa
from alembic import op

revision = "definition_activations"
down_revision = "schema_drift"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; the next pass notes the definition that it finds as the first one in force."""
    op.create_table(
        "definition_activations",
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("activated_by", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("activated_at", "digest", name=op.f("pk_definition_activations")),
    )
    op.create_index(
        op.f("ix_definition_activations_effective_at"),
        "definition_activations",
        ["effective_at"],
        unique=False,
    )
