"""How leads are shared out: by number, by quality, and how far from equal."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_rules.metrics.distribution import BALANCE, DISTRIBUTION, balance, distribution, gini
from sla_rules.metrics.period import Period

NOVEMBER = Period.month_of(datetime(2026, 11, 9, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
INES, THEO, UMA = "ines@m.example", "theo@m.example", "uma@m.example"
HANDED = [
    ("A", "11-03", INES, "SQL"), ("B", "11-04", INES, "MQL"), ("C", "11-05", INES, "MQL"), ("D", "11-06", THEO, "SQL"),
    ("E", "10-06", UMA, "MQL"), ("F", "11-07", "queue:Inbound", "MQL"), ("G", "11-08", None, "MQL"),
]  # fmt: skip
SCORES = [("A", "11-01", 10), ("A", "11-03", 30), ("A", "11-04", 99), ("B", "11-04", 10), ("D", "11-05", 80)]


def on(day: str) -> datetime:
    return datetime.fromisoformat(f"2026-{day}T10:00").replace(tzinfo=UTC)


def frames() -> tuple[pl.DataFrame, pl.DataFrame]:
    cohort = pl.DataFrame(
        [(person, on(day), owner, stage) for person, day, owner, stage in HANDED],
        schema=["person_id", "handed_off_at", "owner", "stage"],
        orient="row",
    )
    history = pl.DataFrame(
        [(person, on(day), score) for person, day, score in SCORES],
        schema=["person_id", "at", "score"],
        orient="row",
    )
    return cohort, history


def test_leads_by_number_and_by_score_at_the_handoff() -> None:
    found = distribution(*frames(), NOVEMBER, NOVEMBER.before())
    assert found.schema == pl.Schema(dict(DISTRIBUTION))
    assert found.filter(which="period").drop("which").rows() == [
        (INES, 3, 0.75, 1, 20.0, 40.0, 40 / 120),
        (THEO, 1, 0.25, 1, 80.0, 80.0, 80 / 120),
        (UMA, 0, 0.0, 0, None, 0.0, 0.0),
    ]
    assert found.filter(which="previous").select("owner", "handed_over").rows() == [
        (UMA, 1), (INES, 0), (THEO, 0),
    ]  # fmt: skip


def test_the_index_tells_number_from_quality() -> None:
    found = balance(distribution(*frames(), NOVEMBER, NOVEMBER.before()))
    assert found.schema == pl.Schema(dict(BALANCE))
    now, before = found.to_dicts()
    assert (now["reps"], now["handed_over"], now["most_to_mean"]) == (3, 4, 2.25)
    assert now["gini_number"] == pytest.approx(0.5)
    assert now["gini_quality"] == pytest.approx(4 / 9)
    assert (before["handed_over"], before["gini_quality"]) == (1, None)


def test_nobody_was_given_anything() -> None:
    cohort, history = frames()
    empty = distribution(cohort.clear(), history, NOVEMBER, None)
    assert empty.is_empty()
    assert balance(empty).is_empty()


@given(st.lists(st.integers(0, 50), min_size=1, max_size=12))
def test_the_index_is_half_the_mean_difference_by_the_mean(values: list[int]) -> None:
    total, number = sum(values), len(values)
    slow = sum(abs(a - b) for a in values for b in values)
    expected = slow / (2 * number * total) if total else None
    assert gini(list(values)) == (None if expected is None else pytest.approx(expected, abs=1e-9))
