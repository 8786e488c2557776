"""What follows when one side has deleted its record of an activity: nothing, or the other record's deletion.

By the mapping's policy for that side. Whatever the policy, a deleted activity is never made anew.
"""

from datetime import timedelta

from sync_rules.changes import Bench, Place, hold_record
from sync_rules.plan import Write
from sync_rules.records import Record
from sync_rules.state import ActivityState

# A Lead that is deleted takes its Tasks along; by the next pass the Lead's own deletion has been read.
SETTLED = timedelta(minutes=5)


def follow_deletion(bench: Bench, state: ActivityState) -> None:
    """Note what becomes of the record that is left, if one is."""
    present = [record for record in (state.hubspot, state.salesforce) if record is not None]
    gone = [record for record in present if record.deleted]
    living = [record for record in present if not record.deleted]
    if not gone or not living:
        return
    if bench.mapping.activities.deletions.policy(gone[0].side) == "ignore":
        return
    if bench.now - gone[0].modified_at < SETTLED:
        place = Place(state.key, living[0].side, living[0].object_type)
        why = f"{gone[0].object_type} {gone[0].id} was deleted a moment ago"
        hold_record(
            bench, place, "deleted_other_side", why, "Nothing to do: the next pass deletes this one, too."
        )
        return
    bench.found.writes.append(_deletion(state, living[0]))


def _deletion(state: ActivityState, record: Record) -> Write:
    return Write(
        key=f"{record.side}:{record.object_type}:{record.id}:delete",
        side=record.side,
        object_type=record.object_type,
        operation="delete",
        record_id=record.id,
        link_id=state.key,
        changes=(),
    )
