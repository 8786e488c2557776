"""What a logged activity does to the contact, company or deal that it is associated with.

Pure: gives the computed values to write; `portal.py` writes them as CALCULATED.
"""

from datetime import datetime

from sandbox.hubspot.records import Record
from sandbox.hubspot.values import iso, parse_datetime

_CONTACTING = frozenset({"calls", "emails", "meetings"})


def effects_on_target(activity: Record, target: Record, now: datetime) -> dict[str, str]:
    """Computed values of `target` after `activity` was associated with it.

    Counts go up by one; dates move only forward (the next activity only to a nearer future moment).
    """
    text = activity.properties.get("hs_timestamp")
    moment = parse_datetime(text) if text else None
    stored = target.properties
    values = {"num_notes": str(int(stored.get("num_notes") or "0") + 1)}
    contacting = activity.object_type.name in _CONTACTING
    if moment is None:
        return values
    if moment > now:
        upcoming = parse_datetime(stored.get("notes_next_activity_date") or "")
        if upcoming is None or upcoming <= now or moment < upcoming:
            values["notes_next_activity_date"] = iso(moment)
        return values
    names = ["notes_last_updated"]
    if contacting:
        values["num_contacted_notes"] = str(int(stored.get("num_contacted_notes") or "0") + 1)
        names += ["notes_last_contacted", "hs_last_sales_activity_timestamp"]
    for name in names:
        present = parse_datetime(stored.get(name) or "")
        if present is None or moment > present:
            values[name] = iso(moment)
    return values
