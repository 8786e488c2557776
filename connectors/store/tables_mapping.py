"""Tables of what became of the mapping: its fields, and the decisions made by its rules."""

import sqlalchemy as sa

from connectors.store.column_types import UtcDateTime
from connectors.store.columns import Key as _Key
from connectors.store.columns import Name as _Name
from connectors.store.columns import column as _column
from connectors.store.columns import metadata
from connectors.store.columns import optional as _optional

# Merge decisions with what they were made from, once each, for replaying them by other rules.
merge_decisions = sa.Table(
    "merge_decisions",
    metadata,
    _column("link_id", _Key, primary_key=True),
    _column("field", _Name, primary_key=True),
    _column("digest", sa.String(16), primary_key=True),
    _column("kind", sa.String(10)),
    _column("plan_id", _Key),
    _column("decided_at", UtcDateTime, index=True),
    _column("rule", sa.String(30)),
    _column("blank", sa.String(20)),
    _column("seen", sa.JSON),
    _column("outcome", sa.JSON),
)

# The fields that the mapping has brought: in force, or waiting for a back-fill that somebody has to decide on.
mapped_fields = sa.Table(
    "mapped_fields",
    metadata,
    _column("kind", sa.String(10), primary_key=True),
    _column("field", _Name, primary_key=True),
    _column("shape", sa.JSON),
    _column("state", sa.String(10)),
    _column("since", UtcDateTime),
    _optional("survey", sa.JSON),
    _optional("surveyed_at", UtcDateTime),
    _optional("plan_id", _Key),
)
