"""Property definitions and groups of every object type, and the rules for changing them.

No values and no records: `values.py` reads values against a definition.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sandbox.hubspot import errors
from sandbox.hubspot.payload import as_integer, as_objects

MAX_UNIQUE_PER_TYPE = 10
FIELD_TYPES: dict[str, frozenset[str]] = {
    "string": frozenset({"text", "textarea", "html", "file", "phonenumber", "calculation_equation"}),
    "number": frozenset({"number", "calculation_equation"}),
    "bool": frozenset({"booleancheckbox", "calculation_equation"}),
    "date": frozenset({"date"}),
    "datetime": frozenset({"date"}),
    "enumeration": frozenset({"select", "radio", "checkbox", "booleancheckbox", "calculation_equation"}),
}
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Option:
    label: str
    value: str
    display_order: int = -1
    hidden: bool = False

    def wire(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "value": self.value,
            "displayOrder": self.display_order,
            "hidden": self.hidden,
        }


@dataclass(frozen=True, slots=True)
class PropertyDefinition:
    """One property of one object type; immutable, a change makes a new one."""

    object_type: str
    name: str
    label: str
    type: str
    field_type: str
    group: str
    description: str = ""
    options: tuple[Option, ...] = ()
    has_unique_value: bool = False
    read_only: bool = False
    calculated: bool = False
    hidden: bool = False
    hubspot_defined: bool = True
    external_options: bool = False
    form_field: bool = False
    display_order: int = -1
    archived: bool = False
    created_at: datetime | None = None
    updated_at: datetime | None = None
    option_values: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "option_values", tuple(option.value for option in self.options))


@dataclass(slots=True)
class Group:
    name: str
    label: str
    display_order: int = -1
    archived: bool = False


def parse_options(raw: object) -> tuple[Option, ...]:
    """Options as sent by a caller.

    Raises:
        HubSpotFault: 400 when an entry lacks label or value, or a value repeats.
    """
    options: list[Option] = []
    for position, item in enumerate(as_objects(raw, "options")):
        if not item.get("label") or item.get("value") in (None, ""):
            raise errors.validation("Property option needs a label and a value.")
        order = item.get("displayOrder")
        options.append(
            Option(
                label=str(item["label"]),
                value=str(item["value"]),
                display_order=position if order is None else as_integer(order, "displayOrder"),
                hidden=bool(item.get("hidden", False)),
            )
        )
    values = [option.value for option in options]
    if len(set(values)) != len(values):
        raise errors.validation("Property option values must be unique.")
    return tuple(options)


class Schema:
    """The definitions of one object type."""

    def __init__(
        self, object_type: str, groups: Mapping[str, str], definitions: Sequence[PropertyDefinition]
    ) -> None:
        self.object_type = object_type
        self.groups = {name: Group(name, label) for name, label in groups.items()}
        self.definitions = {definition.name: definition for definition in definitions}

    def get(self, name: str) -> PropertyDefinition | None:
        """The live (not archived) definition, or None."""
        definition = self.definitions.get(name)
        return None if definition is None or definition.archived else definition

    def live(self) -> list[PropertyDefinition]:
        return [definition for definition in self.definitions.values() if not definition.archived]

    def archived(self) -> list[PropertyDefinition]:
        return [definition for definition in self.definitions.values() if definition.archived]

    def unique_names(self) -> list[str]:
        return [definition.name for definition in self.live() if definition.has_unique_value]

    def require(self, name: str) -> PropertyDefinition:
        definition = self.get(name)
        if definition is None:
            raise errors.not_found(f'Property "{name}" does not exist', context={"propertyName": [name]})
        return definition

    def add(self, raw: Mapping[str, Any], now: datetime) -> PropertyDefinition:
        """Create a property from an API body.

        Raises:
            HubSpotFault: 400 for a missing or wrong part, 409 when the name is taken.
        """
        missing = [key for key in ("name", "label", "groupName", "type", "fieldType") if not raw.get(key)]
        if missing:
            raise errors.validation(f"Property definition needs: {', '.join(missing)}")
        name, kind, field_type = str(raw["name"]), str(raw["type"]), str(raw["fieldType"])
        if not _NAME.fullmatch(name):
            raise errors.validation(
                f'Property name "{name}" is not valid: use lowercase letters, digits and underscores, '
                "beginning with a letter."
            )
        if kind not in FIELD_TYPES or field_type not in FIELD_TYPES[kind]:
            raise errors.validation(f"Property type {kind} does not go with field type {field_type}.")
        self._require_group(str(raw["groupName"]))
        existing = self.get(name)
        if existing is not None:
            raise errors.conflict(f"Property named {name} already exists.")
        unique = bool(raw.get("hasUniqueValue", False))
        custom_unique = [d for d in self.live() if d.has_unique_value and not d.hubspot_defined]
        if unique and len(custom_unique) >= MAX_UNIQUE_PER_TYPE:
            raise errors.validation(
                f"At most {MAX_UNIQUE_PER_TYPE} properties with unique values are allowed per object type."
            )
        definition = PropertyDefinition(
            object_type=self.object_type,
            name=name,
            label=str(raw["label"]),
            type=kind,
            field_type=field_type,
            group=str(raw["groupName"]),
            description=str(raw.get("description") or ""),
            options=self._options(kind, field_type, raw.get("options")),
            has_unique_value=unique,
            read_only=field_type == "calculation_equation",
            calculated=field_type == "calculation_equation",
            hidden=bool(raw.get("hidden", False)),
            hubspot_defined=False,
            external_options=bool(raw.get("externalOptions", False)),
            form_field=bool(raw.get("formField", False)),
            display_order=as_integer(raw.get("displayOrder", -1), "displayOrder"),
            created_at=now,
            updated_at=now,
        )
        self.definitions[name] = definition
        return definition

    def patch(self, name: str, raw: Mapping[str, Any], now: datetime) -> PropertyDefinition:
        """Change a property; `options`, when sent, replaces the whole list."""
        definition = self.require(name)
        changes: dict[str, Any] = {"updated_at": now}
        for key, attribute in (("label", "label"), ("description", "description")):
            if raw.get(key) is not None:
                changes[attribute] = str(raw[key])
        for key, attribute in (("hidden", "hidden"), ("formField", "form_field")):
            if raw.get(key) is not None:
                changes[attribute] = bool(raw[key])
        if raw.get("displayOrder") is not None:
            changes["display_order"] = as_integer(raw["displayOrder"], "displayOrder")
        if raw.get("groupName") is not None:
            self._require_group(str(raw["groupName"]))
            changes["group"] = str(raw["groupName"])
        if raw.get("options") is not None:
            changes["options"] = self._options(definition.type, definition.field_type, raw["options"])
        changed = replace(definition, **changes)
        self.definitions[name] = changed
        return changed

    def archive(self, name: str) -> None:
        """Archive a custom property; unknown names are ignored, HubSpot's own are refused."""
        definition = self.get(name)
        if definition is None:
            return
        if definition.hubspot_defined:
            raise errors.validation(f"{name} is a HubSpot defined property and cannot be archived.")
        self.definitions[name] = replace(definition, archived=True)

    def add_group(self, raw: Mapping[str, Any]) -> Group:
        name = str(raw.get("name") or "")
        if not name or not raw.get("label"):
            raise errors.validation("Property group needs a name and a label.")
        if name in self.groups and not self.groups[name].archived:
            raise errors.conflict(f"Property group named {name} already exists.")
        self.groups[name] = Group(
            name, str(raw["label"]), as_integer(raw.get("displayOrder", -1), "displayOrder")
        )
        return self.groups[name]

    def require_group(self, name: str) -> Group:
        """The live group.

        Raises:
            HubSpotFault: 404 when there is none.
        """
        group = self.groups.get(name)
        if group is None or group.archived:
            raise errors.not_found(f"Property group {name} does not exist.")
        return group

    def archive_group(self, name: str) -> None:
        """Archive an empty group; unknown ones are ignored."""
        group = self.groups.get(name)
        if group is None:
            return
        if any(definition.group == name for definition in self.live()):
            raise errors.validation(f"Property group {name} still has properties.")
        group.archived = True

    def _require_group(self, name: str) -> None:
        group = self.groups.get(name)
        if group is None or group.archived:
            raise errors.validation(f"Property group {name} does not exist.")

    @staticmethod
    def _options(kind: str, field_type: str, raw: object) -> tuple[Option, ...]:
        if kind == "bool" and not raw:
            return (Option("Yes", "true", 0), Option("No", "false", 1))
        options = parse_options(raw)
        if kind == "bool" and {option.value for option in options} != {"true", "false"}:
            raise errors.validation("A bool property has exactly the options true and false.")
        if kind == "enumeration" and not options and field_type != "calculation_equation":
            raise errors.validation("An enumeration property needs options.")
        return options
