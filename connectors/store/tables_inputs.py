"""What judgements were made from, as it was known: attributes over time, and activities that were edited or deleted."""

import sqlalchemy as sa

from connectors.store.column_types import UtcDateTime
from connectors.store.columns import Key, Name, column, metadata, optional

# The attributes that changed, from that moment on; the first row of a person has all of them, unknown ones too.
attribute_history = sa.Table(
    "attribute_history",
    metadata,
    column("link_id", Key, primary_key=True),
    column("at", UtcDateTime, primary_key=True),
    column("changed", sa.JSON),
)

# Activities as they stood until they were edited, deleted or found to be somebody else's.
former_activities = sa.Table(
    "former_activities",
    metadata,
    column("activity_id", sa.String(200), primary_key=True),
    column("gone_at", UtcDateTime, primary_key=True),
    column("link_id", Key, index=True),
    column("kind", sa.String(40)),
    column("at", UtcDateTime),
    optional("detail", sa.String(1000)),
    optional("direction", sa.String(10)),
    optional("outcome", Name),
    optional("known_at", UtcDateTime),
)
