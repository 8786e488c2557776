"""Charts as inline SVG: first touch by band, first touch in time over the period, and the look of them all.

Frames of the metrics in, SVG text out; which charts a page shows is the page's business.
"""

import io
import re

import altair as alt
import polars as pl

INK, SOFT, RULE = "#1d2733", "#6b7785", "#d9dfe5"
PRESENT, LATE, PAST = "#2f6f8f", "#c2703d", "#c9d3db"
_FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"


def bands_svg(bands: pl.DataFrame) -> str:
    """Handoffs by time to first touch: this period's bars over the previous period's, as shares."""
    rows = bands.select(
        "band",
        "people",
        pl.col("share").fill_null(0.0),
        pl.col("previous_share").fill_null(0.0),
        pl.when(pl.col("in_time").fill_null(value=True))
        .then(pl.lit("in time"))
        .otherwise(pl.lit("late or not yet"))
        .alias("verdict"),
    )
    top = max(0.05, rows.select(pl.max_horizontal("share", "previous_share").max()).item() or 0.0)
    x = alt.X("band:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, domain=False, ticks=False))
    y_scale = alt.Scale(domain=[0, top * 1.12])
    axis = alt.Axis(format="%", tickCount=4, domain=False, ticks=False)
    base = alt.Chart(rows)
    past = base.mark_bar(color=PAST, width=alt.RelativeBandSize(0.86), cornerRadius=2).encode(
        x=x, y=alt.Y("previous_share:Q", title=None, axis=axis, scale=y_scale)
    )
    present = base.mark_bar(width=alt.RelativeBandSize(0.5), cornerRadius=2).encode(
        x=x,
        y=alt.Y("share:Q", scale=y_scale),
        color=alt.Color(
            "verdict:N",
            scale=alt.Scale(domain=["in time", "late or not yet"], range=[PRESENT, LATE]),
            legend=None,
        ),
    )
    label = base.mark_text(dy=-7, color=INK, fontSize=12, fontWeight=600).encode(
        x=x, y=alt.Y("share:Q", scale=y_scale), text="people:Q"
    )
    chart = alt.layer(past, present, label, description="Handoffs by time to first touch")
    return svg(chart, "bands", width=520, height=210)


def trend_svg(trend: pl.DataFrame, goal: float | None) -> str:
    """First touches in time, bucket by bucket; the previous period is pale, the goal a dashed line."""
    rows = trend.filter(pl.col("value").is_not_null()).with_columns(
        label=pl.col("starts_on").dt.strftime("%-d %b")
        + pl.when("in_period").then(pl.lit("")).otherwise(pl.lit(" ")),
        which=pl.when("in_period").then(pl.lit("this period")).otherwise(pl.lit("previous")),
    )
    x = alt.X("label:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, domain=False, ticks=False))
    y = alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(domain=[0, 1.08]),
        axis=alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1], domain=False, ticks=False),
    )
    base = alt.Chart(rows)
    bars = base.mark_bar(width=alt.RelativeBandSize(0.66), cornerRadius=2).encode(
        x=x,
        y=y,
        color=alt.Color(
            "which:N", scale=alt.Scale(domain=["this period", "previous"], range=[PRESENT, PAST]), legend=None
        ),
    )
    label = base.mark_text(dy=-6, color=SOFT, fontSize=11).encode(
        x=x, y=y, text=alt.Text("value:Q", format=".0%")
    )
    layers = [bars, label]
    if goal is not None:
        line = alt.Chart(pl.DataFrame({"goal": [goal]})).mark_rule(color=INK, strokeDash=[4, 3])
        layers.append(line.encode(y=alt.Y("goal:Q", title=None)))
    chart = alt.layer(*layers, description="First touch in time over the period")
    return svg(chart, "trend", width=520, height=190)


def svg(chart: alt.LayerChart, name: str, *, width: int, height: int) -> str:
    """A chart as SVG text in the pages' look, to stand inside a page; ``name`` is unique in that page."""
    styled = (
        chart.properties(width=width, height=height, padding=4)
        .configure(background="transparent", font=_FONT)
        .configure_view(stroke=None)
        .configure_axis(labelColor=SOFT, labelFontSize=12, gridColor=RULE, labelPadding=8)
        .configure_axisX(grid=False)
    )
    out = io.StringIO()
    styled.save(out, format="svg")
    # The page scales the picture by its viewBox; fixed sizes would overflow a phone. Two pictures in one page
    # must not share ids.
    text = re.sub(r'(<svg [^>]*?) width="[^"]+" height="[^"]+"', r"\1", out.getvalue(), count=1)
    return text.replace('id="', f'id="{name}-').replace("url(#", f"url(#{name}-")
