"""People as the mirror has them: a link with its records, and the attributes that the contracts judge by.

Loading and translating only. What an attribute is worth is the lead definition's business.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import sqlalchemy as sa

from connectors.store import links, mirror, runs
from passes.context import PassContext
from sync_rules.mapping import Mapping as SyncMapping
from sync_rules.mapping import ValueSpec
from sync_rules.merge import NO_BASE, Seen, merge_field
from sync_rules.normalise import Unreadable, canonical
from sync_rules.owners import OwnerMap, owner_map
from sync_rules.plan_fields import stamp_of
from sync_rules.records import Record, Side
from sync_rules.stored import from_json

_TIME = pl.Datetime("us", "UTC")
PEOPLE_SCHEMA: dict[str, Any] = {
    "person_id": pl.String,
    "email": pl.String,
    "first_name": pl.String,
    "last_name": pl.String,
    "title": pl.String,
    "company": pl.String,
    "industry": pl.String,
    "employees": pl.Int64,
    "revenue": pl.Float64,
    "country": pl.String,
    "region": pl.String,
    "phone": pl.String,
    "source": pl.String,
    "email_opt_out": pl.Boolean,
    "do_not_call": pl.Boolean,
    "created_at": _TIME,
}
_FIELD_OF = {
    "email": "email",
    "first_name": "first_name",
    "last_name": "last_name",
    "title": "title",
    "company": "company",
    "industry": "industry",
    "employees": "employees",
    "revenue": "revenue",
    "country": "country",
    "phone": "phone",
    "source": "lead_source",
    "email_opt_out": "email_opt_out",
    "do_not_call": "do_not_call",
}
_OF_THE_COMPANY = {
    "company": "name",
    "industry": "industry",
    "employees": "employees",
    "revenue": "revenue",
    "country": "country",
}


@dataclass(frozen=True, slots=True)
class Person:
    """A link with the records that it names and the company that the person works for.

    Attributes:
        company: the HubSpot company or the Salesforce Account, whichever is known.
        account: the Salesforce Account, if known.
    """

    row: links.LinkRow
    hubspot: Record | None
    salesforce: Record | None
    company: Record | None
    account: Record | None

    @property
    def link_id(self) -> str:
        """The person's key."""
        return self.row.link.link_id

    @property
    def living_salesforce(self) -> Record | None:
        """The Salesforce record unless it was deleted."""
        return None if self.salesforce is None or self.salesforce.deleted else self.salesforce

    @property
    def living_hubspot(self) -> Record | None:
        """The HubSpot contact unless it was archived."""
        return None if self.hubspot is None or self.hubspot.deleted else self.hubspot


def load(connection: sa.Connection, rows: Sequence[links.LinkRow]) -> list[Person]:
    """The records of these links, in few statements, in the order given."""
    contacts = mirror.load(
        connection, "hubspot", "contacts", (r.link.hubspot_id for r in rows if r.link.hubspot_id)
    )
    people: dict[str, dict[str, Record]] = {}
    for object_type in ("Lead", "Contact"):
        ids = (
            row.link.salesforce_id
            for row in rows
            if row.link.salesforce_type == object_type and row.link.salesforce_id
        )
        people[object_type] = mirror.load(connection, "salesforce", object_type, ids)
    company_ids = {str(c.fields["associatedcompanyid"]) for c in contacts.values() if _company_id(c)}
    companies = mirror.load(connection, "hubspot", "companies", company_ids)
    account_ids = {
        str(record.fields["AccountId"])
        for record in people["Contact"].values()
        if record.fields.get("AccountId")
    }
    linked = _linked_accounts(connection, company_ids)
    accounts = mirror.load(connection, "salesforce", "Account", account_ids | set(linked.values()))
    answer = []
    for row in rows:
        link = row.link
        contact = contacts.get(link.hubspot_id or "")
        other = people.get(link.salesforce_type or "", {}).get(link.salesforce_id or "")
        company_id = _company_id(contact) if contact else None
        account_id = (other.fields.get("AccountId") if other else None) or linked.get(company_id or "")
        account = accounts.get(str(account_id)) if account_id else None
        company = companies.get(company_id or "")
        answer.append(Person(row, contact, other, company or account, account))
    return answer


def _company_id(contact: Record) -> str | None:
    value = contact.fields.get("associatedcompanyid")
    return str(value) if value else None


def _linked_accounts(connection: sa.Connection, company_ids: Iterable[str]) -> dict[str, str]:
    keys: list[tuple[Side, str, str]] = [("hubspot", "companies", one) for one in company_ids]
    found = mirror.link_ids(connection, keys)
    known = links.load(connection, found.values())
    return {
        company_id: row.link.salesforce_id
        for (_, _, company_id), link_id in found.items()
        if (row := known.get(link_id)) is not None and row.link.salesforce_id
    }


def load_owner_map(context: PassContext, connection: sa.Connection) -> OwnerMap:
    """Who is who among the owners of both sides."""
    return owner_map(runs.load_owners(connection), context.mapping.owners)


