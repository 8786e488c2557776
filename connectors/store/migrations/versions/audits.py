"""Keep what full audits of both systems found."""

import sqlalchemy as sa
from alembic import op

revision = "audits"
down_revision = "personas"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the audits and their differences."""
    op.create_table(
        "audits",
        sa.Column("audit_id", sa.String(length=80), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("compared", sa.JSON(), nullable=False),
        sa.Column("api_calls", sa.JSON(), nullable=False),
        sa.Column("explained", sa.Integer(), nullable=False),
        sa.Column("unexplained", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_audits")),
    )
    op.create_index(op.f("ix_audits_began_at"), "audits", ["began_at"], unique=False)
    op.create_table(
        "audit_differences",
        sa.Column("audit_id", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("link_id", sa.String(length=80), nullable=True),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.String(length=80), nullable=False),
        sa.Column("field", sa.String(length=120), nullable=True),
        sa.Column("hubspot", sa.JSON(), nullable=True),
        sa.Column("salesforce", sa.JSON(), nullable=True),
        sa.Column("explained", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("audit_id", "number", name=op.f("pk_audit_differences")),
    )
    op.create_index(op.f("ix_audit_differences_link_id"), "audit_differences", ["link_id"], unique=False)
