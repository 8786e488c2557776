"""The scorecard in short, as Markdown for the run's metadata: no person is named.

The whole page with names is ``scorecard.py``.
"""

from reports import words
from reports.markdown import section, table
from sla_rules.metrics.figures import Metrics
from sla_rules.sla import SlaContract


def scorecard_markdown(metrics: Metrics, contract: SlaContract) -> str:
    """Both halves of the agreement, first touch, and the funnel of one period."""
    previous = metrics.previous.label if metrics.previous else ""
    compared = f", compared with {previous}" if previous else ""
    parts = [
        f"## {contract.title}: {metrics.period.label}{compared}\n",
        section("Promises", _promises(metrics)),
        section("First touch", _first_touch(metrics)),
        section("From qualified to won", _funnel(metrics)),
        f"{metrics.breaches.height} breaches; the scorecard names each, and shows the figures of each rep.\n",
        *(f"> {note}\n" for note in metrics.notes),
    ]
    return "\n".join(part for part in parts if part)


def _promises(metrics: Metrics) -> str:
    rows = [
        (
            row["team"],
            row["promise"],
            words.percent(row["value"]),
            f"{row['bound']} {words.percent(row['goal'])}",
            f"{words.count(row['numerator'])} of {words.count(row['denominator'])}",
            row["verdict"],
            words.points(row["change"]),
        )
        for row in metrics.attainment.to_dicts()
    ]
    head = ("Team", "Promise", "Value", "Agreed", "Counted", "Verdict", "Change")
    return table(head, rows, right=(2, 3, 4, 6))


def _first_touch(metrics: Metrics) -> str:
    labels = {
        "period": metrics.period.label,
        "previous": metrics.previous.label if metrics.previous else "",
    }
    rows = [
        (
            labels[row["which"]],
            words.minutes(row["p50_minutes"]),
            words.minutes(row["p95_minutes"]),
            row["touched"],
            row["untouched"],
        )
        for row in metrics.first_touch.to_dicts()
    ]
    head = ("Period", "Median (business time)", "95 of 100 within", "Touched", "Not yet")
    return table(head, rows, right=(1, 2, 3, 4))


def _funnel(metrics: Metrics) -> str:
    rows = [
        (
            row["step"],
            words.count(row["people"]),
            words.percent(row["share"]),
            words.money(row["amount"], metrics.currency),
            words.count(row["previous_people"]),
        )
        for row in metrics.funnel.to_dicts()
    ]
    return table(("Step", "People", "Of handed over", "Amount", "Period before"), rows, right=(1, 2, 3, 4))
