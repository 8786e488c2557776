"""Finding and adding what Accord needs in a HubSpot account: one property group and its properties."""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.declaration import HUBSPOT_GROUP, HUBSPOT_PROPERTIES, DeclaredField, ItemKind, SchemaItem
from connectors.errors import PermanentError
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.schema import raw_properties
from connectors.retry import Safety

# kind -> (type, fieldType)
_TYPES = {
    "text": ("string", "text"),
    "external_id": ("string", "text"),
    "long_text": ("string", "textarea"),
    "number": ("number", "number"),
    "datetime": ("datetime", "date"),
    "picklist": ("enumeration", "select"),
}


def missing(
    client: HubSpotClient, declared: Mapping[str, Sequence[DeclaredField]] = HUBSPOT_PROPERTIES
) -> list[SchemaItem]:
    """What the account lacks, in the order in which it must be added."""
    found: list[SchemaItem] = []
    for object_type, fields in declared.items():
        present = {str(raw["name"]): raw for raw in raw_properties(client, object_type)}
        lacking = [item for field in fields for item in _lack(object_type, field, present.get(field.name))]
        if any(item.kind == "property" for item in lacking) and not _has_group(client, object_type):
            found.append(_item(object_type, HUBSPOT_GROUP[0], "group", f"property group {HUBSPOT_GROUP[1]}"))
        found.extend(lacking)
    return found


def _item(object_type: str, name: str, kind: ItemKind, detail: str) -> SchemaItem:
    return SchemaItem("hubspot", object_type, name, kind, detail)


def _lack(object_type: str, field: DeclaredField, raw: Mapping[str, Any] | None) -> list[SchemaItem]:
    wanted = _TYPES[field.kind][0]
    if raw is None:
        unique = ", unique" if field.kind == "external_id" else ""
        return [_item(object_type, field.name, "property", f"{field.label}: {wanted}{unique}")]
    if raw.get("type") != wanted:
        detail = f"exists as {raw.get('type')}, must be {wanted}: rename or delete it"
        return [_item(object_type, field.name, "conflict", detail)]
    if field.kind == "external_id" and not raw.get("hasUniqueValue"):
        detail = "exists without unique values, which can only be set when it is made: delete it"
        return [_item(object_type, field.name, "conflict", detail)]
    absent = [value for value in field.options if value not in _values(raw)]
    return [_item(object_type, field.name, "options", ", ".join(absent))] if absent else []


def _values(raw: Mapping[str, Any]) -> set[str]:
    return {str(option["value"]) for option in raw.get("options") or ()}


def _has_group(client: HubSpotClient, object_type: str) -> bool:
    endpoint = f"/crm/v3/properties/{object_type}/groups"
    answer = client.call("GET", endpoint, endpoint=endpoint)
    return any(group["name"] == HUBSPOT_GROUP[0] for group in answer["results"])


def add(
    client: HubSpotClient,
    item: SchemaItem,
    declared: Mapping[str, Sequence[DeclaredField]] = HUBSPOT_PROPERTIES,
) -> None:
    """Add one missing item; one that has come to exist meanwhile is left as it is."""
    path = f"/crm/v3/properties/{item.object_type}"
    if item.kind == "group":
        name, label = HUBSPOT_GROUP
        _create(client, f"{path}/groups", {"name": name, "label": label, "displayOrder": -1})
        return
    field = next(one for one in declared[item.object_type] if one.name == item.name)
    if item.kind == "property":
        _create(client, path, _definition(field))
        return
    # Sending options replaces the list, so those that are there are sent again, hidden ones too.
    raw = next(one for one in raw_properties(client, item.object_type) if one["name"] == field.name)
    options = list(raw.get("options") or ())
    options += [_option(value, len(options)) for value in field.options if value not in _values(raw)]
    client.call(
        "PATCH",
        f"{path}/{field.name}",
        endpoint=f"{path}/{{name}}",
        body={"options": options},
        safety=Safety.IDEMPOTENT_WRITE,
    )


def _create(client: HubSpotClient, path: str, body: Mapping[str, Any]) -> None:
    try:
        # A second creation under the same name is refused, so repeating is safe.
        client.call("POST", path, endpoint=path, body=body, safety=Safety.IDEMPOTENT_WRITE)
    except PermanentError as error:
        if error.status != 409:
            raise


def _option(value: str, order: int) -> dict[str, Any]:
    return {"label": value, "value": value, "displayOrder": order, "hidden": False}


def _definition(field: DeclaredField) -> dict[str, Any]:
    kind, widget = _TYPES[field.kind]
    body: dict[str, Any] = {
        "name": field.name,
        "label": field.label,
        "groupName": HUBSPOT_GROUP[0],
        "type": kind,
        "fieldType": widget,
        "description": field.help_text or "Kept by Accord.",
        "formField": False,
    }
    if field.kind == "external_id":
        body["hasUniqueValue"] = True
    if field.options:
        body["options"] = [_option(value, order) for order, value in enumerate(field.options)]
    return body
