"""Count and date the activities that the behaviour criteria ask for.

Here: activities in, for each person and criterion the moment that keeps it passed and the latest moment out;
fading points. Not here: what follows from it (``qualify``).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce

import polars as pl

from sla_rules.definition import Did

ACTIVITY_COLUMNS = ("person_id", "kind", "at", "detail", "direction", "outcome")
MOMENT = pl.Datetime("us", "UTC")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """One ``did`` with the bit of its criterion; ``keeper`` and ``latest`` name its columns."""

    bit: int
    did: Did

    @property
    def keeper(self) -> str:
        """The ``at_least``-th latest activity in the window; null when there are fewer: then it is failed."""
        return f"keeper_{self.bit}"

    @property
    def latest(self) -> str:
        """The latest activity in the window; meaningful only where ``keeper`` is not null."""
        return f"latest_{self.bit}" if self.did.at_least > 1 else self.keeper


def matches(did: Did) -> pl.Expr:
    """Whether an activity is of the kind asked for, whenever it was: Boolean, never null."""
    parts = [pl.col("kind").is_in(list(did.activity))]
    if did.page is not None:
        parts.append(pl.col("detail").str.contains(_page_pattern(did.page)))
    if did.form is not None:
        forms = [form.strip().lower() for form in did.form]
        parts.append(pl.col("detail").str.strip_chars().str.to_lowercase().is_in(forms))
    if did.detail_contains is not None:
        texts = [text.lower() for text in did.detail_contains]
        parts.append(pl.col("detail").str.to_lowercase().str.contains_any(texts))
    if did.direction is not None:
        parts.append(pl.col("direction").is_in(list(did.direction)))
    if did.outcome is not None:
        outcomes = [outcome.strip().lower() for outcome in did.outcome]
        parts.append(pl.col("outcome").str.strip_chars().str.to_lowercase().is_in(outcomes))
    return reduce(pl.Expr.and_, parts).fill_null(False)


def _page_pattern(pages: Sequence[str]) -> str:
    """The page and what lies below it, of a full address or of a path alone; ``/`` is only the home page."""
    wanted = "|".join(f"{re.escape(page)}(?:[/?#]|$)" if page else r"/?(?:[?#]|$)" for page in pages)
    return rf"(?i)^\s*(?:[a-z][a-z0-9+.-]*:)?(?://)?[^/?#]*(?:{wanted})"


def behaviour_of(asked: Sequence[Asked], activities: pl.DataFrame, *, now: datetime) -> pl.DataFrame:
    """What each person did, as far as ``asked`` wants to know.

    Args:
        asked: the behaviour criteria.
        activities: rows of ``ACTIVITY_COLUMNS``; more columns do not disturb.
        now: judged moment; an activity after it does not count yet.

    Returns:
        ``person_id``, the columns ``keeper`` and ``latest`` of each of ``asked``, and ``arrival``: the first
        moment after ``now`` at which an activity that is already in the frame begins to count.
    """
    kinds = sorted({kind for item in asked for kind in item.did.activity})
    rows = activities.lazy().filter(pl.col("kind").is_in(kinds))
    windows = [item.did.within for item in asked]
    if asked and all(window is not None for window in windows):
        rows = rows.filter(pl.col("at") > now - max(window for window in windows if window is not None))
    keys = _columns_read(asked)
    kept = rows.select("person_id", "at", *keys).collect()
    # Each distinct text is looked at once: a site has few pages, however many views.
    distinct = kept.select(keys).unique()
    flags = distinct.with_columns(matches(item.did).alias(f"match_{item.bit}") for item in asked)
    flags = flags.filter(pl.any_horizontal(f"match_{item.bit}" for item in asked)) if asked else flags
    events = kept.join(flags, on=keys, how="inner", nulls_equal=True).drop(keys)
    return _summary(asked, events, now)


def _columns_read(asked: Sequence[Asked]) -> list[str]:
    keys = ["kind"]
    dids = [item.did for item in asked]
    if any(did.page or did.form or did.detail_contains for did in dids):
        keys.append("detail")
    if any(did.direction for did in dids):
        keys.append("direction")
    if any(did.outcome for did in dids):
        keys.append("outcome")
    return keys


def _summary(asked: Sequence[Asked], events: pl.DataFrame, now: datetime) -> pl.DataFrame:
    at = pl.col("at")
    past = at <= now
    counted = {
        item.bit: pl.col(f"match_{item.bit}")
        & (past if item.did.within is None else past & (at > now - item.did.within))
        for item in asked
    }
    events = events.with_columns(pl.when(counted[item.bit]).then(at).alias(item.latest) for item in asked)
    summary = events.group_by("person_id").agg(
        *(pl.col(item.latest).max() for item in asked), pl.when(~past).then(at).min().alias("arrival")
    )
    for item in asked:
        if item.did.at_least > 1:
            keepers = (
                events.select("person_id", item.latest)
                .drop_nulls()
                .group_by("person_id")
                .agg(pl.col(item.latest).sort().get(-item.did.at_least, null_on_oob=True).alias(item.keeper))
            )
            summary = summary.join(keepers, on="person_id", how="left")
    return summary


def fading_points(points: int, half_life: timedelta) -> list[int]:
    """Points left after 0, 1, 2, ... whole days; the last entry holds ever after and is 0."""
    left: list[int] = []
    while not left or left[-1]:
        faded = abs(points) * 0.5 ** (len(left) * (DAY / half_life))
        left.append(int(faded + 0.5) * (1 if points > 0 else -1))
    return left
