"""Count and date the activities that the behaviour criteria ask for.

Here: activities in; for each person the criteria passed by what they did, the points, and when that changes by
itself. Not here: what follows from it (``qualify``).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

import polars as pl

from sla_rules.definition import BehaviourCriterion, Did, LeadDefinition
from sla_rules.distinct import Distinct

ACTIVITY_COLUMNS = ("person_id", "kind", "at", "detail", "direction", "outcome")
MOMENT = pl.Datetime("us", "UTC")
DAY = timedelta(days=1)
_FOUND = pl.Schema({"person": pl.UInt32(), "passed": pl.UInt64(), "points": pl.Int32(), "change_at": MOMENT})


@dataclass(frozen=True)
class Asked:
    """One ``did``, the bit of its criterion, and what passing it is worth.

    Attributes:
        speaks_against: it disqualifies or costs points, which no fresh start wipes out.
    """

    bit: int
    did: Did
    points: int = 0
    half_life: timedelta | None = None
    speaks_against: bool = False

    @property
    def mask(self) -> int:
        """The bit as it is set in a mask."""
        return 1 << self.bit


def asked_by(definition: LeadDefinition) -> list[Asked]:
    """Everything that the definition asks of activities."""
    against = {item.id for item in definition.disqualify}
    return [
        Asked(
            bit,
            criterion.did,
            criterion.points,
            criterion.half_life if isinstance(criterion, BehaviourCriterion) and criterion.points else None,
            criterion.id in against or criterion.points < 0,
        )
        for bit, criterion in enumerate(definition.criteria)
        if criterion.did
    ]


def behaviour_of(
    asked: Sequence[Asked],
    person_ids: pl.Series,
    activities: pl.DataFrame,
    *,
    now: datetime,
    since: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """What people did, as far as ``asked`` wants to know.

    Args:
        asked: the criteria that look at activities.
        person_ids: whom it is about, each once.
        activities: rows of ``ACTIVITY_COLUMNS``; more columns do not disturb.
        now: judged moment; an activity after it does not count yet.
        since: ``person_id, since``: of these people what they did up to then counts only against them.

    Returns:
        A row for each person of whom there is something to say: ``person`` (their place in ``person_ids``),
        ``passed`` (mask), ``points`` (before the cap), ``change_at``: the first moment after ``now`` at which
        a window ends, points fade or an activity that is already in the frame begins to count.
    """
    if not asked:
        return pl.DataFrame(schema=_FOUND)
    events = _persons(_events(asked, activities, now), person_ids)
    if since is not None and since.height:
        events = _fresh(asked, events, person_ids, since)
    past = events.filter(pl.col("at") <= now)
    found = [_criterion(item, past, now) for item in _present(asked, past.get_column("counts_for"))]
    future = events.filter(pl.col("at") > now)
    if future.height:
        found.append(_rows(future, 0, pl.lit(0), pl.col("at")))
    told = pl.concat(found) if found else pl.DataFrame(schema=_FOUND)
    return told.group_by("person").agg(
        pl.col("passed").sum(), pl.col("points").sum(), pl.col("change_at").min()
    )


def _fresh(
    asked: Sequence[Asked], events: pl.DataFrame, person_ids: pl.Series, since: pl.DataFrame
) -> pl.DataFrame:
    """The events without what no longer counts."""
    against = reduce(or_, (item.mask for item in asked if item.speaks_against), 0)
    places = pl.DataFrame({"person_id": person_ids}).with_row_index("person")
    begun = since.join(places, on="person_id").select("person", "since")
    old = (pl.col("at") <= pl.col("since")).fill_null(value=False)
    counts = pl.when(old).then(pl.col("counts_for") & pl.lit(against, pl.UInt64)).otherwise("counts_for")
    return (
        events.join(begun, on="person", how="left")
        .select("person", "at", counts_for=counts)
        .filter(pl.col("counts_for") != 0)
    )


# ---- which activities count for which criteria


def _events(asked: Sequence[Asked], activities: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """``person_id``, ``at`` and ``counts_for``: the criteria that the activity counts for, now or later.

    Kind and time rule out most activities, so what was seen is looked at afterwards, in what is left.
    """
    columns = [name for name in _PARTS if any(_part(item.did, name) is not None for item in asked)]
    of_kind = _mask_by(asked, activities.get_column("kind"))
    rows = (
        activities.lazy()
        .select("person_id", "at", *columns, counts_for=of_kind)
        .with_columns(pl.col("counts_for") & _open_windows(asked, now))
        .filter(pl.col("counts_for") != 0)
        .collect()
    )
    if rows.is_empty():
        return rows.select("person_id", "at", "counts_for")
    left = _present(asked, rows.get_column("counts_for"))
    masks = [_mask_by(left, rows.get_column(name)) for name in columns if name != "kind"]
    matched = reduce(pl.Series.__and__, masks, rows.get_column("counts_for"))
    return rows.select("person_id", "at", counts_for=matched).filter(pl.col("counts_for") != 0)


def _present(asked: Sequence[Asked], masks: pl.Series) -> list[Asked]:
    """What some activity counts for: of the few activities that most passes look at, little."""
    anywhere: Any = masks.bitwise_or() or 0
    return [item for item in asked if item.mask & anywhere]


def _mask_by(asked: Sequence[Asked], column: pl.Series) -> pl.Series:
    """For each row the criteria that this column does not rule out."""
    seen = Distinct.of(column)
    table = pl.DataFrame(seen.values)
    masks = []
    for item in asked:
        part = _part(item.did, column.name)
        allowed = pl.lit(value=True) if part is None else part.fill_null(value=False)
        masks.append(pl.when(allowed).then(pl.lit(item.mask, pl.UInt64)).otherwise(pl.lit(0, pl.UInt64)))
    return seen.spread(table.with_columns(mask=pl.sum_horizontal(masks)).get_column("mask")).to_series()


def _open_windows(asked: Sequence[Asked], now: datetime) -> pl.Expr:
    """The criteria whose window an activity of that moment is in, or will be."""
    ends = sorted({item.did.within for item in asked if item.did.within is not None})
    reach: dict[timedelta | None, int] = {
        end: reduce(or_, (i.mask for i in asked if i.did.within is None or i.did.within >= end))
        for end in ends
    }
    always = reduce(or_, (item.mask for item in asked if item.did.within is None), 0)
    chain: Any = pl
    for end in ends:
        chain = chain.when(pl.col("at") > now - end).then(pl.lit(reach[end], pl.UInt64))
    last = pl.lit(always, pl.UInt64)
    return chain.otherwise(last) if ends else last


def _persons(events: pl.DataFrame, person_ids: pl.Series) -> pl.DataFrame:
    """The events with ``person``, their place in ``person_ids``, in its stead; without those of others.

    Ids are met by their hashes, as numbers, and then compared as texts: whoever shares a hash is told apart.
    """
    known = pl.DataFrame({"hash": person_ids.hash()}).with_row_index("person")
    met = events.with_columns(hash=pl.col("person_id").hash()).join(known, on="hash", how="inner")
    same = met.get_column("person_id") == person_ids.gather(met.get_column("person"))
    return (met if same.all(ignore_nulls=False) else met.filter(same)).drop("person_id", "hash")


# ---- what they come to


def _criterion(item: Asked, past: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Everybody who passes it. ``keeper`` is their ``at_least``-th latest activity: the one that keeps it so."""
    rows = past.filter(pl.col("counts_for") & item.mask != 0).select("person", "at")
    if item.did.at_least == 1:
        kept = rows.group_by("person").agg(latest=pl.col("at").max()).with_columns(keeper="latest")
    else:
        before = item.did.at_least - 1
        person, at = pl.col("person"), pl.col("at")
        kept = rows.sort("person", "at").select(
            "person",
            latest=at,
            keeper=pl.when(person == person.shift(before)).then(at.shift(before)),
            is_latest=person.ne_missing(person.shift(-1)),
        )
        kept = kept.filter(pl.col("is_latest") & pl.col("keeper").is_not_null())
    ends = pl.lit(None, MOMENT) if item.did.within is None else pl.col("keeper") + item.did.within
    points = pl.lit(item.points)
    if item.half_life is not None:
        points, step = _fading(item.points, item.half_life, now)
        ends = pl.min_horizontal(ends, step)
    return _rows(kept, item.mask, points, ends)


