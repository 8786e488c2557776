"""Checks of permission objects: what may be granted, and that nothing is granted twice."""

from collections.abc import Mapping
from typing import Any

from sandbox.salesforce.errors import SalesforceFault, duplicate_value
from sandbox.salesforce.fields import FieldSpec, ObjectSpec
from sandbox.salesforce.permissions import ACTIVITY
from sandbox.salesforce.store import Store
from sandbox.salesforce.table import Row

_AFFECTING = frozenset({"PermissionSet", "FieldPermissions", "PermissionSetAssignment"})


def check(store: Store, spec: ObjectSpec, draft: Mapping[str, Any], old: Row | None) -> None:
    """Refuse a grant or assignment that the platform refuses."""
    if spec.name == "FieldPermissions":
        _check_grant(store, draft, old)
    elif spec.name == "PermissionSetAssignment" and old is None:
        _check_assignment(store, draft)
    elif spec.name == "PermissionSet":
        name = str(draft["Name"])
        if not name.replace("_", "").isalnum() or not name[0].isalpha():
            text = f"The API Name can only contain underscores and alphanumeric characters: {name}"
            raise SalesforceFault("INVALID_API_INPUT", text, ["Name"])


def committed(store: Store, spec: ObjectSpec) -> None:
    """Let field-level security see what was just stored."""
    if spec.name in _AFFECTING:
        store.permissions.changed()


def granted_field(store: Store, sobject: str, field_name: str) -> FieldSpec | None:
    """The field that a grant on ``sobject`` (or Activity) with that full name is about."""
    owner, _, name = field_name.partition(".")
    if owner.lower() not in {sobject.lower(), "activity"}:
        return None
    target = store.find_spec("Task" if owner.lower() == "activity" else owner)
    return None if target is None or not name else target.find(name)


def _check_grant(store: Store, draft: Mapping[str, Any], old: Row | None) -> None:
    sobject, full_name = str(draft["SobjectType"]), str(draft["Field"])
    if sobject != "Activity" and store.find_spec(sobject) is None:
        raise _not_in_list("Sobject Type Name", sobject, "SobjectType")
    field = granted_field(store, sobject, full_name)
    if field is None or not field.permissionable or field.required_on_create:
        raise _not_in_list("Field Name", full_name, "Field")
    if draft["PermissionsEdit"] and not draft["PermissionsRead"]:
        text = "Permission Edit depends on permission(s): Read"
        raise SalesforceFault("FIELD_INTEGRITY_EXCEPTION", text, ["PermissionsEdit"])
    if old is not None:
        return
    for other in store.holding("FieldPermissions", "ParentId", draft["ParentId"]):
        if str(other["Field"]).lower() == full_name.lower() and other["SobjectType"] == sobject:
            raise duplicate_value("ParentId,Field", other.id)


def _not_in_list(label: str, value: str, field: str) -> SalesforceFault:
    text = f"{label}: bad value for restricted picklist field: {value}"
    return SalesforceFault("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, [field])


def _check_assignment(store: Store, draft: Mapping[str, Any]) -> None:
    assignee, permission_set = draft["AssigneeId"], draft["PermissionSetId"]
    for other in store.holding("PermissionSetAssignment", "AssigneeId", assignee):
        if other["PermissionSetId"] == permission_set:
            text = (
                f"Duplicate PermissionSetAssignment.  Assignee: {assignee[:15]}; "
                f"Permission Set: {permission_set[:15]}"
            )
            raise SalesforceFault("DUPLICATE_VALUE", text, ["AssigneeId", "PermissionSetId"])


def shared_by_activities(sobject: str) -> tuple[str, ...]:
    """The objects that get a custom field defined on ``sobject``: Activity stands for Task and Event."""
    return tuple(sorted(ACTIVITY, reverse=True)) if sobject == "Activity" else (sobject,)
