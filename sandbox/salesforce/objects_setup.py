"""Objects of people's accounts, picklists and permissions, and the Tooling API's two.

Also the list of child relationships, and ``standard_objects``, which assembles every object.
"""

from collections.abc import Sequence

from sandbox.salesforce import objects_people, objects_sales
from sandbox.salesforce.fields import (
    FieldSpec,
    ObjectSpec,
    area,
    build,
    day,
    flag,
    number,
    phone,
    pick,
    read_only,
    ref,
    text,
)

# parent, relationship in a subquery, child, lookup field of the child, deleted with the parent
CHILDREN: tuple[tuple[str, str, str, str, bool], ...] = (
    ("Account", "Contacts", "Contact", "AccountId", True),
    ("Account", "Opportunities", "Opportunity", "AccountId", True),
    ("Account", "Tasks", "Task", "WhatId", True),
    ("Account", "Events", "Event", "WhatId", True),
    ("Lead", "Tasks", "Task", "WhoId", True),
    ("Lead", "Events", "Event", "WhoId", True),
    ("Lead", "CampaignMembers", "CampaignMember", "LeadId", True),
    ("Contact", "Tasks", "Task", "WhoId", True),
    ("Contact", "Events", "Event", "WhoId", True),
    ("Contact", "CampaignMembers", "CampaignMember", "ContactId", True),
    ("Contact", "OpportunityContactRoles", "OpportunityContactRole", "ContactId", True),
    ("Opportunity", "OpportunityContactRoles", "OpportunityContactRole", "OpportunityId", True),
    ("Opportunity", "Tasks", "Task", "WhatId", True),
    ("Opportunity", "Events", "Event", "WhatId", True),
    ("Campaign", "CampaignMembers", "CampaignMember", "CampaignId", True),
    ("Campaign", "CampaignMemberStatuses", "CampaignMemberStatus", "CampaignId", True),
    ("Campaign", "Opportunities", "Opportunity", "CampaignId", False),
    ("PermissionSet", "FieldPerms", "FieldPermissions", "ParentId", True),
    ("PermissionSet", "Assignments", "PermissionSetAssignment", "PermissionSetId", True),
)


def _user() -> ObjectSpec:
    fields = [
        text("Username", 80, nillable=False, unique=True),
        text("LastName", 80, nillable=False),
        text("FirstName", 40),
        read_only(text("Name", 121, label="Full Name")),
        text("Email", 128, "email", nillable=False, id_lookup=True),
        text("Alias", 8),
        text("Title", 80),
        text("Department", 80),
        text("CompanyName", 80),
        phone("Phone"),
        phone("MobilePhone"),
        flag("IsActive", "Active", default=True),
        text("TimeZoneSidKey", 40, label="Time Zone"),
        text("UserType", 40),
        ref("ProfileId", "Profile", "Profile"),
        ref("UserRoleId", None, "UserRole"),
        ref("ManagerId", "Manager", "User"),
        flag("UserPermissionsMarketingUser", "Marketing User", default=True),
    ]
    return build("User", "005", fields, has_is_deleted=False, deletable=False, createable=False)


def _listed(name: str, prefix: str, fields: Sequence[FieldSpec], plural: str | None = None) -> ObjectSpec:
    return build(
        name, prefix, [read_only(spec) for spec in fields], has_is_deleted=False, createable=False,
        updateable=False, deletable=False, replicateable=False, plural=plural or name + "s",
    )  # fmt: skip


def _picklist_objects() -> list[ObjectSpec]:
    common = (text("MasterLabel"), text("ApiName"), number("SortOrder", "int", 9))
    default = flag("IsDefault")
    stage = (
        flag("IsActive"), flag("IsClosed"), flag("IsWon"), number("DefaultProbability", "percent", 3),
        text("ForecastCategory"), text("ForecastCategoryName"),
    )  # fmt: skip
    return [
        _listed("LeadStatus", "01J", (*common, default, flag("IsConverted")), "LeadStatuses"),
        _listed("TaskStatus", "01T", (*common, default, flag("IsClosed")), "TaskStatuses"),
        _listed("OpportunityStage", "01J", (*common, *stage)),
    ]


