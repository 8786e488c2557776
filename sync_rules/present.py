"""Whether both systems are still as a stored plan found them.

Comparing what was read just now with what the plan says; what follows from a difference is the caller's.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sync_rules.activities import Activity, activity_of
from sync_rules.activity_fields import FIELDS
from sync_rules.addresses import phone_as, plain_text
from sync_rules.mapping_model import FieldSpec, ValueSpec
from sync_rules.mapping_model import Mapping as SyncMapping
from sync_rules.normalise import Unreadable, canonical, moment
from sync_rules.owners import OwnerMap
from sync_rules.plan import REMOVALS, FieldChange, Write
from sync_rules.plan_fields import Pairing, pairing
from sync_rules.records import Link, Record, Side, other
from sync_rules.stored import to_json

RecordKey = tuple[Side, str, str]
PEOPLE = frozenset({"contacts", "Lead", "Contact"})
COMPANIES = frozenset({"companies", "Account"})
_MERGING = frozenset(
    {
        "two_way",
        "prefer_salesforce",
        "prefer_hubspot",
        "always_salesforce",
        "always_hubspot",
        "most_restrictive",
    }
)
_CONVERTED = "IsConverted"
_GONE = "was deleted, archived or merged away"


@dataclass(frozen=True, slots=True)
class Moved:
    """Something that is not as the plan found it.

    Attributes:
        field: the mapping's name of the field, or None when the whole record is meant.
        planned: the raw value that the plan found there; ``present``: the one that is there now.
    """

    side: Side
    object_type: str
    record_id: str
    link_id: str
    field: str | None
    planned: Any
    present: Any
    why: str


@dataclass(slots=True)
class Wanted:
    """What has to be read of one object type."""

    ids: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)


class Present:
    """Compares stored writes with records that were read just now.

    Args:
        links: living links by the link id that the writes name.
        records: by ``(side, object type, id)``; records that are gone are absent.
    """

    def __init__(
        self,
        mapping: SyncMapping,
        owners: OwnerMap,
        links: Mapping[str, Link],
        records: Mapping[RecordKey, Record],
    ) -> None:
        self._mapping, self._owners = mapping, owners
        self._links, self._records = links, records
        self._pairings: dict[str, Pairing] = {}

    def record(self, write: Write) -> Record | None:
        """The record that a write concerns, as it is now."""
        return self._records.get((write.side, write.object_type, write.record_id or ""))

    def has(self, write: Write, change: FieldChange, value: Any) -> bool:
        """Whether the record has ``value`` in the field of ``change``, by the field's type."""
        record = self.record(write)
        present = record.fields.get(change.target) if record is not None else None
        if present == value or (present in (None, "") and value in (None, "")):
            return True
        spec = spec_of(self._mapping, write.object_type, change)
        if spec is None:
            one, another = plain_text(present), plain_text(value)
            return one is not None and another is not None and moment(one) == moment(another)
        return bool(self.canonical(write, spec, present) == self.canonical(write, spec, value))

    def canonical(self, write: Write, spec: ValueSpec, raw: Any) -> Any:
        """The canonical value of a raw one as the side of ``write`` gives it."""
        return canonical(raw, spec, write.side, owners=self._owners, region=self._region(write))

    def activity(self, write: Write, values: Mapping[str, Any]) -> Activity | None:
        """The activity that a write concerns, as it would be with other raw values."""
        record = self.record(write)
        if record is None:
            return None
        changed = replace(record, fields={**record.fields, **values})
        return activity_of(changed, self._mapping.activities, self._owners)

    def source_has(self, write: Write, change: FieldChange) -> bool:
        """Whether the other side still has the value that the plan lets flow from there."""
        spec = spec_of(self._mapping, write.object_type, change)
        key = twin_of(write, self._links)
        if not isinstance(spec, FieldSpec) or change.rule not in _MERGING or key is None:
            return True
        target, twin = spec.target(key[1]), self._records.get(key)
        if target is None or twin is None or (write.operation == "create" and spec.type == "owner"):
            # A new record's owner may be the fallback.
            return True
        raw = twin.fields.get(target)
        value = canonical(raw, spec, key[0], owners=self._owners, region=self._region(write))
        if spec.type == "phone":
            value = phone_as(raw, value, change.value)
        return bool(as_stored(value) == change.value)

    def _region(self, write: Write) -> str | None:
        link = self._links.get(write.link_id)
        if link is None or link.salesforce_type is None or write.object_type not in PEOPLE:
            return self._mapping.default_region
        kind = link.salesforce_type
        if kind not in self._pairings:
            self._pairings[kind] = pairing(self._mapping.people.fields.values(), "contacts", kind)
        hubspot, salesforce = (self._records.get(key) if key else None for key in keys_of(link))
        return self._pairings[kind].region(hubspot, salesforce, self._mapping.default_region)


