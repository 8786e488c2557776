"""People by stage and step, and the same figures by rep, by source and by campaign.

Sums over the cohort of ``metrics/cohort.py`` and the clocks; what a fate is, is decided there.
"""

from datetime import datetime

import polars as pl

from sla_rules.metrics.period import Period
from sla_rules.sla_frames import Schema

STAGES: Schema = {"stage": pl.String, "people": pl.Int64, "previous_people": pl.Int64}
FUNNEL: Schema = {
    "step": pl.String, "people": pl.Int64, "share": pl.Float64, "amount": pl.Float64,
    "previous_people": pl.Int64, "previous_share": pl.Float64, "previous_amount": pl.Float64,
}  # fmt: skip
GROUP: Schema = {
    "handed_over": pl.Int64, "touched": pl.Int64, "touches": pl.Int64, "first_touch_met": pl.Int64,
    "first_touch_measured": pl.Int64, "first_touch_value": pl.Float64, "p50_minutes": pl.Float64,
    "answered": pl.Int64, "accepted": pl.Int64, "rejected": pl.Int64, "recycled": pl.Int64,
    "rejected_share": pl.Float64, "converted": pl.Int64, "won": pl.Int64, "amount": pl.Float64,
    "won_amount": pl.Float64, "breaches": pl.Int64,
}  # fmt: skip
REJECTIONS: Schema = {"reason": pl.String, "people": pl.Int64, "share": pl.Float64}

_STAGE_ORDER = ("go-nowhere", "lead", "MQL", "SQL")
_NOBODY = {"owner": "(no owner yet)", "source": "(unknown)", "campaign": "(no campaign)"}


def stages(history: pl.DataFrame, period: Period, previous: Period | None, now: datetime) -> pl.DataFrame:
    """People by stage at the end of the period (or ``now``, if that is earlier) and of the one before."""
    present = _people_by_stage(history, min(now, period.end))
    before = _people_by_stage(history, previous.end) if previous else {}
    names = [*_STAGE_ORDER, *sorted({*present, *before} - {*_STAGE_ORDER})]
    rows = [(name, present.get(name, 0), before.get(name, 0) if previous else None) for name in names]
    return pl.DataFrame(rows, schema=STAGES, orient="row")


def _people_by_stage(history: pl.DataFrame, at: datetime) -> dict[str, int]:
    last = (
        history.filter(pl.col("at") <= at, pl.col("stage").is_not_null())
        .sort("at", maintain_order=True)
        .group_by("person_id")
        .agg(pl.col("stage").last())
    )
    return dict(last["stage"].value_counts().iter_rows())


def funnel(
    qualified: pl.DataFrame, cohort: pl.DataFrame, period: Period, previous: Period | None
) -> pl.DataFrame:
    """People by step, in the order of the journey.

    ``qualified``: newly qualified in the period. The rest is the cohort handed over in the period and what
    has become of it since, each person once; ``share`` is of those handed over. ``amount`` belongs to
    ``converted`` (all opportunities) and ``won``.
    """
    present = _steps(qualified, cohort, period)
    before = _steps(qualified, cohort, previous) if previous else {}
    rows = []
    for step, (people, amount) in present.items():
        previous_people, previous_amount = before.get(step, (None, None))
        counted = step != "qualified"
        rows.append(
            {
                "step": step,
                "people": people,
                "share": _ratio(people, present["handed over"][0]) if counted else None,
                "amount": amount,
                "previous_people": previous_people,
                "previous_share": (
                    _ratio(previous_people, before["handed over"][0])
                    if counted and previous_people is not None
                    else None
                ),
                "previous_amount": previous_amount,
            }
        )
    return pl.DataFrame(rows, schema=FUNNEL)


def _steps(
    qualified: pl.DataFrame, cohort: pl.DataFrame, period: Period
) -> dict[str, tuple[int, float | None]]:
    handed = cohort.filter(period.holds("handed_off_at"))

    def people(which: pl.Expr) -> int:
        return handed.filter(which)["person_id"].n_unique()

    return {
        "qualified": (qualified.filter(period.holds("at"))["person_id"].n_unique(), None),
        "handed over": (handed["person_id"].n_unique(), None),
        "touched": (people(pl.col("first_touch_at").is_not_null()), None),
        "accepted": (people(pl.col("accepted")), None),
        "recycled": (people(pl.col("recycled")), None),
        "rejected": (people(pl.col("rejected")), None),
        "converted": (people(pl.col("converted")), float(handed["amount"].sum())),
        "won": (people(pl.col("won") > 0), float(handed["won_amount"].sum())),
    }


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def by_group(key: str, cohort: pl.DataFrame, clocks: pl.DataFrame, first_id: str) -> pl.DataFrame:
    """One row per value of ``owner``, ``source`` or ``campaign``, most handoffs first.

    Args:
        key: the cohort's column.
        cohort: handoffs of the period.
        clocks: clocks of those handoffs.
        first_id: the id of the first-touch commitment.

    Returns:
        The key and the columns of ``GROUP``: handoffs, not people. ``rejected_share`` is of answered ones.
    """
    named = cohort.with_columns(pl.col(key).fill_null(_NOBODY[key]))
    handoff = ["person_id", "handed_off_at"]
    timed = clocks.join(named.select(*handoff, pl.col(key).alias("group")), on=handoff)
    first = (pl.col("commitment") == first_id) & (pl.col("status") != "excused")
    stopped = pl.col("stopped_at").is_not_null()
    sums = timed.group_by("group").agg(
        first_touch_met=(first & (pl.col("status") == "met")).sum(),
        first_touch_measured=(first & pl.col("status").is_in(["met", "breached"])).sum(),
        p50_minutes=pl.col("business_minutes").filter(first & stopped).median(),
        breaches=(pl.col("status") == "breached").sum(),
    )
    met, measured = pl.col("first_touch_met"), pl.col("first_touch_measured")
    rejected, answered = pl.col("rejected"), pl.col("answered")
    return (
        named.group_by(key)
        .agg(
            pl.len().alias("handed_over"),
            pl.col("first_touch_at").is_not_null().sum().alias("touched"),
            pl.col("touches_made").sum().alias("touches"),
            pl.col("answered", "accepted", "rejected", "recycled", "converted").sum(),
            (pl.col("won") > 0).sum(),
            pl.col("amount", "won_amount").sum(),
        )
        .join(sums, left_on=key, right_on="group", how="left")
        .with_columns(
            first_touch_value=pl.when(measured > 0).then(met / measured),
            rejected_share=pl.when(answered > 0).then(rejected / answered),
        )
        .with_columns(pl.col("first_touch_met", "first_touch_measured", "breaches").fill_null(0))
        .select(key, *(pl.col(column).cast(dtype) for column, dtype in GROUP.items()))
        .sort(pl.col("handed_over").neg(), key)
    )


def rejections(cohort: pl.DataFrame) -> pl.DataFrame:
    """Why sales said no to the handoffs of a period: ``reason, people, share``, the commonest first."""
    turned_down = cohort.filter("rejected").with_columns(pl.col("reason").fill_null("(no reason given)"))
    return (
        turned_down.group_by("reason")
        .agg(people=pl.col("person_id").n_unique().cast(pl.Int64))
        .with_columns(share=pl.col("people") / pl.col("people").sum())
        .select(list(REJECTIONS))
        .sort(pl.col("people").neg(), "reason")
    )
