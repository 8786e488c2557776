"""What a backtest is told: the history, what became of the people handed over, the quota, the time and its weeks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl

from sla_rules.backtesting.replay import History
from sla_rules.metrics.period import Period
from sla_rules.sla import SlaContract
from sla_rules.sla_terms import Quota
from sla_rules.suggesting.examples import Goal

QUALIFIED = ("MQL", "SQL")


@dataclass(frozen=True)
class Facts:
    """The same for every definition that is tried.

    Attributes:
        answers: by goal ``person_id, handed_off_at, reached`` (``suggesting.examples.answers_of``).
        contract: whose quotas the volume stands beside.
        since, until: aware; both ends are included.
        zone: in which weeks begin.
    """

    history: History
    answers: Mapping[Goal, pl.DataFrame]
    contract: SlaContract
    since: datetime
    until: datetime
    zone: ZoneInfo

    def weeks(self) -> Iterator[Period]:
        """The weeks of the time, the first and the last cut to it."""
        start = self.since
        while start < self.until:
            week = Period.week_of(start, self.zone)
            yield Period("week", start, min(week.end, self.until), week.label, self.zone)
            start = week.end

    def quota(self, period: Period) -> float | None:
        """How many qualified leads the agreement asks of a stretch of time; None where it names no number.

        Quotas of single segments are part of none for everybody, and are not added up.
        """
        span = Period.span(period.start, period.end, period.zone)
        asked = [
            one.target.minimum * span.units(one.target.per)
            for one in self.contract.commitments
            if isinstance(one.target, Quota) and one.segment is None
        ]
        return max(asked) if asked else None

    def answered(self, goal: Goal) -> pl.DataFrame:
        """The answers to handoffs inside the time."""
        inside = pl.col("handed_off_at").is_between(self.since, self.until)
        return self.answers[goal].filter(inside)
