"""Companies under companies: the computed `hs_parent_company_id`, and what merges and the bin do to it.

The associations themselves are `associations.py`; checks that records exist are the store's.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from sandbox.hubspot.associations import TO_PARENT, Associations
from sandbox.hubspot.records import Actor, Record
from sandbox.hubspot.tables import Table

_PARENT = "hs_parent_company_id"
_CALCULATED = Actor.system("CALCULATED")


class Hierarchy:
    """The companies of one account as trees; `compute` writes a computed property."""

    def __init__(
        self,
        associations: Associations,
        companies: Table,
        compute: Callable[[Record, Mapping[str, str], Actor, datetime], None],
    ) -> None:
        self._associations, self._companies, self._compute = associations, companies, compute

    def put_under(self, company_id: str, parent_id: str | None, at: datetime) -> None:
        """Give a company another parent company, or none, as HubSpot's page does."""
        present = self._associations.parent(company_id)
        if present is not None:
            self._associations.unlabel_hierarchy(company_id, present, (TO_PARENT,))
        if parent_id is not None:
            self._associations.put("companies", company_id, "companies", parent_id, (TO_PARENT,))
        if (company := self._companies.get(company_id)) is not None:
            self.show_parent(company, at)

    def show_parent(self, company: Record, at: datetime) -> None:
        """Keep a company's parent property equal to the live company above it."""
        above = self._associations.parent(company.id)
        parent = self._companies.get(above) if above is not None else None
        living = parent.id if parent is not None and not parent.archived else ""
        if (company.properties.get(_PARENT) or "") != living:
            self._compute(company, {_PARENT: living}, _CALCULATED, max(at, company.updated_at))

    def show_in_children(self, company: Record, at: datetime) -> None:
        """The same for the companies right under a record that came to the bin or out of it."""
        if company.object_type.name != "companies":
            return
        for child_id in self._associations.children(company.id):
            child = self._companies.get(child_id)
            if child is not None and not child.archived:
                self.show_parent(child, at)

    def inherit(self, result: Record, old_id: str) -> None:
        """The result of a merge stands where an absorbed company stood, unless it has a place of its own."""
        if result.object_type.name != "companies":
            return
        parent, children = self._associations.parent(old_id), self._associations.children(old_id)
        for child in children:
            self._associations.unlabel_hierarchy(child, old_id, (TO_PARENT,))
        pairs = [(child, result.id) for child in children]
        if parent is not None and self._associations.parent(result.id) is None:
            pairs.append((result.id, parent))
        for child, above in pairs:
            if child != above:
                self._associations.put("companies", child, "companies", above, (TO_PARENT,))
        self.show_parent(result, result.updated_at)
        self.show_in_children(result, result.updated_at)

    def forget(self, company: Record) -> None:
        """Leave the companies under a record without a parent."""
        if company.object_type.name != "companies":
            return
        for child_id in self._associations.children(company.id):
            self._associations.unlabel_hierarchy(child_id, company.id, (TO_PARENT,))
            if (child := self._companies.get(child_id)) is not None:
                self.show_parent(child, child.updated_at)
