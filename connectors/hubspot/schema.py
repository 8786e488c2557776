"""HubSpot's properties, owners and account as Accord's field specs and owners. Reads only."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.reading import BATCH, pages
from connectors.results import FieldSpec, FieldType, Owner
from sync_rules.company_ids import PARENT_PROPERTY

LONGEST_STRING = 65_536
_TYPES: dict[str, FieldType] = {
    "string": "text",
    "number": "number",
    "bool": "boolean",
    "date": "date",
    "datetime": "datetime",
    "enumeration": "picklist",
    "phone_number": "phone",
}


def raw_properties(client: HubSpotClient, object_type: str) -> list[dict[str, Any]]:
    """All property definitions of an object type, as HubSpot gives them."""
    path = f"/crm/v3/properties/{object_type}"
    return list(client.call("GET", path, endpoint=path)["results"])


def field_spec(raw: Mapping[str, Any]) -> FieldSpec:
    """One property definition as a FieldSpec."""
    meta: Mapping[str, Any] = raw.get("modificationMetadata") or {}
    read_only = meta.get("readOnlyValue") or raw.get("calculated")
    # Set by an association, which the gateway sees to.
    writable = raw["name"] == PARENT_PROPERTY or not read_only
    kind = _field_type(raw)
    options = tuple(str(option["value"]) for option in raw.get("options") or () if not option.get("hidden"))
    return FieldSpec(
        name=str(raw["name"]),
        label=str(raw.get("label") or raw["name"]),
        type=kind,
        writable_on_create=writable,
        writable_on_update=writable,
        required=False,
        unique=bool(raw.get("hasUniqueValue")) or raw["name"] == "email",
        max_length=LONGEST_STRING if kind in ("text", "email", "phone") else None,
        options=options,
        # Options kept elsewhere (owners, pipelines) are refused too, but are not listed here.
        restricted=kind in ("picklist", "multi_picklist")
        and bool(options)
        and not raw.get("externalOptions"),
    )


def _field_type(raw: Mapping[str, Any]) -> FieldType:
    name, widget = str(raw["name"]), raw.get("fieldType")
    if name == "hs_object_id":
        return "id"
    if raw.get("referencedObjectType") == "OWNER" or name == "hubspot_owner_id":
        return "owner"
    if name == "email":
        return "email"
    if widget == "phonenumber":
        return "phone"
    if raw.get("type") == "enumeration" and widget == "checkbox":
        return "multi_picklist"
    if raw.get("type") == "enumeration" and widget == "booleancheckbox":
        return "boolean"
    return _TYPES.get(str(raw.get("type")), "text")


def owners(client: HubSpotClient) -> list[Owner]:
    """All owners, deactivated ones too."""
    found: dict[str, Owner] = {}
    for archived in (False, True):
        for raw in _owner_pages(client, archived=archived):
            owner = _owner(raw, active=not archived)
            found.setdefault(owner.id, owner)
    return list(found.values())


def _owner_pages(client: HubSpotClient, *, archived: bool) -> Iterator[dict[str, Any]]:
    query = [("limit", str(BATCH)), ("archived", str(archived).lower())]
    return pages(client, "/crm/v3/owners/", "/crm/v3/owners", query)


def _owner(raw: Mapping[str, Any], *, active: bool) -> Owner:
    email = str(raw["email"]).strip().lower() if raw.get("email") else None
    name = " ".join(str(raw[part]) for part in ("firstName", "lastName") if raw.get(part))
    return Owner(
        side="hubspot",
        id=str(raw["id"]),
        email=email,
        name=name or email or str(raw["id"]),
        active=active,
        queue=raw.get("type") == "QUEUE",
    )


def account(client: HubSpotClient, app_id: str | None) -> dict[str, Any]:
    """``portal_id``, ``name``, ``time_zone``, ``currency`` and ``app_id`` of the account behind the token."""
    path = "/account-info/v3/details"
    raw = client.call("GET", path, endpoint=path)
    portal = str(raw["portalId"])
    return {
        "portal_id": portal,
        "name": str(raw.get("accountName") or f"HubSpot {portal}"),
        "time_zone": str(raw.get("timeZone") or "UTC"),
        "currency": raw.get("companyCurrency"),
        "app_id": app_id,
    }
