"""Looking at each distinct text once says of each row what looking at each row would say."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from sla_rules.distinct import Distinct


@given(st.lists(st.none() | st.text(max_size=3), max_size=30))
def test_each_row_takes_what_is_said_of_its_own_text(texts: list[str | None]) -> None:
    column = pl.Series("text", texts, dtype=pl.String)
    seen = Distinct.of(column)
    assert seen.values.to_list()[-1] is None
    assert set(seen.values.drop_nulls()) == set(column.drop_nulls())
    assert len(seen.values) == column.drop_nulls().n_unique() + 1
    assert seen.spread(seen.values).to_series().to_list() == texts


def test_a_column_without_any_text_says_nothing() -> None:
    column = pl.Series("text", [None, None], dtype=pl.Null)
    assert Distinct.of(column).spread(pl.Series("said", ["nothing"]))["said"].to_list() == [
        "nothing",
        "nothing",
    ]
