"""Look at each distinct text of a column once, however many rows say it.

A million people have a thousand job titles. What is found out about a text here is a row of a table, and each
row of the column takes it from there by number: no join, no hashing of the answers.
"""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Distinct:
    """The distinct texts of one column and which row says which.

    Attributes:
        values: the texts, each once, and null as the last.
        places: for each row of the column the place of its text in ``values``.
    """

    values: pl.Series
    places: pl.Series

    @classmethod
    def of(cls, column: pl.Series) -> "Distinct":
        """The distinct texts of a column of texts, categories or nulls."""
        # Categories of its own: the common ones would keep every text until the process ends.
        own = pl.Categorical(pl.Categories.random())
        coded = column.cast(pl.String).cast(own)
        texts = own.categories.to_series().cast(pl.String)
        values = pl.concat([texts, pl.Series([None], dtype=pl.String)]).alias(column.name)
        return cls(values, coded.to_physical().fill_null(len(texts)))

    def spread(self, table: pl.DataFrame | pl.Series) -> pl.DataFrame:
        """What ``table`` says of each of ``values``, for each row of the column."""
        frame = table.to_frame() if isinstance(table, pl.Series) else table
        return frame.select(pl.all().gather(self.places))
