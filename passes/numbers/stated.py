"""States a period's figures: of a running period the last ones stand, of one that is over each change is added."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.store import figures as store
from sla_rules.metrics.figures import Metrics

_VALUES = ("numerator", "denominator", "value", "p50", "p95")
_DIGITS = 9


def state(connection: sa.Connection, measured: Metrics, *, now: datetime) -> int:
    """Keep the period's figures; answers how many changed since they were last stated.

    The first statement after the period's end is the published one and stays; later ones stand beside it. A figure
    that has nothing left to count is restated as zero.
    """
    period = measured.period
    # A running period has one statement; the last of them gives way to the first after the end.
    store.forget_stated_before(connection, period.kind, period.start, min(period.end, now))
    known = store.standing(connection, period.kind, period.start)
    fresh = {
        store.key_of(row["metric"], row["dimension"], row["member"]): {name: row[name] for name in _VALUES}
        for row in measured.figures.to_dicts()
        if row["numerator"] is not None
    }
    gone = {key: dict.fromkeys(_VALUES) | {"numerator": 0.0} for key in known.keys() - fresh.keys()}
    changed = [
        {
            "period": period.kind,
            "period_start": period.start,
            "metric": metric,
            "dimension": dimension,
            "member": member,
            "stated_at": now,
            "contract_version": measured.contract_version,
            **values,
        }
        for (metric, dimension, member), values in (fresh | gone).items()
        if not _same(known.get((metric, dimension, member)), values)
    ]
    return store.state(connection, changed)


def _same(row: sa.Row[Any] | None, values: dict[str, Any]) -> bool:
    if row is None:
        return False
    return all(_rounded(row._mapping[name]) == _rounded(values[name]) for name in _VALUES)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
