"""Canonical values: one form for what both sides write in their own ways, and the way back.

A canonical value is None (blank), text, ``Decimal``, ``bool``, ``date``, an aware UTC ``datetime`` of whole
seconds, a sorted tuple of texts, or ``Unreadable``. Types only; which side is right is ``merge.py``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Literal

from sync_rules.addresses import normal_domain, normal_email, normal_phone, plain_text
from sync_rules.countries import country_code, country_name
from sync_rules.mapping_model import ValueMap, ValueSpec, ValueType
from sync_rules.owners import NO_OWNERS, QUEUE, OwnerMap
from sync_rules.records import Side, other


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A raw value with no canonical form; equal only to the same raw value.

    Attributes:
        kind: the kind of hold that it leads to.
        accepted: what would be understood, where that is a short list.
    """

    raw: str
    kind: Literal["invalid_value", "unmapped_value", "unmapped_owner", "parent_not_linked"]
    why: str
    accepted: tuple[str, ...] = ()


class CannotWrite(ValueError):  # noqa: N818 - it is an answer to a question, not a failure
    """A canonical value that one side has no form for."""

    def __init__(self, kind: str, why: str, accepted: tuple[str, ...] = ()) -> None:
        super().__init__(why)
        self.kind = kind
        self.why = why
        self.accepted = accepted


def canonical(
    raw: Any, spec: ValueSpec, side: Side, *, owners: OwnerMap = NO_OWNERS, region: str | None = None
) -> Any:
    """The canonical value of ``raw`` as ``side`` gave it; ``Unreadable`` if it has none.

    Args:
        region: ISO country by which a phone number without a country code is read.
    """
    return READERS[spec.type](raw, spec, side, owners, region)


def to_raw(value: Any, spec: ValueSpec, side: Side, *, owners: OwnerMap = NO_OWNERS) -> Any:
    """The form in which ``side`` takes a canonical value; None for blank.

    Raises:
        CannotWrite: the side has no form for it (unmapped picklist value or owner, unreadable value).
    """
    if isinstance(value, Unreadable):
        raise CannotWrite(value.kind, value.why, value.accepted)
    if value is None:
        return None
    return _WRITERS[spec.type](value, spec, side, owners)


# ---- reading ---------------------------------------------------------------------------------------------


def _read_text(raw: Any, _spec: ValueSpec, _side: Side, _owners: OwnerMap, _region: str | None) -> Any:
    return plain_text(raw)


def _read_email(raw: Any, _spec: ValueSpec, _side: Side, _owners: OwnerMap, _region: str | None) -> Any:
    return normal_email(raw)


def _read_phone(raw: Any, _spec: ValueSpec, _side: Side, _owners: OwnerMap, region: str | None) -> Any:
    text = plain_text(raw)
    return normal_phone(text, region) if text else None


_NUMBER_LIMIT = Decimal(10) ** 15
_FINEST = Decimal(1).scaleb(-8)


@lru_cache(maxsize=65_536)
def _number(text: str, decimals: int | None) -> Decimal | Unreadable:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return Unreadable(text, "invalid_value", "the value is not a number")
    if not number.is_finite() or abs(number) >= _NUMBER_LIMIT:
        return Unreadable(text, "invalid_value", "the number is beyond what both sides can hold")
    step = Decimal(1).scaleb(-decimals) if decimals is not None else _FINEST
    number = number.quantize(step, rounding=ROUND_HALF_UP)
    # Salesforce speaks JSON numbers: no more than 15 digits survive.
    return _stripped(Decimal(repr(float(f"{number:.15g}"))))


def _stripped(number: Decimal) -> Decimal:
    whole = number.to_integral_value()
    return whole.quantize(Decimal(1)) + 0 if number == whole else number.normalize()


def _read_number(raw: Any, spec: ValueSpec, _side: Side, _owners: OwnerMap, _region: str | None) -> Any:
    text = plain_text(raw)
    return None if text is None else _number(text, spec.decimals)


_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _read_boolean(raw: Any, _spec: ValueSpec, _side: Side, _owners: OwnerMap, _region: str | None) -> Any:
    if raw is True or raw is False:
        return raw
    text = plain_text(raw)
    # A Salesforce checkbox cannot be blank, so a HubSpot box that nobody ticked is the same as "no".
    if text is None:
        return False
    found = _BOOLEANS.get(text.lower())
    return (
        Unreadable(text, "invalid_value", "the value is neither true nor false") if found is None else found
    )


def _read_date(raw: Any, _spec: ValueSpec, _side: Side, _owners: OwnerMap, _region: str | None) -> Any:
    text = plain_text(raw)
    return None if text is None else _date(text)


def _read_datetime(raw: Any, _spec: ValueSpec, _side: Side, _owners: OwnerMap, _region: str | None) -> Any:
    text = plain_text(raw)
    return None if text is None else moment(text)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=65_536)
def _date(text: str) -> date | Unreadable:
    when = moment(text)
    return when if isinstance(when, Unreadable) else when.date()


@lru_cache(maxsize=65_536)
def moment(text: str) -> datetime | Unreadable:
    """Aware UTC, cut to whole seconds, from ISO 8601 or milliseconds since 1970; no offset is read as UTC."""
    try:
        if text.lstrip("-").isdigit():
            when = _EPOCH + timedelta(milliseconds=int(text))
        else:
            when = datetime.fromisoformat(text)
            when = when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return Unreadable(text, "invalid_value", "the value is not a date")
    return when.replace(microsecond=0)