def frame(people: Sequence[Person], mapping: SyncMapping, *, fields: Sequence[str] = ()) -> pl.DataFrame:
    """The people frame: what is known of each person, null for what is not.

    Args:
        people: whose attributes are wanted.
        mapping: which fields of the records they stand in.
        fields: further fields of the mapping, as columns of their own names: numbers, booleans, else texts.
    """
    kinds = schema(mapping, fields)
    rows = [
        _attributes(person, mapping)
        | {name: _further(kinds[name], value_of(person, name, mapping)) for name in fields}
        for person in people
    ]
    return pl.DataFrame(rows, schema=kinds, orient="row")


def schema(mapping: SyncMapping, fields: Sequence[str] = ()) -> dict[str, Any]:
    """The columns of ``frame``."""
    return PEOPLE_SCHEMA | {name: _kind_of(mapping.people.fields.get(name)) for name in fields}


def inputs(fields: Sequence[str]) -> list[str]:
    """The columns of ``frame`` that a judgement can be made from, further ``fields`` included."""
    return [*(name for name in PEOPLE_SCHEMA if name not in {"person_id", "created_at"}), *fields]


def _kind_of(spec: ValueSpec | None) -> Any:
    kinds: dict[str, Any] = {"number": pl.Float64, "boolean": pl.Boolean}
    return kinds.get(spec.type, pl.String) if spec else pl.String


def _further(kind: Any, value: Any) -> Any:
    if value is None or kind == pl.Boolean:
        return value
    if kind == pl.Float64:
        return float(value)
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _attributes(person: Person, mapping: SyncMapping) -> dict[str, Any]:
    values: dict[str, Any] = {"person_id": person.link_id, "region": None}
    for name, field in _FIELD_OF.items():
        value = value_of(person, field, mapping)
        if value is None and person.company is not None and name in _OF_THE_COMPANY:
            spec = mapping.companies.fields.get(_OF_THE_COMPANY[name])
            value = _read(spec, person.company, mapping.default_region) if spec else None
        values[name] = _plain(name, value)
    records = (person.living_hubspot, person.living_salesforce)
    created = [
        record.created_at for record in records if record is not None and record.created_at is not None
    ]
    values["created_at"] = min(created, default=None)
    return values


def value_of(person: Person, field: str, mapping: SyncMapping) -> Any:
    """The person's value of a mapped field: where the sides differ, the one that the merge will settle on.

    Judging by that value and not by one side's keeps a pass from judging again what its own writes changed.
    """
    spec = mapping.people.fields.get(field)
    if spec is None:
        return None
    region = mapping.default_region
    hubspot, salesforce = person.living_hubspot, person.living_salesforce
    ours = _read(spec, hubspot, region) if hubspot is not None else None
    theirs = _read(spec, salesforce, region) if salesforce is not None else None
    if spec.type == "boolean":
        return None if ours is None and theirs is None else bool(ours) or bool(theirs)
    if ours is None or theirs is None or ours == theirs or hubspot is None or salesforce is None:
        return ours if ours is not None else theirs
    stored = (person.row.base or {}).get(field, NO_BASE)
    base = stored if stored is NO_BASE else from_json(stored, spec.type)
    decision = merge_field(
        spec,
        base,
        Seen(ours, stamp_of(hubspot, spec.target(hubspot.object_type) or "")),
        Seen(theirs, stamp_of(salesforce, spec.target(salesforce.object_type) or "")),
    )
    return decision.value if decision.settled and decision.value is not None else ours


def _read(spec: ValueSpec, record: Record, region: str | None) -> Any:
    """The canonical value; of what the rules cannot translate, what was written there."""
    target = spec.target(record.object_type)
    if target is None or target not in record.fields:
        return None
    value = canonical(record.fields[target], spec, record.side, region=region)
    if isinstance(value, Unreadable):
        return value.raw if spec.type in {"picklist", "country", "email", "phone"} else None
    return value if value != "" else None


def _plain(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "employees":
        return int(value)
    if name == "revenue":
        return float(value)
    return value


def owner_of(record: Record | None, owners: OwnerMap) -> str | None:
    """The canonical owner of a record: an e-mail address, ``queue:<name>`` or None."""
    if record is None:
        return None
    owner_id = record.fields.get("OwnerId" if record.side == "salesforce" else "hubspot_owner_id")
    return owners.key_of(record.side, str(owner_id)) if owner_id else None


def sources(people: Iterable[Person], mapping: SyncMapping) -> Mapping[str, str | None]:
    """Where each person came from, in the mapping's canonical words."""
    return {person.link_id: value_of(person, "lead_source", mapping) for person in people}


def name_of(person: Person) -> str:
    """What people call the person: first and last name, else the link's key."""
    for record, names in (
        (person.living_hubspot, ("firstname", "lastname")),
        (person.living_salesforce, ("FirstName", "LastName")),
    ):
        if record is not None:
            name = " ".join(str(record.fields[one]) for one in names if record.fields.get(one))
            if name:
                return name
    return person.link_id
