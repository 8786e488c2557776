"""Salesforce's describes, users, queues and org as Accord's field specs and owners. Reads only."""

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from connectors.errors import ConnectorError, MissingPermission
from connectors.results import FieldSpec, FieldType, Owner
from connectors.salesforce import composite, soql
from connectors.salesforce.client import SalesforceClient

_TYPES: dict[str, FieldType] = {
    "id": "id",
    "email": "email",
    "phone": "phone",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "picklist": "picklist",
    "multipicklist": "multi_picklist",
    "reference": "reference",
    "int": "number",
    "long": "number",
    "double": "number",
    "currency": "number",
    "percent": "number",
}


class Describes:
    """The describes of one org, each read once, several to an API call."""

    def __init__(self, client: SalesforceClient) -> None:
        self._client = client
        self._lock = threading.RLock()
        self._raw: dict[str, Mapping[str, Any]] = {}

    def load(self, sobjects: Iterable[str]) -> None:
        """Read what is not known yet of these sObjects in one call (25 at a time)."""
        with self._lock:
            missing = [name for name in dict.fromkeys(sobjects) if name not in self._raw]
            resources = [
                ("sobjects/{type}/describe", f"{self._client.data_path}sobjects/{name}/describe")
                for name in missing
            ]
            answers = composite.get_each(self._client, resources, at_most=composite.MOST_REQUESTS)
            for name, answer in zip(missing, answers, strict=True):
                if isinstance(answer, ConnectorError):
                    raise _unseen(name, answer) if answer.status == 404 else answer
                self._raw[name] = answer

    def raw(self, sobject: str) -> Mapping[str, Any]:
        """The whole describe of an sObject."""
        with self._lock:
            self.load([sobject])
            return self._raw[sobject]

    def fields(self, sobject: str) -> dict[str, Mapping[str, Any]]:
        """Raw field describes by API name; fields hidden by field-level security are not there."""
        with self._lock:
            return {str(field["name"]): field for field in self.raw(sobject)["fields"]}

    def visible(self, sobject: str, names: Iterable[str]) -> list[str]:
        """Those of ``names`` that can be queried; a parent's field counts by its relationship."""
        shown = self.fields(sobject)
        relationships = {field.get("relationshipName") for field in shown.values()}
        wanted = []
        for name in dict.fromkeys(names):
            first, _, rest = name.partition(".")
            if (rest and first in relationships) or (not rest and first in shown):
                wanted.append(name)
        return wanted

    def forget(self) -> None:
        """Read afresh from now on."""
        with self._lock:
            self._raw.clear()


def _unseen(sobject: str, error: ConnectorError) -> MissingPermission:
    # An object without read access does not exist, says the platform.
    return MissingPermission(
        "salesforce",
        error.operation,
        status=error.status,
        code=error.code,
        message=f"{sobject} does not exist for the integration user",
        remedy=f"Grant the integration user Read on {sobject}.",
    )


def field_spec(raw: Mapping[str, Any]) -> FieldSpec:
    """One field's describe as a FieldSpec."""
    kind = _TYPES.get(str(raw["type"]), "text")
    if raw["name"] == "OwnerId":
        kind = "owner"
    length = int(raw.get("length") or 0)
    values = raw.get("picklistValues") or ()
    return FieldSpec(
        name=str(raw["name"]),
        label=str(raw.get("label") or raw["name"]),
        type=kind,
        writable_on_create=bool(raw.get("createable")),
        writable_on_update=bool(raw.get("updateable")),
        required=not raw.get("nillable", True)
        and bool(raw.get("createable"))
        and not raw.get("defaultedOnCreate"),
        unique=bool(raw.get("unique")),
        max_length=length if length and kind in ("text", "email", "phone") else None,
        options=tuple(str(value["value"]) for value in values if value.get("active")),
        restricted=bool(raw.get("restrictedPicklist")),
    )


def owners(client: SalesforceClient) -> list[Owner]:
    """All users, inactive ones too, and all queues; one API call."""
    users = soql.select("User", ["Id", "Name", "Email", "IsActive"])
    queues = soql.select("Group", ["Id", "Name", "Email"], ["Type = 'Queue'"])
    people, groups = composite.query_all(client, [("query User", users), ("query Group", queues)])
    return [_owner(row, queue=False) for row in people] + [_owner(row, queue=True) for row in groups]


def _owner(row: Mapping[str, Any], *, queue: bool) -> Owner:
    email = str(row["Email"]).strip().lower() if row.get("Email") else None
    return Owner(
        side="salesforce",
        id=str(row["Id"]),
        email=email,
        name=str(row.get("Name") or email or row["Id"]),
        active=queue or bool(row.get("IsActive")),
        queue=queue,
    )


def account(client: SalesforceClient) -> dict[str, Any]:
    """``org_id``, ``name``, ``time_zone``, ``user_id`` (ours) and ``user_email``; two API calls."""
    who = client.user_info()
    query = soql.select("Organization", ["Id", "Name", "TimeZoneSidKey"])
    found = composite.query_all(client, [("query Organization", query)])[0]
    if not found:
        raise MissingPermission(
            "salesforce",
            "query Organization",
            remedy="Grant the integration user View Setup and Configuration.",
        )
    organization = found[0]
    return {
        "org_id": str(organization["Id"]),
        "name": str(organization["Name"]),
        "time_zone": str(organization.get("TimeZoneSidKey") or "UTC"),
        "user_id": str(who["user_id"]),
        "user_email": who.get("email"),
    }
