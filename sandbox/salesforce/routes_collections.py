"""sObject collections: up to 200 records in one call, each with its own result."""

from collections import Counter
from collections.abc import Callable
from itertools import groupby
from typing import Any

from sandbox.salesforce import writes
from sandbox.salesforce.calls import Call, Reply, fault_result
from sandbox.salesforce.describe import object_spec
from sandbox.salesforce.errors import SalesforceFault
from sandbox.salesforce.fields import ObjectSpec
from sandbox.salesforce.ids import to_id18
from sandbox.salesforce.incoming import record_id_of
from sandbox.salesforce.routes_records import shown_fields
from sandbox.salesforce.upserting import SeveralMatchesError, key_field, upsert

_MOST_RECORDS = 200
_MOST_READ = 2_000
_MOST_READ_BY_URL = 800
_MOST_CHUNKS = 10
Result = dict[str, Any]
Work = Callable[[], Result]


class _RolledBackError(Exception):
    """Leaves the transaction of an allOrNone call."""


def _records(call: Call) -> list[dict[str, Any]]:
    body = call.record_body()
    records = body.get("records")
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise SalesforceFault("JSON_PARSER_ERROR", "records is required, as a list of objects")
    if not records:
        raise SalesforceFault("REQUIRED_FIELD_MISSING", "At least 1 record is required")
    _check_count(len(records))
    return records


def _check_count(count: int) -> None:
    if count > _MOST_RECORDS:
        text = "record limit reached. cannot submit more than 200 records into this call"
        raise SalesforceFault("EXCEEDED_ID_LIMIT", text)


def _types(call: Call, records: list[dict[str, Any]]) -> list[ObjectSpec]:
    specs = []
    for record in records:
        attributes = record.get("attributes")
        name = attributes.get("type") if isinstance(attributes, dict) else None
        if not isinstance(name, str):
            raise SalesforceFault("INVALID_INPUT", "Each record needs attributes with a type")
        specs.append(call.org.spec(name))
    if len(list(groupby(spec.name for spec in specs))) > _MOST_CHUNKS:
        text = (
            f"Cannot have more than {_MOST_CHUNKS} chunks in a single operation. Please rearrange the data."
        )
        raise SalesforceFault("INVALID_OPERATION", text)
    return specs


def _all_or_none(call: Call) -> bool:
    return isinstance(call.body, dict) and bool(call.body.get("allOrNone", False))


def _run(call: Call, works: list[Work], *, all_or_none: bool, keep_id: bool) -> Reply:
    """Do the works in order; with ``all_or_none`` a failure takes everything back."""
    results: list[Result] = []
    try:
        with call.org.transaction():
            results.extend(work() for work in works)
            _check_all(results, all_or_none=all_or_none)
    except _RolledBackError:
        results = [_undone(result, keep_id=keep_id) if result["success"] else result for result in results]
    return Reply(200, results)


def _check_all(results: list[Result], *, all_or_none: bool) -> None:
    if all_or_none and not all(result["success"] for result in results):
        raise _RolledBackError


def _undone(result: Result, *, keep_id: bool) -> Result:
    text = "Record rolled back because not all records were valid and the request was using AllOrNone header"
    fault = SalesforceFault("ALL_OR_NONE_OPERATION_ROLLED_BACK", text, [])
    return fault_result(fault, result["id"] if keep_id else None)


def create(call: Call) -> Reply:
    """``POST composite/sobjects``."""
    records = _records(call)

    def work(spec: ObjectSpec, record: dict[str, Any]) -> Result:
        try:
            record_id = writes.create(call.org, spec, record, call.user_id, None, call.options)
        except SalesforceFault as fault:
            return fault_result(fault)
        return {"id": record_id, "success": True, "errors": []}

    works = [_later(work, spec, record) for spec, record in zip(_types(call, records), records, strict=True)]
    return _run(call, works, all_or_none=_all_or_none(call), keep_id=False)


def _later(work: Callable[[ObjectSpec, Any], Result], spec: ObjectSpec, record: Any) -> Work:
    return lambda: work(spec, record)


def _without(record: dict[str, Any], key: str) -> tuple[Any, dict[str, Any]]:
    """The value under ``key``, whatever its case, and the rest."""
    value = next((held for name, held in record.items() if name.lower() == key.lower()), None)
    return value, {name: held for name, held in record.items() if name.lower() != key.lower()}


