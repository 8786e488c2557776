"""The review's own charts as inline SVG: promises week by week, the quota's course, reps' first touch.

Frames in, SVG text out; the look that all charts share is in ``reports/charts.py``.
"""

import altair as alt
import polars as pl

from reports.charts import INK, LATE, PAST, PRESENT, SOFT, svg
from reports.words import DASH

_GOOD, _NEAR, _BAD, _NONE = "#cfe8d9", "#f7e4b8", "#f4c9bd", "#f5f7f9"
_NEAR_ENOUGH = 0.1
_MOST_REPS = 14


def weeks_svg(weeks: pl.DataFrame) -> str:
    """Each promise in each week as a field: its share kept, coloured by how far it is from what was agreed.

    Args:
        weeks: attainment rows with ``starts_on`` and ``label``; shares only.
    """
    gap = (
        pl.when(pl.col("bound") == "at most")
        .then(pl.col("value") - pl.col("goal"))
        .otherwise(pl.col("goal") - pl.col("value"))
    )
    rows = weeks.sort("starts_on").with_columns(
        week=pl.col("starts_on").dt.strftime("%-d %b"),
        text=pl.when(pl.col("value").is_null())
        .then(pl.lit(DASH))
        .otherwise((pl.col("value") * 100).round(0).cast(pl.Int64, strict=False).cast(pl.String) + " %"),
        tone=pl.when(pl.col("value").is_null())
        .then(pl.lit("nothing due"))
        .when(gap <= 1e-9)
        .then(pl.lit("kept"))
        .when(gap <= _NEAR_ENOUGH)
        .then(pl.lit("near"))
        .otherwise(pl.lit("missed")),
    )
    base = alt.Chart(rows.select("week", "label", "text", "tone")).encode(
        x=alt.X(
            "week:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelAngle=0, domain=False, ticks=False, orient="top"),
        ),
        y=alt.Y("label:N", sort=None, title=None, axis=_names_axis(rows["label"])),
    )
    fields = base.mark_rect(cornerRadius=3, stroke="white", strokeWidth=3).encode(
        color=alt.Color(
            "tone:N",
            scale=alt.Scale(
                domain=["kept", "near", "missed", "nothing due"], range=[_GOOD, _NEAR, _BAD, _NONE]
            ),
            legend=None,
        )
    )
    labels = base.mark_text(fontSize=12, color=INK).encode(text="text:N")
    height = 34 * max(1, rows["label"].n_unique())
    chart = alt.layer(fields, labels, description="Each promise week by week")
    return svg(chart, "weeks", width=760, height=height)


def quota_svg(course: pl.DataFrame, target: float) -> str:
    """Newly qualified people, added up week by week, against the quota's even course.

    Args:
        course: ``starts_on, so_far`` of each week, oldest first.
        target: of the whole period.
    """
    rows = course.sort("starts_on").with_columns(week=pl.col("starts_on").dt.strftime("%-d %b"))
    steps = max(rows.height, 1)
    rows = rows.with_columns(due=pl.Series([target * (step + 1) / steps for step in range(rows.height)]))
    x = alt.X("week:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, domain=False, ticks=False))
    axis = alt.Axis(tickCount=4, domain=False, ticks=False)
    base = alt.Chart(rows)
    bars = base.mark_bar(width=alt.RelativeBandSize(0.6), cornerRadius=2, color=PRESENT).encode(
        x=x, y=alt.Y("so_far:Q", title=None, axis=axis)
    )
    labels = base.mark_text(dy=-7, color=SOFT, fontSize=11).encode(x=x, y="so_far:Q", text="so_far:Q")
    line = base.mark_line(color=INK, strokeDash=[4, 3], point=False).encode(x=x, y="due:Q")
    chart = alt.layer(bars, line, labels, description="Newly qualified people against the quota")
    return svg(chart, "quota", width=520, height=200)


def reps_svg(reps: pl.DataFrame, promised: float | None) -> str:
    """Business minutes to the first touch of each rep: from p50 to p95; the promise is a dashed line.

    Args:
        reps: ``owner, p50, p95`` where something was touched.
    """
    rows = (
        reps.sort("p50")
        .head(_MOST_REPS)
        .with_columns(
            name=pl.col("owner").str.split("@").list.first(),
            p95=pl.max_horizontal("p50", "p95"),
        )
    )
    scale = alt.Scale(type="symlog", constant=10)
    axis = alt.Axis(
        domain=False, ticks=False, values=[0, 15, 60, 240, 480, 960, 2400, 4800], labelFlush=False
    )
    y = alt.Y("name:N", sort=None, title=None, axis=_names_axis(rows["name"]))
    base = alt.Chart(rows)
    bars = base.mark_bar(height=8, cornerRadius=4, color=PAST).encode(
        x=alt.X("p50:Q", scale=scale, title=None, axis=axis), x2="p95:Q", y=y
    )
    half = base.mark_point(filled=True, size=90, color=PRESENT, opacity=1).encode(
        x=alt.X("p50:Q", scale=scale), y=y
    )
    tail = base.mark_point(filled=True, size=60, color=LATE, opacity=1).encode(
        x=alt.X("p95:Q", scale=scale), y=y
    )
    layers: list[alt.Chart] = [bars, tail, half]
    if promised is not None:
        line = alt.Chart(pl.DataFrame({"promised": [promised]})).mark_rule(color=INK, strokeDash=[4, 3])
        layers.append(line.encode(x=alt.X("promised:Q", scale=scale)))
    chart = alt.layer(*layers, description="Minutes to first touch by rep, p50 and p95")
    return svg(chart, "reps", width=520, height=26 * max(2, rows.height))


def _names_axis(names: pl.Series) -> alt.Axis:
    """An axis wide enough for its longest name: the page's font may be wider than the one that is measured."""
    longest = int(names.str.len_chars().max() or 0)  # type: ignore[arg-type]  # of lengths
    return alt.Axis(domain=False, ticks=False, labelLimit=260, minExtent=min(260, 8 * longest + 8))
