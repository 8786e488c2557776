"""Early disqualifications that slipped past the validation rule: their flag for both sides, and their reopening."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import sqlalchemy as sa

from connectors.store import frames
from connectors.store.tables import clocks, sales_statuses
from passes.agreement.feedback import REASON
from passes.context import PassContext
from passes.persons import Person
from sla_rules import enforcement
from sla_rules.sla import SlaContract


def flags(contract: SlaContract, run_now: pl.DataFrame) -> dict[str, str]:
    """What both teams read of people whose latest handoff was disqualified too early, by person."""
    latest = pl.col("handed_off_at") == pl.col("handed_off_at").max().over("person_id")
    early = run_now.filter(latest).filter(_breached(contract))
    return {
        row["person_id"]: f"{row['why']}, on {row['stopped_at']:%Y-%m-%d}"
        for row in early.iter_rows(named=True)
    }


def _breached(contract: SlaContract) -> pl.Expr:
    broken = pl.col("status") == "breached"
    return broken & (pl.col("commitment") == enforcement.early_disqualification(contract))


def reopened(context: PassContext, connection: sa.Connection, people: Sequence[Person]) -> dict[str, str]:
    """The lead status that each person goes back to, by the agreement's policy; only people who do."""
    contract = context.contracts.sla
    if contract.on_early_disqualification != "reopen":
        return {}
    leads = {
        person.link_id: record
        for person in people
        if (record := person.living_salesforce) is not None
        and record.object_type == "Lead"
        and record.fields.get("Status") in contract.answers.rejected_statuses
    }
    early = frames.read(connection, clocks, link_ids=list(leads)).filter(_breached(contract))
    touches = dict(early.sort("handed_off_at").select("person_id", "touches_made").iter_rows())
    seen = frames.read(connection, sales_statuses, link_ids=list(touches)).sort("at")
    before: dict[str, list[Any]] = dict(seen.group_by("person_id").agg("status").iter_rows())
    wanted = {
        link_id: enforcement.reopened(
            contract,
            status=leads[link_id].fields["Status"],
            touches_made=made,
            reason=leads[link_id].fields.get(REASON),
            before=before.get(link_id, []),
        )
        for link_id, made in touches.items()
    }
    return {link_id: status for link_id, status in wanted.items() if status is not None}
