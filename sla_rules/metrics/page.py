"""The page about the metrics, ``docs/metrics.md``, written from the registry."""

from sla_rules.metrics.by_group import DIMENSIONS
from sla_rules.metrics.registry import DEFINITIONS, KEPT, TOUCHED_WITHIN, MetricDefinition

_HEAD = """\
# Metrics

Written by `make metrics-page` from `sla_rules/metrics/registry.py`; a test keeps it in step.

Every figure is told by day, week, month and quarter (days begin at midnight in the business's time zone), against the
period before and against the target where the agreement has one, and by each of these:
"""
_BY = {
    "all": "everybody together",
    "rep": "the owner whose clock it was: the person, else the queue",
    "team": "`team` of the owner under `owners` in `sla.yaml`",
    "source": "the lead source, in the mapping's words",
    "campaign": "the Salesforce campaign joined last before the handoff",
    "country": "ISO code of the country",
    "region": "region of that country (EMEA, AMER, …)",
    "persona": "the persona of the lead definition that fitted last",
}
_TAIL = """
A handoff belongs to the period in which it was made, and a clock to the one in which it began, whenever the answer
comes: so a later answer restates the period. p50 and p95 stand beside every length, count of touches and score; no
average is told alone. Shares of nothing are unknown, not zero.

## Stated, restated, as of a day
The figures of a running period are stated anew each hour by the asset `sla_metrics`, and those of the period before are
restated. Of a period that is over every change of a figure adds a row to the table `stated_figures` with the moment of
its statement: the first is what was published, the last is what is known now. The partitioned assets
`day_figures`, `week_figures`, `month_figures` and `quarter_figures` restate any earlier period, or a range of them by a
back-fill in Dagster.

`accord scorecard --as-of 2026-10-15` tells the figures as they stood at the end of that day, from what was known then:
a touch written down later, an answer, another owner, a merge or an excuse given since are left out, under the SLA in
use that day. For this the table `known_facts` keeps each change of handoffs, touches, answers, stages and opportunities
with the moment at which Accord learnt it, since the first pass that kept it. Campaign costs, and what a person is
(country, source, persona), are told as they are known today.
"""


def metrics_page() -> str:
    """The page as Markdown."""
    lines = [_HEAD, "| by | which is |", "| --- | --- |"]
    lines += [f"| {name} | {_BY[name]} |" for name in DIMENSIONS]
    lines += [
        "\n## Definitions",
        "| metric | name | value | numerator | denominator | window | clock | better |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *(_row(one) for one in DEFINITIONS),
        _TAIL,
    ]
    return "\n".join(lines)


def _row(one: MetricDefinition) -> str:
    family = {KEPT: " *commitment*", TOUCHED_WITHIN: " *minutes*"}.get(one.name, "")
    value = f"p50 (and p95), {one.unit}" if one.has_spread else f"{one.value}, {one.unit}"
    cells = (
        f"`{one.name}`{family}",
        one.title,
        value,
        one.numerator,
        one.denominator,
        one.window,
        one.clock,
        one.better,
    )
    return f"| {' | '.join(cells)} |"
