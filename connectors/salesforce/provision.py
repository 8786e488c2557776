"""Finding and adding what Accord needs in a Salesforce org: fields, access to them, validation rules.

A new field is invisible to everybody, administrators too, until a permission set grants it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connectors.declaration import (
    INTEGRATION_SET,
    SALES_SET,
    SALESFORCE_FIELDS,
    DeclaredField,
    ItemKind,
    SchemaItem,
)
from connectors.enforcement import DeclaredRule
from connectors.errors import PermanentError
from connectors.results import RecordWrite
from connectors.salesforce import composite, rules, soql, tooling
from connectors.salesforce.gateway import SalesforceGateway

_SETS = {INTEGRATION_SET[0]: INTEGRATION_SET[1], SALES_SET[0]: SALES_SET[1]}
# Custom fields of Activity are granted on the objects that share them; one grant counts for both.
_GRANTED_ON = {"Activity": ("Task", "Event")}
_DUPLICATE = "DUPLICATE"


@dataclass(slots=True)
class _Access:
    """Who is granted what already."""

    set_ids: dict[str, str] = field(default_factory=dict)
    grants: dict[tuple[str, str], bool] = field(default_factory=dict)
    assigned: set[tuple[str, str]] = field(default_factory=set)
    sales_users: list[str] = field(default_factory=list)


def missing(gateway: SalesforceGateway, declared_rules: Sequence[DeclaredRule]) -> list[SchemaItem]:
    """What the org lacks or has out of step, in the order in which it must be added."""
    present = tooling.custom_fields(gateway.client, SALESFORCE_FIELDS)
    access = _read_access(gateway)
    found = [
        _item(sobject, declared.name, "field", f"{declared.label}: {declared.kind.replace('_', ' ')}")
        for sobject, fields in SALESFORCE_FIELDS.items()
        for declared in fields
        if (sobject, declared.name) not in present
    ]
    found += _lacking_options(gateway)
    found += [
        _item("PermissionSet", name, "permission set", label)
        for name, label in _SETS.items()
        if name not in access.set_ids
    ]
    found += [
        _item(sobject, declared.name, "field access", _grant_text(set_name, declared))
        for set_name in _SETS
        for sobject, fields in SALESFORCE_FIELDS.items()
        for declared in fields
        if not _is_granted(access, set_name, sobject, declared)
    ]
    found += [
        _item("PermissionSetAssignment", set_name, "assignment", user_id)
        for set_name, user_ids in _assignees(gateway, access).items()
        for user_id in user_ids
        if (set_name, user_id) not in access.assigned
    ]
    found += rules.lacking(gateway.client, declared_rules)
    return found


def _item(object_type: str, name: str, kind: ItemKind, detail: str) -> SchemaItem:
    return SchemaItem("salesforce", object_type, name, kind, detail)


def _lacking_options(gateway: SalesforceGateway) -> list[SchemaItem]:
    """Picklists that are there and visible but lack a value; a person must add those."""
    found = []
    sobjects = [sobject for sobject in SALESFORCE_FIELDS if sobject not in _GRANTED_ON]
    gateway.load_schemas(sobjects)
    for sobject in sobjects:
        specs = gateway.schema(sobject)
        for declared in SALESFORCE_FIELDS[sobject]:
            spec = specs.get(declared.name)
            absent = [value for value in declared.options if spec is not None and value not in spec.options]
            if absent:
                detail = f"the picklist lacks {', '.join(absent)}: add them to it"
                found.append(_item(sobject, declared.name, "conflict", detail))
    return found


def _edits(set_name: str, declared: DeclaredField) -> bool:
    return set_name == INTEGRATION_SET[0] or declared.by_sales


def _grant_text(set_name: str, declared: DeclaredField) -> str:
    return f"{set_name}: read" + (" and edit" if _edits(set_name, declared) else "")


def _is_granted(access: _Access, set_name: str, sobject: str, declared: DeclaredField) -> bool:
    set_id = access.set_ids.get(set_name, "")
    return any(
        edit or not _edits(set_name, declared)
        for target in (*_GRANTED_ON.get(sobject, ()), sobject)
        if (edit := access.grants.get((set_id, f"{target}.{declared.name}".lower()))) is not None
    )


def _read_access(gateway: SalesforceGateway) -> _Access:
    names = ",".join(soql.literal(name) for name in _SETS)
    sets, grants, assigned, users = composite.query_all(
        gateway.client,
        [
            ("query PermissionSet", soql.select("PermissionSet", ["Id", "Name"], [f"Name IN ({names})"])),
            (
                "query FieldPermissions",
                soql.select(
                    "FieldPermissions",
                    ["ParentId", "Field", "PermissionsRead", "PermissionsEdit"],
                    [f"Parent.Name IN ({names})"],
                ),
            ),
            (
                "query PermissionSetAssignment",
                soql.select(
                    "PermissionSetAssignment",
                    ["AssigneeId", "PermissionSet.Name"],
                    [f"PermissionSet.Name IN ({names})"],
                ),
            ),
            (
                "query User",
                soql.select("User", ["Id"], ["IsActive = true", "UserType = 'Standard'"], "Id"),
            ),
        ],
    )
    return _Access(
        set_ids={str(row["Name"]): str(row["Id"]) for row in sets},
        grants={
            (str(row["ParentId"]), str(row["Field"]).lower()): bool(row["PermissionsEdit"])
            for row in grants
            if row["PermissionsRead"]
        },
        assigned={(str(row["PermissionSet"]["Name"]), str(row["AssigneeId"])) for row in assigned},
        sales_users=[str(row["Id"]) for row in users],
    )


def _assignees(gateway: SalesforceGateway, access: _Access) -> dict[str, list[str]]:
    """The integration user, and everybody else who works in the org."""
    integration = str(gateway.account()["user_id"])
    others = [user_id for user_id in access.sales_users if user_id != integration]
    return {INTEGRATION_SET[0]: [integration], SALES_SET[0]: others}


def add(
    gateway: SalesforceGateway, items: Sequence[SchemaItem], declared_rules: Sequence[DeclaredRule]
) -> None:
    """Add missing items in their order; one that has come to exist meanwhile is left as it is.

    Raises:
        ConnectorError: the org refuses one of them.
    """
    fields = {(sobject, one.name): one for sobject, some in SALESFORCE_FIELDS.items() for one in some}
    for item in items:
        if item.kind == "field":
            tooling.add_field(gateway.client, item.object_type, fields[item.object_type, item.name])
    sets = [item for item in items if item.kind == "permission set"]
    _create(gateway, "PermissionSet", [{"Name": one.name, "Label": one.detail} for one in sets])
    set_ids = _read_access(gateway).set_ids
    _create(gateway, "FieldPermissions", [row for item in items for row in _grants(item, fields, set_ids)])
    assignments = [
        {"AssigneeId": item.detail, "PermissionSetId": set_ids[item.name]}
        for item in items
        if item.kind == "assignment"
    ]
    _create(gateway, "PermissionSetAssignment", assignments)
    rules.settle(gateway.client, items, declared_rules)
    gateway.forget_schema()


def _grants(
    item: SchemaItem, fields: Mapping[tuple[str, str], DeclaredField], set_ids: Mapping[str, str]
) -> list[dict[str, object]]:
    if item.kind != "field access":
        return []
    set_name = item.detail.partition(":")[0]
    edits = _edits(set_name, fields[item.object_type, item.name])
    return [
        {
            "ParentId": set_ids[set_name],
            "SobjectType": target,
            "Field": f"{target}.{item.name}",
            "PermissionsRead": True,
            "PermissionsEdit": edits,
        }
        for target in _GRANTED_ON.get(item.object_type, (item.object_type,))
    ]


def _create(gateway: SalesforceGateway, sobject: str, rows: Sequence[Mapping[str, object]]) -> None:
    writes = [RecordWrite(f"{sobject}:{number}", None, None, row) for number, row in enumerate(rows)]
    results = gateway.write(sobject, "create", writes)
    if sobject == "FieldPermissions":
        # A grant that is there but narrower is widened.
        narrower = [
            RecordWrite(write.key, result.record_id, None, _flags(write.fields))
            for write, result in zip(writes, results, strict=True)
            if result.code == _DUPLICATE and result.record_id is not None
        ]
        results += gateway.write(sobject, "update", narrower)
    for result in results:
        if not result.ok and result.code != _DUPLICATE:
            raise PermanentError(
                "salesforce",
                f"create {sobject}",
                code=result.code or "",
                message=result.message or "",
                fields=result.fields,
                remedy="The integration user needs the permissions Customize Application and Manage Users.",
            )


def _flags(row: Mapping[str, object]) -> dict[str, object]:
    return {name: row[name] for name in ("PermissionsRead", "PermissionsEdit")}
