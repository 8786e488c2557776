"""Figures of a period as they were first told after its end, kept beside what later knowledge makes of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from connectors.store import agreement
from sla_rules.metrics.figures import Metrics
from sla_rules.metrics.period import Period


def publish(connection: sa.Connection, measured: Metrics, *, now: datetime) -> int:
    """Keep the figures of the period before, and of this one if it is over, unless they were told already."""
    told = 0
    for period, prefix in _periods(measured):
        if (
            period.kind == "span"
            or period.end > now
            or agreement.published(connection, period.kind, period.start)
        ):
            continue
        rows = [
            {
                "period": period.kind,
                "period_start": period.start,
                "commitment": row["commitment"],
                "contract_version": measured.contract_version,
                "numerator": row[f"{prefix}numerator"],
                "denominator": row[f"{prefix}denominator"],
                "value": row[f"{prefix}value"],
                "published_at": now,
            }
            for row in measured.attainment.to_dicts()
            if row[f"{prefix}value"] is not None
        ]
        if rows:
            agreement.publish(connection, rows)
            told += len(rows)
    return told


def with_published(connection: sa.Connection, measured: Metrics) -> Metrics:
    """The figures, with a note for each that was published otherwise: both are shown."""
    notes = []
    for period, prefix in _periods(measured):
        if period.kind == "span":
            continue
        known = agreement.published(connection, period.kind, period.start)
        for row in measured.attainment.to_dicts():
            told, value = known.get(row["commitment"]), row[f"{prefix}value"]
            if told is not None and value is not None and told.value != value:
                notes.append(
                    f"{row['commitment']}, {period.label}: published {_share(told.value)} on "
                    f"{told.published_at:%Y-%m-%d}, restated {_share(value)}."
                )
    return replace(measured, notes=(*notes, *measured.notes)) if notes else measured


def _periods(measured: Metrics) -> Iterator[tuple[Period, str]]:
    yield measured.period, ""
    if measured.previous is not None:
        yield measured.previous, "previous_"


def _share(value: float | None) -> str:
    return "nothing" if value is None else f"{value * 100:.1f} %"
