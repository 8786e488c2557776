"""The first meeting of two systems in figures: who was matched and how, who would be created, who is unclear.

Read from what is stored; what a person is called belongs to whoever shows it. Until a plan was applied, nothing
was written, so every link with both records is a match that was found.
"""

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa

from connectors.store import holds, journal
from connectors.store.tables import links
from sync_rules.plan import Plan

SAMPLE = 5
_PEOPLE = ("contacts", "Lead", "Contact")
_UNCLEAR = ("ambiguous", "duplicate")


@dataclass(frozen=True, slots=True)
class Group:
    """Some people or companies alike, and a few of them.

    Attributes:
        what: ``match``, ``create`` or ``ambiguous``.
        how: the evidence (``e-mail``), what is created (``salesforce Lead``), why it is unclear.
        sample: link ids.
    """

    what: str
    how: str
    count: int
    sample: tuple[str, ...]


def first_meeting(connection: sa.Connection, plan: Plan) -> tuple[Group, ...]:
    """The groups, or none once a plan of this pair of systems was applied."""
    if journal.ever_applied(connection):
        return ()
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    both = sa.select(links.c.link_id, links.c.kind, links.c.evidence).where(
        links.c.hubspot_id.is_not(None), links.c.salesforce_id.is_not(None), links.c.merged_into.is_(None)
    )
    for row in connection.execute(both.order_by(links.c.link_id)):
        found["match", f"{row.kind} by {row.evidence}"].append(row.link_id)
    for write in plan.writes:
        if write.operation == "create" and write.object_type in _PEOPLE:
            found["create", f"{write.side} {write.object_type}"].append(write.link_id)
    for row in holds.open_holds(connection):
        if row.kind in _UNCLEAR:
            found["ambiguous", f"{row.side} {row.object_type}, {row.kind}"].append(row.link_id)
    order = {"match": 0, "create": 1, "ambiguous": 2}
    return tuple(
        Group(what, how, len(ids), tuple(ids[:SAMPLE]))
        for (what, how), ids in sorted(found.items(), key=lambda item: (order[item[0][0]], item[0][1]))
    )
