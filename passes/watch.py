"""A look at both sides, one call each, for somebody who wants to know whether a pass is worth starting."""

from dataclasses import dataclass
from datetime import datetime

from connectors.results import ChangeRequest
from passes.context import PassContext
from passes.reading import newest_read
from sync_rules.records import Side

_LOOKS: dict[Side, tuple[str, ...]] = {
    # A contact's modification time moves with its activities and engagement too.
    "hubspot": ("contacts",),
    "salesforce": ("Lead", "Contact", "Task", "Event", "Opportunity"),
}
_ONE_FIELD = {"hubspot": ("email",), "salesforce": ("Id",)}


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
        requests = [
            ChangeRequest(object_type=name, fields=_ONE_FIELD[side], since=read.get(name))
            for name in object_types
        ]
        for object_type, page in gateway.changes(requests):
            for record in page:
                newest.append(record.modified_at)
                changed = changed or object_type not in read or record.modified_at > read[object_type]
            # One page is answer enough; the pass reads the rest.
            if changed:
                break
    return Look(changed, max(newest).isoformat() if newest else "nothing")
