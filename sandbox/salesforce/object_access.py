"""Which objects a user may read and change, told in the rows that the platform keeps for a profile.

Only users who were given a profile's rows have any; what was taken away binds, sharing rules do not exist.
"""

from typing import TYPE_CHECKING

from sandbox.salesforce.table import Row

if TYPE_CHECKING:
    from sandbox.salesforce.org import Org

VERBS = {
    "read": "PermissionsRead",
    "create": "PermissionsCreate",
    "edit": "PermissionsEdit",
    "delete": "PermissionsDelete",
    "view_all": "PermissionsViewAllRecords",
    "modify_all": "PermissionsModifyAllRecords",
}
# Activities have no object permissions of their own.
_TOLD = ("Lead", "Contact", "Account", "Opportunity", "Campaign")


def give_profile(org: "Org", user_id: str) -> None:
    """The permission set that stands behind the user's profile: everything but Modify All."""
    set_id = org.platform_row(
        "PermissionSet", Name=f"X00e{user_id[3:15]}", Label="Profile", IsOwnedByProfile=True, Type="Profile",
        IsCustom=False, PermissionsApiEnabled=True, PermissionsViewSetup=True,
    )  # fmt: skip
    org.platform_row("PermissionSetAssignment", AssigneeId=user_id, PermissionSetId=set_id)
    for sobject in _TOLD:
        flags = {name: verb != "modify_all" for verb, name in VERBS.items()}
        org.platform_row("ObjectPermissions", ParentId=set_id, SobjectType=sobject, **flags)


def change(org: "Org", sobject: str, verb: str, user_id: str, *, allowed: bool) -> None:
    """Give or take one verb; the rows say it, and requests feel it."""
    name = VERBS[verb]
    with org.transaction():
        sets = {
            row["PermissionSetId"]
            for row in org.tables["PermissionSetAssignment"].rows.values()
            if row["AssigneeId"] == user_id
        }
        for row in list(org.tables["ObjectPermissions"].rows.values()):
            if row["ParentId"] in sets and row["SobjectType"] == sobject:
                org.put("ObjectPermissions", Row({**row, name: allowed}))
    if allowed:
        org.permissions.allow(sobject, verb, user_id)
    else:
        org.permissions.deny(sobject, verb, user_id)
