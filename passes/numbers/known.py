"""What the figures are measured from, loaded once for as many periods as are asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from connectors.store import agreement, frames, links, mirror
from connectors.store.tables import (
    activities,
    dispositions,
    excuses,
    handoffs,
    sales_statuses,
    stage_history,
)
from passes import persons
from passes.attribution.opportunities import of_contacts
from passes.context import PassContext
from passes.numbers import agreed
from sla_rules.attributes import read_attributes
from sla_rules.clocks import run_clocks
from sla_rules.clocks_excused import with_excuses
from sla_rules.metrics.by_group import ATTRIBUTES
from sla_rules.metrics.figures import Metrics, measure
from sla_rules.metrics.period import Period
from sla_rules.sla import SlaContract
from sla_rules.sla_frames import CAMPAIGNS, OPPORTUNITIES
from sla_rules.touches import human_touches


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that figures are measured from; the frames of ``sla_rules.metrics.figures.measure``."""

    contract: SlaContract
    clocks: pl.DataFrame
    handoffs: pl.DataFrame
    history: pl.DataFrame
    dispositions: pl.DataFrame
    statuses: pl.DataFrame
    opportunities: pl.DataFrame
    timeline: pl.DataFrame
    touches: pl.DataFrame
    campaigns: pl.DataFrame
    people: pl.DataFrame
    announcements: pl.DataFrame
    attributes: pl.DataFrame

    def measured(self, period: Period, previous: Period | None, *, now: datetime) -> Metrics:
        """The figures of one period against the one before."""
        return measure(
            self.contract,
            clocks=self.clocks,
            handoffs=self.handoffs,
            judgement_history=self.history,
            dispositions=self.dispositions,
            opportunities=self.opportunities,
            touches=self.touches,
            campaigns=self.campaigns,
            statuses=self.statuses,
            people=self.people,
            announcements=self.announcements,
            attributes=self.attributes,
            period=period,
            previous=previous,
            now=now,
        )


def load(context: PassContext, connection: sa.Connection) -> Known:
    """What is known now."""
    contract = context.contracts.sla
    owners = persons.load_owner_map(context, connection)
    sales = {key for key in (*owners.ids["salesforce"], *owners.inactive["salesforce"]) if "@" in key}
    handed = frames.read(connection, handoffs, where=[handoffs.c.confirmed])
    ids = handed["person_id"].to_list()
    timeline = frames.read(connection, activities, link_ids=ids, where=[activities.c.copy_of.is_(None)])
    history = frames.read(connection, stage_history)
    touches = human_touches(contract, timeline, sales_owners=sales)
    said, statuses = frames.read(connection, dispositions), frames.read(connection, sales_statuses)
    # The clocks that passes keep are of the pass that last looked at the person: a late one has grown since.
    clocks = run_clocks(
        contract,
        handoffs=handed,
        touches=touches,
        dispositions=said,
        statuses=statuses,
        excuses=frames.read(connection, excuses, link_ids=ids),
        now=context.now(),
    )
    return Known(
        contract=contract,
        clocks=with_excuses(clocks, agreement.standing_excuses(connection)),
        handoffs=handed,
        history=history,
        dispositions=said,
        statuses=statuses,
        opportunities=opportunities_of_people(connection),
        timeline=timeline,
        touches=touches,
        campaigns=campaigns(connection),
        people=agreed.segmented(context, connection, history["person_id"].unique().to_list()),
        announcements=agreed.announcements(context, connection),
        attributes=attributes(context, connection, history),
    )


def attributes(context: PassContext, connection: sa.Connection, history: pl.DataFrame) -> pl.DataFrame:
    """Source, country, region and persona of everybody who ever qualified, as ``ATTRIBUTES``."""
    once = history.filter(pl.col("stage").is_in(["MQL", "SQL"]))["person_id"].unique().to_list()
    people = persons.load(connection, list(links.load(connection, once).values()))
    frame = persons.frame(people, context.mapping)
    places = read_attributes(frame, context.contracts.definition.vocabulary, {"country", "region"})
    personas = history.sort("at").group_by("person_id").agg(pl.col("persona").last())
    return (
        frame.select("person_id", "source")
        .join(places, on="person_id", how="left")
        .join(personas, on="person_id", how="left")
        .select(list(ATTRIBUTES))
    )


def opportunities_of_people(connection: sa.Connection) -> pl.DataFrame:
    """The opportunities of everybody who became a Contact, as ``sla_frames.OPPORTUNITIES``."""
    return opportunities_of(connection, links.load_all(connection, "person"))


def opportunities_of(connection: sa.Connection, people: Iterable[links.LinkRow]) -> pl.DataFrame:
    """The opportunities of those of these people who became Contacts."""
    contacts = {
        row.link.salesforce_id: row.link.link_id
        for row in people
        if row.link.salesforce_type == "Contact" and row.link.salesforce_id
    }
    rows = [
        {
            "opportunity_id": deal.opportunity_id,
            "person_id": contacts[contact_id],
            "stage": deal.stage,
            "amount": float(deal.amount) if deal.amount is not None else None,
            "currency": deal.currency,
            "is_closed": deal.is_closed,
            "is_won": deal.is_won,
            "created_at": deal.created_at,
            "closed_at": deal.closed_at,
        }
        for contact_id, deals in of_contacts(connection, contacts).items()
        for deal in deals
    ]
    return pl.DataFrame(rows, schema=dict(OPPORTUNITIES), orient="row")


def campaigns(connection: sa.Connection) -> pl.DataFrame:
    """What each campaign has cost, as ``sla_frames.CAMPAIGNS``."""
    rows = [
        (record.fields.get("Name"), *_cost(record.fields))
        for record in mirror.load_all(connection, "salesforce", "Campaign")
        if not record.deleted
    ]
    return pl.DataFrame(rows, schema=dict(CAMPAIGNS), orient="row")


def _cost(fields: Mapping[str, Any]) -> tuple[float | None, str | None, str | None]:
    """Cost, its currency, and whether it was spent or is only planned."""
    for name, basis in (("ActualCost", "actual"), ("BudgetedCost", "budgeted")):
        if fields.get(name) is not None:
            return float(fields[name]), fields.get("CurrencyIsoCode"), basis
    return None, None, None
