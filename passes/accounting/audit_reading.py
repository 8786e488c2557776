"""Both systems read whole for an audit: what that costs, and everything that lives there.

Only mapped fields, by the cheapest calls that each vendor has. What differs is for ``audit.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from connectors.results import ChangeRequest
from passes.context import PassContext
from passes.planning import planning_state
from passes.reading import wanted
from sync_rules.external_ids import HUBSPOT_ID_IN, SALESFORCE_ID_PROPERTY
from sync_rules.mapping import Mapping as SyncMapping
from sync_rules.records import Record, Side

Key = tuple[Side, str, str]
PEOPLE: tuple[tuple[Side, str], ...] = (
    ("hubspot", "contacts"), ("salesforce", "Lead"), ("salesforce", "Contact"),
)  # fmt: skip
_COMPANIES: tuple[tuple[Side, str], ...] = (("hubspot", "companies"), ("salesforce", "Account"))
ACTIVITIES: tuple[tuple[Side, str], ...] = (
    ("hubspot", "calls"), ("hubspot", "emails"), ("hubspot", "meetings"), ("hubspot", "tasks"),
    ("salesforce", "Task"), ("salesforce", "Event"),
)  # fmt: skip
_PAGE: Mapping[Side, int] = {"hubspot": 100, "salesforce": 2_000}
_TOGETHER = 5  # Salesforce queries in one call


@dataclass(slots=True)
class Systems:
    """Everything that both systems hold now.

    Attributes:
        living: by ``(side, object type, id)``.
        deleted: what Salesforce tells of deleted rows on the way.
    """

    living: dict[Key, Record] = field(default_factory=dict)
    deleted: dict[Key, Record] = field(default_factory=dict)

    def of(self, side: Side, object_type: str) -> list[Record]:
        """The living records of one type, by id."""
        return [record for key, record in sorted(self.living.items()) if key[:2] == (side, object_type)]

    def counts(self) -> dict[str, int]:
        """Living records by object type."""
        found: dict[str, int] = {}
        for _, object_type, _ in self.living:
            found[object_type] = found.get(object_type, 0) + 1
        return dict(sorted(found.items()))


def price(connection: sa.Connection) -> dict[Side, int]:
    """About how many API calls an audit takes on each side, by what the mirror holds."""
    there = planning_state.population(connection)

    def pages(side: Side) -> list[int]:
        types = [name for at, name in (*PEOPLE, *_COMPANIES, *ACTIVITIES) if at == side]
        return [max(1, -(-there.get(name, 0) // _PAGE[side])) for name in types]

    salesforce = pages("salesforce")
    together = max(-(-sum(salesforce) // _TOGETHER), max(salesforce))
    # Describes of the five objects come in one call.
    return {"hubspot": sum(pages("hubspot")), "salesforce": together + 1}


def read(context: PassContext) -> Systems:
    """Read both systems whole.

    Raises:
        ConnectorError: a side could not be read; nothing is then compared.
    """
    systems = Systems()
    for side, object_type in (*PEOPLE, *_COMPANIES, *ACTIVITIES):
        if side == "hubspot":
            about = "contacts" if (side, object_type) in ACTIVITIES else None
            names = _fields(context.mapping, side, object_type)
            for record in context.hubspot.everything(object_type, names, associated=about):
                systems.living[side, object_type, record.id] = record
    requests = [
        ChangeRequest(object_type, _fields(context.mapping, side, object_type), since=None)
        for side, object_type in (*PEOPLE, *_COMPANIES, *ACTIVITIES)
        if side == "salesforce"
    ]
    for object_type, page in context.salesforce.changes(requests):
        for record in page:
            kept = systems.deleted if record.deleted else systems.living
            kept["salesforce", object_type, record.id] = record
    return systems


def _fields(mapping: SyncMapping, side: Side, object_type: str) -> tuple[str, ...]:
    if (side, object_type) in ACTIVITIES:
        return wanted.fields(mapping, side, object_type)
    specs = [*mapping.companies.fields.values()] if (side, object_type) in _COMPANIES else [
        *mapping.people.fields.values(), *mapping.people.computed.values(),
    ]  # fmt: skip
    names = {target for spec in specs if (target := spec.target(object_type))}
    if object_type == "contacts":
        names |= {SALESFORCE_ID_PROPERTY["Lead"], SALESFORCE_ID_PROPERTY["Contact"]}
    elif object_type in HUBSPOT_ID_IN:
        names |= {HUBSPOT_ID_IN[object_type], *(["IsConverted"] if object_type == "Lead" else [])}
    return tuple(sorted(names))
