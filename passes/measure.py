"""The SLA's figures and the scorecard, from what the database holds; reads neither CRM."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import sqlalchemy as sa

from connectors.store import frames, links, mirror, runs
from connectors.store.engine import upsert
from connectors.store.tables import (
    activities,
    clocks,
    dispositions,
    handoffs,
    sales_statuses,
    stage_history,
)
from connectors.store.tables import metrics as metrics_table
from passes import agreed, persons, published
from passes.context import PassContext
from passes.opportunities import of_contacts
from passes.step import Finding, StepResult
from reports.scorecard import Links, PersonRef, scorecard_html
from reports.scorecard_markdown import scorecard_markdown
from sla_rules.metrics.figures import Metrics, measure
from sla_rules.metrics.period import Period
from sla_rules.sla_frames import CAMPAIGNS, OPPORTUNITIES
from sla_rules.touches import human_touches

SCORECARD = "scorecard"


def metrics(context: PassContext) -> StepResult:
    """Measure the running month, and the week, against the periods before."""
    measured = [compute(context, kind) for kind in ("month", "week")]
    now = context.now()
    with context.store.begin() as connection:
        for figures in measured:
            _keep(connection, figures, now)
            published.publish(connection, figures, now=now)
        breached = connection.execute(
            sa.select(sa.func.count()).select_from(clocks).where(clocks.c.status == "breached")
        ).scalar()
    month = measured[0]
    finding = _reported(context, month, int(breached or 0))
    return StepResult(
        figures=_plotted(month),
        texts={"this month": scorecard_markdown(month, context.contracts.sla)},
        findings=(finding,),
    )


def scorecard(context: PassContext, *, period: Period | None = None) -> StepResult:
    """The scorecard of the running month as a self-contained page, kept in the database."""
    measured = compute(context, "month", period=period)
    now = context.now()
    html = scorecard_html(measured, context.contracts.sla, now=now, links=_links(context, measured))
    with context.store.begin() as connection:
        runs.save_document(connection, SCORECARD, "text/html", html, now=now)
    return StepResult(
        figures={"breaches named": measured.breaches.height, "page bytes": len(html.encode())},
        texts={"scorecard": scorecard_markdown(measured, context.contracts.sla)},
    )


def compute(context: PassContext, kind: Any, *, period: Period | None = None) -> Metrics:
    """The figures of the running period of a kind (or of a given one) against the one before."""
    now = context.now()
    wanted = period or Period.of(kind, now, ZoneInfo(context.time_zone))
    contract = context.contracts.sla
    with context.store.begin() as connection:
        owners = persons.load_owner_map(context, connection)
        sales = {key for key in (*owners.ids["salesforce"], *owners.inactive["salesforce"]) if "@" in key}
        handed = frames.read(connection, handoffs, where=[handoffs.c.confirmed])
        ids = handed["person_id"].to_list()
        timeline = frames.read(connection, activities, link_ids=ids, where=[activities.c.copy_of.is_(None)])
        history = frames.read(connection, stage_history)
        figures = measure(
            contract,
            clocks=frames.read(connection, clocks),
            handoffs=handed,
            judgement_history=history,
            dispositions=frames.read(connection, dispositions),
            opportunities=opportunities_of_people(connection),
            touches=human_touches(contract, timeline, sales_owners=sales),
            campaigns=_campaigns(connection),
            statuses=frames.read(connection, sales_statuses),
            people=agreed.segmented(context, connection, history["person_id"].unique().to_list()),
            announcements=agreed.announcements(context, connection),
            period=wanted,
            previous=wanted.before(),
            now=now,
        )
        return published.with_published(connection, figures)


def opportunities_of_people(connection: sa.Connection) -> pl.DataFrame:
    """The opportunities of everybody who became a Contact, as ``sla_frames.OPPORTUNITIES``."""
    contacts = {
        row.link.salesforce_id: row.link.link_id
        for row in links.load_all(connection, "person")
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


def _campaigns(connection: sa.Connection) -> pl.DataFrame:
    rows = [
        (record.fields.get("Name"), _money(record.fields.get("ActualCost")))
        for record in mirror.load_all(connection, "salesforce", "Campaign")
        if not record.deleted
    ]
    return pl.DataFrame(rows, schema=dict(CAMPAIGNS), orient="row")


def _money(value: Any) -> float | None:
    return None if value is None else float(value)


def _keep(connection: sa.Connection, figures: Metrics, now: datetime) -> None:
    rows = [
        {
            "period": figures.period.kind,
            "period_start": figures.period.start,
            "name": name,
            "contract_version": figures.contract_version,
            "rows": [_plain(row) for row in table.to_dicts()],
            "computed_at": now,
        }
        for name, table in figures.tables().items()
    ]
    upsert(connection, metrics_table, rows)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    def value(item: Any) -> Any:
        if isinstance(item, datetime | date):
            return item.isoformat()
        return float(item) if isinstance(item, Decimal) else item

    return {name: value(item) for name, item in row.items()}


def _plotted(figures: Metrics) -> dict[str, float]:
    """Numbers for Dagster's plots: attainment of each commitment, first touch, funnel."""
    plotted: dict[str, float] = {}
    for row in figures.attainment.to_dicts():
        if row["value"] is not None:
            plotted[f"attained {row['commitment']}"] = round(float(row["value"]), 4)
    current = figures.first_touch.filter(pl.col("which") == "period").to_dicts()
    for row in current:
        for name in ("p50_minutes", "p95_minutes"):
            if row[name] is not None:
                plotted[f"first touch {name}"] = round(float(row[name]), 1)
    plotted |= {f"funnel {row['step']}": float(row["people"]) for row in figures.funnel.to_dicts()}
    plotted["breaches"] = float(figures.breaches.height)
    return plotted


def _reported(context: PassContext, month: Metrics, breached: int) -> Finding:
    """Every breached clock of the month is named in the scorecard's list."""
    with context.store.begin() as connection:
        stored = frames.read(connection, clocks, where=[clocks.c.status == "breached"])
    due = pl.coalesce("due_at", "stopped_at")
    inside = stored.filter(
        due.is_not_null() & (due >= month.period.start) & (due < month.period.end) & (due <= context.now())
    )
    named = {(row["person_id"], row["commitment"]) for row in month.breaches.to_dicts()}
    missing = [row for row in inside.to_dicts() if (row["person_id"], row["commitment"]) not in named]
    return Finding(
        "no_breach_unreported",
        holds=not missing,
        why=f"{len(inside)} breaches this month, {len(missing)} of them not in the scorecard; {breached} ever.",
        figures={"breaches": len(inside), "unreported": len(missing)},
    )


def _links(context: PassContext, figures: Metrics) -> Links:
    """Names of the people in the breach list."""
    ids: Iterable[str] = figures.breaches["person_id"].unique().to_list()
    with context.store.begin() as connection:
        rows = list(links.load(connection, ids).values())
        people = persons.load(connection, rows)
    return Links(people={person.link_id: PersonRef(persons.name_of(person)) for person in people})
