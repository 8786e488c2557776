"""The tables of figures as they were stated, of what they were computed from, and of the reviews' decisions."""

import sqlalchemy as sa

from connectors.store.column_types import UtcDateTime
from connectors.store.columns import Key, Name, column, metadata, optional

# Figures as they were stated. Of a running period the last statement stands; once it is over each change of a figure
# adds a row, so the first row of a figure is what was published and the last what is known now.
stated_figures = sa.Table(
    "stated_figures",
    metadata,
    column("period", sa.String(12), primary_key=True),
    column("period_start", UtcDateTime, primary_key=True),
    column("metric", sa.String(80), primary_key=True),
    column("dimension", sa.String(20), primary_key=True),
    column("member", sa.String(255), primary_key=True),
    column("stated_at", UtcDateTime, primary_key=True),
    optional("numerator", sa.Float),
    optional("denominator", sa.Float),
    optional("value", sa.Float),
    optional("p50", sa.Float),
    optional("p95", sa.Float),
    column("contract_version", sa.String(40)),
)

# What a review decided, who sees to it, by when, and what is to move by it, with its figure then.
review_decisions = sa.Table(
    "review_decisions",
    metadata,
    column("decision_id", Key, primary_key=True),
    column("decided_at", UtcDateTime, index=True),
    column("decision", sa.Text),
    column("owner", Name),
    optional("metric", sa.String(80)),
    optional("due_on", sa.Date),
    optional("value_then", sa.Float),
    optional("settled_at", UtcDateTime),
    optional("outcome", sa.Text),
    column("decided_by", Name),
)

# What was known of each person's handoffs, touches, answers and opportunities, and since when: a change adds a row, so
# that a figure can be computed again as it stood on any day.
known_facts = sa.Table(
    "known_facts",
    metadata,
    column("link_id", Key, primary_key=True),
    column("kind", sa.String(20), primary_key=True),
    column("key", sa.String(200), primary_key=True),
    column("known_at", UtcDateTime, primary_key=True),
    column("gone", sa.Boolean),
    column("fact", sa.JSON),
)
