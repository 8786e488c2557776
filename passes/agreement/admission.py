"""Who may be created in Salesforce: people of the agreed stages, once the agreed minimum is there.

People who are there already are never cut off; this is asked of nobody else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from passes.persons import Person
from sync_rules.mapping import Mapping as SyncMapping
from sync_rules.normalise import Unreadable, canonical


@dataclass(frozen=True, slots=True)
class Admission:
    """The answer, with its reason in words.

    Attributes:
        admitted: the person's stage is one that is handed over.
        missing: fields of the agreed minimum that the person lacks; while there are any, the person is held.
    """

    admitted: bool
    why: str
    missing: tuple[str, ...] = ()


def admit(person: Person, stage: str | None, mapping: SyncMapping) -> Admission:
    """Whether the person may be created in Salesforce."""
    rules = mapping.admission
    if person.row.link.salesforce_id is not None:
        return Admission(admitted=True, why="is in Salesforce already")
    if stage is None:
        return Admission(admitted=False, why="not judged yet")
    if stage not in rules.stages:
        return Admission(admitted=False, why=f"stage {stage} is not handed over")
    missing = _missing(person, rules.minimum, mapping)
    if missing:
        return Admission(admitted=True, why=f"is {stage}, but lacks {', '.join(missing)}", missing=missing)
    return Admission(admitted=True, why=f"is {stage} with the agreed minimum")


def admit_all(
    people: Sequence[Person], stages: Mapping[str, str], mapping: SyncMapping
) -> dict[str, Admission]:
    """The answer for each person."""
    return {person.link_id: admit(person, stages.get(person.link_id), mapping) for person in people}


def _missing(person: Person, minimum: Sequence[str], mapping: SyncMapping) -> tuple[str, ...]:
    contact = person.living_hubspot
    if contact is None:
        return tuple(minimum)
    return tuple(name for name in minimum if _blank(contact.fields, name, mapping))


def _blank(fields: Mapping[str, Any], name: str, mapping: SyncMapping) -> bool:
    spec = mapping.people.fields[name]
    value = canonical(fields.get(spec.hubspot or ""), spec, "hubspot", region=mapping.default_region)
    return value is None or isinstance(value, Unreadable)
