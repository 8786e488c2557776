"""HubSpot's JSON and ours: records, history stamps, property values. Pure; no calls."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sync_rules.records import Record, Stamp

# Types whose records can be merged; only these have the property that lists absorbed ids.
MERGEABLE = frozenset({"contacts", "companies", "deals", "tickets"})
MERGED_IDS = "hs_merged_object_ids"
HISTORY_FACT = "_history"
_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
# One second late: HubSpot has been seen to fail on zero.
EPOCH = _ZERO + timedelta(seconds=1)


def modified_property(object_type: str) -> str:
    """Contacts also define ``hs_lastmodifieddate``, but filtering by it silently answers wrong."""
    return "lastmodifieddate" if object_type == "contacts" else "hs_lastmodifieddate"


def moment(text: str) -> datetime:
    """HubSpot's ISO text (fraction optional) or epoch milliseconds as aware UTC."""
    if text.lstrip("-").isdigit():
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    return datetime.fromisoformat(text).astimezone(UTC)


def epoch_ms(at: datetime) -> int:
    """Milliseconds since 1970, rounded down."""
    return (at - _ZERO) // timedelta(milliseconds=1)


def at_ms(milliseconds: int) -> datetime:
    """Milliseconds since 1970 as aware UTC, exactly."""
    return _ZERO + timedelta(milliseconds=milliseconds)


def wire_value(value: Any) -> str:
    """A property value as HubSpot takes it. None becomes ``""``: null would leave the property as it is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be written")
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (list, tuple, set, frozenset)):
        return ";".join(str(item) for item in value)
    return str(value)


def holds(wanted: Any, found: str | None) -> bool:
    """Whether a property read back has the value that was written, whatever form HubSpot gave it."""
    text, seen = wire_value(wanted), found or ""
    if text == seen or text.strip().casefold() == seen.strip().casefold():
        return True
    if ";" in text:
        return set(text.strip(";").split(";")) == set(seen.strip(";").split(";"))
    return _same_number(text, seen) or _same_moment(text, seen)


def _same_number(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def _same_moment(one: str, other: str) -> bool:
    if not one or not other:
        return False
    try:
        return moment(one) == moment(other)
    except ValueError:
        return False


def wanted_properties(object_type: str, fields: Iterable[str]) -> list[str]:
    """The properties to ask for: ``fields`` without facts, plus dates and the absorbed ids."""
    wanted = {name for name in fields if not name.startswith("_")}
    wanted.add(modified_property(object_type))
    if object_type in MERGEABLE:
        wanted.add(MERGED_IDS)
    return sorted(wanted)


def to_record(
    object_type: str,
    raw: Mapping[str, Any],
    *,
    app_id: str | None = None,
    keep_history: Sequence[str] = (),
) -> Record:
    """One object of a reply as a Record.

    Args:
        app_id: our own app's id, by which history tells our writes.
        keep_history: properties whose whole history goes into the fact ``_history``:
            ``{name: [[ISO time, value], ...]}``, newest first.
    """
    fields: dict[str, Any] = dict(raw.get("properties") or {})
    merged = [part for part in str(fields.get(MERGED_IDS) or "").split(";") if part]
    if merged:
        fields["_merged_ids"] = merged
    history: Mapping[str, Sequence[Mapping[str, Any]]] = raw.get("propertiesWithHistory") or {}
    kept = {
        name: [[entry.get("timestamp"), entry.get("value")] for entry in history[name]]
        for name in keep_history
        if history.get(name)
    }
    if kept:
        fields[HISTORY_FACT] = kept
    modified = fields.get(modified_property(object_type)) or raw.get("updatedAt") or raw["createdAt"]
    created = raw.get("createdAt") or fields.get("createdate") or fields.get("hs_createdate")
    return Record(
        side="hubspot",
        object_type=object_type,
        id=str(raw["id"]),
        fields=fields,
        modified_at=moment(str(modified)),
        created_at=moment(str(created)) if created else None,
        deleted=bool(raw.get("archived")),
        stamps={
            name: _stamp(_telling(entries, app_id), app_id) for name, entries in history.items() if entries
        },
    )


def by_app(entry: Mapping[str, Any], app_id: str | None) -> bool:
    """Whether an entry of a history is a write of this app."""
    return (
        entry.get("sourceType") == "INTEGRATION"
        and app_id is not None
        and str(entry.get("sourceId")) == app_id
    )


def _telling(entries: Sequence[Mapping[str, Any]], app_id: str | None) -> Mapping[str, Any]:
    """The entry that says who set the present value: a value of somebody's that we put back is theirs."""
    if len(entries) > 2 and by_app(entries[0], app_id) and by_app(entries[1], app_id):
        replaced = entries[2]
        if not by_app(replaced, app_id) and replaced.get("value") == entries[0].get("value"):
            return replaced
    return entries[0]


def _stamp(entry: Mapping[str, Any], app_id: str | None) -> Stamp:
    source, source_id = entry.get("sourceType"), entry.get("sourceId")
    return Stamp(
        at=moment(str(entry["timestamp"])),
        certain=True,
        actor=str(source_id or source) if source_id or source else None,
        ours=by_app(entry, app_id),
    )


def tombstone(object_type: str, raw: Mapping[str, Any]) -> Record:
    """An archived object as a deleted Record; its moment is that of archiving."""
    at = raw.get("archivedAt") or raw.get("updatedAt") or raw["createdAt"]
    created = raw.get("createdAt")
    return Record(
        side="hubspot",
        object_type=object_type,
        id=str(raw["id"]),
        fields=dict(raw.get("properties") or {}),
        modified_at=moment(str(at)),
        created_at=moment(str(created)) if created else None,
        deleted=True,
    )
