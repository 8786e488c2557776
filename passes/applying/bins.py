"""The recycle bins of both sides: how long each keeps what a pass has deleted, and where people find it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from passes.context import PassContext
from passes.reading.afresh import gateway
from sync_rules.records import SIDES, Side

KEPT: Mapping[Side, timedelta] = {"hubspot": timedelta(days=90), "salesforce": timedelta(days=15)}
GIVES_BACK: frozenset[Side] = frozenset({"salesforce"})
"""Sides that take records out of their bin by a call; HubSpot has none."""
_HOW: Mapping[Side, str] = {
    "hubspot": "in HubSpot: Actions, Restore records",
    "salesforce": "in Salesforce: Recycle Bin, Restore",
}


@dataclass(frozen=True, slots=True)
class Bin:
    """What a person has to do for a deleted record, and by when; ``until`` is aware UTC."""

    how: str
    link: str
    until: datetime


def emptied(deleted_at: datetime, now: datetime) -> frozenset[Side]:
    """Sides whose bin does not keep any more what was deleted then."""
    return frozenset(side for side in SIDES if now - deleted_at >= KEPT[side])


def bin_of(context: PassContext, side: Side, object_type: str, deleted_at: datetime) -> Bin:
    """The bin of a side for one object type; the first look at HubSpot's takes an API call."""
    return Bin(_HOW[side], gateway(context, side).bin_link(object_type), deleted_at + KEPT[side])
