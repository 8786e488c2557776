"""The CRM object types: names, type ids, core dates, default and required properties.

No property definitions (see `standard_contact.py`, `standard_objects.py`) and no records.
"""

from dataclasses import dataclass

from sandbox.hubspot.errors import unknown_object_type


@dataclass(frozen=True, slots=True)
class ObjectType:
    """One kind of record.

    Attributes:
        name: plural, as in paths (`contacts`).
        singular: as in messages (`contact`).
        type_id: HubSpot's numeric type id (`0-1`).
        created_property: the property that holds the creation date.
        modified_property: the property that any change bumps.
        default_properties: what a read without `properties` returns.
        required: properties that a create must set.
        required_any: at least one of these must be set by a create (empty: no such rule).
        first_id: the lowest record id that the sandbox hands out.
        activity: whether it is an engagement (call, email, meeting, note, task).
        permanent_delete: whether archiving destroys the record instead of binning it.
    """

    name: str
    singular: str
    type_id: str
    created_property: str
    modified_property: str
    default_properties: tuple[str, ...]
    required: tuple[str, ...]
    required_any: tuple[str, ...]
    first_id: int
    activity: bool = False
    permanent_delete: bool = False


def _activity(name: str, singular: str, type_id: str, first_id: int, *required: str) -> ObjectType:
    return ObjectType(
        name=name,
        singular=singular,
        type_id=type_id,
        created_property="hs_createdate",
        modified_property="hs_lastmodifieddate",
        default_properties=("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
        required=("hs_timestamp", *required),
        required_any=(),
        first_id=first_id,
        activity=True,
        permanent_delete=name == "emails",
    )


OBJECT_TYPES: dict[str, ObjectType] = {
    kind.name: kind
    for kind in (
        ObjectType(
            name="contacts",
            singular="contact",
            type_id="0-1",
            created_property="createdate",
            modified_property="lastmodifieddate",
            default_properties=(
                "createdate",
                "email",
                "firstname",
                "hs_object_id",
                "lastmodifieddate",
                "lastname",
            ),
            required=(),
            required_any=("email", "firstname", "lastname"),
            first_id=6001,
        ),
        ObjectType(
            name="companies",
            singular="company",
            type_id="0-2",
            created_property="createdate",
            modified_property="hs_lastmodifieddate",
            default_properties=("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"),
            required=(),
            required_any=("name", "domain"),
            first_id=9_200_000_001,
        ),
        ObjectType(
            name="deals",
            singular="deal",
            type_id="0-3",
            created_property="createdate",
            modified_property="hs_lastmodifieddate",
            default_properties=(
                "amount",
                "closedate",
                "createdate",
                "dealname",
                "dealstage",
                "hs_lastmodifieddate",
                "hs_object_id",
                "pipeline",
            ),
            required=("dealname", "dealstage"),
            required_any=(),
            first_id=13_400_000_001,
        ),
        _activity("calls", "call", "0-48", 41_000_000_001),
        _activity("emails", "email", "0-49", 42_000_000_001, "hs_email_direction"),
        _activity("meetings", "meeting", "0-47", 43_000_000_001),
        _activity("notes", "note", "0-46", 44_000_000_001),
        _activity("tasks", "task", "0-27", 45_000_000_001),
    )
}
_ALIASES: dict[str, str] = {
    alias: kind.name for kind in OBJECT_TYPES.values() for alias in (kind.name, kind.singular, kind.type_id)
}


def object_type(name: str) -> ObjectType:
    """Find a type by plural, singular or type id.

    Raises:
        HubSpotFault: 400 when there is no such type.
    """
    kind = find_object_type(name)
    if kind is None:
        raise unknown_object_type(name)
    return kind


def find_object_type(name: str) -> ObjectType | None:
    """Like `object_type`, but None when there is no such type."""
    plural = _ALIASES.get(name.lower())
    return None if plural is None else OBJECT_TYPES[plural]
