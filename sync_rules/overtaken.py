"""Deciding again where a write replaced an edit that nobody knew of: the three-way merge with all three values.

The base is what we believed to stand there, the one side's value is the edit, the other's is what we wrote. If the
edit wins it is put back, and flows to the other side from there; if it loses it is a conflict's loser like any other.
"""

from dataclasses import replace
from typing import Any

from sync_rules.mapping_model import FieldSpec
from sync_rules.merge import Seen, merge_field
from sync_rules.plan import Conflict, FieldChange, Write
from sync_rules.records import Stamp, other

PEOPLE = frozenset({"contacts", "Lead", "Contact"})
_COMPANIES = frozenset({"companies", "Account"})
# Only what people edit can be overtaken: computed values and ids are put right whoever changed them.
_MERGED = frozenset(
    {
        "two_way",
        "prefer_salesforce",
        "prefer_hubspot",
        "always_salesforce",
        "always_hubspot",
        "most_restrictive",
    }
)
PUT_BACK = "/put back"
"""How the key of a write that puts an edit back ends. Nobody else knows of the edit, so no plan may drop it."""

_WHY = "set by somebody while a pass was writing"


def watched(write: Write) -> dict[str, Any]:
    """The raw values that a write believes to stand where it writes what people decide, by API name."""
    if write.operation not in {"create", "update"} or write.object_type not in PEOPLE | _COMPANIES:
        return {}
    return {change.target: change.before for change in write.changes if change.rule in _MERGED}


def put_back(
    write: Write,
    change: FieldChange,
    spec: FieldSpec,
    *,
    before: Any,
    written: Any,
    edited: Any,
    edited_raw: Any,
    edited_stamp: Stamp,
    source_stamp: Stamp,
) -> FieldChange | Conflict | None:
    """The change that puts the edit back, or the conflict that it loses; None when both say the same.

    Args:
        change: what the write did to the field.
        before, written, edited: canonical.
        edited_raw: the edit in the written side's own form.
        source_stamp: of the value that was written, on the side that it came from.
    """
    if edited == written:
        return None
    side = write.side
    mine, theirs = Seen(edited, edited_stamp), Seen(written, source_stamp)
    hubspot, salesforce = (mine, theirs) if side == "hubspot" else (theirs, mine)
    decision = merge_field(spec, before, hubspot, salesforce)
    if decision.writes == side:
        return Conflict(
            link_id=write.link_id,
            field=change.name,
            rule=spec.rule,
            winner=other(side),
            winning_value=written,
            losing_value=getattr(edited, "raw", edited),
            losing_at=edited_stamp.at,
            losing_actor=edited_stamp.actor,
            why=f"{_WHY}; {decision.why}",
        )
    # The base stays what was written: the other side has it, and the edit flows there as a change of this side.
    return replace(change, before=change.after, after=edited_raw, why=_WHY)
