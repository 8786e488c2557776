"""The tables of erasures on request: each request, and the keyed hashes that stop re-entry."""

import sqlalchemy as sa

from connectors.store.column_types import UtcDateTime
from connectors.store.columns import Name, column, metadata, optional

# `scope` names records by their ids while an erasure is under way, and is emptied when it is done.
erasures = sa.Table(
    "erasures",
    metadata,
    column("erasure_id", sa.String(40), primary_key=True),
    column("state", sa.String(12), index=True),  # begun, done, lifted
    column("requested_at", UtcDateTime),
    column("requested_by", Name),
    optional("reference", sa.String(255)),
    column("scope", sa.JSON),
    optional("finished_at", UtcDateTime),
)

erased_keys = sa.Table(
    "erased_keys",
    metadata,
    column("digest", sa.String(64), primary_key=True),
    column("kind", sa.String(10)),  # email, record
    column("erasure_id", sa.String(40), index=True),
)
