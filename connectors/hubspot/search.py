"""The walk over what changed: HubSpot's search, from a moment on, without losing a record.

Search pages by offset and stops at 10,000; a record that changes during the walk moves to the end and shifts
the others, so an offset would skip some. This walk therefore pages by key: each query starts at the last
modified date seen and leaves out the ids already seen at that very millisecond.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.records import EPOCH, at_ms, epoch_ms, modified_property, moment
from connectors.results import Walk

PAGE = 200
# The documented limit is 3,000 characters; the client adds no blanks of its own beyond json.dumps's.
LONGEST_BODY = 3_000


def changed(
    client: HubSpotClient,
    object_type: str,
    properties: Sequence[str],
    since: datetime | None,
    until: datetime | None = None,
    walk: Walk | None = None,
) -> Iterator[list[dict[str, Any]]]:
    """Pages of raw objects modified from ``since`` to ``until``, ascending by (modified date, id) within a page.

    ``properties`` that do not fit into a search's body are left out: the caller reads them by id.
    """
    modified = modified_property(object_type)
    first_ms = bound_ms = epoch_ms(since or EPOCH)
    until_ms = epoch_ms(until) if until is not None else None
    seen: set[str] = set()
    pages = 0
    while True:
        if walk is not None and pages >= walk.most_pages and bound_ms > first_ms:
            walk.reached = at_ms(bound_ms - 1)
            return
        pages += 1
        body = _body(modified, bound_ms, until_ms, seen, properties)
        if body is None:
            # Too many share one millisecond to be listed: page that millisecond by id, then go past it.
            yield from _ties(client, object_type, properties, bound_ms, seen)
            bound_ms, seen = bound_ms + 1, set()
            if until_ms is not None and bound_ms > until_ms:
                return
            continue
        raw = _query(client, object_type, body)
        # A just-written record may come back below the bound within the same millisecond; and once more.
        fresh = [item for item in raw if str(item["id"]) not in seen]
        if fresh:
            yield sorted(fresh, key=lambda item: _place(modified, item))
        if len(raw) < PAGE:
            return
        top_ms = max(_modified_ms(modified, item) for item in raw)
        if top_ms > bound_ms:
            bound_ms, seen = top_ms, set()
        seen |= {str(item["id"]) for item in raw if _modified_ms(modified, item) >= bound_ms}


def newest(client: HubSpotClient, object_type: str, since: datetime) -> datetime | None:
    """When the latest change at or after ``since`` was made, or None; one call."""
    modified = modified_property(object_type)
    body = {
        "filterGroups": [{"filters": [_filter(modified, "GTE", str(epoch_ms(since)))]}],
        "sorts": [{"propertyName": modified, "direction": "DESCENDING"}],
        "properties": [modified],
        "limit": 1,
    }
    found = _query(client, object_type, body)
    return moment(str(found[0]["properties"][modified])) if found else None


def count(client: HubSpotClient, object_type: str, since: datetime, until: datetime) -> int:
    """How many living objects were last modified in the stretch, both ends included; one call."""
    modified = modified_property(object_type)
    ends = [_filter(modified, "GTE", str(epoch_ms(since))), _filter(modified, "LTE", str(epoch_ms(until)))]
    body = {"filterGroups": [{"filters": ends}], "properties": [modified], "limit": 1}
    return int(_search(client, object_type, body)["total"])


def _ties(
    client: HubSpotClient, object_type: str, properties: Sequence[str], at_ms: int, seen: set[str]
) -> Iterator[list[dict[str, Any]]]:
    modified = modified_property(object_type)
    last_id = 0
    while True:
        filters = [_filter(modified, "EQ", str(at_ms)), _filter("hs_object_id", "GT", str(last_id))]
        body = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": fitting(properties, modified),
            "limit": PAGE,
        }
        raw = _query(client, object_type, body)
        fresh = [item for item in raw if str(item["id"]) not in seen]
        if fresh:
            yield fresh
        if len(raw) < PAGE:
            return
        last_id = max(int(item["id"]) for item in raw)


def fitting(properties: Sequence[str], modified: str) -> list[str]:
    """``properties`` if they fit into a search's body beside the filters, else the modified date alone."""
    room = LONGEST_BODY // 2
    return list(properties) if len(json.dumps(list(properties))) <= room else [modified]


def _body(
    modified: str, bound_ms: int, until_ms: int | None, seen: set[str], properties: Sequence[str]
) -> dict[str, Any] | None:
    end = [_filter(modified, "LTE", str(until_ms))] if until_ms is not None else []
    if seen:
        others = {**_filter("hs_object_id", "NOT_IN"), "values": sorted(seen)}
        here = [_filter(modified, "EQ", str(bound_ms)), others]
        groups = [{"filters": [_filter(modified, "GT", str(bound_ms)), *end]}, {"filters": here}]
    else:
        groups = [{"filters": [_filter(modified, "GTE", str(bound_ms)), *end]}]
    body = {
        "filterGroups": groups,
        "sorts": [{"propertyName": modified, "direction": "ASCENDING"}],
        "properties": fitting(properties, modified),
        "limit": PAGE,
    }
    return body if len(json.dumps(body)) <= LONGEST_BODY else None


def _filter(name: str, operator: str, value: str | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"propertyName": name, "operator": operator}
    if value is not None:
        made["value"] = value
    return made


def _query(client: HubSpotClient, object_type: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    return list(_search(client, object_type, body)["results"])


def _search(client: HubSpotClient, object_type: str, body: dict[str, Any]) -> dict[str, Any]:
    path = f"/crm/v3/objects/{object_type}/search"
    return client.call("POST", path, endpoint=path, body=body, search=True)


def _modified_ms(modified: str, item: dict[str, Any]) -> int:
    properties = item.get("properties") or {}
    return epoch_ms(moment(str(properties.get(modified) or item["updatedAt"])))


def _place(modified: str, item: dict[str, Any]) -> tuple[int, int]:
    return _modified_ms(modified, item), int(item["id"])
