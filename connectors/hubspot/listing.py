"""All living records of a type by the plain listing: the cheapest way to read an account whole, 100 to a call."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.reading import BATCH, pages
from connectors.hubspot.records import to_record, wanted_properties
from sync_rules.records import Record


def everything(
    client: HubSpotClient, object_type: str, fields: Iterable[str], *, associated: str | None = None
) -> Iterator[Record]:
    """Every record that is not archived, by id.

    Args:
        associated: a type whose associated ids come along as the fact ``_<type>``, without a further call.
    """
    path = f"/crm/v3/objects/{object_type}"
    query = [("limit", str(BATCH)), ("archived", "false")]
    query.append(("properties", ",".join(wanted_properties(object_type, fields))))
    if associated is not None:
        query.append(("associations", associated))
    for raw in pages(client, path, path, query):
        record = to_record(object_type, raw)
        if associated is not None:
            record = replace(record, fields={**record.fields, f"_{associated}": _ids(raw, associated)})
        yield record


def _ids(raw: dict[str, Any], associated: str) -> list[str]:
    found = ((raw.get("associations") or {}).get(associated) or {}).get("results") or []
    return sorted({str(item["id"]) for item in found})
