"""The HubSpot properties that a mapping writes: do they exist, do they fit, and creating our own.

Reads the account's schema through the gateway. What a mapping may say is ``mapping_model.py``.
"""

from collections.abc import Callable, Iterator

from connectors.declaration import DeclaredField, Kind, SchemaItem
from connectors.errors import ConfigError
from connectors.hubspot import provision
from connectors.hubspot.gateway import HubSpotGateway
from connectors.results import FieldSpec
from contract_files.hints import did_you_mean
from imports.mapping import LoadedMapping
from imports.mapping_model import CreateProperty, PropertyRule, ValueType

CONTACTS = "contacts"
_CREATED_AS: dict[ValueType, Kind] = {"text": "text", "number": "number", "picklist": "picklist"}
# What a property of each type takes; all others take any text.
_TAKES: dict[str, tuple[ValueType, ...]] = {
    "number": ("number",),
    "boolean": ("boolean",),
    "date": ("date",),
    "datetime": ("date",),
}
_FEEDBACK_NOTE = "Feedback from sales, never an input of the lead definition."


def property_problems(mapping: LoadedMapping, gateway: HubSpotGateway) -> list[str]:
    """``file:line: what, and what to do`` for each property that the account lacks or that does not fit."""
    specs = gateway.schema(CONTACTS)
    found: list[str] = []
    for name, rule in mapping.rules.properties.items():
        spec = specs.get(name)
        if spec is None:
            what = _absent(name, rule.create_property, specs)
            found.append(mapping.complain(("properties", name), what))
        else:
            found += (mapping.complain(("properties", name), what) for what in _misfits(rule, spec))
    return found


def _absent(name: str, create: CreateProperty | None, specs: dict[str, FieldSpec]) -> str:
    if create is not None:
        return f"HubSpot has no contact property {name}; load with --create-properties to add it"
    return (
        f"HubSpot has no contact property {name}; {did_you_mean(name, specs)} "
        "Or declare 'create_property' here"
    )


def _misfits(rule: PropertyRule, spec: FieldSpec) -> Iterator[str]:
    takes = _TAKES.get(spec.type)
    if not (spec.writable_on_create and spec.writable_on_update):
        yield f"HubSpot does not let {spec.name} be written; remove it"
    elif takes is not None and rule.type not in takes:
        yield f"{spec.name} is a {spec.type} property in HubSpot; add 'type: {takes[0]}'"
    elif spec.restricted:
        known = set(spec.options)
        for value in (*rule.options, *([str(rule.constant)] if rule.constant is not None else [])):
            if value not in known:
                yield f"{value!r} is no option of {spec.name} in HubSpot; {did_you_mean(value, known)}"


def missing_properties(mapping: LoadedMapping, gateway: HubSpotGateway) -> list[SchemaItem]:
    """What ``create_properties`` would add, in order; kind ``conflict`` for what is in the way."""
    return provision.missing(gateway.client, {CONTACTS: declared_properties(mapping)})


def create_properties(
    mapping: LoadedMapping,
    gateway: HubSpotGateway,
    *,
    progress: Callable[[SchemaItem], None] = lambda item: None,
) -> list[SchemaItem]:
    """Add the properties that the mapping declares and the account lacks; adding nothing is fine.

    Raises:
        ConfigError: something else of that name is in the way; nothing was added.
    """
    items = missing_properties(mapping, gateway)
    conflicts = [item for item in items if item.kind == "conflict"]
    if conflicts:
        raise ConfigError(
            [mapping.complain(("properties", one.name), f"{one.name} {one.detail}") for one in conflicts]
        )
    for item in items:
        provision.add(gateway.client, item, {CONTACTS: declared_properties(mapping)})
        progress(item)
    gateway.forget_schema()
    return items


def declared_properties(mapping: LoadedMapping) -> tuple[DeclaredField, ...]:
    """The mapping's own properties, as the account should have them."""
    feedback = set(mapping.rules.feedback)
    found = []
    for name, rule in mapping.rules.properties.items():
        if rule.create_property is None:
            continue
        notes = [rule.create_property.help, _FEEDBACK_NOTE if feedback.intersection(rule.columns) else ""]
        found.append(
            DeclaredField(
                name,
                rule.create_property.label,
                _CREATED_AS[rule.type],
                options=rule.options if rule.type == "picklist" else (),
                help_text=" ".join(note for note in notes if note) or "Loaded from a list.",
            )
        )
    return tuple(found)
