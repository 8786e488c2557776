"""Reading HubSpot records: what changed, by id with history, and the listing of archived ones.

How the search pages is ``search.py``; what a reply means is ``records.py``.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from datetime import datetime
from typing import Any

from connectors.chunking import chunks
from connectors.hubspot import search
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.records import modified_property, moment, to_record, tombstone, wanted_properties
from connectors.results import Walk
from sync_rules.records import Record

BATCH = 100


def changed(
    client: HubSpotClient,
    object_type: str,
    fields: Iterable[str],
    since: datetime | None,
    *,
    history: Sequence[str],
    app_id: str | None,
    keep_history: Sequence[str],
    until: datetime | None = None,
    walk: Walk | None = None,
    known: Callable[[Sequence[tuple[str, datetime]]], Set[str]] | None = None,
) -> Iterator[list[Record]]:
    """Pages of Records changed at or after ``since``, each read by id: a search tells values of a while ago.

    Args:
        until, walk, known: see ``ChangeRequest``; what ``known`` names is left out.
    """
    modified = modified_property(object_type)
    for page in search.changed(client, object_type, [modified], since, until, walk):
        ids = [str(item["id"]) for item in page]
        if known is not None:
            held = known([(str(item["id"]), moment(item["properties"][modified])) for item in page])
            ids = [one for one in ids if one not in held]
        records = by_ids(
            client, object_type, ids, fields, history=history, app_id=app_id, keep_history=keep_history
        )
        if records:
            yield sorted(records, key=lambda record: (record.modified_at, int(record.id)))


def by_ids(
    client: HubSpotClient,
    object_type: str,
    ids: Iterable[str],
    fields: Iterable[str],
    *,
    history: Sequence[str] = (),
    app_id: str | None = None,
    keep_history: Sequence[str] = (),
    id_property: str | None = None,
) -> list[Record]:
    """Records by id, or by a unique property; missing ones are absent, absorbed ids give their winner."""
    wanted = wanted_properties(object_type, fields)
    found: dict[str, Record] = {}
    for part in chunks(dict.fromkeys(ids), BATCH):
        body: dict[str, Any] = {"inputs": [{"id": value} for value in part], "properties": wanted}
        if history:
            body["propertiesWithHistory"] = list(history)
        if id_property is not None:
            body["idProperty"] = id_property
        path = f"/crm/v3/objects/{object_type}/batch/read"
        # A 207 here only says which ids do not exist.
        answer = client.call("POST", path, endpoint=path, body=body, query=[("archived", "false")])
        for raw in answer["results"]:
            record = to_record(object_type, raw, app_id=app_id, keep_history=keep_history)
            found[record.id] = record
    return list(found.values())


def archived(client: HubSpotClient, object_type: str) -> list[Record]:
    """Tombstones of all archived records of a type that are still in the bin."""
    path = f"/crm/v3/objects/{object_type}"
    return [
        tombstone(object_type, raw)
        for raw in pages(client, path, path, [("archived", "true"), ("limit", str(BATCH))])
    ]


def pages(
    client: HubSpotClient, path: str, endpoint: str, query: Sequence[tuple[str, str]]
) -> Iterator[dict[str, Any]]:
    """Every item of a listing that pages by ``paging.next.after``."""
    after: str | None = None
    while True:
        asked = [*query, ("after", after)] if after is not None else list(query)
        answer = client.call("GET", path, endpoint=endpoint, query=asked)
        yield from answer["results"]
        following = ((answer.get("paging") or {}).get("next") or {}).get("after")
        # A page that points to itself would never end.
        if following is None or str(following) == after:
            return
        after = str(following)
