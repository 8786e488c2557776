"""Tables as CSV: nothing that a spreadsheet runs, every table, times that say their zone."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from reports.csv_tables import csv_text, write_tables
from sla_rules.metrics.follow_up import COLUMNS
from sla_rules.sla_loading import shipped_sla
from tests.architecture.tree import ROOT
from tests.docs.pages import table
from tests.unit.reports.test_scorecard import figures


@pytest.mark.parametrize("text", ["=1+1", "+49", "-2", "@SUM(A1)", "\tx", "\r=1"])
def test_a_text_that_a_spreadsheet_would_run_is_neutralised(text: str) -> None:
    written = csv_text(pl.DataFrame({"name": [text]}))

    assert f"'{text}" in written


def test_numbers_blanks_and_times_stay_as_they_are() -> None:
    at = datetime(2026, 10, 5, 8, tzinfo=UTC)
    frame = pl.DataFrame({"change": [-1.5, None], "name": ["Vera = Brandt", None], "at": [at, None]})

    assert csv_text(frame) == "change,name,at\n-1.5,Vera = Brandt,2026-10-05T08:00:00Z\n,,\n"


def test_each_table_is_a_file(tmp_path: Path) -> None:
    tables = figures().tables()

    assert {path.name for path in write_tables(tmp_path / "out", tables)} == {
        f"{name}.csv" for name in tables
    }


def test_the_columns_of_follow_up_are_those_documented() -> None:
    told = {
        column.strip("`"): meaning
        for column, meaning in table(ROOT / "docs" / "review.md", "## Follow-up of each rep\n")
    }
    sales = [one.id for one in shipped_sla().commitments if one.team == "sales" and one.measure is None]
    columns = [
        column.replace("<commitment>", one)
        for column in COLUMNS
        for one in (sales if "<" in column else [""])
    ]

    assert told == COLUMNS
    assert set(figures().follow_up.columns) == set(columns)
