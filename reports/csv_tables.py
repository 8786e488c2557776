"""Tables as CSV files that a spreadsheet opens without running anything that stands in them."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

# What a spreadsheet takes for a formula when a cell begins with it.
_FORMULA = r"^[=+\-@\t\r]"


def csv_text(table: pl.DataFrame) -> str:
    """The table as CSV: times in UTC as ISO 8601, unknown cells blank.

    A text that a spreadsheet would take for a formula gets an apostrophe before it; numbers stay numbers.
    """
    texts = [name for name, dtype in table.schema.items() if dtype == pl.String]
    return table.with_columns(
        pl.when(pl.col(name).str.contains(_FORMULA))
        .then(pl.lit("'") + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
        for name in texts
    ).write_csv(datetime_format="%Y-%m-%dT%H:%M:%SZ")


def write_tables(folder: Path, tables: Mapping[str, pl.DataFrame]) -> list[Path]:
    """One file for each table that has columns, ``<name>.csv``; answers their paths.

    Raises:
        OSError: a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        path.write_text(csv_text(table), encoding="utf-8")
        written.append(path)
    return written
