"""Field history: rows of LeadHistory, ContactHistory and OpportunityHistory.

Tracking is per object and field and starts when it is switched on; nothing is known about the time before.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sandbox.salesforce.fields import ObjectSpec
from sandbox.salesforce.store import Store
from sandbox.salesforce.table import Row
from sandbox.salesforce.values import render

_WITHOUT_VALUES = frozenset({"textarea", "multipicklist"})
_STAGE_FIELDS = ("StageName", "Amount", "CloseDate", "Probability")


def remember_changes(
    store: Store, spec: ObjectSpec, old: Row, new: Mapping[str, Any], user_id: str, now: datetime
) -> None:
    """Write a history row for each tracked field that changed."""
    if spec.name == "Opportunity" and any(old.get(name) != new.get(name) for name in _STAGE_FIELDS):
        _snapshot_opportunity(store, new, user_id, now)
    for name in sorted(store.history_fields.get(spec.name, frozenset())):
        before, after = old.get(name), new.get(name)
        if before != after:
            hidden = spec.fields[name].type in _WITHOUT_VALUES and spec.fields[name].length > 255
            pair = (None, None) if hidden else (render(before), render(after))
            add(store, spec, str(new["Id"]), name, pair, user_id, now)


def add(
    store: Store,
    spec: ObjectSpec,
    record_id: str,
    field: str,
    values: tuple[Any, Any],
    user_id: str,
    now: datetime,
) -> None:
    """Write one history row; ``field`` may be a special mark such as ``leadConverted``."""
    target = f"{spec.name}History"
    found = spec.find(field)
    shown = "Owner" if field == "OwnerId" else "Account" if field == "AccountId" else field
    row = _new_row(store, target, user_id, now)
    row[f"{spec.name}Id"] = record_id
    row.update(Field=shown, OldValue=values[0], NewValue=values[1])
    row["DataType"] = "Text" if found is None else found.type
    store.put(target, row)


def _snapshot_opportunity(store: Store, new: Mapping[str, Any], user_id: str, now: datetime) -> None:
    row = _new_row(store, "OpportunityHistory", user_id, now)
    row.update({name: new.get(name) for name in (*_STAGE_FIELDS, "ForecastCategory", "ExpectedRevenue")})
    row["OpportunityId"] = new["Id"]
    store.put("OpportunityHistory", row)


def _new_row(store: Store, sobject: str, user_id: str, now: datetime) -> Row:
    spec = store.specs[sobject]
    row = Row(dict.fromkeys(spec.fields))
    row.update(Id=store.ids.new(spec.prefix), IsDeleted=False, CreatedDate=now, CreatedById=user_id)
    row.update(LastModifiedDate=now, LastModifiedById=user_id, SystemModstamp=now)
    return row
