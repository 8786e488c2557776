"""The tables that account for everybody, and for how both systems stand to each other."""

import sqlalchemy as sa

from connectors.store.column_types import UtcDateTime
from connectors.store.columns import Key, Name, column, metadata

# Where each person stands after a pass: exactly one class with one reason, so that nobody is unaccounted for.
reconciliation = sa.Table(
    "reconciliation",
    metadata,
    column("link_id", Key, primary_key=True),
    column("linked", sa.Boolean, index=True),  # false: a contact that belongs to nobody yet
    column("day", sa.String(10), index=True),  # when marketing handed the person over, in the business's zone
    column("source", Name),
    column("class", sa.String(20), index=True),
    column("reason", sa.String(255)),
    column("seen_at", UtcDateTime),
)

# The same added up; people who began in Salesforce are not in it.
reconciliation_daily = sa.Table(
    "reconciliation_daily",
    metadata,
    column("day", sa.String(10), primary_key=True),
    column("source", Name, primary_key=True),
    column("handed_over", sa.Integer),
    column("received", sa.Integer),
    column("converted_or_merged", sa.Integer),
    column("held", sa.Integer),
    column("failed", sa.Integer),
    column("filtered", sa.Integer),
    column("remainder", sa.Integer),
    column("seen_at", UtcDateTime),
)

# Full audits: both systems read whole and held against each other. The differences of the newest ones are kept.
audits = sa.Table(
    "audits",
    metadata,
    column("audit_id", Key, primary_key=True),
    column("began_at", UtcDateTime, index=True),
    column("ended_at", UtcDateTime),
    column("compared", sa.JSON),  # records read and pairs compared, by name
    column("api_calls", sa.JSON),  # by side
    column("explained", sa.Integer),
    column("unexplained", sa.Integer),
)

audit_differences = sa.Table(
    "audit_differences",
    metadata,
    column("audit_id", Key, primary_key=True),
    column("number", sa.Integer, primary_key=True),
    column("kind", sa.String(40)),
    sa.Column("link_id", Key, nullable=True, index=True),
    column("object_type", sa.String(40)),
    column("record_id", Key),
    sa.Column("field", Name, nullable=True),
    sa.Column("hubspot", sa.JSON, nullable=True),
    sa.Column("salesforce", sa.JSON, nullable=True),
    sa.Column("explained", sa.String(255), nullable=True),
)

# What has changed in a side's fields and rules and still concerns the mapping.
schema_drift = sa.Table(
    "schema_drift",
    metadata,
    column("side", sa.String(10), primary_key=True),
    column("object_type", sa.String(40), primary_key=True),
    column("target", Name, primary_key=True),
    column("kind", sa.String(20), primary_key=True),
    column("fields", sa.JSON),
    column("what", sa.Text),
    column("remedy", sa.Text),
    column("blocking", sa.Boolean),
    sa.Column("before", sa.JSON, nullable=True),
    sa.Column("after", sa.JSON, nullable=True),
    column("people", sa.Integer),  # records that had a value there when it was found
    column("found_at", UtcDateTime),
    sa.Column("ended_at", UtcDateTime, nullable=True, index=True),  # put right, or accepted by a person
)
