"""The clocks of all commitments over all people, at one moment.

A clock starts with an event, is due by its target and is met, breached, pending or excused. Facts come from
``clocks_episodes.py``, business time from ``calendars.py``; sums over clocks are in ``metrics.py``.
"""

from datetime import UTC, datetime, timedelta

import polars as pl

from sla_rules.calendars import BusinessTime, Calendars
from sla_rules.clocks_episodes import Episodes, episodes
from sla_rules.clocks_pauses import Add, Between, paused_due
from sla_rules.clocks_stops import first_excuses, stops, touches_owed
from sla_rules.sla import Commitment, SlaContract
from sla_rules.sla_frames import CLOCKS, UTC_US
from sla_rules.sla_terms import Duration, StopKind, TouchFloor

# The longest stretch in which holidays, closed days and absences may keep a due time away.
_DUE_MARGIN = timedelta(days=400)
_NOT_YET: dict[StopKind, str] = {
    "first touch": "no first touch yet",
    "further touches": "further touches not made yet",
    "acceptance or rejection": "neither accepted nor rejected yet",
    "disposition with a reason": "no disposition with a reason yet",
}
_COLUMNS = {
    "episode": pl.UInt32,
    "order": pl.Int32,
    "clock_owner": pl.String,
    **{column: dtype for column, dtype in CLOCKS.items() if column not in {"owner", "touches_owed"}},
}


def run_clocks(
    contract: SlaContract,
    *,
    handoffs: pl.DataFrame,
    touches: pl.DataFrame,
    dispositions: pl.DataFrame,
    statuses: pl.DataFrame,
    calendars: Calendars | None = None,
    excuses: pl.DataFrame | None = None,
    now: datetime,
) -> pl.DataFrame:
    """Runs every clock of every handoff as known at ``now``.

    Met: stopped at or before the due time. Excused: not met, and one of the commitment's ``excused_by``
    happened at or before the due time. Breached: due before ``now`` and neither. Pending: the rest. The clock
    of an early disqualification exists only once the lead was disqualified, and has no due time.

    Args:
        contract: the agreement.
        handoffs: the handoffs frame; rows of any frame after ``now`` are ignored.
        touches: the touches frame.
        dispositions: the dispositions frame.
        statuses: the statuses frame.
        calendars: tables that cover all moments up to the last due time; built to fit when None.
        excuses: ``person_id, at, kind`` with kind ``opted out``, ``do not call``, ``duplicate`` or
            ``erased``; each holds from ``at`` on, also for later handoffs.
        now: aware UTC.

    Returns:
        The clocks frame, one row per handoff and commitment, by person, handoff and commitment. All minutes
        are business minutes on the calendar of the clock: ``business_minutes`` from start to stop (else the
        next handoff, else ``now``); ``sync_minutes`` from qualification to handoff; ``routing_minutes`` until
        a human owned it and ``human_minutes`` the rest, which together are ``business_minutes``.

    Raises:
        FrameError: a needed column is absent.
        CalendarRangeError: the calendars given are too short.
    """
    now = now.astimezone(UTC)
    facts = episodes(
        contract,
        handoffs=handoffs,
        touches=touches,
        dispositions=dispositions,
        statuses=statuses,
        excuses=excuses,
        now=now,
    )
    tables = calendars or _covering(contract, facts.heads, now)
    parts = [
        _commitment_clocks(contract, commitment, facts, tables, now)
        for commitment in contract.commitments
        if commitment.stop is not None
    ]
    if not parts:
        return pl.DataFrame(schema=CLOCKS)
    return (
        pl.concat(parts)
        .join(touches_owed(contract, facts), on="episode", how="left")
        .sort("person_id", "handed_off_at", "order")
        .rename({"clock_owner": "owner"})
        .select(pl.col(column).cast(dtype) for column, dtype in CLOCKS.items())
    )


def _covering(contract: SlaContract, heads: pl.DataFrame, now: datetime) -> Calendars:
    earliest = heads.select(pl.min_horizontal(pl.col("qualified_at", "handed_off_at").min())).item()
    longest = max(
        (
            timedelta(minutes=c.target.minutes(1440)) * (4 if c.target.business else 1)
            for c in contract.commitments
            if isinstance(c.target, Duration)
        ),
        default=timedelta(),
    )
    return Calendars.covering(contract, min(earliest or now, now), now + longest + _DUE_MARGIN)


def _commitment_clocks(
    contract: SlaContract, commitment: Commitment, facts: Episodes, tables: Calendars, now: datetime
) -> pl.DataFrame:
    assert commitment.stop is not None  # noqa: S101  # measures of a period have no clocks
    started = "first_touch_at" if commitment.start == "first touch" else "handed_off_at"
    rows = (
        facts.heads.with_columns(
            started_at=pl.col(started),
            commitment=pl.lit(commitment.id),
            team=pl.lit(commitment.team),
            order=pl.lit([c.id for c in contract.commitments].index(commitment.id)),
        )
        .filter(pl.col("started_at").is_not_null())
        .join(stops(contract, commitment.stop, facts), on="episode", how="left")
        .join(first_excuses(commitment, facts), on="episode", how="left")
        .with_columns(
            excused_at=pl.when(pl.col("excused_at").is_not_null()).then(
                pl.max_horizontal("excused_at", "started_at")
            )
        )
    )
    if isinstance(commitment.target, TouchFloor):
        rows = rows.filter(pl.col("stopped_at").is_not_null())
    parts = []
    for table, mask in tables.groups(contract.calendar_name(commitment), rows["clock_owner"]):
        part = rows.filter(mask)
        if isinstance(commitment.target, TouchFloor):
            judged = _floor_judged(commitment, commitment.target, part)
        else:
            judged = _judged(commitment, _with_due(commitment, part, table, facts.pauses), now)
        parts.append(_with_minutes(judged, table, now).select(*_COLUMNS))
    return pl.concat(parts) if parts else pl.DataFrame(schema=_COLUMNS)


