"""When a person is handed over from marketing to sales, and what went along.

A person is handed over when they are MQL or SQL for the first time and sales has not begun with them, and again when
sales has sent them back, their cool-off is over and something new qualifies them. People that sales works on already
are not handed over again. Until the person is in Salesforce the handoff is a proposal, and its time moves with the
pass that will create them. Earlier handoffs are kept as they were.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from connectors.store import frames
from connectors.store.tables import handoffs
from passes.agreement.admission import Admission
from passes.persons import Person, owner_of
from sla_rules.recycling.standing import Standing
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
    standings: Mapping[str, Standing],
    owners: OwnerMap,
    now: datetime,
) -> pl.DataFrame:
    """Confirm proposals that have come true, make new ones, and drop those that no longer hold.

    Args:
        standings: the people whom sales sent back.

    Returns:
        The handoffs of these people in order of time, proposals included.
    """
    ids = [person.link_id for person in people]
    known: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in frames.read(connection, handoffs, link_ids=ids).sort("handed_off_at").iter_rows(named=True):
        known[row["person_id"]].append(row)
    begun = {
        *contract.answers.accepted_statuses,
        *contract.answers.converted_statuses,
        *contract.answers.rejected_statuses,
    }
    rows: list[dict[str, Any]] = []
    for person in people:
        turns = known[person.link_id]
        before = turns[-1] if turns else None
        rows += turns[:-1]
        record = person.living_salesforce
        again = _comes_again(person, standings.get(person.link_id), now)
        if before is not None and before["confirmed"] and again:
            rows.append(before)
        elif before is not None and (before["confirmed"] or record is not None):
            rows.append({**_refreshed(before, person, owners, now), "confirmed": True})
            continue
        if stages.get(person.link_id) in HANDED_OVER and (again or _is_open(person, admissions, begun)):
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


def _comes_again(person: Person, standing: Standing | None, now: datetime) -> bool:
    """Whether sales sent the person back, their cool-off is over, and nobody has handed them over since."""
    record = person.living_salesforce
    if standing is None or standing.returned or standing.rests(now) or record is None:
        return False
    return not record.fields.get("IsConverted")


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
