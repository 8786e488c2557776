"""Single records: create, read, update, delete, upsert by external id, getUpdated and getDeleted."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from sandbox.salesforce import writes
from sandbox.salesforce.calls import Call, Reply
from sandbox.salesforce.describe import object_spec
from sandbox.salesforce.errors import (
    SalesforceFault,
    deleted,
    external_id_not_found,
    not_found,
    unknown_column,
)
from sandbox.salesforce.fields import ObjectSpec
from sandbox.salesforce.ids import to_id18
from sandbox.salesforce.incoming import record_id_of
from sandbox.salesforce.soql_fields import Resolver
from sandbox.salesforce.soql_select import attributes
from sandbox.salesforce.table import Row
from sandbox.salesforce.upserting import SeveralMatchesError, key_field, matches, upsert
from sandbox.salesforce.values import render

_BODY_SINCE = 46.0
_UPDATED_WINDOW = timedelta(days=30)
_DELETED_WINDOW = timedelta(days=15)
_MOST_IDS = 600_000


def create(call: Call, name: str) -> Reply:
    """``POST sobjects/Lead``."""
    spec = object_spec(call, name)
    _check_createable(spec)
    body = call.record_body()
    _refuse_in_body(body, "Id")
    record_id = writes.create(call.org, spec, body, call.user_id, None, call.options)
    return Reply(201, {"id": record_id, "success": True, "errors": []}, _location(call, spec, record_id))


def _check_createable(spec: ObjectSpec) -> None:
    if not spec.createable:
        text = f"entity type {spec.name} does not support create"
        raise SalesforceFault("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", text, [])


def _location(call: Call, spec: ObjectSpec, record_id: str) -> dict[str, str]:
    return {"Location": f"{call.root}/sobjects/{spec.name}/{record_id}"}


def _refuse_in_body(body: dict[str, Any], key: str) -> None:
    if any(name.lower() == key.lower() for name in body):
        text = f"The {key} field should not be specified in the sobject data."
        raise SalesforceFault("INVALID_FIELD", text, [key])


def shown_fields(call: Call, spec: ObjectSpec, row: Row, names: Iterable[str] | None) -> dict[str, Any]:
    """A record as JSON: the named fields and Id, or all that the caller may read."""
    resolver, access = Resolver(call.org, call.user_id), call.org.access(call.user_id, spec)
    fields = []
    for name in access.readable if names is None else [*names, "Id"]:
        found = access.find(spec, name.strip())
        if found is None:
            raise unknown_column(spec.name, name.strip())
        fields.append(found)
    shown: dict[str, Any] = {"attributes": attributes(spec.name, row.id, call.root)}
    shown.update({field.name: render(resolver.reader(spec.name, field)(row)) for field in fields})
    return shown


def _wanted(call: Call) -> list[str] | None:
    names = call.params.get("fields")
    return None if not names else names.split(",")


def read(call: Call, name: str, record_id: str) -> Reply:
    """``GET sobjects/Lead/<id>?fields=a,b``."""
    spec = object_spec(call, name)
    row = _row(call, spec, record_id)
    if row.deleted:
        raise deleted()
    early = _conditional(call, row)
    return early or Reply(200, shown_fields(call, spec, row, _wanted(call)))


def _row(call: Call, spec: ObjectSpec, record_id: str) -> Row:
    if to_id18(record_id) is None:
        raise not_found()
    row = call.org.row(spec.name, record_id_of(spec, record_id))
    if row is None:
        raise not_found()
    return row


def _conditional(call: Call, row: Row) -> Reply | None:
    """412 for If-Unmodified-Since, 304 for If-Modified-Since, at second resolution."""
    modified: datetime = row["LastModifiedDate"]
    limit = _http_date(call, "if-unmodified-since")
    if limit is not None and modified > limit:
        text = "The record has been modified since the date given in If-Unmodified-Since."
        raise SalesforceFault("PRECONDITION_FAILED", text, status_code=412)
    since = _http_date(call, "if-modified-since")
    return Reply(304) if since is not None and call.method == "GET" and modified <= since else None


def _http_date(call: Call, header: str) -> datetime | None:
    raw = call.headers.get(header)
    if raw is None:
        return None
    try:
        return parsedate_to_datetime(raw).astimezone(UTC)
    except ValueError:
        raise SalesforceFault("INVALID_HTTP_HEADER", f"Invalid date in header {header}: {raw}") from None


def update(call: Call, name: str, record_id: str) -> Reply:
    """``PATCH sobjects/Lead/<id>``: 204 with nothing."""
    spec = object_spec(call, name)
    row = _row(call, spec, record_id)
    body = call.record_body()
    _refuse_in_body(body, "Id")
    _conditional(call, row)
    writes.update(call.org, spec, row.id, body, call.user_id, None, call.options)
    return Reply(204)


def delete(call: Call, name: str, record_id: str) -> Reply:
    """``DELETE sobjects/Lead/<id>``."""
    spec = object_spec(call, name)
    writes.delete(call.org, spec, _row(call, spec, record_id).id, call.user_id, None)
    return Reply(204)


def _several(call: Call, spec: ObjectSpec, record_ids: list[str]) -> Reply:
    return Reply(300, [f"{call.root}/sobjects/{spec.name}/{record_id}" for record_id in record_ids])


def read_by_key(call: Call, name: str, key: str, value: str) -> Reply:
    """``GET sobjects/Lead/Ext__c/<value>``: 200, 300 with several, 404."""
    spec = object_spec(call, name)
    field = key_field(call.org, spec, key, call.user_id)
    found = matches(call.org, spec, field, value)
    if not found:
        raise not_found()
    if len(found) > 1:
        return _several(call, spec, [row.id for row in found])
    return _conditional(call, found[0]) or Reply(200, shown_fields(call, spec, found[0], _wanted(call)))


def upsert_by_key(call: Call, name: str, key: str, value: str) -> Reply:
    """``PATCH sobjects/Lead/Ext__c/<value>``: 201 created, 200 updated, 300 with several."""
    spec = object_spec(call, name)
    field = key_field(call.org, spec, key, call.user_id)
    body = call.record_body()
    _refuse_in_body(body, "Id")
    _refuse_in_body(body, field.name)
    only = call.params.get("updateOnly", "false").lower() == "true"
    try:
        record_id, created = upsert(
            call.org, spec, field, value, body, call.user_id, call.options, update_only=only
        )
    except SeveralMatchesError as several:
        return _several(call, spec, several.record_ids)
    if not created and call.version < _BODY_SINCE:
        return Reply(204)
    shown: dict[str, Any] = {"id": record_id, "success": True, "errors": []}
    if call.version >= _BODY_SINCE:
        shown["created"] = created
    return Reply(201, shown, _location(call, spec, record_id)) if created else Reply(200, shown)


def delete_by_key(call: Call, name: str, key: str, value: str) -> Reply:
    """``DELETE sobjects/Lead/Ext__c/<value>``."""
    spec = object_spec(call, name)
    found = matches(call.org, spec, key_field(call.org, spec, key, call.user_id), value)
    if not found:
        raise external_id_not_found(key)
    if len(found) > 1:
        return _several(call, spec, [row.id for row in found])
    writes.delete(call.org, spec, found[0].id, call.user_id, None)
    return Reply(204)


def _replication_date(call: Call, name: str) -> datetime:
    raw = call.params.get(name, "").replace(" ", "+")
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise SalesforceFault("INVALID_REPLICATION_DATE", f"{name} is not a valid date: {raw}")
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _period(call: Call, window: timedelta, at_least: timedelta) -> tuple[datetime, datetime, datetime]:
    start, end, now = _replication_date(call, "start"), _replication_date(call, "end"), call.org.now()
    if end - start < at_least or start >= end:
        raise SalesforceFault("INVALID_REPLICATION_DATE", "startDate must be before endDate")
    if start < now - window:
        text = f"startDate cannot be more than {window.days} days ago"
        raise SalesforceFault("INVALID_REPLICATION_DATE", text)
    covered = min(end, (now - call.org.replication_lag).replace(second=0, microsecond=0))
    return start, end, covered


def updated(call: Call, name: str) -> Reply:
    """``GET sobjects/Lead/updated?start=&end=``: ids created or changed, and the date really covered."""
    spec = _replicated(call, name)
    start, _, covered = _period(call, _UPDATED_WINDOW, timedelta(seconds=1))
    table = call.org.tables[spec.name]
    rows = table.stamped(start, covered - timedelta(seconds=1))
    ids = [row.id for row in rows if not row.deleted]
    _check_count(ids)
    return Reply(200, {"ids": ids, "latestDateCovered": render(covered)})


def deleted_records(call: Call, name: str) -> Reply:
    """``GET sobjects/Lead/deleted?start=&end=``: deleted and merged-away ids, alike."""
    spec = _replicated(call, name)
    start, _, covered = _period(call, _DELETED_WINDOW, timedelta(minutes=2))
    rows = call.org.tables[spec.name].stamped(start, covered - timedelta(seconds=1))
    gone = [{"id": row.id, "deletedDate": render(row["SystemModstamp"])} for row in rows if row.deleted]
    _check_count(gone)
    earliest = call.org.now() - _DELETED_WINDOW
    body = {
        "deletedRecords": gone, "earliestDateAvailable": render(earliest),
        "latestDateCovered": render(covered),
    }  # fmt: skip
    return Reply(200, body)


def _replicated(call: Call, name: str) -> ObjectSpec:
    spec = object_spec(call, name)
    if not spec.replicateable:
        raise SalesforceFault("INVALID_TYPE", f"entity {spec.name} is not replicateable")
    return spec


def _check_count(found: list[Any]) -> None:
    if len(found) > _MOST_IDS:
        raise SalesforceFault("EXCEEDED_ID_LIMIT", "too many ids: narrow the period")
