"""A deleted person who comes back: whose place a new record takes, and which stale record may bring nobody back.

Decisions on one record and one link; finding the deleted by their keys is the store's. The measure is time: a record
that was made after the deletion is a new wish of somebody, one that was there before is stale.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sync_rules.external_ids import id18
from sync_rules.records import Link, Record, Side, other


@dataclass(frozen=True, slots=True)
class Grave:
    """A link with a deleted record, or two.

    Attributes:
        deleted: since when, by side; a side that the link names and that is not here has a living record.
    """

    link: Link
    deleted: Mapping[Side, datetime]


@dataclass(frozen=True, slots=True)
class Room:
    """What has to become of a link so that a record can come into it.

    Attributes:
        link: the link with room for the record; with the record in it where ``taken``.
        taken: the record is in it already: nobody living is left to be found by its keys.
    """

    link: Link
    taken: bool


def room_for(record: Record, grave: Grave) -> Room | None:
    """How a living record that belongs to no pair gets into the place of a deleted one; None where it may not.

    Beside a living record across, nothing is made anew, so that any living record may take the place: whether it is
    that person is found out by its keys as always. With nobody left, only a record made since is a new wish.
    """
    link, side = grave.link, record.side
    if _of(link, side) is not None and side not in grave.deleted:
        return None
    if _of(link, other(side)) is not None and other(side) not in grave.deleted:
        return Room(_without(link, side), taken=False) if side in grave.deleted else None
    if not made_since(record, grave.deleted.values()):
        return None
    return Room(_with(_without(_without(link, "hubspot"), "salesforce"), record), taken=True)


def made_since(record: Record, deletions: Iterable[datetime]) -> bool:
    """Whether the record was made after all of these deletions; unknown is no."""
    return record.created_at is not None and all(record.created_at > at for at in deletions)


def _of(link: Link, side: Side) -> str | None:
    return link.hubspot_id if side == "hubspot" else link.salesforce_id


def _without(link: Link, side: Side) -> Link:
    if side == "hubspot":
        return replace(link, hubspot_id=None)
    return replace(link, salesforce_type=None, salesforce_id=None, lead_id=None)


def _with(link: Link, record: Record) -> Link:
    if record.side == "hubspot":
        return replace(link, hubspot_id=record.id, evidence="came back")
    return replace(
        link, salesforce_type=record.object_type, salesforce_id=id18(record.id), evidence="came back"
    )
