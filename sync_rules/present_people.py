"""What has happened since to people whom a stored plan would create: a "no" to being contacted, a record elsewhere.

None of it is in the fields that the plan writes, so ``present.py`` would not see it; and a plan that was right when it
was made would make a duplicate, or a person who may be called although they said no.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from sync_rules.addresses import normal_email
from sync_rules.mapping_model import FieldSpec
from sync_rules.mapping_model import Mapping as SyncMapping
from sync_rules.normalise import READERS
from sync_rules.owners import NO_OWNERS
from sync_rules.plan import Write
from sync_rules.present import PEOPLE, Moved, RecordKey, twin_of
from sync_rules.records import Link, Record, Side

SAME_PERSON: Mapping[Side, tuple[str, ...]] = {"hubspot": ("contacts",), "salesforce": ("Lead", "Contact")}


def created_people(writes: Iterable[Write]) -> list[Write]:
    """The writes that would make a person."""
    return [write for write in writes if write.operation == "create" and write.object_type in PEOPLE]


def addresses(writes: Iterable[Write]) -> dict[Side, dict[str, Write]]:
    """By side and e-mail address, the create of a person with that address."""
    found: dict[Side, dict[str, Write]] = {}
    for write in created_people(writes):
        email = next((normal_email(change.after) for change in write.changes if change.name == "email"), None)
        if email is not None:
            found.setdefault(write.side, {})[email] = write
    return found


def consent_fields(mapping: SyncMapping, object_type: str) -> list[FieldSpec]:
    """The fields in which a person of that object says no; none where the object is no person's."""
    if object_type not in PEOPLE:
        return []
    specs = mapping.people.fields.values()
    return [spec for spec in specs if spec.rule == "most_restrictive" and spec.target(object_type)]


def said_no_since(
    writes: Iterable[Write],
    links: Mapping[str, Link],
    records: Mapping[RecordKey, Record],
    mapping: SyncMapping,
) -> Iterator[Moved]:
    """People to be created who say no where the plan does not take it along.

    Args:
        records: as they are now, with the fields of ``consent_fields``.
    """
    known = list(writes)
    planned = {(w.link_id, change.name) for w in known for change in w.changes if change.value is True}
    for write in created_people(known):
        key = twin_of(write, links)
        source = records.get(key) if key is not None else None
        if key is None or source is None:
            continue
        for spec in consent_fields(mapping, key[1]):
            raw = source.fields.get(spec.target(key[1]) or "")
            says = READERS[spec.type](raw, spec, key[0], NO_OWNERS, None)
            if says is True and (write.link_id, spec.name) not in planned:
                yield Moved(*key, write.link_id, spec.name, None, raw, "has said no since")


def made_since(found: Iterable[tuple[Write, Record]], made_at: datetime) -> Iterator[Moved]:
    """Records with the address of a person to be created that somebody made after the plan."""
    for write, record in found:
        if record.created_at is not None and record.created_at > made_at:
            why = "was made since, with the same e-mail address"
            yield Moved(record.side, record.object_type, record.id, write.link_id, None, None, None, why)
