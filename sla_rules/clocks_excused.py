"""Clocks that a named person excused: what they count as, and that it stays to be read who said so and why."""

import polars as pl


def with_excuses(clocks: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """The clocks with the excuses that stand; order and columns stay.

    A breached or pending clock becomes excused, with the reason and the person in ``why``; one that was met or
    excused by an event stays as it is.

    Args:
        clocks: the frame of ``run_clocks``.
        given: ``person_id, commitment, handed_off_at, given_at, reason, given_by``; the newest of a clock counts.
    """
    if given.is_empty():
        return clocks
    keys = ["person_id", "commitment", "handed_off_at"]
    newest = (
        given.sort("given_at")
        .unique(keys, keep="last", maintain_order=True)
        .select(*keys, pl.format("excused by {}: {}", "given_by", "reason").alias("excuse"))
    )
    holds = pl.col("excuse").is_not_null() & pl.col("status").is_in(["breached", "pending"])
    return (
        clocks.join(newest, on=keys, how="left", maintain_order="left")
        .with_columns(
            status=pl.when(holds).then(pl.lit("excused")).otherwise("status"),
            why=pl.when(holds).then(pl.col("excuse").str.head(255)).otherwise("why"),
        )
        .select(clocks.columns)
    )