def _permission_objects() -> list[ObjectSpec]:
    permission_set = [
        text("Name", 80, nillable=False, unique=True),
        text("Label", 80, nillable=False),
        text("Description", 255),
        read_only(flag("IsCustom", default=True)),
        read_only(flag("IsOwnedByProfile")),
        read_only(pick("Type", ("Regular", "Standard", "Profile"), length=40)),
        flag("PermissionsApiEnabled"),
        flag("PermissionsViewSetup"),
        flag("PermissionsViewAllData"),
        flag("PermissionsModifyAllData"),
    ]
    field_permissions = [
        ref("ParentId", "Parent", "PermissionSet", nillable=False, updateable=False),
        text("SobjectType", 40, nillable=False, updateable=False),
        text("Field", 240, nillable=False, updateable=False),
        flag("PermissionsRead", "Read Access"),
        flag("PermissionsEdit", "Edit Access"),
    ]
    object_permissions = [
        ref("ParentId", "Parent", "PermissionSet", nillable=False, updateable=False),
        text("SobjectType", 40, nillable=False, updateable=False),
        *(
            flag(f"Permissions{verb}")
            for verb in ("Create", "Read", "Edit", "Delete", "ViewAllRecords", "ModifyAllRecords")
        ),
    ]
    assignment = [
        ref("AssigneeId", "Assignee", "User", nillable=False, updateable=False),
        ref("PermissionSetId", "PermissionSet", "PermissionSet", nillable=False, updateable=False),
    ]
    return [
        build("PermissionSet", "0PS", permission_set, has_is_deleted=False, undeletable=False),
        build(
            "FieldPermissions", "01k", field_permissions, has_is_deleted=False, undeletable=False,
            plural="Field Permissions",
        ),
        build(
            "ObjectPermissions", "110", object_permissions, has_is_deleted=False, undeletable=False,
            plural="Object Permissions",
        ),
        build("PermissionSetAssignment", "0Pa", assignment, has_is_deleted=False, undeletable=False),
    ]  # fmt: skip


def _tooling_objects() -> list[ObjectSpec]:
    metadata = FieldSpec("Metadata", "Metadata", "complexvalue", filterable=False)
    custom_field = [
        text("DeveloperName", 80),
        text("TableEnumOrId", 80),
        text("FullName", 255, filterable=False),
        text("ManageableState", 40),
        metadata,
    ]
    validation_rule = [
        text("ValidationName", 80),
        ref("EntityDefinitionId", "EntityDefinition", "EntityDefinition"),
        flag("Active"),
        area("Description"),
        text("ErrorMessage", 255),
        text("ErrorDisplayField", 255),
        text("FullName", 255, filterable=False),
        metadata,
    ]
    entity = [
        text("QualifiedApiName", 80),
        text("DeveloperName", 80),
        text("Label", 80),
        text("KeyPrefix", 3),
    ]
    return [
        build("CustomField", "00N", custom_field, has_is_deleted=False, tooling=True),
        build("ValidationRule", "03d", validation_rule, has_is_deleted=False, tooling=True),
        build("EntityDefinition", "4ie", entity, has_is_deleted=False, tooling=True, createable=False),
    ]


def _history_objects() -> list[ObjectSpec]:
    any_value = {"filterable": False}
    found = []
    for parent, prefix in (("Lead", "017"), ("Contact", "018")):
        fields = (
            ref(f"{parent}Id", parent, parent), text("Field"), text("DataType"),
            text("OldValue", type_="anyType", **any_value), text("NewValue", type_="anyType", **any_value),
        )  # fmt: skip
        found.append(_listed(f"{parent}History", prefix, fields, f"{parent} Histories"))
    opportunity = (
        ref("OpportunityId", "Opportunity", "Opportunity"), text("StageName"),
        number("Amount", "currency", 18, 2),
        day("CloseDate"), number("Probability", "percent", 3), text("ForecastCategory"),
        number("ExpectedRevenue", "currency", 18, 2),
    )  # fmt: skip
    found.append(_listed("OpportunityHistory", "008", opportunity, "Opportunity Histories"))
    for spec in found:
        spec.replicateable = True
        spec.add(read_only(flag("IsDeleted", "Deleted")))
    return found


def standard_objects() -> dict[str, ObjectSpec]:
    """Every object of a fresh org, by API name; new specs at each call, since custom fields change them."""
    group = [
        text("Name", 40, nillable=False),
        text("DeveloperName", 80),
        pick("Type", ("Regular", "Queue"), default="Regular", length=40),
        text("Email", 255, "email"),
    ]
    record_type = [
        text("Name", 80), text("DeveloperName", 80), text("SobjectType", 40), flag("IsActive", default=True),
    ]  # fmt: skip
    organization = [
        text("Name", 80), text("InstanceName", 5), flag("IsSandbox"), text("OrganizationType", 40),
        text("TimeZoneSidKey", 40), text("Country", 80),
    ]  # fmt: skip
    every = [
        objects_people.lead(),
        objects_people.contact(),
        objects_people.account(),
        objects_sales.opportunity(),
        objects_sales.opportunity_contact_role(),
        objects_sales.campaign(),
        objects_sales.campaign_member(),
        objects_sales.campaign_member_status(),
        objects_sales.task(),
        objects_sales.event(),
        objects_sales.email_message(),
        _user(),
        build("Group", "00G", group, has_is_deleted=False, undeletable=False),
        _listed("Profile", "00e", (text("Name", 255), text("UserType", 40))),
        _listed("Organization", "00D", organization),
        _listed("RecordType", "012", record_type),
        *_picklist_objects(),
        *_permission_objects(),
        *_history_objects(),
        *_tooling_objects(),
    ]
    return {spec.name: spec for spec in every}
