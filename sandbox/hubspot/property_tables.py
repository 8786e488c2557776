"""Reads the compact tables in which the standard properties are written down.

One line is `name kind flags label…`; the tables themselves are in `standard_contact.py` and
`standard_objects.py`.
"""

from collections.abc import Mapping, Sequence

from sandbox.hubspot.schema import Option, PropertyDefinition

_KINDS: dict[str, tuple[str, str]] = {
    "text": ("string", "text"),
    "textarea": ("string", "textarea"),
    "html": ("string", "html"),
    "phone": ("string", "phonenumber"),
    "number": ("number", "number"),
    "bool": ("bool", "booleancheckbox"),
    "date": ("date", "date"),
    "datetime": ("datetime", "date"),
    "select": ("enumeration", "select"),
    "radio": ("enumeration", "radio"),
    "checkbox": ("enumeration", "checkbox"),
}
_FLAGS = frozenset({"-", "ro", "hidden", "unique", "custom", "external"})
_BOOL_OPTIONS = (Option("Yes", "true", 0), Option("No", "false", 1))


def options(*pairs: str | tuple[str, str]) -> tuple[Option, ...]:
    """Options from values (label made from the value) or `(value, label)` pairs."""
    made: list[Option] = []
    for position, pair in enumerate(pairs):
        value, label = pair if isinstance(pair, tuple) else (pair, pair.replace("_", " ").capitalize())
        made.append(Option(label, value, position))
    return tuple(made)


def definitions(
    object_type: str, group: str, table: str, choices: Mapping[str, Sequence[Option]] | None = None
) -> list[PropertyDefinition]:
    """Definitions from a table; `choices` gives the options of enumerations by property name."""
    made: list[PropertyDefinition] = []
    for line in table.strip().splitlines():
        name, kind, flag_text, label = line.split(maxsplit=3)
        flags = set(flag_text.split(","))
        if not flags <= _FLAGS:
            raise ValueError(f"unknown flag in the property table: {line}")
        value_type, field_type = _KINDS[kind]
        made.append(
            PropertyDefinition(
                object_type=object_type,
                name=name,
                label=label,
                type=value_type,
                field_type=field_type,
                group=group,
                options=_BOOL_OPTIONS if kind == "bool" else tuple((choices or {}).get(name, ())),
                has_unique_value="unique" in flags,
                read_only="ro" in flags,
                calculated="ro" in flags,
                hidden="hidden" in flags,
                hubspot_defined="custom" not in flags,
                external_options="external" in flags,
                form_field="ro" not in flags and "hidden" not in flags and object_type == "contacts",
            )
        )
    return made
