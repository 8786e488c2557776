"""The one fault that the store raises, and the constructors of its usual kinds.

Texts follow the vendor's; callers switch on ``code``. How a fault becomes a body is decided in
``replies``; SOAP has its own shape in ``soap``.
"""

from collections.abc import Sequence
from typing import Any


class SalesforceFault(Exception):  # noqa: N818  (the name under which other packages know it)
    """A refused request.

    Attributes:
        status_code: the HTTP status of a single-record resource.
        code: the vendor's errorCode, for example ``REQUIRED_FIELD_MISSING``.
        message: the text for people.
        fields: API names concerned; None leaves the key out of the body.
        extra: further keys of the body (duplicate details).
    """

    def __init__(
        self,
        code: str,
        message: str,
        fields: Sequence[str] | None = None,
        *,
        status_code: int = 400,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.status_code = status_code
        self.code = code
        self.message = message
        self.fields = None if fields is None else list(fields)
        self.extra = extra or {}


def not_found(message: str = "The requested resource does not exist") -> SalesforceFault:
    return SalesforceFault("NOT_FOUND", message, status_code=404)


def may_not_create(sobject: str) -> SalesforceFault:
    text = f"entity type cannot be inserted: {sobject}"
    return SalesforceFault("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", text, [])


def may_not_edit() -> SalesforceFault:
    return SalesforceFault("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", [])


def external_id_not_found(name: str) -> SalesforceFault:
    return not_found(f"Provided external ID field does not exist or is not accessible: {name}")


def unknown_column(sobject: str, name: str) -> SalesforceFault:
    return SalesforceFault("INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject}")


def read_only(names: Sequence[str]) -> SalesforceFault:
    text = (
        f"Unable to create/update fields: {', '.join(names)}. Please check the security settings of this "
        "field and verify that it is read/write for your profile or permission set."
    )
    return SalesforceFault("INVALID_FIELD_FOR_INSERT_UPDATE", text, names)


def required_missing(names: Sequence[str]) -> SalesforceFault:
    text = f"Required fields are missing: [{', '.join(names)}]"
    return SalesforceFault("REQUIRED_FIELD_MISSING", text, names)


def wrong_json(wanted: str, raw: object) -> SalesforceFault:
    kind = {
        bool: "VALUE_TRUE" if raw else "VALUE_FALSE",
        int: "VALUE_NUMBER_INT",
        float: "VALUE_NUMBER_FLOAT",
    }
    token = kind.get(type(raw), "VALUE_STRING" if isinstance(raw, str) else "START_OBJECT")
    text = (
        f"Cannot deserialize instance of {wanted} from {token} value {raw} "
        "or request may be missing a required field at [line:1, column:1]"
    )
    return SalesforceFault("JSON_PARSER_ERROR", text)


def malformed_id(label: str, raw: object, field: str = "Id") -> SalesforceFault:
    return SalesforceFault("MALFORMED_ID", f"{label}: id value of incorrect type: {raw}", [field])


def bad_reference(field: str, raw: str) -> SalesforceFault:
    return SalesforceFault("INVALID_CROSS_REFERENCE_KEY", f"invalid cross reference id: {raw[:15]}", [field])


def deleted() -> SalesforceFault:
    return SalesforceFault("ENTITY_IS_DELETED", "entity is deleted", [], status_code=404)


def duplicate_value(field: str, holder_id: str) -> SalesforceFault:
    text = f"duplicate value found: {field} duplicates value on record with id: {holder_id[:15]}"
    return SalesforceFault("DUPLICATE_VALUE", text, [])


def unsupported_type(name: str) -> SalesforceFault:
    return SalesforceFault("INVALID_TYPE", f"sObject type '{name}' is not supported.")


def converted_lead() -> SalesforceFault:
    return SalesforceFault("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", [])


def row_locked(record_id: str) -> SalesforceFault:
    text = f"unable to obtain exclusive access to this record or 1 records: {record_id}"
    return SalesforceFault("UNABLE_TO_LOCK_ROW", text, [])
