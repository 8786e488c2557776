"""Associations v4: who belongs to whom, read and created in batches."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from connectors.chunking import chunks
from connectors.hubspot.client import HubSpotClient
from connectors.retry import Safety

READ_BATCH = 1_000
CREATE_BATCH = 2_000
# (from, to) -> type ids. The types are directed. Type 1 makes the company the contact's primary one,
# which 279 alone does not.
TYPE_IDS: dict[tuple[str, str], tuple[int, ...]] = {
    ("contacts", "companies"): (1, 279),
    ("companies", "contacts"): (2, 280),
    ("contacts", "deals"): (4,),
    ("deals", "contacts"): (3,),
    ("deals", "companies"): (5, 341),
    ("companies", "deals"): (6, 342),
    # From a company to the one above it.
    ("companies", "companies"): (14,),
    ("calls", "contacts"): (194,),
    ("calls", "companies"): (182,),
    ("calls", "deals"): (206,),
    ("emails", "contacts"): (198,),
    ("emails", "companies"): (186,),
    ("emails", "deals"): (210,),
    ("meetings", "contacts"): (200,),
    ("meetings", "companies"): (188,),
    ("meetings", "deals"): (212,),
    ("notes", "contacts"): (202,),
    ("notes", "companies"): (190,),
    ("notes", "deals"): (214,),
    ("tasks", "contacts"): (204,),
    ("tasks", "companies"): (192,),
    ("tasks", "deals"): (216,),
}


def types(from_type: str, to_type: str) -> list[dict[str, Any]]:
    """The ``types`` of an association between these object types, as HubSpot wants them."""
    return [
        {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}
        for type_id in TYPE_IDS[(from_type, to_type)]
    ]


def inline(from_type: str, associations: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """The ``associations`` of a record that is being created."""
    return [{"to": {"id": to_id}, "types": types(from_type, to_type)} for to_type, to_id in associations]


def read(client: HubSpotClient, from_type: str, to_type: str, ids: Iterable[str]) -> dict[str, list[str]]:
    """Associated ids by id; an id without any is there with an empty list."""
    found: dict[str, list[str]] = {str(from_id): [] for from_id in ids}
    path = f"/crm/v4/associations/{from_type}/{to_type}/batch/read"
    for part in chunks(list(found), READ_BATCH):
        inputs: list[dict[str, str]] = [{"id": from_id} for from_id in part]
        while inputs:
            # The 207 for records without associations means "none", so `errors` are not looked at.
            answer = client.call("POST", path, endpoint=path, body={"inputs": inputs})
            inputs = []
            for result in answer["results"]:
                from_id = str(result["from"]["id"])
                found.setdefault(from_id, []).extend(str(to["toObjectId"]) for to in result["to"])
                following = ((result.get("paging") or {}).get("next") or {}).get("after")
                if following is not None:
                    inputs.append({"id": from_id, "after": str(following)})
    return {from_id: list(dict.fromkeys(to_ids)) for from_id, to_ids in found.items()}


def create(
    client: HubSpotClient, from_type: str, to_type: str, pairs: Sequence[tuple[str, str]]
) -> Mapping[tuple[str, str], str]:
    """Associate each ``(from id, to id)``; repeating is harmless. Answers refused pairs with the reason."""
    refused: dict[tuple[str, str], str] = {}
    path = f"/crm/v4/associations/{from_type}/{to_type}/batch/create"
    labels = types(from_type, to_type)
    for part in chunks(dict.fromkeys(pairs), CREATE_BATCH):
        body = {"inputs": [{"from": {"id": one}, "to": {"id": two}, "types": labels} for one, two in part]}
        answer = client.call("POST", path, endpoint=path, body=body, safety=Safety.IDEMPOTENT_WRITE)
        if not answer.get("errors"):
            continue
        done = {(_end_id(result, "from"), _end_id(result, "to")) for result in answer["results"]}
        reasons = "; ".join(str(error.get("message", "")) for error in answer["errors"])
        refused.update({pair: reasons for pair in part if pair not in done})
    return refused


def _end_id(result: Mapping[str, Any], end: str) -> str:
    # The batch answers name the ends as `fromObjectId`, or as `from.id` in older recordings.
    nested = result.get(end)
    value = nested.get("id") if isinstance(nested, Mapping) else result.get(f"{end}ObjectId")
    return str(value)
