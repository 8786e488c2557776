"""The SLA's figures and the scorecard, from what the database holds; reads neither CRM."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import sqlalchemy as sa

from connectors.store import frames, links, runs
from connectors.store.engine import upsert
from connectors.store.tables import clocks
from connectors.store.tables import metrics as metrics_table
from passes import persons
from passes.context import PassContext
from passes.numbers import as_of, known, published, stated
from passes.step import Finding, StepResult
from reports.scorecard import Links, PersonRef, scorecard_html
from reports.scorecard_markdown import scorecard_markdown
from sla_rules.metrics.figures import Metrics
from sla_rules.metrics.period import CalendarKind, Period

SCORECARD = "scorecard"
KINDS: tuple[CalendarKind, ...] = ("day", "week", "month", "quarter")


def metrics(context: PassContext) -> StepResult:
    """Measure the running day, week, month and quarter, and restate the ones before them."""
    now, zone = context.now(), ZoneInfo(context.time_zone)
    with context.store.begin() as connection:
        facts = known.load(context, connection)
        measured = []
        for kind in KINDS:
            period = Period.of(kind, now, zone)
            figures = facts.measured(period, period.before(), now=now)
            _keep(connection, figures, now)
            published.publish(connection, figures, now=now)
            measured.append(published.with_published(connection, figures))
            stated.state(connection, figures, now=now)
            stated.state(connection, facts.measured(period.before(), None, now=now), now=now)
        breached = connection.execute(
            sa.select(sa.func.count()).select_from(clocks).where(clocks.c.status == "breached")
        ).scalar()
    month = next(figures for figures in measured if figures.period.kind == "month")
    finding = _reported(context, month, int(breached or 0))
    return StepResult(
        figures=_plotted(month),
        texts={"this month": scorecard_markdown(month, context.contracts.sla)},
        findings=(finding,),
    )


def restate(context: PassContext, kind: CalendarKind, moment: datetime) -> StepResult:
    """State the figures of the period in which a moment lies, from what is known now."""
    now = context.now()
    period = Period.of(kind, moment, ZoneInfo(context.time_zone))
    with context.store.begin() as connection:
        figures = known.load(context, connection).measured(period, period.before(), now=now)
        changed = stated.state(connection, figures, now=now)
    return StepResult(figures={"figures": figures.figures.height, "changed": changed, **_plotted(figures)})


def scorecard(context: PassContext, *, period: Period | None = None) -> StepResult:
    """The scorecard of the running month as a self-contained page, kept in the database."""
    measured = compute(context, "month", period=period)
    now = context.now()
    html = page(context, measured)
    with context.store.begin() as connection:
        runs.save_document(connection, SCORECARD, "text/html", html, now=now)
    return StepResult(
        figures={"breaches named": measured.breaches.height, "page bytes": len(html.encode())},
        texts={"scorecard": scorecard_markdown(measured, context.contracts.sla)},
    )


def page(context: PassContext, measured: Metrics) -> str:
    """The scorecard of these figures as a self-contained page, with people's names."""
    links_of = _links(context, measured)
    return scorecard_html(measured, context.contracts.sla, now=context.now(), links=links_of)


def compute_as_of(context: PassContext, period: Period, moment: datetime) -> Metrics:
    """The figures of a period as they stood at a moment, from what was known then.

    Raises:
        AsOfError: what was known then is not on record.
    """
    with context.store.begin() as connection:
        return as_of.load(context, connection, moment).measured(period, period.before(), now=moment)


def compute(context: PassContext, kind: Any, *, period: Period | None = None) -> Metrics:
    """The figures of the running period of a kind (or of a given one) against the one before."""
    now = context.now()
    wanted = period or Period.of(kind, now, ZoneInfo(context.time_zone))
    with context.store.begin() as connection:
        figures = known.load(context, connection).measured(wanted, wanted.before(), now=now)
        return published.with_published(connection, figures)


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
