"""Values between JSON and the store: type checks and normalisation on write, formats on read.

A stored value is None, str, bool, int, float, date or an aware datetime in UTC at second resolution.
Whether a lookup's target exists is the store's business.
"""

import re
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from sandbox.salesforce.errors import SalesforceFault, malformed_id, wrong_json
from sandbox.salesforce.fields import NUMBER_TYPES, FieldSpec
from sandbox.salesforce.ids import to_id18

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z0-9-]{2,}\Z")
_OFFSET = re.compile(r"(Z|[+-]\d{2}:?\d{2})\Z")


def coerce(field: FieldSpec, raw: Any) -> Any:
    """``raw`` as the store keeps it in ``field``.

    Raises:
        SalesforceFault: wrong JSON type, too long, bad e-mail, bad restricted value, malformed id.
    """
    if field.type == "boolean":
        return _boolean(field, raw)
    if raw is None:
        return None
    if field.type in NUMBER_TYPES:
        return _number(field, raw)
    if field.type == "datetime":
        return _moment(raw)
    if field.type == "date":
        return _day(raw)
    if field.type == "complexvalue":
        return raw
    return _text(field, raw)


def _boolean(field: FieldSpec, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.lower() in ("true", "false"):
        return raw.lower() == "true"
    text = f"{field.label}: value not of required type: {raw}"
    raise SalesforceFault("INVALID_TYPE_ON_FIELD_IN_RECORD", text, [field.name])


def _number(field: FieldSpec, raw: Any) -> int | float | None:
    if isinstance(raw, str) and not raw.strip():
        return None
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | str):
        raise wrong_json(field.type, raw)
    try:
        exact = Decimal(str(raw))
        rounded = exact.quantize(Decimal(1).scaleb(-field.scale), rounding=ROUND_HALF_UP)
    except InvalidOperation:
        raise wrong_json(field.type, raw) from None
    if field.precision and rounded.copy_abs() >= Decimal(10) ** (field.precision - field.scale):
        text = f"{field.label}: value outside of valid range on numeric field: {raw}"
        raise SalesforceFault("NUMBER_OUTSIDE_VALID_RANGE", text, [field.name])
    return int(rounded) if field.type == "int" else float(rounded)


def _moment(raw: Any) -> datetime | None:
    if isinstance(raw, datetime):
        if raw.tzinfo is None:
            raise wrong_json("datetime", raw.isoformat())
        return raw.astimezone(UTC).replace(microsecond=0)
    if isinstance(raw, str):
        if not raw.strip():
            return None
        if "T" in raw and _OFFSET.search(raw):
            try:
                return datetime.fromisoformat(raw).astimezone(UTC).replace(microsecond=0)
            except ValueError:
                raise wrong_json("datetime", raw) from None
    raise wrong_json("datetime", raw)


def _day(raw: Any) -> date | None:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    if isinstance(raw, str):
        if not raw.strip():
            return None
        try:
            return date.fromisoformat(raw)
        except ValueError:
            raise wrong_json("date", raw) from None
    raise wrong_json("date", raw)


def _text(field: FieldSpec, raw: Any) -> str | None:
    if not isinstance(raw, str):
        raise wrong_json("string", raw)
    value = raw.strip()
    if not value:
        return None
    if field.type in ("reference", "id"):
        return _identifier(field, value)
    if field.type == "multipicklist":
        return _several(field, value)
    if field.length and len(value) > field.length:
        text = f"{field.label}: data value too large: {value} (max length={field.length})"
        raise SalesforceFault("STRING_TOO_LONG", text, [field.name])
    if field.type == "email":
        if not _EMAIL.match(value):
            text = f"{field.label}: invalid email address: {value}"
            raise SalesforceFault("INVALID_EMAIL_ADDRESS", text, [field.name])
        return value.lower()
    if field.type == "picklist":
        return _option(field, value)
    return value


def _identifier(field: FieldSpec, value: str) -> str:
    found = to_id18(value)
    if found is None:
        raise malformed_id(field.label, value, field.name)
    return found


def _option(field: FieldSpec, value: str) -> str:
    for option in field.picklist:
        if option.value.lower() == value.lower() and option.active:
            return option.value
    if field.restricted:
        text = f"{field.label}: bad value for restricted picklist field: {value}"
        raise SalesforceFault("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, [field.name])
    return value


def _several(field: FieldSpec, value: str) -> str | None:
    chosen = {_option(field, part.strip()): None for part in value.split(";") if part.strip()}
    order = {option.value: place for place, option in enumerate(field.picklist)}
    return ";".join(sorted(chosen, key=lambda part: order.get(part, len(order)))) or None


def render(value: Any) -> Any:
    """``value`` as JSON shows it: ``2026-01-02T03:04:05.000+0000`` for datetimes."""
    if isinstance(value, datetime):
        return value.isoformat()[:19] + ".000+0000"
    if isinstance(value, date):
        return value.isoformat()
    return value
