"""What each metric means: what is counted, of what, in which window and by which clock.

Definitions only; they are computed in ``by_group.py``, and ``docs/metrics.md`` is written from them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sla_rules.sla import SlaContract

Unit = Literal["people", "handoffs", "share", "touches", "business minutes", "days", "points", "money"]
Better = Literal["more", "less", "neither"]

KEPT = "kept"
TOUCHED_WITHIN = "touched_within"
_HANDED = "handoffs in the period"
_STARTED = "clocks that began in the period"
_NONE = "none"
_SO_FAR = "what has become of them by the time of measuring"


@dataclass(frozen=True, slots=True)
class MetricDefinition:
    """One metric.

    Attributes:
        name: stable; with a blank and a word behind it for each commitment (``kept first_touch``) or band.
        value: what the value is of numerator, denominator, p50 and p95.
        window: which rows belong to a period.
        clock: by which time lengths and windows are told.
        better: whether more or less of it is better.
    """

    name: str
    title: str
    unit: Unit
    numerator: str
    denominator: str
    value: Literal["numerator", "numerator / denominator", "p50"]
    window: str
    clock: str
    better: Better = "more"

    @property
    def has_spread(self) -> bool:
        """Whether p50 and p95 are told."""
        return self.value == "p50"


def _share(
    name: str, title: str, numerator: str, denominator: str, better: Better = "more", clock: str = _SO_FAR
) -> MetricDefinition:
    return MetricDefinition(
        name, title, "share", numerator, denominator, "numerator / denominator", _HANDED, clock, better
    )


DEFINITIONS: tuple[MetricDefinition, ...] = (
    MetricDefinition(
        "newly_qualified",
        "Newly qualified people",
        "people",
        "people who became MQL or SQL and were neither before, each once",
        _NONE,
        "numerator",
        "judgements in the period",
        "the moment of the pass that judged",
    ),
    MetricDefinition(
        "handed_over",
        "Handed over",
        "handoffs",
        "handoffs to sales",
        _NONE,
        "numerator",
        _HANDED,
        "the moment of the pass that handed over",
    ),
    _share(
        "complete_at_handoff",
        "Handed over complete",
        "handoffs that lacked nothing of the agreed minimum then",
        "handoffs",
        clock="the moment of the handoff",
    ),
    MetricDefinition(
        "score_at_handoff",
        "Score at handoff",
        "points",
        "handoffs whose score is known",
        "handoffs",
        "p50",
        _HANDED,
        "the last change of stage at or before the handoff",
    ),
    MetricDefinition(
        KEPT,
        "Promise kept",
        "share",
        "clocks of the commitment that were met",
        "clocks that were met or breached; running and excused ones stand apart",
        "numerator / denominator",
        _STARTED,
        "the commitment's calendar, with the owner's own hours and absences",
    ),
    MetricDefinition(
        TOUCHED_WITHIN,
        "Touched within so many minutes",
        "share",
        "first-touch clocks stopped within the band's upper edge",
        "first-touch clocks that are not excused",
        "numerator / denominator",
        _STARTED,
        "business minutes on the commitment's calendar",
    ),
    MetricDefinition(
        "first_touch_minutes",
        "Time to first touch",
        "business minutes",
        "first-touch clocks that were stopped by a touch",
        "first-touch clocks that are not excused",
        "p50",
        _STARTED,
        "business minutes on the commitment's calendar, from handoff to first touch",
        "less",
    ),
    MetricDefinition(
        "touches_per_handoff",
        "Touches made",
        "touches",
        "human touches of sales before the next handoff of the same person",
        "handoffs",
        "p50",
        _HANDED,
        _SO_FAR,
    ),
    _share("touched", "Touched at all", "handoffs with a human touch", "handoffs"),
    _share("accepted", "Accepted", "handoffs accepted or converted", "answered handoffs"),
    _share("rejected", "Rejected", "handoffs rejected", "answered handoffs", "less"),
    _share("recycled", "Too soon", "handoffs sent back to marketing for later", "answered handoffs", "neither"),
    _share("converted", "Converted", "handoffs converted", "handoffs"),
    _share("won", "Won", "handoffs with a won opportunity opened since, before the next handoff", "handoffs"),
    MetricDefinition(
        "days_to_conversion",
        "Time to conversion",
        "days",
        "handoffs converted",
        "handoffs",
        "p50",
        _HANDED,
        "days of 24 hours from handoff to conversion",
        "less",
    ),
    MetricDefinition(
        "days_to_win",
        "Time to win",
        "days",
        "handoffs with a won opportunity",
        "handoffs",
        "p50",
        _HANDED,
        "days of 24 hours from handoff to the close of the first won opportunity",
        "less",
    ),
    MetricDefinition(
        "opportunity_amount",
        "Opportunities",
        "money",
        "amounts of opportunities opened since, before the next handoff, in the agreement's currency",
        _NONE,
        "numerator",
        _HANDED,
        _SO_FAR,
    ),
    MetricDefinition(
        "won_amount",
        "Won",
        "money",
        "amounts of the won ones of those opportunities, in the agreement's currency",
        _NONE,
        "numerator",
        _HANDED,
        _SO_FAR,
    ),
)  # fmt: skip

BY_NAME = {definition.name: definition for definition in DEFINITIONS}


def of(metric: str) -> MetricDefinition:
    """The definition of a metric or of a member of a family (``kept first_touch``).

    Raises:
        KeyError: there is no such metric.
    """
    return BY_NAME[metric.partition(" ")[0]]


def names(contract: SlaContract) -> Iterator[str]:
    """Every metric that is computed under a contract: families with each commitment and each band."""
    for definition in DEFINITIONS:
        if definition.name == KEPT:
            yield from (f"{KEPT} {one.id}" for one in contract.commitments if one.measure is None)
        elif definition.name == TOUCHED_WITHIN:
            yield from (f"{TOUCHED_WITHIN} {edge}" for edge in contract.bands_minutes)
        else:
            yield definition.name