def moved(
    writes: Iterable[Write],
    present: Present,
    links: Mapping[str, Link],
    records: Mapping[RecordKey, Record],
    existing: Set[str],
    *,
    made_at: datetime,
) -> Iterator[Moved]:
    """What has changed under a stored plan on either side.

    Args:
        existing: keys of creates whose record exists already.
        made_at: when the plan was made; a record to be archived must not have changed since.
    """
    for write in writes:
        if write.operation == "create":
            if write.key in existing:
                yield _whole(write, "exists already")
        elif write.record_id is not None:
            yield from _moved_here(write, present, made_at)
        key = twin_of(write, links)
        if key is not None:
            yield from _moved_across(write, key, present, key in records)


def _moved_here(write: Write, present: Present, made_at: datetime) -> Iterator[Moved]:
    record = present.record(write)
    if write.operation == "restore":
        if record is not None:
            yield _whole(write, "was restored")
    elif record is None:
        yield _whole(write, _GONE)
    elif record.fields.get(_CONVERTED) is True:
        yield _whole(write, "was converted")
    elif write.operation in REMOVALS and record.modified_at > made_at:
        yield _whole(write, "was changed")
    else:
        for change in write.changes:
            if not present.has(write, change, change.before):
                key = (write.side, write.object_type, record.id)
                yield _field(write, key, change, record.fields.get(change.target))


def _moved_across(write: Write, key: RecordKey, present: Present, there: bool) -> Iterator[Moved]:
    if not there:
        if any(change.rule in _MERGING for change in write.changes):
            yield Moved(*key, write.link_id, None, None, None, _GONE)
        return
    if write.operation in ("delete", "purge"):
        # What it follows has been taken back.
        yield Moved(*key, write.link_id, None, None, None, "was restored")
    for change in write.changes:
        if not present.source_has(write, change):
            yield _field(write, key, change, None)


def wanted(
    writes: Iterable[Write], links: Mapping[str, Link], mapping: SyncMapping
) -> dict[tuple[Side, str], Wanted]:
    """What has to be read to compare: the records written, and those from which the values come."""
    answer: dict[tuple[Side, str], Wanted] = {}
    for write in writes:
        if write.record_id is not None:
            here = answer.setdefault((write.side, write.object_type), Wanted())
            here.ids.add(write.record_id)
            here.fields |= {change.target for change in write.changes}
            if write.object_type == "Lead":
                here.fields.add(_CONVERTED)
            here.fields.update(FIELDS.get((write.side, write.object_type), ()))
        key = twin_of(write, links)
        if key is not None:
            there = answer.setdefault(key[:2], Wanted())
            there.ids.add(key[2])
            specs = (spec_of(mapping, write.object_type, change) for change in write.changes)
            there.fields |= {target for spec in specs if spec is not None and (target := spec.target(key[1]))}
    _with_countries(answer, mapping)
    return answer


def _with_countries(answer: Mapping[tuple[Side, str], Wanted], mapping: SyncMapping) -> None:
    """Phone numbers are read by the person's country."""
    countries = [spec for spec in mapping.people.fields.values() if spec.type == "country"]
    for (_, object_type), item in answer.items():
        if object_type in PEOPLE:
            item.fields |= {target for spec in countries if (target := spec.target(object_type))}


def spec_of(mapping: SyncMapping, object_type: str, change: FieldChange) -> ValueSpec | None:
    """The mapped value that a change is of, or None for what the mapping does not (or no longer) name."""
    spec: ValueSpec | None = None
    if object_type in PEOPLE:
        spec = mapping.people.fields.get(change.name) or mapping.people.computed.get(change.name)
    elif object_type in COMPANIES:
        spec = mapping.companies.fields.get(change.name)
    return spec if spec is not None and spec.target(object_type) == change.target else None


def keys_of(link: Link) -> tuple[RecordKey | None, RecordKey | None]:
    """The records of a link: in HubSpot, in Salesforce."""
    hubspot_type = "contacts" if link.kind == "person" else "companies"
    ours: RecordKey | None = ("hubspot", hubspot_type, link.hubspot_id) if link.hubspot_id else None
    theirs: RecordKey | None = None
    if link.salesforce_id and link.salesforce_type:
        theirs = ("salesforce", link.salesforce_type, link.salesforce_id)
    return ours, theirs


def twin_of(write: Write, links: Mapping[str, Link]) -> RecordKey | None:
    """The record across of a person's or a company's write, if there is one."""
    link = links.get(write.link_id)
    if link is None:
        return None
    return keys_of(link)[0 if other(write.side) == "hubspot" else 1]


def as_stored(value: Any) -> Any:
    """A canonical value as plans keep it."""
    return value.raw if isinstance(value, Unreadable) else to_json(value)


def _whole(write: Write, why: str) -> Moved:
    place = write.record_id or (write.external_key or ("", ""))[1]
    return Moved(write.side, write.object_type, place, write.link_id, None, None, None, why)


def _field(write: Write, key: RecordKey, change: FieldChange, now: Any) -> Moved:
    here = key[0] == write.side
    planned = change.before if here else change.value
    return Moved(*key, write.link_id, change.name, planned, now, "has another value now")
