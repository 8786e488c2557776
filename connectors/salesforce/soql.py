"""Building SOQL: literals, keyset order, IN lists short enough for a URL. Pure; runs nothing."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import quote_plus

from simple_salesforce.format import format_soql

# The platform refuses URLs beyond 16,384 bytes; the rest is left for host, path and headers.
LONGEST_ENCODED = 14_000


def literal(value: object) -> str:
    """A text, number, boolean, None or aware datetime as a SOQL literal."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in a query")
        # Stamps have whole seconds, so cutting the fraction of an inclusive bound loses nothing.
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(format_soql("{}", value))


def select(
    sobject: str, fields: Sequence[str], conditions: Iterable[str] = (), order: str | None = None
) -> str:
    """``SELECT fields FROM sobject [WHERE ...] [ORDER BY order]``, the conditions joined by AND.

    ``order`` may end in a LIMIT.
    """
    text = f"SELECT {', '.join(fields)} FROM {sobject}"  # noqa: S608 - names come from describe, values from literal()
    wanted = [f"({condition})" if " OR " in condition else condition for condition in conditions if condition]
    if wanted:
        text += " WHERE " + " AND ".join(wanted)
    return text + (f" ORDER BY {order}" if order else "")


def after(stamp_field: str, since: datetime | None, last: tuple[str, str] | None) -> str:
    """The keyset condition: from ``since`` on, or past the last ``(stamp, id)`` seen."""
    if last is not None:
        stamp, record_id = last
        at = literal(datetime.fromisoformat(stamp))
        return f"{stamp_field} > {at} OR ({stamp_field} = {at} AND Id > {literal(record_id)})"
    return f"{stamp_field} >= {literal(since)}" if since is not None else ""


def up_to(stamp_field: str, until: datetime | None) -> str:
    """The condition that ends a stretch, inclusive."""
    return f"{stamp_field} <= {literal(until)}" if until is not None else ""


def selects_in(
    sobject: str, fields: Sequence[str], field: str, values: Iterable[str], conditions: Sequence[str] = ()
) -> Iterator[str]:
    """As many queries ``... WHERE field IN (...)`` as fit all values under the length of a URL."""
    room = LONGEST_ENCODED - len(quote_plus(select(sobject, fields, [f"{field} IN ()", *conditions])))
    part: list[str] = []
    used = 0
    for value in dict.fromkeys(values):
        text = literal(value)
        size = len(quote_plus(text + ","))
        if part and used + size > room:
            yield select(sobject, fields, [f"{field} IN ({','.join(part)})", *conditions])
            part, used = [], 0
        part.append(text)
        used += size
    if part:
        yield select(sobject, fields, [f"{field} IN ({','.join(part)})", *conditions])
