"""Parents of companies that would close a circle: held, because neither system can show such a tree.

Whether a parent flows at all is decided like any other field, by ``plan_fields.py``.
"""

from sync_rules.changes import Bench, Place, hold_field
from sync_rules.company_ids import chain
from sync_rules.plan import FieldChange
from sync_rules.records import Link, Record, Side


class ParentPlanner:
    """Follows both trees as the plan so far leaves them."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        fields = bench.mapping.companies.fields.values()
        self._names = {spec.name for spec in fields if spec.type == "company"}
        above = bench.owners.companies.above
        self._above: dict[Side, dict[str, str]] = {side: dict(tree) for side, tree in above.items()}

    def checked(self, link: Link, record: Record, changes: list[FieldChange]) -> list[FieldChange]:
        """The changes of one record without parents that stand below it there already; those are held."""
        return [one for one in changes if one.name not in self._names or self._fits(link, record, one)]

    def _fits(self, link: Link, record: Record, change: FieldChange) -> bool:
        tree = self._above[record.side]
        if change.value is not None and link.link_id in chain(tree, change.value):
            found = self._bench.found
            found.conflicts[:] = [
                one for one in found.conflicts if (one.link_id, one.field) != (link.link_id, change.name)
            ]
            why = f"in {record.side} the parent stands below this company already"
            place = Place(link.link_id, record.side, record.object_type)
            hold_field(self._bench, place, change.name, "parent_cycle", why, change.after)
            return False
        if change.value is None:
            tree.pop(link.link_id, None)
        else:
            tree[link.link_id] = change.value
        return True
