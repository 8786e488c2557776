"""A look at both sides, one call each, for somebody who wants to know whether a pass is worth starting."""

from dataclasses import dataclass
from datetime import datetime

from passes.context import PassContext
from passes.reading.mirroring import newest_read
from sync_rules.records import Side

_LOOKS: dict[Side, tuple[str, ...]] = {
    # A contact's modification time moves with its activities and engagement too.
    "hubspot": ("contacts",),
    "salesforce": ("Lead", "Contact", "Task", "Event", "Opportunity"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """What a look has found.

    Attributes:
        key: the newest change seen; the same look twice gives the same key.
    """

    changed: bool
    key: str


def newest_changes(context: PassContext) -> Look:
    """Whether either side has something newer than the last pass read."""
    newest: list[datetime] = []
    changed = False
    for side, object_types in _LOOKS.items():
        gateway = context.hubspot if side == "hubspot" else context.salesforce
        read = newest_read(context, side, object_types)
        if not read:
            return Look(changed=True, key=f"{side} was never read")
        last = max(read.values())
        found = gateway.newest_change(object_types, last)
        if found is not None:
            newest.append(found)
            changed = changed or found > last
    return Look(changed, max(newest).isoformat() if newest else "nothing")