def _rows(frame: pl.DataFrame, mask: int, points: pl.Expr, change_at: pl.Expr) -> pl.DataFrame:
    return frame.select(
        "person",
        passed=pl.lit(mask, pl.UInt64),
        points=points.cast(pl.Int32),
        change_at=change_at.cast(MOMENT),
    )


def _fading(points: int, half_life: timedelta, now: datetime) -> tuple[pl.Expr, pl.Expr]:
    """Points left today, and the moment of the next step."""
    table = fading_points(points, half_life)
    last = len(table) - 1
    next_step: list[int | None] = [None] * len(table)
    for day in range(last - 1, -1, -1):
        next_step[day] = day + 1 if table[day + 1] != table[day] else next_step[day + 1]
    latest = pl.col("latest")
    age_days = (pl.lit(now) - latest).dt.total_days().clip(0, last)
    left = pl.lit(pl.Series(table, dtype=pl.Int32)).gather(age_days)
    step = pl.lit(pl.Series(next_step, dtype=pl.Int64)).gather(age_days)
    return left, latest + step * pl.lit(DAY)


def fading_points(points: int, half_life: timedelta) -> list[int]:
    """Points left after 0, 1, 2, ... whole days; the last entry holds ever after and is 0."""
    left: list[int] = []
    while not left or left[-1]:
        faded = abs(points) * 0.5 ** (len(left) * (DAY / half_life))
        left.append(int(faded + 0.5) * (1 if points > 0 else -1))
    return left


# ---- what a ``did`` asks of each column of an activity


def _detail(did: Did) -> pl.Expr | None:
    text, parts = pl.col("detail"), []
    if did.page is not None:
        parts.append(text.str.contains(page_pattern(did.page)))
    if did.form is not None:
        parts.append(_said("detail", did.form))
    if did.detail_contains is not None:
        parts.append(text.str.to_lowercase().str.contains_any([one.lower() for one in did.detail_contains]))
    return reduce(pl.Expr.and_, parts) if parts else None


def _said(column: str, values: Sequence[str]) -> pl.Expr:
    return pl.col(column).str.strip_chars().str.to_lowercase().is_in([one.strip().lower() for one in values])


_PARTS: Mapping[str, Callable[[Did], pl.Expr | None]] = {
    "kind": lambda did: pl.col("kind").is_in(list(did.activity)),
    "detail": _detail,
    "direction": lambda did: pl.col("direction").is_in(list(did.direction)) if did.direction else None,
    "outcome": lambda did: _said("outcome", did.outcome) if did.outcome else None,
}


def _part(did: Did, column: str) -> pl.Expr | None:
    """What must be true of one column, null where nothing is asked of it."""
    return _PARTS[column](did)


def page_pattern(pages: Sequence[str]) -> str:
    """The page and what lies below it, of a full address or of a path alone; ``/`` is only the home page."""
    wanted = "|".join(f"{re.escape(page)}(?:[/?#]|$)" if page else r"/?(?:[?#]|$)" for page in pages)
    return rf"(?i)^\s*(?:[a-z][a-z0-9+.-]*:)?(?://)?[^/?#]*(?:{wanted})"
