"""Create, update, delete and undelete of one record, with every check that a save passes.

Order of a save: values, defaults, derived fields, required, validation rules, duplicates, uniqueness,
assignment, commit, followers (roles, statuses, history).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.salesforce import setup_checks
from sandbox.salesforce.derive import before_save
from sandbox.salesforce.errors import (
    SalesforceFault,
    converted_lead,
    deleted,
    duplicate_value,
    may_not_create,
    may_not_edit,
    required_missing,
    row_locked,
)
from sandbox.salesforce.fields import ObjectSpec
from sandbox.salesforce.formula import Context
from sandbox.salesforce.history import remember_changes
from sandbox.salesforce.incoming import check_owner, checked_values
from sandbox.salesforce.matching import check_duplicates
from sandbox.salesforce.store import Store
from sandbox.salesforce.table import Row

SALES_PROFILE = "Standard User"


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How a caller wants its write handled.

    ``api`` marks traffic over HTTP, which scripted row locks can hit; ``auto_assign`` runs the active
    assignment rule; ``allow_duplicates`` insists against an alerting duplicate rule.
    """

    api: bool = False
    auto_assign: bool = False
    allow_duplicates: bool = True
    api_version: float = 59.0


INSIDE = WriteOptions()


def create(
    store: Store,
    spec: ObjectSpec,
    fields: Mapping[str, Any],
    user_id: str,
    at: datetime | None,
    how: WriteOptions,
) -> str:
    """Insert a record; returns its 18-character id."""
    now = store.now(at)
    if how.api and not store.permissions.allows(spec.name, "create", user_id):
        raise may_not_create(spec.name)
    with store.transaction():
        values = checked_values(store, spec, fields, user_id, creating=True)
        draft: dict[str, Any] = {name: field.default for name, field in spec.fields.items()}
        draft.update({name: value for name, value in values.items() if not _defaults_back(spec, name, value)})
        if "OwnerId" in draft and draft["OwnerId"] is None:
            draft["OwnerId"] = user_id
        draft.update(Id=store.ids.new(spec.prefix), CreatedDate=now, CreatedById=user_id)
        if "IsDeleted" in spec.fields:
            draft["IsDeleted"] = False
        _finish(store, spec, draft, None, user_id, now, how)
        _followers_of_create(store, spec, Row(draft), user_id, now)
    return str(draft["Id"])


def _defaults_back(spec: ObjectSpec, name: str, value: Any) -> bool:
    return value is None and spec.fields[name].defaulted


def update(
    store: Store,
    spec: ObjectSpec,
    record_id: str,
    fields: Mapping[str, Any],
    user_id: str,
    at: datetime | None,
    how: WriteOptions,
) -> None:
    """Change a record; a call without a change moves its stamps all the same."""
    now = store.now(at)
    with store.transaction():
        old = existing(store, spec, record_id)
        if how.api and not store.permissions.allows(spec.name, "edit", user_id):
            raise may_not_edit()
        if how.api and store.row_locks.refuses(record_id):
            raise row_locked(record_id)
        if spec.name == "Lead" and old["IsConverted"]:
            raise converted_lead()
        values = checked_values(store, spec, fields, user_id, creating=False)
        draft = {**old, **values}
        _finish(store, spec, draft, old, user_id, now, how)
        remember_changes(store, spec, old, draft, user_id, now)


def existing(store: Store, spec: ObjectSpec, record_id: str) -> Row:
    """The row to be written. Raises NOT_FOUND or ENTITY_IS_DELETED, both with status 404."""
    row = store.row(spec.name, record_id)
    if row is None:
        raise SalesforceFault("NOT_FOUND", "The requested resource does not exist", None, status_code=404)
    if row.deleted:
        raise deleted()
    return row


def _finish(
    store: Store,
    spec: ObjectSpec,
    draft: dict[str, Any],
    old: Row | None,
    user_id: str,
    now: datetime,
    how: WriteOptions,
) -> None:
    before_save(store, spec.name, draft, old, now)
    _check_required(spec, draft, old)
    setup_checks.check(store, spec, draft, old)
    check_validation_rules(store, spec, draft, old, user_id, now)
    check_duplicates(store, spec, draft, old, allow=how.allow_duplicates, api_version=how.api_version)
    check_unique(store, spec, draft)
    if how.auto_assign and spec.name == "Lead":
        owner = store.assignment.owner_for(draft.get("Country"), sales_user_ids(store))
        draft["OwnerId"] = owner or draft["OwnerId"]
    owner_id = draft.get("OwnerId")
    if owner_id is not None and (old is None or old["OwnerId"] != owner_id):
        check_owner(store, owner_id)
    # A write dated before the record's last one still comes after it: stamps never run backwards.
    stamp = now if old is None else max(now, old["SystemModstamp"])
    draft.update(LastModifiedDate=stamp, LastModifiedById=user_id, SystemModstamp=stamp)
    store.put(spec.name, Row(draft))
    setup_checks.committed(store, spec)


