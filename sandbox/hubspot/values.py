"""How HubSpot reads and stores one property value: every stored value is a string.

Pure: text in, canonical text out, or a problem. Uniqueness and lifecycle order are decided elsewhere.
"""

import re
from datetime import UTC, date, datetime, timedelta

from sandbox.hubspot.errors import PropertyProblem
from sandbox.hubspot.schema import PropertyDefinition

MAX_TEXT_CHARS = 65_536
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~.\-]+@[a-z0-9\u0080-\uffff]([a-z0-9\u0080-\uffff\-]*)(\.[a-z0-9\u0080-\uffff\-]+)+"
)
_INTEGER = re.compile(r"-?\d{1,15}")
_INVISIBLE = "\u200b\u200c\u200d\ufeff\u00a0"


class RefusedValueError(ValueError):
    """A value that HubSpot does not take; `problem` says why."""

    def __init__(self, problem: PropertyProblem) -> None:
        self.problem = problem
        super().__init__(problem.message)


def to_ms(moment: datetime) -> int:
    """Epoch milliseconds of an aware moment."""
    return (moment - _EPOCH) // _MS


def from_ms(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)


def iso(moment: datetime) -> str:
    """ISO UTC to the millisecond, the fraction left out when it is zero."""
    moment = moment.astimezone(UTC).replace(tzinfo=None)
    spec = "milliseconds" if moment.microsecond >= 1000 else "seconds"
    return f"{moment.isoformat(timespec=spec)}Z"


def truncated(moment: datetime) -> datetime:
    """The moment in UTC, cut to the millisecond that HubSpot keeps."""
    if moment.tzinfo is None:
        raise ValueError("HubSpot's store takes aware times only")
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def parse_datetime(text: str) -> datetime | None:
    """Epoch milliseconds or ISO text (no offset means UTC) as an aware moment; None when it is neither."""
    if _INTEGER.fullmatch(text):
        try:
            return from_ms(int(text))
        except OverflowError:
            return None
    if len(text) < len("2024-01-01"):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return truncated(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))


def as_text(raw: object) -> str:
    """A JSON scalar as the text HubSpot would have received."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return str(raw)


def normalise(definition: PropertyDefinition, text: str, stored: str | None) -> str:
    """The canonical stored form of `text`; `""` clears.

    Args:
        definition: the property written.
        text: what was sent.
        stored: the present value, needed by the appending form of multi-checkbox values.

    Raises:
        RefusedValueError: when HubSpot would answer 400 for this value.
    """
    name = definition.name
    if text == "":
        return ""
    if definition.type == "string":
        return _string(definition, text)
    if text != text.strip() or text.strip(_INVISIBLE) != text:
        raise _refused(
            name, "LEADING_TRAILING_WHITESPACE", f'"{text}" has leading or trailing whitespace.', text
        )
    if definition.type == "number":
        if not _NUMBER.fullmatch(text):
            raise _refused(name, "INVALID_INTEGER", f"{text} was not a valid number.", text)
        return text.removeprefix("+")
    if definition.type == "bool":
        return _boolean(name, text)
    if definition.type == "datetime":
        moment = parse_datetime(text)
        if moment is None:
            raise _refused(name, "INVALID_LONG", f"{text} was not a valid long.", text)
        return iso(moment)
    if definition.type == "date":
        return _date(name, text)
    return _enumeration(definition, text, stored)


def _refused(name: str, code: str, message: str, text: str) -> RefusedValueError:
    return RefusedValueError(PropertyProblem(name, code, message, text))


def _string(definition: PropertyDefinition, text: str) -> str:
    if len(text) > MAX_TEXT_CHARS:
        raise _refused(
            definition.name,
            "PROPERTY_VALUE_TOO_LONG",
            f"The value exceeds the maximum of {MAX_TEXT_CHARS} characters.",
            text[:100],
        )
    if definition.name == "email" and definition.object_type == "contacts":
        address = text.strip().lower()
        if not _EMAIL.fullmatch(address) or ".." in address:
            raise _refused("email", "INVALID_EMAIL", f"Email address {text} is invalid", text)
        return address
    if definition.name == "domain" and definition.object_type == "companies":
        bare = re.sub(r"^[a-z][a-z0-9+.\-]*://", "", text.strip().lower())
        return bare.split("/", 1)[0].removeprefix("www.")
    return text


def _boolean(name: str, text: str) -> str:
    lowered = text.lower()
    if lowered not in ("true", "false"):
        raise _refused(
            name, "INVALID_OPTION", f"{text} was not one of the allowed options: [true, false]", text
        )
    return lowered


def _date(name: str, text: str) -> str:
    if _INTEGER.fullmatch(text):
        moment = from_ms(int(text))
        if moment.time() != datetime.min.time():
            clock = f"{moment.hour}:{moment.minute}:{moment.second}.{moment.microsecond // 1000}"
            raise _refused(name, "INVALID_DATE", f"{text} is at {clock} UTC, not midnight!", text)
        return moment.date().isoformat()
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise _refused(name, "INVALID_DATE", f"{text} was not a valid date.", text) from None


def _enumeration(definition: PropertyDefinition, text: str, stored: str | None) -> str:
    if definition.external_options and not definition.options:
        return text
    allowed = definition.option_values
    if definition.field_type != "checkbox":
        if text not in allowed:
            raise _not_an_option(definition, text)
        return text
    kept = [part for part in (stored or "").split(";") if part] if text.startswith(";") else []
    for part in text.split(";"):
        if not part:
            continue
        if part not in allowed:
            raise _not_an_option(definition, part)
        if part not in kept:
            kept.append(part)
    return ";".join(kept)


def _not_an_option(definition: PropertyDefinition, text: str) -> RefusedValueError:
    return _refused(
        definition.name,
        "INVALID_OPTION",
        f"{text} was not one of the allowed options: [{', '.join(definition.option_values)}]",
        text,
    )
