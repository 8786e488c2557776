"""What follows when one side has deleted its record of a link: nothing, a hold, or the other record's deletion.

By the mapping's policy for that side. Nothing else is written for such a link, and it stays, so that a record taken out
of the bin finds its base again. Making a deleted record anew is for ``plan_creates.py`` to refuse.
"""

from datetime import datetime

from sync_rules.changes import Bench, Place, hold_record
from sync_rules.mapping_deletions import DeletionPolicy
from sync_rules.plan import Operation, Write
from sync_rules.records import Link, Record, Side

HOLD = "deleted_other_side"
_OPERATIONS: dict[DeletionPolicy, Operation] = {"archive": "delete", "delete": "purge"}
_SIDES: dict[Side, str] = {"hubspot": "HubSpot", "salesforce": "Salesforce"}


def settle_deletion(
    bench: Bench,
    link: Link,
    hubspot: Record | None,
    salesforce: Record | None,
    *,
    removed_by_us: bool = False,
) -> bool:
    """Whether a record of the link is deleted; what follows from that is noted on the bench.

    Args:
        removed_by_us: Accord itself has deleted one of the two. Whoever brings the other back, or that one, wants it:
            a deletion follows once, and never its own echo.
    """
    present = [record for record in (hubspot, salesforce) if record is not None]
    gone = [record for record in present if record.deleted]
    living = [record for record in present if not record.deleted]
    if not gone:
        return False
    if living:
        _across(bench, link, gone[0], living[0], removed_by_us)
    return True


def _across(bench: Bench, link: Link, gone: Record, living: Record, removed_by_us: bool) -> None:
    operation = _OPERATIONS.get(bench.mapping.deletions.policy(link.kind, gone.side))
    merged_away = bool(gone.fields.get("_master_id"))
    if operation is None or removed_by_us or merged_away or living.fields.get("IsConverted") is True:
        where = _SIDES[gone.side]
        why = f"{gone.object_type} {gone.id} was deleted in {where}; the link is kept and nothing is written"
        remedy = "Restore the record, or delete the other side's too."
        hold_record(bench, Place(link.link_id, gone.side, gone.object_type), HOLD, why, remedy)
        return
    bench.found.writes.append(
        Write(
            key=f"{living.side}:{living.object_type}:{living.id}:{operation}",
            side=living.side,
            object_type=living.object_type,
            operation=operation,
            record_id=living.id,
            link_id=link.link_id,
            changes=(),
        )
    )


def hold_buried(bench: Bench, place: Place, deleted_at: datetime | None) -> bool:
    """Whether the record to be made there was deleted there by somebody; then it is held and not made."""
    if deleted_at is None:
        return False
    why = f"was deleted in {_SIDES[place.side]} on {deleted_at:%Y-%m-%d}, and the record here is older"
    remedy = "Restore the record there, or enter the person anew on either side."
    hold_record(bench, place, HOLD, why, remedy)
    return True
