"""Whose edits a write to HubSpot has replaced: HubSpot has no conditional write, but it keeps every value.

After a write, a property's history tells what stood before it. What we did not know of was set by somebody
between our read and our write.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from connectors.chunking import chunks
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.records import by_app, holds, moment
from connectors.results import Overtaken, RecordWrite

# HubSpot gives fewer records to a page when it tells their history.
BATCH = 50


def overtaken(
    client: HubSpotClient,
    object_type: str,
    record_ids: Mapping[str, str],
    writes: Sequence[RecordWrite],
    app_id: str,
) -> dict[str, dict[str, Overtaken]]:
    """What each write replaced unseen, by its key and the property.

    Args:
        record_ids: of the records written, by the write's key.
        writes: with ``expected``.
    """
    found: dict[str, dict[str, Overtaken]] = {}
    concerned = [write for write in writes if write.expected and write.key in record_ids]
    path = f"/crm/v3/objects/{object_type}/batch/read"
    for part in chunks(concerned, BATCH):
        names = sorted({name for write in part for name in write.expected or ()})
        body = {
            "inputs": [{"id": one} for one in dict.fromkeys(record_ids[write.key] for write in part)],
            "properties": names,
            "propertiesWithHistory": names,
        }
        answer = client.call("POST", path, endpoint=path, body=body, query=[("archived", "false")])
        histories = {str(raw["id"]): raw.get("propertiesWithHistory") or {} for raw in answer["results"]}
        for write in part:
            history = histories.get(record_ids[write.key], {})
            lost = {
                name: one
                for name, before in (write.expected or {}).items()
                if (one := _replaced(history.get(name) or (), before, write.fields.get(name), app_id))
            }
            if lost:
                found[write.key] = lost
    return found


def _replaced(
    entries: Sequence[Mapping[str, Any]], before: Any, written: Any, app_id: str
) -> Overtaken | None:
    """The value under our own newest one, if it is another than we knew and somebody else's."""
    for newer, older in pairwise(entries):
        if by_app(newer, app_id) and holds(written, newer.get("value")):
            value = older.get("value")
            if by_app(older, app_id) or holds(before, value) or holds(written, value):
                return None
            actor = older.get("sourceId") or older.get("sourceType")
            return Overtaken(value or None, moment(str(older["timestamp"])), str(actor) if actor else None)
    return None
