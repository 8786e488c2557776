"""The Tooling API's CustomField and ValidationRule: create, read, replace, delete."""

from sandbox.salesforce import customising
from sandbox.salesforce.calls import Call, Reply
from sandbox.salesforce.describe import object_spec
from sandbox.salesforce.errors import SalesforceFault, not_found
from sandbox.salesforce.fields import ObjectSpec
from sandbox.salesforce.incoming import record_id_of
from sandbox.salesforce.routes_records import shown_fields
from sandbox.salesforce.table import Row

_WRITABLE = frozenset({"CustomField", "ValidationRule"})


def _spec(call: Call, name: str) -> ObjectSpec:
    spec = object_spec(call, name)
    if spec.name not in _WRITABLE and call.method != "GET":
        raise not_found()
    return spec


def _metadata(call: Call) -> dict[str, object]:
    metadata = call.record_body().get("Metadata")
    if not isinstance(metadata, dict):
        raise SalesforceFault(
            "REQUIRED_FIELD_MISSING", "Required fields are missing: [Metadata]", ["Metadata"]
        )
    return metadata


def create(call: Call, name: str) -> Reply:
    """``POST tooling/sobjects/CustomField`` with FullName and Metadata."""
    spec, metadata = _spec(call, name), _metadata(call)
    full_name = str(call.record_body().get("FullName") or "")
    if spec.name == "CustomField":
        record_id = customising.add_field(call.org, full_name, metadata, call.user_id)
    else:
        record_id = customising.save_rule(call.org, full_name, metadata, call.user_id)
    return Reply(201, {"id": record_id, "success": True, "errors": [], "warnings": [], "infos": []})


def _row(call: Call, spec: ObjectSpec, record_id: str) -> Row:
    row = call.org.row(spec.name, record_id_of(spec, record_id))
    if row is None:
        raise not_found()
    return row


def read(call: Call, name: str, record_id: str) -> Reply:
    """``GET tooling/sobjects/CustomField/<id>``."""
    spec = _spec(call, name)
    return Reply(200, shown_fields(call, spec, _row(call, spec, record_id), None))


def update(call: Call, name: str, record_id: str) -> Reply:
    """``PATCH tooling/sobjects/ValidationRule/<id>`` with Metadata."""
    spec = _spec(call, name)
    row, metadata = _row(call, spec, record_id), _metadata(call)
    if spec.name == "CustomField":
        customising.change_field(call.org, row.id, metadata, call.user_id)
    else:
        customising.save_rule(call.org, row["FullName"], metadata, call.user_id, rule_id=row.id)
    return Reply(204)


def delete(call: Call, name: str, record_id: str) -> Reply:
    """``DELETE tooling/sobjects/CustomField/<id>``."""
    spec = _spec(call, name)
    row = _row(call, spec, record_id)
    if spec.name == "CustomField":
        customising.remove_field(call.org, row.id)
    else:
        customising.remove_rule(call.org, row.id)
    return Reply(204)
