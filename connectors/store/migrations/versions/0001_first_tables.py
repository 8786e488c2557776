"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "activities",
        sa.Column("activity_id", sa.String(length=200), nullable=False),
        sa.Column("record_key", sa.String(length=120), nullable=False),
        sa.Column("link_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.String(length=1000), nullable=True),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("actor_id", sa.String(length=120), nullable=True),
        sa.Column("direction", sa.String(length=10), nullable=True),
        sa.Column("outcome", sa.String(length=120), nullable=True),
        sa.Column("copy_of", sa.String(length=160), nullable=True),
        sa.Column("rolled_up", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_activities")),
    )
    op.create_index(op.f("ix_activities_link_id"), "activities", ["link_id"], unique=False)
    op.create_index(op.f("ix_activities_record_key"), "activities", ["record_key"], unique=False)
    op.create_index(op.f("ix_activities_rolled_up"), "activities", ["rolled_up"], unique=False)
    op.create_table(
        "activity_bases",
        sa.Column("activity_key", sa.String(length=160), nullable=False),
        sa.Column("base", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("activity_key", name=op.f("pk_activity_bases")),
    )
    op.create_table(
        "api_usage",
        sa.Column("pass_id", sa.String(length=80), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("by_endpoint", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("pass_id", "side", "step", name=op.f("pk_api_usage")),
    )
    op.create_table(
        "clocks",
        sa.Column("link_id", sa.String(length=80), nullable=False),
        sa.Column("commitment", sa.String(length=60), nullable=False),
        sa.Column("handed_off_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team", sa.String(length=20), nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("business_minutes", sa.Float(), nullable=True),
        sa.Column("sync_minutes", sa.Float(), nullable=True),
        sa.Column("routing_minutes", sa.Float(), nullable=True),
        sa.Column("human_minutes", sa.Float(), nullable=True),
        sa.Column("first_touch_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("touches_made", sa.Integer(), nullable=True),
        sa.Column("touches_owed", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("link_id", "commitment", "handed_off_at", name=op.f("pk_clocks")),
    )
    op.create_index(op.f("ix_clocks_due_at"), "clocks", ["due_at"], unique=False)
    op.create_index(op.f("ix_clocks_status"), "clocks", ["status"], unique=False)
    op.create_table(
        "conflicts",
        sa.Column("conflict_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan_id", sa.String(length=80), nullable=False),
        sa.Column("link_id", sa.String(length=80), nullable=False),
        sa.Column("field", sa.String(length=120), nullable=False),
        sa.Column("rule", sa.String(length=30), nullable=False),
        sa.Column("winner", sa.String(length=10), nullable=False),
        sa.Column("winning_value", sa.JSON(), nullable=True),
        sa.Column("losing_value", sa.JSON(), nullable=True),
        sa.Column("losing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("losing_actor", sa.String(length=120), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("conflict_id", name=op.f("pk_conflicts")),
    )
    op.create_index(op.f("ix_conflicts_link_id"), "conflicts", ["link_id"], unique=False)
    op.create_index(op.f("ix_conflicts_plan_id"), "conflicts", ["plan_id"], unique=False)
    op.create_table(
        "contract_versions",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "version", "digest", name=op.f("pk_contract_versions")),
    )
    op.create_table(
        "cursors",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cursors")),
    )
    op.create_table(
        "dispositions",
        sa.Column("link_id", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disposition", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("owner", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("link_id", "at", name=op.f("pk_dispositions")),
    )
    op.create_table(
        "documents",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", "made_at", name=op.f("pk_documents")),
    )
    op.create_table(
        "excuses",
        sa.Column("link_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("link_id", "kind", name=op.f("pk_excuses")),
    )
    op.create_table(
        "handoffs",
        sa.Column("link_id", sa.String(length=80), nullable=False),
        sa.Column("handed_off_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=True),
        sa.Column("source", sa.String(length=120), nullable=True),
        sa.Column("campaign", sa.String(length=255), nullable=True),
        sa.Column("created_in_crm_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("qualified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("routed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minimum_missing", sa.String(length=255), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", "handed_off_at", name=op.f("pk_handoffs")),
    )
    op.create_table(
        "holds",
        sa.Column("link_id", sa.String(length=80), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("field", sa.String(length=120), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=True),
        sa.Column("accepted", sa.JSON(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("link_id", "side", "object_type", "kind", "field", name=op.f("pk_holds")),
    )
    op.create_index(op.f("ix_holds_released_at"), "holds", ["released_at"], unique=False)
    op.create_table(
        "journal",
        sa.Column("write_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan_id", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("operation", sa.String(length=10), nullable=False),
        sa.Column("record_id", sa.String(length=80), nullable=True),
        sa.Column("link_id", sa.String(length=80), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("external_key", sa.JSON(), nullable=True),
        sa.Column("associations", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=120), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("write_id", name=op.f("pk_journal")),
    )
    op.create_index(op.f("ix_journal_link_id"), "journal", ["link_id"], unique=False)
    op.create_index(op.f("ix_journal_plan_id"), "journal", ["plan_id"], unique=False)
    op.create_index(op.f("ix_journal_state"), "journal", ["state"], unique=False)
    op.create_table(
        "judgements",
        sa.Column("link_id", sa.String(length=80), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("passed", sa.String(length=16), nullable=False),
        sa.Column("failed", sa.String(length=16), nullable=False),
        sa.Column("unknown", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.Column("missing", sa.String(length=255), nullable=False),
        sa.Column("definition_version", sa.String(length=40), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_change_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_judgements")),
    )
    op.create_index(op.f("ix_judgements_next_change_at"), "judgements", ["next_change_at"], unique=False)
    op.create_index(op.f("ix_judgements_stage"), "judgements", ["stage"], unique=False)
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "links",
        sa.Column("link_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("hubspot_id", sa.String(length=80), nullable=True),
        sa.Column("salesforce_type", sa.String(length=40), nullable=True),
        sa.Column("salesforce_id", sa.String(length=80), nullable=True),
        sa.Column("lead_id", sa.String(length=80), nullable=True),
        sa.Column("evidence", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("base", sa.JSON(), nullable=True),
        sa.Column("computed", sa.JSON(), nullable=False),
        sa.Column("judge_due", sa.Boolean(), nullable=False),
        sa.Column("feedback_due", sa.Boolean(), nullable=False),
        sa.Column("plan_due", sa.Boolean(), nullable=False),
        sa.Column("activities_met", sa.SmallInteger(), nullable=False),
        sa.Column("merged_into", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_links")),
    )
    op.create_index(op.f("ix_links_activities_met"), "links", ["activities_met"], unique=False)
    op.create_index(op.f("ix_links_feedback_due"), "links", ["feedback_due"], unique=False)
    op.create_index(op.f("ix_links_hubspot_id"), "links", ["hubspot_id"], unique=False)
    op.create_index(op.f("ix_links_judge_due"), "links", ["judge_due"], unique=False)
    op.create_index(op.f("ix_links_kind"), "links", ["kind"], unique=False)
    op.create_index(op.f("ix_links_plan_due"), "links", ["plan_due"], unique=False)
    op.create_index(op.f("ix_links_salesforce_id"), "links", ["salesforce_id"], unique=False)
    op.create_table(
        "metrics",
        sa.Column("period", sa.String(length=12), nullable=False),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("contract_version", sa.String(length=40), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("period", "period_start", "name", name=op.f("pk_metrics")),
    )
    op.create_table(
        "mirror",
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.String(length=80), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("stamps", sa.JSON(), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("modified_by", sa.String(length=120), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("link_id", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("side", "object_type", "record_id", name=op.f("pk_mirror")),
    )
    op.create_index(op.f("ix_mirror_link_id"), "mirror", ["link_id"], unique=False)
    op.create_index(op.f("ix_mirror_version"), "mirror", ["version"], unique=False)
    op.create_table(
        "mirror_keys",
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint(
            "side", "object_type", "record_id", "kind", "key", name=op.f("pk_mirror_keys")
        ),
    )
    op.create_index("ix_mirror_keys_kind_key", "mirror_keys", ["kind", "key"], unique=False)
    op.create_table(
        "owners",
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("owner_id", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("queue", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("side", "owner_id", name=op.f("pk_owners")),
    )
    op.create_index(op.f("ix_owners_email"), "owners", ["email"], unique=False)
    op.create_table(
        "passes",
        sa.Column("pass_id", sa.String(length=80), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("pass_id", name=op.f("pk_passes")),
    )
    op.create_index(op.f("ix_passes_started_at"), "passes", ["started_at"], unique=False)
    op.create_table(
        "plans",
        sa.Column("plan_id", sa.String(length=80), nullable=False),
        sa.Column("pass_id", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("tripped", sa.JSON(), nullable=False),
        sa.Column("considered", sa.Integer(), nullable=False),
        sa.Column("in_agreement", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_plans")),
    )
    op.create_index(op.f("ix_plans_made_at"), "plans", ["made_at"], unique=False)
    op.create_index(op.f("ix_plans_pass_id"), "plans", ["pass_id"], unique=False)
    op.create_table(
        "reconciliation",
        sa.Column("link_id", sa.String(length=80), nullable=False),
        sa.Column("class", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_reconciliation")),
    )
    op.create_index(op.f("ix_reconciliation_class"), "reconciliation", ["class"], unique=False)
    op.create_table(
        "sales_statuses",
        sa.Column("link_id", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=120), nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("link_id", "at", name=op.f("pk_sales_statuses")),
    )
    op.create_table(
        "schemas",
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("side", "object_type", name=op.f("pk_schemas")),
    )
    op.create_table(
        "sequences",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sequences")),
    )
    op.create_table(
        "stage_history",
        sa.Column("link_id", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("previous_stage", sa.String(length=20), nullable=True),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("definition_version", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("link_id", "at", name=op.f("pk_stage_history")),
    )


def downgrade() -> None:
    """Drop every table; its indexes go with it."""
    for table in (
        "stage_history",
        "sequences",
        "schemas",
        "sales_statuses",
        "reconciliation",
        "plans",
        "passes",
        "owners",
        "mirror_keys",
        "mirror",
        "metrics",
        "links",
        "leases",
        "judgements",
        "journal",
        "holds",
        "handoffs",
        "excuses",
        "documents",
        "dispositions",
        "cursors",
        "contract_versions",
        "conflicts",
        "clocks",
        "api_usage",
        "activity_bases",
        "activities",
    ):
        op.drop_table(table)
