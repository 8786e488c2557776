"""Whether each commitment was kept in a period, how the quota stands, and each breach by name.

Both halves of the agreement are in the same tables.
"""

from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from sla_rules.metrics.period import Period
from sla_rules.metrics.quota import ANNOUNCEMENTS, PEOPLE, announced, of_segment
from sla_rules.sla import Commitment, SlaContract
from sla_rules.sla_frames import UTC_US, Schema
from sla_rules.sla_terms import Duration, PlannedQuota, Quota, ShareLimit

ATTAINMENT: Schema = {
    "commitment": pl.String, "team": pl.String, "promise": pl.String, "target": pl.String,
    "goal": pl.Float64, "bound": pl.String, "numerator": pl.Float64, "denominator": pl.Float64,
    "value": pl.Float64, "verdict": pl.String, "pending": pl.Int64, "excused": pl.Int64,
    "previous_numerator": pl.Float64, "previous_denominator": pl.Float64, "previous_value": pl.Float64,
    "change": pl.Float64,
}  # fmt: skip
QUOTA: Schema = {
    "commitment": pl.String, "target": pl.Float64, "achieved": pl.Int64, "expected_by_now": pl.Float64,
    "projected": pl.Float64, "value": pl.Float64,
}  # fmt: skip
BREACHES: Schema = {
    "person_id": pl.String, "commitment": pl.String, "team": pl.String, "owner": pl.String,
    "started_at": UTC_US, "due_at": UTC_US, "stopped_at": UTC_US, "late_minutes": pl.Float64,
    "late_in": pl.String, "why": pl.String, "cause": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evidence:
    """What attainment is read from: clocks, handoffs with their fate, and qualifications (all ever).

    ``people`` and ``announcements`` are the frames of ``metrics/quota.py``.
    """

    clocks: pl.DataFrame
    cohort: pl.DataFrame
    qualified: pl.DataFrame
    minimum_is_known: bool
    people: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PEOPLE))
    announcements: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ANNOUNCEMENTS))


@dataclass(frozen=True, slots=True)
class _Reading:
    numerator: float | None
    denominator: float | None
    pending: int = 0
    excused: int = 0

    @property
    def value(self) -> float | None:
        if self.numerator is None or not self.denominator:
            return None
        return self.numerator / self.denominator


def attainment(
    contract: SlaContract, evidence: Evidence, period: Period, previous: Period | None, now: datetime
) -> pl.DataFrame:
    """One row per commitment, in the contract's order.

    ``value = numerator / denominator``. For a clock: met of met and breached, among clocks that started in
    the period (pending and excused stand beside). For the quota: people newly qualified, of the quota for
    the period's length. For minimum information: complete handoffs of all. For rejection: rejected of
    answered handoffs. ``goal`` is the share to reach (``bound`` "at least") or to stay under ("at most").
    ``verdict``: met, missed, on course or behind (a quota in a running period), nothing to measure.
    ``change`` is the value less the previous period's.
    """
    rows = []
    for commitment in contract.commitments:
        reading = _read(commitment, evidence, period, now)
        earlier = _read(commitment, evidence, previous, now) if previous else _Reading(None, None)
        target = commitment.target
        both = reading.value is not None and earlier.value is not None
        rows.append(
            {
                "commitment": commitment.id,
                "team": commitment.team,
                "promise": commitment.promise,
                "target": str(target),
                "goal": _goal(commitment),
                "bound": target.bound if isinstance(target, ShareLimit) else "at least",
                "numerator": reading.numerator,
                "denominator": reading.denominator,
                "value": reading.value,
                "verdict": _verdict(commitment, reading, period, now),
                "pending": reading.pending,
                "excused": reading.excused,
                "previous_numerator": earlier.numerator,
                "previous_denominator": earlier.denominator,
                "previous_value": earlier.value,
                "change": (reading.value or 0.0) - (earlier.value or 0.0) if both else None,
            }
        )
    return pl.DataFrame(rows, schema=ATTAINMENT)


