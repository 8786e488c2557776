"""The company above a company: a property that HubSpot shows, and an association by which alone it is set.

The rest of Accord writes it as the property. One parent at most: the one that stands there is taken away first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from connectors.chunking import chunks
from connectors.delivery import Results
from connectors.errors import ConnectorError, PermanentError
from connectors.hubspot import associations, reading
from connectors.hubspot.client import HubSpotClient
from connectors.results import RecordWrite
from connectors.retry import Safety
from sync_rules.company_ids import PARENT_PROPERTY as PARENT

_PATH = "/crm/v4/associations/companies/companies/batch"


def without_parent(writes: Sequence[RecordWrite]) -> list[RecordWrite]:
    """The writes as HubSpot takes them."""
    return [
        replace(write, fields={name: value for name, value in write.fields.items() if name != PARENT})
        if PARENT in write.fields
        else write
        for write in writes
    ]


def set_parents(client: HubSpotClient, writes: Sequence[RecordWrite], results: Results) -> None:
    """Put companies whose other fields were written under their parent, or under none.

    A refused one turns its result to not ok, with the property as the field refused.
    """
    wanted: dict[str, tuple[str, str | None]] = {}
    for write in writes:
        result = results[write.key]
        if PARENT in write.fields and result.ok and result.record_id is not None:
            parent = write.fields[PARENT]
            wanted[result.record_id] = (write.key, str(parent) if parent else None)
    if not wanted:
        return
    reasons: dict[str, str] = {}
    try:
        present = {
            one.id: one.fields.get(PARENT) for one in reading.by_ids(client, "companies", wanted, [PARENT])
        }
        moving = {child: parent for child, (_, parent) in wanted.items() if present.get(child) != parent}
        _archive(client, [(child, str(old)) for child in moving if (old := present.get(child))])
        reasons = _put(client, {child: parent for child, parent in moving.items() if parent is not None})
        # Refused, a company stays where it stood.
        _put(client, {child: str(old) for child in reasons if (old := present.get(child))})
    except ConnectorError as error:
        reasons = dict.fromkeys(wanted, str(error))
    for child, reason in reasons.items():
        key = wanted[child][0]
        results[key] = replace(
            results[key], ok=False, code="ASSOCIATION_FAILED", message=reason, fields=(PARENT,)
        )


def _archive(client: HubSpotClient, pairs: Sequence[tuple[str, str]]) -> None:
    path = f"{_PATH}/labels/archive"
    to_parent = associations.types("companies", "companies")
    for part in chunks(pairs, associations.CREATE_BATCH):
        body = {"inputs": [{"from": {"id": one}, "to": {"id": two}, "types": to_parent} for one, two in part]}
        client.call("POST", path, endpoint=path, body=body, safety=Safety.IDEMPOTENT_WRITE)


def _put(client: HubSpotClient, parents: Mapping[str, str]) -> dict[str, str]:
    """Refused children with the reason."""
    try:
        refused = associations.create(client, "companies", "companies", list(parents.items()))
    except PermanentError as error:
        return dict.fromkeys(parents, str(error))
    return {child: reason for (child, _), reason in refused.items()}
