"""Keeps when each campaign was first shown to sales. What that is worth is for ``sla_rules``."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from connectors.store.engine import upsert
from connectors.store.tables import campaign_showings


def first_shown(connection: sa.Connection) -> dict[str, datetime]:
    """When each campaign stood on a Lead or Contact for the first time, by id."""
    rows = connection.execute(sa.select(campaign_showings))
    return {row.campaign_id: row.first_shown_at for row in rows}


def note(connection: sa.Connection, found: Mapping[str, datetime]) -> int:
    """Note campaigns that are shown now; those already noted stay as they are. Answers how many are new."""
    known = first_shown(connection)
    rows = [{"campaign_id": key, "first_shown_at": at} for key, at in found.items() if key not in known]
    return upsert(connection, campaign_showings, rows)
