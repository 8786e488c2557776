"""Evidence of links, former addresses, and people's decisions about who is who."""

import sqlalchemy as sa
from alembic import op

revision = "identity_evidence"
down_revision = "reconciliation_by_day"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the three tables."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "link_evidence",
        sa.Column("evidence_id", number, nullable=False),
        sa.Column("link_id", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pass_id", sa.String(length=80), nullable=False),
        sa.Column("event", sa.String(length=12), nullable=False),
        sa.Column("evidence", sa.String(length=120), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("records", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("evidence_id", name=op.f("pk_link_evidence")),
    )
    op.create_index(op.f("ix_link_evidence_link_id"), "link_evidence", ["link_id"], unique=False)
    op.create_table(
        "former_emails",
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("link_id", sa.String(length=80), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("email", "link_id", name=op.f("pk_former_emails")),
    )
    op.create_index(op.f("ix_former_emails_link_id"), "former_emails", ["link_id"], unique=False)
    op.create_table(
        "link_decisions",
        sa.Column("decision_id", number, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("hubspot_id", sa.String(length=80), nullable=False),
        sa.Column("salesforce_id", sa.String(length=80), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_how", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_link_decisions")),
    )
    op.create_index(op.f("ix_link_decisions_hubspot_id"), "link_decisions", ["hubspot_id"], unique=False)
    op.create_index(
        op.f("ix_link_decisions_salesforce_id"), "link_decisions", ["salesforce_id"], unique=False
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("link_decisions", "former_emails", "link_evidence"):
        op.drop_table(table)
