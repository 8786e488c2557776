"""The table of the lead definition's versions that people activated."""

import sqlalchemy as sa

from connectors.store.column_types import UtcDateTime
from connectors.store.columns import column, metadata, optional

# Each time that a version was put into force; a row is never changed, so that the past stays as it was judged.
definition_activations = sa.Table(
    "definition_activations",
    metadata,
    column("activated_at", UtcDateTime, primary_key=True),
    column("digest", sa.String(64), primary_key=True),
    column("version", sa.String(40)),
    column("effective_at", UtcDateTime, index=True),
    column("body", sa.Text),
    optional("activated_by", sa.String(120)),
)
