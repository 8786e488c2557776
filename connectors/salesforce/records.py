"""Salesforce's JSON and ours: records, tombstones, values. Pure; no calls."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sync_rules.records import Record

STAMP = "SystemModstamp"
# Read with every record as far as describe shows them.
FACTS = (
    "Id",
    "CreatedDate",
    "LastModifiedDate",
    "LastModifiedById",
    STAMP,
    "IsDeleted",
    "MasterRecordId",
    "IsConverted",
    "ConvertedContactId",
    "ConvertedAccountId",
    "ConvertedOpportunityId",
)


def moment(text: str) -> datetime:
    """Salesforce's datetime text as aware UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def flat(row: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A row without ``attributes``; a parent's field becomes ``Owner.Email``. Child rows stay lists."""
    fields: dict[str, Any] = {}
    for name, value in row.items():
        if name == "attributes":
            continue
        if isinstance(value, Mapping) and "records" in value:
            fields[prefix + name] = [flat(child) for child in value["records"]]
        elif isinstance(value, Mapping):
            fields.update(flat(value, f"{prefix}{name}."))
        else:
            fields[prefix + name] = value
    return fields


def to_record(sobject: str, row: Mapping[str, Any]) -> Record:
    """One row as a Record: a tombstone if it is deleted, with ``_master_id`` if it was merged away."""
    fields = flat(row)
    if fields.get("MasterRecordId"):
        fields["_master_id"] = fields["MasterRecordId"]
    stamp = fields.get(STAMP) or fields.get("LastModifiedDate") or fields["CreatedDate"]
    created = fields.get("CreatedDate")
    return Record(
        side="salesforce",
        object_type=sobject,
        id=str(fields["Id"]),
        fields=fields,
        modified_at=moment(str(stamp)),
        created_at=moment(str(created)) if created else None,
        deleted=bool(fields.get("IsDeleted")),
        modified_by=fields.get("LastModifiedById"),
    )


def wire_value(value: Any) -> Any:
    """A field's value as JSON: aware datetimes with milliseconds, decimals as numbers, None clears."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be written")
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}+0000"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return ";".join(str(item) for item in value)
    return value


def holds(wanted: Any, found: Any) -> bool:
    """Whether a field read back has the value that was written, after the server's normalisation."""
    one, other = _plain(wire_value(wanted)), _plain(found)
    if one == other:
        return True
    if isinstance(one, str) and isinstance(other, str):
        if one.casefold() == other.casefold():
            return True
        return _moment_or_none(one) is not None and _moment_or_none(one) == _moment_or_none(other)
    return _decimal(one) is not None and _decimal(one) == _decimal(other)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip() or None
    # A checkbox has no null.
    return None if value is False else value


def _decimal(value: Any) -> Decimal | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _moment_or_none(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC).replace(microsecond=0) if found.tzinfo is not None else None