def _with_due(
    commitment: Commitment, rows: pl.DataFrame, table: BusinessTime, stretches: pl.DataFrame
) -> pl.DataFrame:
    assert isinstance(commitment.target, Duration)  # noqa: S101  # floors have no due time
    target, start = commitment.target, rows["started_at"]
    if commitment.paused_by and not stretches.is_empty():
        between: Between = table.business_minutes_between if target.business else _clock_minutes
        add: Add = table.add_business_minutes if target.business else _clock_later
        minutes = target.minutes(table.day_minutes)
        at_end, at_warning = (
            paused_due(commitment, rows, stretches, part, between, add)
            for part in (minutes, minutes * commitment.warn_at)
        )
        return rows.with_columns(at_end["due_at"], at_end["paused"], at_warning["due_at"].alias("warn_at"))
    if target.business:
        minutes = target.minutes(table.day_minutes)
        due = table.add_business_minutes(start, minutes)
        warn = table.add_business_minutes(start, minutes * commitment.warn_at)
    else:
        due, warn = start + target.elapsed, start + target.elapsed * commitment.warn_at
    nothing = pl.lit(None, dtype=pl.String).alias("paused")
    return rows.with_columns(due.alias("due_at"), warn.alias("warn_at"), nothing)


def _clock_minutes(start: pl.Series, end: pl.Series) -> pl.Series:
    return (end - start).dt.total_microseconds() / 60_000_000


def _clock_later(start: pl.Series, minutes: pl.Series) -> pl.Series:
    return start + (minutes * 60_000_000).round().cast(pl.Duration("us"))


def _judged(commitment: Commitment, rows: pl.DataFrame, now: datetime) -> pl.DataFrame:
    in_time = (pl.col("stopped_at") <= pl.col("due_at")).fill_null(value=False)
    # A clock that stands still has no due time yet: what excuses it is in time.
    excused = pl.col("excused_at").is_not_null() & (
        (pl.col("excused_at") <= pl.col("due_at")) | pl.col("due_at").is_null()
    )
    stop = commitment.stop
    assert stop is not None  # noqa: S101  # measures of a period have no clocks
    return rows.with_columns(
        status=pl.when(in_time)
        .then(pl.lit("met"))
        .when(excused)
        .then(pl.lit("excused"))
        .when(pl.col("stopped_at").is_not_null() | (pl.col("due_at") < now))
        .then(pl.lit("breached"))
        .otherwise(pl.lit("pending"))
    ).with_columns(
        stopped_at=pl.when(pl.col("status") == "excused").then("excused_at").otherwise("stopped_at"),
        why=pl.when(pl.col("status") == "met")
        .then(pl.lit(f"{stop} in time"))
        .when(pl.col("status") == "excused")
        .then(pl.col("excuse"))
        .when(pl.col("status") == "pending")
        .then(pl.coalesce(pl.format("stands still: {}", "paused"), pl.lit(f"waiting for {stop}")))
        .when(pl.col("stopped_at").is_not_null())
        .then(pl.lit(f"{stop} came late"))
        .otherwise(pl.lit(_NOT_YET[stop.kind])),
    )


def _floor_judged(commitment: Commitment, floor: TouchFloor, rows: pl.DataFrame) -> pl.DataFrame:
    made = pl.col("touches_before").fill_null(0)
    by_event = (pl.col("excused_at") <= pl.col("stopped_at")).fill_null(value=False)
    by_reason = pl.col("reason").is_in(commitment.excused_reasons).fill_null(value=False)
    count = pl.format("disqualified after {} of " + str(floor.minimum) + " touches", made)
    return rows.with_columns(
        due_at=pl.lit(None, dtype=UTC_US),
        warn_at=pl.lit(None, dtype=UTC_US),
        status=pl.when(made >= floor.minimum)
        .then(pl.lit("met"))
        .when(by_event | by_reason)
        .then(pl.lit("excused"))
        .otherwise(pl.lit("breached")),
    ).with_columns(
        why=pl.when(pl.col("status") != "excused")
        .then(count)
        .when(by_event)
        .then(pl.col("excuse"))
        .otherwise(pl.col("reason"))
    )


def _with_minutes(rows: pl.DataFrame, table: BusinessTime, now: datetime) -> pl.DataFrame:
    moments = rows.select(
        "started_at",
        "qualified_at",
        "handed_off_at",
        ends=pl.coalesce("stopped_at", "ended_at", pl.lit(now, dtype=UTC_US)),
    ).with_columns(
        human=pl.min_horizontal(
            "ends", pl.max_horizontal("started_at", pl.coalesce(rows["human_from"], "ends"))
        )
    )
    between = table.business_minutes_between
    total = between(moments["started_at"], moments["ends"])
    routing = between(moments["started_at"], moments["human"])
    return rows.with_columns(
        total.alias("business_minutes"),
        between(moments["qualified_at"], moments["handed_off_at"]).clip(0).alias("sync_minutes"),
        routing.alias("routing_minutes"),
        (total - routing).alias("human_minutes"),
    )