def _check_required(spec: ObjectSpec, draft: Mapping[str, Any], old: Row | None) -> None:
    missing = [
        name
        for name, field in spec.fields.items()
        if not field.nillable
        and draft.get(name) is None
        and (field.required_on_create or (old is not None and field.updateable))
    ]
    if missing:
        raise required_missing(missing)


def check_validation_rules(
    store: Store, spec: ObjectSpec, draft: Mapping[str, Any], old: Row | None, user_id: str, now: datetime
) -> None:
    """Refuse the save while an active rule's formula is true."""
    rules = [rule for rule in store.validation_rules.values() if rule.sobject == spec.name and rule.active]
    if not rules:
        return
    context = Context(draft, old, now, store.row("User", user_id) or {})
    for rule in rules:
        if rule.formula.holds(context):
            shown = [] if rule.error_field is None else [rule.error_field]
            raise SalesforceFault("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, shown)


def check_unique(store: Store, spec: ObjectSpec, draft: Mapping[str, Any]) -> None:
    """Refuse a value that another record holds in a unique field."""
    for name, field in spec.fields.items():
        if field.unique and draft.get(name) is not None:
            for holder in store.holding(spec.name, name, draft[name]):
                if holder.id != draft["Id"]:
                    raise duplicate_value(name, holder.id)


def sales_user_ids(store: Store) -> list[str]:
    """Active users of the sales profile, in order of id: those whom territory assignment may choose."""
    profiles = [row.id for row in store.tables["Profile"].rows.values() if row["Name"] == SALES_PROFILE]
    users = [user for profile in profiles for user in store.holding("User", "ProfileId", profile)]
    return sorted(user.id for user in users if user["IsActive"])


def _followers_of_create(store: Store, spec: ObjectSpec, row: Row, user_id: str, now: datetime) -> None:
    if spec.name == "Campaign":
        statuses = store.specs["CampaignMemberStatus"]
        for order, (label, responded) in enumerate((("Sent", False), ("Responded", True)), 1):
            fields = {
                "CampaignId": row.id, "Label": label, "SortOrder": order, "HasResponded": responded,
                "IsDefault": order == 1,
            }  # fmt: skip
            create(store, statuses, fields, user_id, now, INSIDE)
    elif spec.name == "Opportunity" and row.get("ContactId") is not None:
        fields = {"OpportunityId": row.id, "ContactId": row["ContactId"], "IsPrimary": True}
        create(store, store.specs["OpportunityContactRole"], fields, user_id, now, INSIDE)


def delete(store: Store, spec: ObjectSpec, record_id: str, user_id: str, at: datetime | None) -> None:
    """Move a record, with what belongs to it, to the recycle bin; setup objects vanish at once."""
    now = store.now(at)
    with store.transaction():
        existing(store, spec, record_id)
        if not spec.deletable:
            text = f"entity type {spec.name} cannot be deleted"
            raise SalesforceFault("CANNOT_DELETE_MANAGED_OBJECT", text, [])
        together: list[tuple[str, str]] = []
        _bin(store, spec, record_id, user_id, now, together)
        store.deleted_together[record_id] = together
    setup_checks.committed(store, spec)


def _bin(
    store: Store,
    spec: ObjectSpec,
    record_id: str,
    user_id: str,
    now: datetime,
    together: list[tuple[str, str]],
) -> None:
    for child, field, _, cascade in store.children(spec.name):
        for row in store.holding(child, field.name, record_id):
            if cascade:
                _bin(store, store.specs[child], row.id, user_id, now, together)
            else:
                system_write(store, child, row.id, {field.name: None}, now)
    together.append((spec.name, record_id))
    if "IsDeleted" not in spec.fields:
        store.drop(spec.name, record_id)
        return
    changes = {"IsDeleted": True, "LastModifiedDate": now, "LastModifiedById": user_id}
    system_write(store, spec.name, record_id, changes, now)


def undelete(store: Store, spec: ObjectSpec, record_id: str, user_id: str, at: datetime | None) -> None:
    """Take a record, and what was deleted with it, back out of the recycle bin."""
    now = store.now(at)
    with store.transaction():
        row = store.row(spec.name, record_id)
        if row is None or not row.deleted or row.get("MasterRecordId") is not None:
            raise SalesforceFault("UNDELETE_FAILED", "Entity is not in the recycle bin", [])
        for sobject, member_id in store.deleted_together.pop(record_id, [(spec.name, record_id)]):
            member = store.row(sobject, member_id)
            if member is not None and member.deleted:
                check_unique(store, store.specs[sobject], member)
                changes = {"IsDeleted": False, "LastModifiedDate": now, "LastModifiedById": user_id}
                system_write(store, sobject, member_id, changes, now)


def system_write(
    store: Store, sobject: str, record_id: str, changes: Mapping[str, Any], now: datetime
) -> None:
    """Change a row as the platform does: no checks, SystemModstamp moves, LastModifiedDate only if given."""
    row = store.tables[sobject].rows[record_id]
    store.put(sobject, Row({**row, **changes, "SystemModstamp": max(now, row["SystemModstamp"])}))
