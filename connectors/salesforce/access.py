"""What the integration user may do with whole objects: verbs from describe, sight of all records from its grants.

Field-level security is ``schema.py``'s: a field that is hidden is not in the describe.
"""

from collections.abc import Sequence

from connectors.salesforce import composite, soql
from connectors.salesforce.gateway import SalesforceGateway

_VERBS = {"queryable": "Read", "createable": "Create", "updateable": "Edit", "deletable": "Delete"}


def verbs(gateway: SalesforceGateway, sobject: str) -> frozenset[str]:
    """Of ``Read``, ``Create``, ``Edit``, ``Delete`` those that the user has on an object.

    Raises:
        MissingPermission: the user cannot see the object at all.
    """
    raw = gateway.describe(sobject)
    return frozenset(verb for flag, verb in _VERBS.items() if raw.get(flag))


def everything(gateway: SalesforceGateway, sobjects: Sequence[str]) -> tuple[set[str], list[str]]:
    """The objects of which the user sees every record, and the names of grants by which it may change every one.

    Grants of the profile and of all permission sets of the user count.

    Raises:
        ConnectorError: the user may not read the org's setup.
    """
    user = f"AssigneeId = {soql.literal(gateway.account()['user_id'])}"
    mine = soql.select("PermissionSetAssignment", ["PermissionSetId"], [user])
    names = ",".join(soql.literal(name) for name in sobjects)
    fields = ["SobjectType", "PermissionsViewAllRecords", "PermissionsModifyAllRecords"]
    conditions = [f"SobjectType IN ({names})", f"ParentId IN ({mine})"]
    flags = ["PermissionsViewAllData", "PermissionsModifyAllData"]
    rows, sets = composite.query_all(
        gateway.client,
        [
            ("query ObjectPermissions", soql.select("ObjectPermissions", fields, conditions)),
            ("query PermissionSet", soql.select("PermissionSet", flags, [f"Id IN ({mine})"])),
        ],
    )
    changes = {f"Modify All on {row['SobjectType']}" for row in rows if row["PermissionsModifyAllRecords"]}
    sees = {
        str(row["SobjectType"])
        for row in rows
        if row["PermissionsViewAllRecords"] or row["PermissionsModifyAllRecords"]
    }
    if any(row["PermissionsModifyAllData"] for row in sets):
        changes.add("Modify All Data")
    if any(row["PermissionsViewAllData"] or row["PermissionsModifyAllData"] for row in sets):
        sees |= set(sobjects)
    return sees, sorted(changes)
