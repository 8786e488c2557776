"""One touch logged more than once counts once, however the rows come."""

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from sla_rules.sla_frames import ACTIVITIES
from sla_rules.sla_loading import shipped_sla
from sla_rules.touches import human_touches

BEGIN = datetime(2026, 11, 2, 9, tzinfo=UTC)
CONTRACT = shipped_sla()
rows = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.sampled_from("ab"),
        st.sampled_from(["x@m.de", "y@m.de"]),
        st.sampled_from(["call", "email"]),
    ),
    max_size=14,
)


def activities(drawn: list[tuple[int, str, str, str]]) -> pl.DataFrame:
    made = [
        {
            "activity_id": f"{n:02}", "person_id": person, "kind": kind, "actor_id": owner,
            "at": BEGIN + timedelta(minutes=minute),
        }
        for n, (minute, person, owner, kind) in enumerate(drawn)
    ]  # fmt: skip
    return pl.DataFrame(made, schema=ACTIVITIES)


def counted_one_by_one(drawn: list[tuple[int, str, str, str]]) -> list[tuple[str, str, str, int]]:
    last: dict[tuple[str, str, str], int] = {}
    kept = []
    for minute, person, owner, kind in sorted(drawn, key=lambda row: row[0]):
        key = (person, owner, kind)
        if key not in last or minute - last[key] > 10:
            last[key] = minute
            kept.append((*key, minute))
    return sorted(kept)


def counted(drawn: list[tuple[int, str, str, str]]) -> list[tuple[str, str, str, int]]:
    touches = human_touches(CONTRACT, activities(drawn))
    minute = (pl.col("at") - BEGIN).dt.total_minutes()
    return sorted(touches.select("person_id", "owner", "kind", minute).rows())


@settings(max_examples=60, deadline=None)
@given(rows)
def test_agrees_with_counting_one_by_one(drawn: list[tuple[int, str, str, str]]) -> None:
    assert counted(drawn) == counted_one_by_one(drawn)


@settings(max_examples=30, deadline=None)
@given(rows.flatmap(lambda drawn: st.tuples(st.just(drawn), st.permutations(drawn))))
def test_order_does_not_matter_and_more_rows_never_mean_fewer_touches(
    drawn: tuple[list[tuple[int, str, str, str]], list[tuple[int, str, str, str]]],
) -> None:
    told, shuffled = drawn
    assert counted(shuffled) == counted(told)
    assert len(counted(shuffled[: len(shuffled) // 2])) <= len(counted(told))
