"""Two definitions week by week, as inline SVG in the look of the other charts."""

import altair as alt
import polars as pl

from reports.charts import INK, PAST, PRESENT, svg


def weeks_svg(rows: pl.DataFrame) -> str:
    """Two counts for each label side by side, the first pale, and a short line at each label's quota.

    Args:
        rows: ``label`` (each once, in order), ``first``, ``second``, ``quota`` (null: no line).
    """
    both = rows.unpivot(["first", "second"], index="label", variable_name="which", value_name="value")
    x = alt.X("label:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, domain=False, ticks=False))
    offset = alt.XOffset("which:N", sort=["first", "second"])
    top = max(1.0, float(rows.select(pl.max_horizontal("first", "second", "quota").max()).item() or 0.0))
    y = alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(domain=[0, top * 1.12]),
        axis=alt.Axis(tickCount=4, domain=False, ticks=False),
    )
    base = alt.Chart(both).encode(x=x, xOffset=offset, y=y)
    bars = base.mark_bar(cornerRadius=2).encode(
        color=alt.Color(
            "which:N", scale=alt.Scale(domain=["first", "second"], range=[PAST, PRESENT]), legend=None
        )
    )
    label = base.mark_text(dy=-7, color=INK, fontSize=11).encode(text="value:Q")
    line = (
        alt.Chart(rows.filter(pl.col("quota").is_not_null()))
        .mark_tick(color=INK, thickness=2, width=alt.RelativeBandSize(0.92), orient="horizontal")
        .encode(x=x, y=alt.Y("quota:Q"))
    )
    chart = alt.layer(bars, label, line, description="People newly qualified, by week")
    return svg(chart, "weeks", width=max(1000, 92 * rows.height), height=230)
