"""What was undone rests: the field is left alone until somebody changes it on either side.

After an undo the two sides differ on purpose: one has its old value back, the other still has the value that had
flowed over. Merged as usual, the flow would simply happen again. So a hold of kind ``undone`` keeps both values
of that moment, in the raw form of the side that was restored. While both sides still mean those values, nothing
is decided. Once one of them has changed, the other's value is the base: the change is the only one, and it flows
by the field's rule. Which fields are undone at all is ``undo.py``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sync_rules.plan import Hold
from sync_rules.records import Side, other

KIND: Final = "undone"
_WHY = "restored by an undo; the other side still has the value that was undone"
_REMEDY = "Change the field on either side: that change flows, and the hold goes."


class _Rests:
    """The type of ``RESTS``."""


RESTS: Final = _Rests()
"""Neither side has changed the field since it was undone."""


@dataclass(frozen=True, slots=True)
class Undone:
    """One field that was undone.

    Attributes:
        side: the side that has its old value back.
        restored: that value, raw as ``side`` writes it.
        undone: the value that was taken away there, raw as ``side`` writes it; the other side still has it.
    """

    side: Side
    restored: Any
    undone: Any

    def hold(self, link_id: str, object_type: str, field: str) -> Hold:
        """The hold under which the field rests."""
        value = {"restored": self.restored, "undone": self.undone}
        return Hold(link_id, self.side, object_type, KIND, _WHY, _REMEDY, field, value)


def undone_of(side: Side, value: Mapping[str, Any]) -> Undone:
    """What a hold of this kind says."""
    return Undone(side, value["restored"], value["undone"])


def base_since(
    item: Undone, hubspot: Any, salesforce: Any, agreed: Any, means: Callable[[Side, Any], bool]
) -> Any | _Rests:
    """The base by which the field is merged now, or ``RESTS``.

    Args:
        hubspot, salesforce: the present canonical values.
        agreed: the stored base; it counts when both sides have changed.
        means: whether a side's present value still means a raw value in the form of ``item.side``.
    """
    mine, theirs = (hubspot, salesforce) if item.side == "hubspot" else (salesforce, hubspot)
    kept, followed = means(item.side, item.restored), means(other(item.side), item.undone)
    if kept and followed:
        return RESTS
    if kept:
        return mine
    return theirs if followed else agreed
