"""The review as a step: made for the period that is just over, and kept as it was told."""

from typing import Literal
from zoneinfo import ZoneInfo

from connectors.store import runs
from passes.context import PassContext
from passes.reviews import pack as packs
from passes.reviews.pack import Pack
from passes.step import StepResult
from sla_rules.metrics.period import Period

DOCUMENT = "review"


def review(context: PassContext, kind: Literal["month", "quarter"]) -> StepResult:
    """The review pack of the last whole month or quarter, kept in the database."""
    now = context.now()
    running = Period.of(kind, now, ZoneInfo(context.time_zone))
    gathered = packs.gather(context, running.before())
    html = kept(context, gathered)
    metrics = gathered.metrics
    kept_promises = sum(row["verdict"] == "met" for row in metrics.attainment.to_dicts())
    return StepResult(
        figures={
            "promises kept": kept_promises,
            "promises": metrics.attainment.height,
            "breaches named": metrics.breaches.height,
            "deals closed": gathered.deals.height,
            "decisions": len(gathered.decisions),
            "page bytes": len(html.encode()),
        }
    )


def kept(context: PassContext, gathered: Pack) -> str:
    """The pack's page, kept in the database as it was told."""
    now = context.now()
    html = packs.page_of(gathered, context.contracts.sla, now=now)
    with context.store.begin() as connection:
        runs.save_document(connection, DOCUMENT, "text/html", html, now=now)
    return html
