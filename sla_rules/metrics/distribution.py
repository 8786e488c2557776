"""How leads are shared out among the reps: by number and by quality, with one index of the imbalance.

What a rep then does with them is in ``groups.py``; who gets a lead is decided in ``routing``.
"""

import polars as pl

from sla_rules.metrics.period import Period
from sla_rules.sla_frames import Schema, is_person

DISTRIBUTION: Schema = {
    "which": pl.String, "owner": pl.String, "handed_over": pl.Int64, "share": pl.Float64, "sql": pl.Int64,
    "mean_score": pl.Float64, "score": pl.Float64, "score_share": pl.Float64,
}  # fmt: skip
BALANCE: Schema = {
    "which": pl.String, "reps": pl.Int64, "handed_over": pl.Int64, "gini_number": pl.Float64,
    "gini_quality": pl.Float64, "most_to_mean": pl.Float64,
}  # fmt: skip


def distribution(
    cohort: pl.DataFrame, history: pl.DataFrame, period: Period, previous: Period | None
) -> pl.DataFrame:
    """One row for each period and rep: handoffs, and how good they were when they were handed over.

    Every rep of either period is in both, with zeros where they got none; queues are no reps.

    Args:
        cohort: one row for each handoff: ``person_id, handed_off_at, owner, stage``.
        history: ``person_id, at, score``: the score that counts is the last one up to the handoff.

    Returns:
        The columns of ``DISTRIBUTION``, most handoffs first. ``score`` is the sum of the scores, ``mean_score`` is
        of the handoffs whose score is known, shares are of all reps.
    """
    scored = _scored(cohort.filter(is_person(pl.col("owner"))), history)
    parts = [(which, one) for which, one in (("period", period), ("previous", previous)) if one is not None]
    told = pl.any_horizontal(one.holds("handed_off_at") for _, one in parts)
    reps = scored.filter(told).select("owner").unique()
    frames = [_of_period(which, one, scored, reps) for which, one in parts]
    return pl.concat(frames).select(pl.col(name).cast(dtype) for name, dtype in DISTRIBUTION.items())


def balance(shares: pl.DataFrame) -> pl.DataFrame:
    """One row for each period of ``distribution``: how unequal it was.

    Returns:
        The columns of ``BALANCE``. ``gini_number`` (by handoffs) and ``gini_quality`` (by summed score): 0 when all
        reps have the same, towards 1 when one has all; ``most_to_mean``: the most that a rep got, as a multiple of
        the mean. Null where nobody got anything.
    """
    rows = []
    for (which,), frame in shares.group_by("which", maintain_order=True):
        counts = frame["handed_over"].to_list()
        total = sum(counts)
        rows.append(
            {
                "which": which,
                "reps": frame.height,
                "handed_over": total,
                "gini_number": gini(counts),
                "gini_quality": gini(frame["score"].to_list()),
                "most_to_mean": max(counts) * frame.height / total if total else None,
            }
        )
    return pl.DataFrame(rows, schema=BALANCE, orient="row")


def gini(values: list[float]) -> float | None:
    """Half the mean difference of every two values, by their mean: 0 for equal ones; None if they sum to nothing."""
    total = sum(values)
    if total <= 0:
        return None
    ranked = sorted(values)
    weighted = sum(rank * value for rank, value in enumerate(ranked, start=1))
    number = len(ranked)
    return max(0.0, 2 * weighted / (number * total) - (number + 1) / number)


def _scored(cohort: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
    known = history.filter(pl.col("score").is_not_null()).select("person_id", "at", "score").sort("at")
    return (
        cohort.select("person_id", "handed_off_at", "owner", "stage")
        .sort("handed_off_at")
        .join_asof(
            known,
            left_on="handed_off_at",
            right_on="at",
            by="person_id",
            strategy="backward",
            check_sortedness=False,
        )
    )


def _of_period(which: str, period: Period, scored: pl.DataFrame, reps: pl.DataFrame) -> pl.DataFrame:
    inside = (
        scored.filter(period.holds("handed_off_at"))
        .group_by("owner")
        .agg(
            handed_over=pl.len(),
            sql=(pl.col("stage") == "SQL").sum(),
            mean_score=pl.col("score").mean(),
            score=pl.col("score").sum(),
        )
    )

    def share(column: str) -> pl.Expr:
        total = pl.col(column).sum()
        return pl.when(total > 0).then(pl.col(column) / total)

    return (
        reps.join(inside, on="owner", how="left")
        .with_columns(pl.col("handed_over", "sql", "score").fill_null(0))
        .with_columns(which=pl.lit(which), share=share("handed_over"), score_share=share("score"))
        .sort("handed_over", "owner", descending=[True, False])
    )
