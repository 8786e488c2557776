"""Merging of leads, contacts or accounts: one master stays, up to two losers go to the bin.

Losers keep the master's id in MasterRecordId; what hung on them moves to the master.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sandbox.salesforce import writes
from sandbox.salesforce.errors import SalesforceFault, converted_lead
from sandbox.salesforce.fields import ObjectSpec
from sandbox.salesforce.store import Store

_MOST_LOSERS = 2


def merge(
    store: Store,
    spec: ObjectSpec,
    master_id: str,
    loser_ids: Sequence[str],
    fields: Mapping[str, Any],
    user_id: str,
    at: datetime | None,
) -> list[str]:
    """Merge in one transaction; returns the ids of children that moved.

    Args:
        store: the org.
        spec: Lead, Contact or Account.
        master_id: the record that stays.
        loser_ids: one or two others of the same object.
        fields: values for the master, chosen from the losers; may be empty.
        user_id: who merges.
        at: the time, or None for now.
    """
    now = store.now(at)
    if not spec.mergeable:
        raise SalesforceFault("NOT_MERGEABLE", f"{spec.name} cannot be merged", [])
    if not 1 <= len(loser_ids) <= _MOST_LOSERS or master_id in loser_ids:
        raise SalesforceFault("INVALID_ARGUMENT", "Specify one or two other records to merge", [])
    with store.transaction():
        writes.existing(store, spec, master_id)
        moved: list[str] = []
        for loser_id in loser_ids:
            loser = writes.existing(store, spec, loser_id)
            if loser.get("IsConverted"):
                raise converted_lead()
            moved += _move_children(store, spec, loser_id, master_id, now)
            changes = {
                "IsDeleted": True, "MasterRecordId": master_id, "LastModifiedDate": now,
                "LastModifiedById": user_id,
            }  # fmt: skip
            writes.system_write(store, spec.name, loser_id, changes, now)
        writes.update(store, spec, master_id, fields, user_id, now, writes.INSIDE)
    return moved


def _move_children(store: Store, spec: ObjectSpec, loser_id: str, master_id: str, now: datetime) -> list[str]:
    moved: list[str] = []
    for child, field, _, __ in store.children(spec.name):
        for row in store.holding(child, field.name, loser_id):
            changes: dict[str, Any] = {field.name: None if row.id == master_id else master_id}
            if child == "CampaignMember":
                taken = {other["CampaignId"] for other in store.holding(child, field.name, master_id)}
                if row["CampaignId"] in taken:
                    writes.system_write(store, child, row.id, {"IsDeleted": True}, now)
                    continue
                changes["LeadOrContactId"] = master_id
            if spec.name == "Account" and child in ("Task", "Event"):
                changes["AccountId"] = master_id
            writes.system_write(store, child, row.id, changes, now)
            moved.append(row.id)
    return moved
