"""The tables of the agreement that people decide on: excuses, announced campaigns, published figures."""

import sqlalchemy as sa

from connectors.store.column_types import UtcDateTime
from connectors.store.columns import Key, Name, column, metadata, optional

# Clocks that a named person excused with a reason. A revoked excuse stays on record.
clock_excuses = sa.Table(
    "clock_excuses",
    metadata,
    column("link_id", Key, primary_key=True),
    column("commitment", sa.String(60), primary_key=True),
    column("handed_off_at", UtcDateTime, primary_key=True),
    column("given_at", UtcDateTime, primary_key=True),
    column("reason", sa.String(255)),
    column("given_by", Name),
    optional("revoked_at", UtcDateTime),
    optional("revoked_by", Name),
)

# Since when sales could read what a campaign is: told once and never moved.
campaign_announcements = sa.Table(
    "campaign_announcements",
    metadata,
    column("campaign_id", Key, primary_key=True),
    column("announced_at", UtcDateTime),
)

# What a period's figures were when they were first told after its end; later knowledge restates, and never here.
published_figures = sa.Table(
    "published_figures",
    metadata,
    column("period", sa.String(12), primary_key=True),
    column("period_start", UtcDateTime, primary_key=True),
    column("commitment", sa.String(60), primary_key=True),
    column("contract_version", sa.String(40)),
    optional("numerator", sa.Float),
    optional("denominator", sa.Float),
    optional("value", sa.Float),
    column("published_at", UtcDateTime),
)
