"""The tables of who gets whom and when the answer for a person changes by itself."""

import sqlalchemy as sa

from connectors.store.column_types import UtcDateTime
from connectors.store.columns import Key, Name, column, metadata, optional

# Whom the routing policy gave a person to, and why; or that it left them alone, for good.
assignments = sa.Table(
    "assignments",
    metadata,
    column("link_id", Key, primary_key=True),
    column("state", sa.String(10), index=True),  # proposed, done, queued, left
    optional("owner", Name),
    optional("team", sa.String(60), index=True),
    optional("territory", sa.String(60)),
    column("reason", sa.String(255)),
    optional(
        "company", Key
    ),  # by which another of the same company finds the same rep: companies:12, Account:001…
    column("score", sa.Float),
    column("pool", sa.JSON),  # who could have got them: owner to weight
    column("policy_version", sa.String(40)),
    column("decided_at", UtcDateTime),
    optional("settled_at", UtcDateTime),
)

# When the answer for a person changes though nobody does anything: a campaign begins, a hold of mail ends.
wake_ups = sa.Table(
    "wake_ups",
    metadata,
    column("link_id", Key, primary_key=True),
    column("why", sa.String(20), primary_key=True),
    column("at", UtcDateTime, index=True),
)

# When a campaign stood on a Lead or Contact for the first time.
campaign_showings = sa.Table(
    "campaign_showings",
    metadata,
    column("campaign_id", Key, primary_key=True),
    column("first_shown_at", UtcDateTime),
)
