"""When a person is handed over from marketing to sales, and what went along.

A person is handed over once, when they are MQL or SQL for the first time and sales has not begun with them.
People that sales works on already are not handed over again. Until the person is in Salesforce the handoff is
a proposal, and its time moves with the pass that will create them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from connectors.store import frames
from connectors.store.tables import handoffs
from passes.admission import Admission
from passes.persons import Person, owner_of
from sla_rules.sla import SlaContract
from sync_rules.owners import OwnerMap

HANDED_OVER = ("MQL", "SQL")


def update(
    connection: sa.Connection,
    people: Sequence[Person],
    *,
    contract: SlaContract,
    stages: Mapping[str, str],
    qualified_at: Mapping[str, datetime],
    admissions: Mapping[str, Admission],
    sources: Mapping[str, str | None],
    campaigns: Mapping[str, str | None],
    missing: Mapping[str, str | None],
    criteria: Mapping[str, str],
    owners: OwnerMap,
    now: datetime,
) -> pl.DataFrame:
    """Confirm proposals that have come true, make new ones, and drop those that no longer hold.

    Returns:
        The handoffs of these people, proposals included.
    """
    ids = [person.link_id for person in people]
    known = {
        row["person_id"]: row for row in frames.read(connection, handoffs, link_ids=ids).iter_rows(named=True)
    }
    begun = {
        *contract.answers.accepted_statuses,
        *contract.answers.converted_statuses,
        *contract.answers.rejected_statuses,
    }
    rows: list[dict[str, Any]] = []
    for person in people:
        before = known.get(person.link_id)
        record = person.living_salesforce
        if before is not None and before["confirmed"]:
            rows.append(_refreshed(before, person, owners, now))
        elif before is not None and record is not None:
            rows.append({**_refreshed(before, person, owners, now), "confirmed": True})
        elif stages.get(person.link_id) in HANDED_OVER and _is_open(person, admissions, begun):
            rows.append(
                {
                    "person_id": person.link_id,
                    "handed_off_at": now,
                    "stage": stages[person.link_id],
                    "owner": owner_of(record, owners) or owner_of(person.living_hubspot, owners),
                    "source": sources.get(person.link_id),
                    "campaign": campaigns.get(person.link_id),
                    "created_in_crm_at": record.created_at if record else None,
                    "qualified_at": qualified_at.get(person.link_id, now),
                    "routed_at": None,
                    "minimum_missing": missing.get(person.link_id),
                    "criteria": criteria.get(person.link_id),
                    "confirmed": record is not None,
                }
            )
    frames.delete(connection, handoffs, ids)
    frame = pl.DataFrame(rows, schema=frames.schema_of(handoffs), orient="row")
    frames.write(connection, handoffs, frame)
    return frame


def _is_open(person: Person, admissions: Mapping[str, Admission], begun: set[str]) -> bool:
    record = person.living_salesforce
    if record is None:
        answer = admissions[person.link_id]
        return answer.admitted and not answer.missing
    return (
        record.object_type == "Lead"
        and not record.fields.get("IsConverted")
        and record.fields.get("Status") not in begun
    )


def _refreshed(before: Mapping[str, Any], person: Person, owners: OwnerMap, now: datetime) -> dict[str, Any]:
    """The handoff with today's owner; when a person takes over from a queue, that moment is kept."""
    owner = owner_of(person.living_salesforce, owners) or before["owner"]
    routed_at = before["routed_at"]
    was_human = before["owner"] is not None and not str(before["owner"]).startswith("queue:")
    is_human = owner is not None and not owner.startswith("queue:")
    if is_human and not was_human and routed_at is None:
        record = person.living_salesforce
        routed_at = record.modified_at if record is not None else now
    created = person.living_salesforce.created_at if person.living_salesforce else None
    return {
        **before,
        "owner": owner,
        "routed_at": routed_at,
        "created_in_crm_at": before["created_in_crm_at"] or created,
    }