def _read(commitment: Commitment, evidence: Evidence, period: Period, now: datetime) -> _Reading:
    if commitment.measure is None:
        of = pl.col("commitment") == commitment.id
        counts = evidence.clocks.filter(of, period.holds("started_at"))["status"].value_counts()
        by = dict(counts.iter_rows())
        met, breached = by.get("met", 0), by.get("breached", 0)
        return _Reading(met, met + breached, by.get("pending", 0), by.get("excused", 0))
    if isinstance(commitment.target, Quota):
        inside = evidence.qualified.filter(period.holds("at"))
        people = of_segment(inside, commitment.segment, evidence.people)["person_id"].n_unique()
        return _Reading(people, commitment.target.minimum * period.units(commitment.target.per))
    if isinstance(commitment.target, PlannedQuota):
        return _Reading(None, None)
    if commitment.measure == "campaigns announced":
        begun = announced(commitment, evidence.announcements, period, now)
        return _Reading(int(begun["kept"].sum()), begun.height)
    handed = evidence.cohort.filter(period.holds("handed_off_at"))
    if commitment.measure == "rejected by sales":
        return _Reading(int(handed["rejected"].sum()), int(handed["answered"].sum()))
    if not evidence.minimum_is_known:
        return _Reading(None, None)
    return _Reading(handed.filter(is_complete()).height, handed.height)


def is_complete() -> pl.Expr:
    """Whether a handoff had all of the agreed minimum."""
    return pl.col("minimum_missing").fill_null("").str.strip_chars() == ""


def _goal(commitment: Commitment) -> float:
    if isinstance(commitment.target, ShareLimit):
        return commitment.target.limit
    return 1.0 if isinstance(commitment.target, Quota | PlannedQuota) else commitment.goal


def kept(commitment: Commitment, value: float) -> bool:
    """Whether a figure of a whole period is what was promised."""
    if isinstance(commitment.target, ShareLimit):
        return commitment.target.holds(value)
    return value >= _goal(commitment)


def _verdict(commitment: Commitment, reading: _Reading, period: Period, now: datetime) -> str:
    value = reading.value
    if value is None:
        return "nothing to measure"
    if kept(commitment, value):
        return "met"
    if isinstance(commitment.target, ShareLimit):
        return "missed"
    if isinstance(commitment.target, Quota) and now < period.end:
        return "on course" if value >= period.elapsed(now) else "behind"
    return "missed"


def quotas(contract: SlaContract, evidence: Evidence, period: Period, now: datetime) -> pl.DataFrame:
    """One row per quota: target for the period, achieved, expected by now, projected to its end."""
    rows = []
    elapsed = period.elapsed(now)
    for commitment in contract.commitments:
        if isinstance(commitment.target, Quota):
            reading = _read(commitment, evidence, period, now)
            achieved, target = reading.numerator or 0, reading.denominator or 0.0
            rows.append(
                {
                    "commitment": commitment.id,
                    "target": target,
                    "achieved": int(achieved),
                    "expected_by_now": target * elapsed,
                    "projected": achieved / elapsed if elapsed > 0 else None,
                    "value": reading.value,
                }
            )
    return pl.DataFrame(rows, schema=QUOTA)


