"""The Tooling API's custom fields and validation rules: what is there, and adding one. Grants no access."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from connectors.declaration import DeclaredField
from connectors.enforcement import DeclaredRule
from connectors.errors import PermanentError
from connectors.retry import Safety
from connectors.salesforce import soql
from connectors.salesforce.client import SalesforceClient

_ALREADY_THERE = {"DUPLICATE_DEVELOPER_NAME", "DUPLICATE_VALUE"}


def query(client: SalesforceClient, text: str, *, endpoint: str) -> list[dict[str, Any]]:
    """All rows of a Tooling query."""
    answer = client.call("GET", "tooling/query/", endpoint=endpoint, params={"q": text})
    rows = list(answer["records"])
    while not answer.get("done", True) and answer.get("nextRecordsUrl"):
        path = str(answer["nextRecordsUrl"]).removeprefix(client.data_path)
        answer = client.call("GET", path, endpoint=endpoint)
        rows += answer["records"]
    return rows


def custom_fields(client: SalesforceClient, objects: Iterable[str]) -> set[tuple[str, str]]:
    """``(object, API name)`` of all custom fields of these objects, whoever may see them."""
    names = ",".join(soql.literal(name) for name in objects)
    text = soql.select(
        "CustomField", ["Id", "DeveloperName", "TableEnumOrId"], [f"TableEnumOrId IN ({names})"]
    )
    rows = query(client, text, endpoint="tooling/query CustomField")
    return {(str(row["TableEnumOrId"]), f"{row['DeveloperName']}__c") for row in rows}


@dataclass(frozen=True, slots=True)
class InstalledRule:
    """A validation rule as the org has it."""

    rule_id: str
    sobject: str
    name: str
    active: bool


def validation_rules(client: SalesforceClient, names: Iterable[str]) -> list[InstalledRule]:
    """The validation rules of these names, on whatever sObject."""
    listed = ",".join(soql.literal(name) for name in names)
    columns = ["Id", "ValidationName", "Active", "EntityDefinition.QualifiedApiName"]
    text = soql.select("ValidationRule", columns, [f"ValidationName IN ({listed})"])
    rows = query(client, text, endpoint="tooling/query ValidationRule")
    return [
        InstalledRule(
            str(row["Id"]),
            str(row["EntityDefinition"]["QualifiedApiName"]),
            str(row["ValidationName"]),
            bool(row["Active"]),
        )
        for row in rows
    ]


def rule_metadata(client: SalesforceClient, rule_id: str) -> dict[str, Any]:
    """The formula and message of one rule; a query tells them of one rule at a time only."""
    path = f"tooling/sobjects/ValidationRule/{rule_id}"
    answer = client.call("GET", path, endpoint="tooling/sobjects/ValidationRule")
    return dict(answer["Metadata"])


def active_rules(client: SalesforceClient, sobjects: Iterable[str]) -> set[tuple[str, str]]:
    """``(sObject, name)`` of every active validation rule of these sObjects; one API call."""
    names = ",".join(soql.literal(name) for name in sobjects)
    conditions = [f"EntityDefinition.QualifiedApiName IN ({names})", "Active = true"]
    fields = ["Id", "ValidationName", "EntityDefinition.QualifiedApiName"]
    rows = query(
        client, soql.select("ValidationRule", fields, conditions), endpoint="tooling/query ValidationRule"
    )
    return {(str(row["EntityDefinition"]["QualifiedApiName"]), str(row["ValidationName"])) for row in rows}


def add_field(client: SalesforceClient, sobject: str, field: DeclaredField) -> None:
    """Create a custom field; one that is there already is left as it is."""
    _create(client, "CustomField", f"{sobject}.{field.name}", _field_metadata(field))


def add_rule(client: SalesforceClient, rule: DeclaredRule) -> None:
    """Create an active validation rule; one that is there already is left as it is."""
    _create(client, "ValidationRule", f"{rule.sobject}.{rule.name}", metadata_of(rule))


def change_rule(client: SalesforceClient, rule_id: str, rule: DeclaredRule) -> None:
    """Put what the SLA says now in place of an installed rule."""
    client.call(
        "PATCH",
        f"tooling/sobjects/ValidationRule/{rule_id}",
        endpoint="tooling/sobjects/ValidationRule",
        json={"Metadata": metadata_of(rule)},
        safety=Safety.IDEMPOTENT_WRITE,
    )


def remove_rule(client: SalesforceClient, rule_id: str) -> None:
    """Delete an installed rule that the SLA no longer asks for."""
    client.call(
        "DELETE",
        f"tooling/sobjects/ValidationRule/{rule_id}",
        endpoint="tooling/sobjects/ValidationRule",
        safety=Safety.IDEMPOTENT_WRITE,
    )


def metadata_of(rule: DeclaredRule) -> dict[str, Any]:
    """An active rule as the Tooling API takes it."""
    return {
        "active": True,
        "errorConditionFormula": rule.formula,
        "errorMessage": rule.message,
        "errorDisplayField": rule.shown_at,
        "description": "Installed by Accord from the SLA; a change made here is put back by `accord setup`.",
    }


def _create(client: SalesforceClient, kind: str, full_name: str, metadata: dict[str, Any]) -> None:
    try:
        client.call(
            "POST",
            f"tooling/sobjects/{kind}",
            endpoint=f"tooling/sobjects/{kind}",
            json={"FullName": full_name, "Metadata": metadata},
            # A second creation under the same name is refused, so repeating is safe.
            safety=Safety.IDEMPOTENT_WRITE,
        )
    except PermanentError as error:
        if error.code not in _ALREADY_THERE:
            raise


def _field_metadata(field: DeclaredField) -> dict[str, Any]:
    metadata: dict[str, Any] = {"label": field.label, "description": "Kept by Accord."}
    if field.help_text:
        metadata["inlineHelpText"] = field.help_text
    if field.kind == "external_id":
        metadata |= {"type": "Text", "length": field.length, "externalId": True, "unique": True}
        return metadata | {"caseSensitive": False, "required": False}
    if field.kind == "text":
        return metadata | {"type": "Text", "length": field.length, "required": False}
    if field.kind == "long_text":
        return metadata | {"type": "LongTextArea", "length": field.length, "visibleLines": 4}
    if field.kind == "number":
        return metadata | {"type": "Number", "precision": field.length, "scale": 0, "required": False}
    if field.kind in ("date", "datetime"):
        return metadata | {"type": "DateTime" if field.kind == "datetime" else "Date", "required": False}
    if field.kind == "checkbox":
        return metadata | {"type": "Checkbox", "defaultValue": "false"}
    values = [{"fullName": value, "label": value, "default": False} for value in field.options]
    definition = {"sorted": False, "value": values}
    return metadata | {
        "type": "Picklist",
        "required": False,
        "valueSet": {"restricted": True, "valueSetDefinition": definition},
    }