def update(call: Call) -> Reply:
    """``PATCH composite/sobjects``: each record carries its ``id``."""
    records = _records(call)

    def work(spec: ObjectSpec, record: dict[str, Any]) -> Result:
        raw, fields = _without(record, "id")
        record_id: str | None = None
        try:
            record_id = record_id_of(spec, _given(raw, "Id not specified in an update call"))
            writes.update(call.org, spec, record_id, fields, call.user_id, None, call.options)
        except SalesforceFault as fault:
            return fault_result(_by_reference(fault), record_id)
        return {"id": record_id, "success": True, "errors": []}

    works = [_later(work, spec, record) for spec, record in zip(_types(call, records), records, strict=True)]
    return _run(call, works, all_or_none=_all_or_none(call), keep_id=True)


def _by_reference(fault: SalesforceFault) -> SalesforceFault:
    """In a collection an unknown id is a bad reference, not a missing resource."""
    if fault.code != "NOT_FOUND":
        return fault
    return SalesforceFault("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [])


def _given(value: Any, message: str) -> Any:
    if value is None:
        raise SalesforceFault("MISSING_ARGUMENT", message, [])
    return value


def _check_once(field_name: str, value: Any, keys: Counter[str]) -> None:
    """A key that comes twice in one call: none of its records is processed."""
    if value is not None and keys[str(value).strip().casefold()] > 1:
        raise SalesforceFault("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", [field_name])


def upsert_all(call: Call, name: str, key: str) -> Reply:
    """``PATCH composite/sobjects/Lead/Ext__c``: the key is inside each record."""
    records = _records(call)
    spec = object_spec(call, name)
    if any(found.name != spec.name for found in _types(call, records)):
        raise SalesforceFault("INVALID_INPUT", f"All records must be of type {spec.name}")
    field = key_field(call.org, spec, key, call.user_id)
    keys = Counter(str(_without(record, field.name)[0]).strip().casefold() for record in records)

    def work(_: ObjectSpec, record: dict[str, Any]) -> Result:
        value, fields = _without(record, field.name)
        try:
            if field.name != "Id":
                _given(value, f"{field.name} not specified")
            _check_once(field.name, value, keys)
            record_id, created = upsert(call.org, spec, field, value, fields, call.user_id, call.options)
        except SeveralMatchesError:
            text = f"{field.name}: more than one record found for external id field: {value}"
            return fault_result(SalesforceFault("INVALID_FIELD", text, [field.name]))
        except SalesforceFault as fault:
            return fault_result(_by_reference(fault))
        return {"id": record_id, "success": True, "errors": [], "created": created}

    works = [_later(work, spec, record) for record in records]
    return _run(call, works, all_or_none=_all_or_none(call), keep_id=False)


def delete(call: Call) -> Reply:
    """``DELETE composite/sobjects?ids=a,b&allOrNone=``."""
    ids = [one.strip() for one in call.params.get("ids", "").split(",") if one.strip()]
    if not ids:
        raise SalesforceFault("REQUIRED_FIELD_MISSING", "At least 1 record is required")
    _check_count(len(ids))

    def work(raw: str) -> Result:
        record_id = to_id18(raw)
        sobject = None if record_id is None else call.org.object_of(record_id)
        if record_id is None or sobject is None:
            return fault_result(SalesforceFault("MALFORMED_ID", f"malformed id {raw}", []))
        try:
            writes.delete(call.org, call.org.specs[sobject], record_id, call.user_id, None)
        except SalesforceFault as fault:
            return fault_result(_by_reference(fault), record_id)
        return {"id": record_id, "success": True, "errors": []}

    # The default binds each id; a type checker cannot see that nobody passes another.
    works: list[Work] = [lambda raw=raw: work(raw) for raw in ids]  # type: ignore[misc]
    only_all = call.params.get("allOrNone", "false").lower() == "true"
    return _run(call, works, all_or_none=only_all, keep_id=True)


def retrieve(call: Call, name: str) -> Reply:
    """``GET`` or ``POST composite/sobjects/Lead`` with ids and fields: null for what cannot be read."""
    spec = object_spec(call, name)
    if call.method == "POST":
        body, most = call.record_body(), _MOST_READ
        ids, fields = body.get("ids"), body.get("fields")
    else:
        most = _MOST_READ_BY_URL
        ids = [one for one in call.params.get("ids", "").split(",") if one]
        fields = [one for one in call.params.get("fields", "").split(",") if one]
    if not isinstance(ids, list) or not isinstance(fields, list) or not ids or not fields:
        raise SalesforceFault("REQUIRED_FIELD_MISSING", "ids and fields are required")
    if len(ids) > most:
        raise SalesforceFault(
            "EXCEEDED_ID_LIMIT", f"record limit reached. cannot retrieve more than {most} records"
        )
    return Reply(200, [_one(call, spec, str(raw), fields) for raw in ids])


def _one(call: Call, spec: ObjectSpec, raw: str, fields: list[str]) -> dict[str, Any] | None:
    row = call.org.row(spec.name, to_id18(raw))
    return None if row is None or row.deleted else shown_fields(call, spec, row, fields)
