"""What reviews decided: kept with the figure that is to move, and shown in the next review with what it is now."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connectors.store import review_decisions as store
from contract_files.hints import did_you_mean
from passes.context import PassContext
from passes.numbers import known
from passes.numbers.known import Known
from sla_rules.metrics import registry
from sla_rules.metrics.period import Period
from sla_rules.sla import SlaContract

# A decision's figure is told over the same length of time then and now, whatever the review is about.
WINDOW = timedelta(days=30)


class DecisionError(Exception):
    """The decision cannot be kept or settled; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of an earlier review, as this one shows it.

    Attributes:
        metric: that is to move by it; None where none was named.
        value_then, value_now: of the metric over 30 days, up to the decision and up to this review.
        overdue: due before this review, and not settled.
    """

    decision_id: str
    decided_at: datetime
    decision: str
    owner: str
    metric: str | None
    due_on: date | None
    value_then: float | None
    value_now: float | None
    outcome: str | None
    overdue: bool

    @property
    def moved(self) -> str:
        """``better``, ``worse``, ``unchanged`` or empty."""
        if self.metric is None or self.value_then is None or self.value_now is None:
            return ""
        change = self.value_now - self.value_then
        better = registry.of(self.metric).better
        if abs(change) < 1e-9 or better == "neither":
            return "unchanged" if abs(change) < 1e-9 else "changed"
        return "better" if (change > 0) == (better == "more") else "worse"


def decide(
    context: PassContext, decision: str, *, owner: str, metric: str | None, due: date | None, by: str
) -> str:
    """Keep a decision with its metric's value now; answers its id.

    Raises:
        DecisionError: it says nothing, or there is no such metric.
    """
    if not decision.strip():
        raise DecisionError("a decision needs words that the next review can read")
    now = context.now()
    name = None if metric is None else metric_named(context.contracts.sla, metric)
    with context.store.begin() as connection:
        value = value_of(known.load(context, connection), name, until=now) if name else None
        return store.decide(
            connection,
            {
                "decided_at": now,
                "decision": decision.strip(),
                "owner": owner.strip()[:120],
                "metric": name,
                "due_on": due,
                "value_then": value,
                "decided_by": by,
            },
        )


def settle(context: PassContext, decision_id: str, *, outcome: str) -> None:
    """Say what became of a decision.

    Raises:
        DecisionError: it says nothing, or no open decision has that id.
    """
    if not outcome.strip():
        raise DecisionError("say what became of it; the next review shows it")
    with context.store.begin() as connection:
        if not store.settle(connection, decision_id, outcome=outcome.strip(), now=context.now()):
            raise DecisionError(
                f"no open decision is called {decision_id}; `accord review decisions` lists them"
            )


def metric_named(contract: SlaContract, metric: str) -> str:
    """The metric's full name; a commitment's id alone means how it was kept.

    Raises:
        DecisionError: there is no such metric.
    """
    names = list(registry.names(contract))
    for name in (metric, f"{registry.KEPT} {metric}"):
        if name in names:
            return name
    raise DecisionError(f"there is no metric {metric!r}; {did_you_mean(metric, names)}")


def value_of(facts: Known, metric: str, *, until: datetime) -> float | None:
    """The metric over the 30 days before a moment, everybody together."""
    period = Period.span(until - WINDOW, until, facts.contract.zone)
    for row in facts.measured(period, None, now=until).figures.iter_rows(named=True):
        if row["metric"] == metric and row["dimension"] == "all":
            return None if row["value"] is None else float(row["value"])
    return None


def of_review(
    connection: sa.Connection, facts: Known, period: Period, *, now: datetime
) -> tuple[Decision, ...]:
    """Decisions made before the review that were open during its period, the oldest first."""
    until = min(now, period.end)
    rows = [
        row
        for row in store.all_decisions(connection)
        if row.decided_at <= now and (row.settled_at is None or row.settled_at >= period.start)
    ]
    values = {
        metric: value_of(facts, metric, until=until) for metric in {row.metric for row in rows if row.metric}
    }
    today = now.astimezone(period.zone).date()
    return tuple(_shown(row, values, today) for row in rows)


def _shown(row: sa.Row[Any], values: dict[str, float | None], today: date) -> Decision:
    return Decision(
        decision_id=row.decision_id,
        decided_at=row.decided_at,
        decision=row.decision,
        owner=row.owner,
        metric=row.metric,
        due_on=row.due_on,
        value_then=row.value_then,
        value_now=values.get(row.metric) if row.metric else None,
        outcome=row.outcome,
        overdue=row.settled_at is None and row.due_on is not None and row.due_on < today,
    )