def _read_picklist(raw: Any, spec: ValueSpec, side: Side, _owners: OwnerMap, _region: str | None) -> Any:
    text = plain_text(raw)
    if text is None or spec.values is None:
        return text
    return _translate(text, spec.values, side)


def _translate(text: str, values: ValueMap, side: Side) -> Any:
    found = values.reading[side].get(text.casefold())
    if found is not None:
        return found
    if values.unmapped == "hold":
        accepted = tuple(values.writing[side].values())
        why = f"the {side} value is in no pair of the mapping"
        return Unreadable(text, "unmapped_value", why, accepted)
    if values.unmapped == "default":
        return values.default
    # The other side's word passed through would come back translated.
    return values.reading[other(side)].get(text.casefold(), text)


def _read_multi(raw: Any, spec: ValueSpec, side: Side, _owners: OwnerMap, _region: str | None) -> Any:
    text = plain_text(raw)
    parts = {p for part in (text or "").split(";") if (p := plain_text(part))}
    if not parts:
        return None
    read = {_translate(part, spec.values, side) for part in parts} if spec.values else parts
    if bad := next((part for part in read if isinstance(part, Unreadable)), None):
        return Unreadable(text or "", bad.kind, bad.why, bad.accepted)
    return tuple(sorted(read))


def _read_country(raw: Any, _spec: ValueSpec, _side: Side, _owners: OwnerMap, _region: str | None) -> Any:
    text = plain_text(raw)
    return None if text is None else country_code(text) or text


def _read_owner(raw: Any, _spec: ValueSpec, side: Side, owners: OwnerMap, _region: str | None) -> Any:
    text = plain_text(raw)
    if text is None:
        return None
    return owners.key_of(side, text) or Unreadable(
        text, "unmapped_owner", f"{side} does not list the owner {text}"
    )


def _read_domain(raw: Any, _spec: ValueSpec, _side: Side, _owners: OwnerMap, _region: str | None) -> Any:
    return normal_domain(raw)


def _read_company(raw: Any, _spec: ValueSpec, side: Side, owners: OwnerMap, _region: str | None) -> Any:
    text = plain_text(raw)
    if text is None:
        return None
    why = f"nothing on the other side is linked to the {side} company {text}"
    return owners.companies.link_of(side, text) or Unreadable(text, "parent_not_linked", why)


Reader = Callable[[Any, ValueSpec, Side, OwnerMap, str | None], Any]
READERS: Mapping[ValueType, Reader] = {
    "text": _read_text, "email": _read_email, "phone": _read_phone, "number": _read_number,
    "boolean": _read_boolean, "date": _read_date, "datetime": _read_datetime, "picklist": _read_picklist,
    "multi_picklist": _read_multi, "country": _read_country, "owner": _read_owner, "domain": _read_domain,
    "company": _read_company,
}  # fmt: skip


# ---- writing ---------------------------------------------------------------------------------------------


def _write_as_is(value: Any, _spec: ValueSpec, _side: Side, _owners: OwnerMap) -> Any:
    return value


def _write_number(value: Decimal, _spec: ValueSpec, side: Side, _owners: OwnerMap) -> Any:
    if side == "hubspot":
        return f"{value:f}"
    return int(value) if value == value.to_integral_value() else float(value)


def _write_boolean(value: bool, _spec: ValueSpec, side: Side, _owners: OwnerMap) -> Any:
    return str(value).lower() if side == "hubspot" else value


def _write_date(value: date, _spec: ValueSpec, _side: Side, _owners: OwnerMap) -> Any:
    return value.isoformat()


def _write_datetime(value: datetime, _spec: ValueSpec, _side: Side, _owners: OwnerMap) -> Any:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _write_picklist(value: str, spec: ValueSpec, side: Side, _owners: OwnerMap) -> Any:
    values = spec.values
    if values is None:
        return value
    if (found := values.writing[side].get(value)) is not None:
        return found
    if values.unmapped == "pass":
        return value
    accepted = tuple(values.writing[side])
    raise CannotWrite("unmapped_value", f"the value has no {side} value in the mapping", accepted)


def _write_multi(value: tuple[str, ...], spec: ValueSpec, side: Side, owners: OwnerMap) -> Any:
    return ";".join(_write_picklist(part, spec, side, owners) for part in value)


def _write_country(value: str, spec: ValueSpec, side: Side, _owners: OwnerMap) -> Any:
    return value if getattr(spec.country_form, side) == "code" else country_name(value) or value


def _write_owner(value: str, _spec: ValueSpec, side: Side, owners: OwnerMap) -> Any:
    if (found := owners.id_of(side, value)) is not None:
        return found
    state = "is inactive" if value in owners.inactive[side] else "is not"
    kind = "queue_elsewhere" if value.startswith(QUEUE) else "unmapped_owner"
    raise CannotWrite(kind, f"{value} {state} in {side}")


def _write_company(value: str, _spec: ValueSpec, side: Side, owners: OwnerMap) -> Any:
    if (found := owners.companies.id_of(side, value)) is not None:
        return found
    raise CannotWrite("parent_not_linked", f"the company is not linked to a living one in {side}")


_WRITERS: Mapping[ValueType, Callable[[Any, ValueSpec, Side, OwnerMap], Any]] = {
    "text": _write_as_is, "email": _write_as_is, "phone": _write_as_is, "number": _write_number,
    "boolean": _write_boolean, "date": _write_date, "datetime": _write_datetime, "picklist": _write_picklist,
    "multi_picklist": _write_multi, "country": _write_country, "owner": _write_owner, "domain": _write_as_is,
    "company": _write_company,
}  # fmt: skip