def breaches(contract: SlaContract, evidence: Evidence, period: Period, now: datetime) -> pl.DataFrame:
    """Every breach of the period by name, the most overdue first within each commitment.

    ``late_minutes`` counts from due to done (or ``now``), in the kind of time named by ``late_in``
    ("business" or "clock"); null where nothing was due at a time. A handoff without the agreed minimum is
    marketing's breach. ``cause``: where most of the time went, "routing" (nobody owned it) or "human" (its owner
    had it); of marketing's breaches "information" or "announcement".
    """
    broken = evidence.clocks.filter(pl.col("status") == "breached", period.holds("started_at"))
    order = {c.id: index for index, c in enumerate(contract.commitments)}
    parts = [pl.DataFrame(schema=BREACHES)]
    for commitment in contract.commitments:
        if commitment.measure == "minimum information at handoff":
            lacking = evidence.cohort.filter(period.holds("handed_off_at"), ~is_complete())
            parts.append(
                lacking.select(
                    "person_id",
                    pl.lit(commitment.id).alias("commitment"),
                    pl.lit(commitment.team).alias("team"),
                    "owner",
                    pl.col("handed_off_at").alias("started_at"),
                    *(pl.lit(None, dtype=UTC_US).alias(name) for name in ("due_at", "stopped_at")),
                    pl.lit(None, dtype=pl.Float64).alias("late_minutes"),
                    pl.lit(None, dtype=pl.String).alias("late_in"),
                    pl.format("handed over without {}", pl.col("minimum_missing").str.strip_chars()).alias(
                        "why"
                    ),
                    pl.lit("information").alias("cause"),
                )
            )
        elif commitment.measure == "campaigns announced":
            parts.append(_unannounced(commitment, evidence, period, now))
        elif commitment.measure is None:
            late, late_in = _lateness(contract, commitment, now)
            rows = broken.filter(pl.col("commitment") == commitment.id)
            parts.append(
                rows.with_columns(
                    late_minutes=late,
                    late_in=pl.when(late.is_not_null()).then(pl.lit(late_in)),
                    cause=pl.when(pl.col("routing_minutes") > pl.col("human_minutes"))
                    .then(pl.lit("routing"))
                    .otherwise(pl.lit("human")),
                ).select(list(BREACHES))
            )
    return pl.concat(parts).sort(
        pl.col("commitment").replace_strict(order, return_dtype=pl.Int64),
        pl.col("late_minutes").neg(),
        "started_at",
        "person_id",
        nulls_last=True,
    )


def _unannounced(commitment: Commitment, evidence: Evidence, period: Period, now: datetime) -> pl.DataFrame:
    """Campaigns of which sales was told too late or not at all; ``person_id`` is the campaign's name."""
    rows = announced(commitment, evidence.announcements, period, now).filter(~pl.col("kept"))
    until = pl.coalesce("announced_at", pl.lit(now, dtype=UTC_US))
    return rows.select(
        pl.format("campaign {}", "campaign").alias("person_id"),
        pl.lit(commitment.id).alias("commitment"),
        pl.lit(commitment.team).alias("team"),
        pl.lit(None, dtype=pl.String).alias("owner"),
        pl.col("starts_at").alias("started_at"),
        pl.col("latest").alias("due_at"),
        pl.col("announced_at").alias("stopped_at"),
        ((until - pl.col("latest")).dt.total_microseconds() / 60_000_000).alias("late_minutes"),
        pl.lit("clock").alias("late_in"),
        pl.when(pl.col("announced_at").is_null())
        .then(pl.lit("never announced to sales"))
        .otherwise(pl.lit(f"announced less than {commitment.target} before it began"))
        .alias("why"),
        pl.lit("announcement").alias("cause"),
    )


def _lateness(contract: SlaContract, commitment: Commitment, now: datetime) -> tuple[pl.Expr, str]:
    target = commitment.target
    if isinstance(target, Duration) and target.business:
        name = contract.calendar_name(commitment)
        usual = contract.calendars[name].business_day_minutes
        own = {
            o.owner: contract.calendars[o.calendar].business_day_minutes
            for o in contract.owners
            if o.calendar
        }
        allowed = pl.lit(target.minutes(usual))
        for owner, day_minutes in own.items():
            allowed = pl.when(pl.col("owner") == owner).then(target.minutes(day_minutes)).otherwise(allowed)
        return pl.col("business_minutes") - allowed, "business"
    until = pl.coalesce("stopped_at", pl.lit(now, dtype=UTC_US))
    return (until - pl.col("due_at")).dt.total_microseconds() / 60_000_000, "clock"
