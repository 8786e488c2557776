"""All figures of one period in one value: what the scorecard shows and the database keeps.

Assembly only; each figure is defined in the module that computes it.
"""

from dataclasses import dataclass, fields
from datetime import UTC, datetime

import polars as pl

from sla_rules.clocks_episodes import episodes
from sla_rules.costs.campaigns import campaign_costs, source_costs, with_cost
from sla_rules.costs.money import in_one_currency, is_own
from sla_rules.metrics import by_group as grouped
from sla_rules.metrics import groups, speed
from sla_rules.metrics.answers import answered_by
from sla_rules.metrics.attainment import Evidence, attainment, breaches, quotas
from sla_rules.metrics.cohort import cohort, newly_qualified
from sla_rules.metrics.conversion import conversion
from sla_rules.metrics.distribution import balance, distribution
from sla_rules.metrics.follow_up import follow_up
from sla_rules.metrics.period import Period
from sla_rules.metrics.quota import ANNOUNCEMENTS, PEOPLE, planned
from sla_rules.metrics.rejections import rejected_by
from sla_rules.sla import SlaContract
from sla_rules.sla_frames import (
    CAMPAIGNS,
    CLOCKS,
    JUDGEMENT_HISTORY,
    OPPORTUNITIES,
    STATUSES,
    Schema,
    conform,
)

_CLOCK_KEYS = ("person_id", "commitment", "status", "handed_off_at")


@dataclass(frozen=True, slots=True)
class Metrics:
    """The figures of one period; the columns of each frame are documented where it is computed.

    Attributes:
        contract_version: the version of the SLA that was measured.
        currency: of all amounts.
        attainment, quotas, breaches: ``metrics/attainment.py``.
        first_touch, bands, delays, trend: ``metrics/speed.py``.
        stages, funnel, reps, sources, campaigns, rejections: ``metrics/groups.py``.
        rejected_by: ``metrics/rejections.py``.
        answered_by: ``metrics/answers.py``.
        costs: by source, ``costs/campaigns.py``; those of campaigns stand with ``campaigns``.
        distribution, balance: ``metrics/distribution.py``.
        conversion: ``metrics/conversion.py``; follow_up: ``metrics/follow_up.py``.
        figures: every metric of the registry by every dimension, ``metrics/by_group.py``.
        notes: what the reader must know about gaps in the figures.
    """

    contract_version: str
    currency: str
    period: Period
    previous: Period | None
    made_at: datetime
    attainment: pl.DataFrame
    quotas: pl.DataFrame
    breaches: pl.DataFrame
    first_touch: pl.DataFrame
    bands: pl.DataFrame
    delays: pl.DataFrame
    trend: pl.DataFrame
    stages: pl.DataFrame
    funnel: pl.DataFrame
    reps: pl.DataFrame
    sources: pl.DataFrame
    campaigns: pl.DataFrame
    rejections: pl.DataFrame
    rejected_by: pl.DataFrame
    answered_by: pl.DataFrame
    costs: pl.DataFrame
    distribution: pl.DataFrame
    balance: pl.DataFrame
    conversion: pl.DataFrame
    follow_up: pl.DataFrame
    figures: pl.DataFrame
    notes: tuple[str, ...]

    def tables(self) -> dict[str, pl.DataFrame]:
        """Every frame by its name, for keeping."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, pl.DataFrame)}


def measure(
    contract: SlaContract,
    *,
    clocks: pl.DataFrame,
    handoffs: pl.DataFrame,
    judgement_history: pl.DataFrame,
    dispositions: pl.DataFrame,
    opportunities: pl.DataFrame,
    touches: pl.DataFrame,
    campaigns: pl.DataFrame,
    statuses: pl.DataFrame | None = None,
    people: pl.DataFrame | None = None,
    announcements: pl.DataFrame | None = None,
    attributes: pl.DataFrame | None = None,
    period: Period,
    previous: Period | None = None,
    now: datetime,
) -> Metrics:
    """Measures one period against the one before, from everything known at ``now``.

    Both periods are read whole and with the same knowledge, so late activity restates the previous one.

    Args:
        contract: the agreement.
        clocks: the frame of ``run_clocks`` over all handoffs.
        handoffs: the handoffs frame; without a column ``minimum_missing`` that commitment is not measured.
        judgement_history: ``person_id, at, stage`` (``score``), a row at least at each change of stage.
        dispositions: the dispositions frame.
        opportunities: the opportunities frame.
        touches: the touches frame.
        campaigns: ``campaign, cost, currency, cost_basis``; the cost is that of its whole life.
        statuses: the statuses frame; answers given only by status are unknown without it.
        people: what quotas by segment are counted by (``metrics.quota.PEOPLE``); nobody is in one without it.
        announcements: campaigns and when sales was told (``metrics.quota.ANNOUNCEMENTS``).
        attributes: what is known of people (``metrics.by_group.ATTRIBUTES``), for figures by country and persona.
        period: what is measured.
        previous: what it is compared with.
        now: aware UTC.

    Raises:
        FrameError: a needed column is absent.
    """
    now = now.astimezone(UTC)
    opportunities = conform(
        opportunities, OPPORTUNITIES, name="opportunities", needed=("person_id", "created_at")
    )
    campaigns = conform(campaigns, CAMPAIGNS, name="campaigns", needed=("campaign", "cost"))
    rates, own = contract.currency_rates, contract.currency
    opportunities = in_one_currency(opportunities, "amount", currency=own, rates=rates)
    campaigns = in_one_currency(campaigns, "cost", currency=own, rates=rates)
    contract, arithmetic = planned(contract, handoffs, opportunities, period)
    facts = episodes(
        contract,
        handoffs=handoffs,
        touches=touches,
        dispositions=dispositions,
        statuses=pl.DataFrame(schema=STATUSES) if statuses is None else statuses,
        excuses=None,
        now=now,
    )
    timed = conform(clocks, CLOCKS, name="clocks", needed=_CLOCK_KEYS)
    history = conform(
        judgement_history, JUDGEMENT_HISTORY, name="judgement_history", needed=("person_id", "at", "stage")
    ).filter(pl.col("at") <= now)
    fates = cohort(contract, facts, opportunities, now=now)
    qualified = newly_qualified(history)
    evidence = Evidence(
        timed,
        fates,
        qualified,
        minimum_is_known="minimum_missing" in handoffs.columns,
        people=conform(_or_none(people, PEOPLE), PEOPLE, name="people", needed=("person_id",)),
        announcements=conform(
            _or_none(announcements, ANNOUNCEMENTS), ANNOUNCEMENTS, name="announcements", needed=("campaign",)
        ),
    )
    first = speed.first_touch_clocks(contract, timed)
    commitment = contract.stopping_at("first touch")
    first_id = commitment.id if commitment else ""
    handed = fates.filter(period.holds("handed_off_at"))
    reps, sources, by_campaign = (
        groups.by_group(key, handed, timed, first_id) for key in ("owner", "source", "campaign")
    )
    costs = campaign_costs(fates, campaigns, own)
    shares = distribution(fates, history, period, previous)
    about = conform(
        _or_none(attributes, grouped.ATTRIBUTES),
        grouped.ATTRIBUTES,
        name="attributes",
        needed=("person_id",),
    )
    facts_by = grouped.facts_of(
        contract, cohort=fates, clocks=timed, qualified=qualified, history=history, people=about
    )
    return Metrics(
        contract_version=contract.version,
        currency=contract.currency,
        period=period,
        previous=previous,
        made_at=now,
        attainment=attainment(contract, evidence, period, previous, now),
        quotas=quotas(contract, evidence, period, now),
        breaches=breaches(contract, evidence, period, now),
        first_touch=speed.first_touch(first, period, previous),
        bands=speed.bands(contract, first, period, previous),
        delays=speed.delays(first, period, previous),
        trend=speed.trend(first, period, previous),
        stages=groups.stages(history, period, previous, now),
        funnel=groups.funnel(qualified, fates, period, previous),
        reps=reps,
        sources=sources,
        campaigns=with_cost(by_campaign, costs),
        rejections=groups.rejections(handed),
        rejected_by=rejected_by(handed, handoffs),
        answered_by=answered_by(facts, about, period),
        costs=source_costs(fates, costs),
        distribution=shares,
        balance=balance(shares),
        conversion=conversion(history, fates, period, previous),
        follow_up=follow_up(contract, fates, timed, period),
        figures=grouped.figures(contract, facts_by, period, previous),
        notes=(*arithmetic, *_notes(contract, evidence, opportunities, campaigns, statuses)),
    )


def _or_none(frame: pl.DataFrame | None, schema: Schema) -> pl.DataFrame:
    return pl.DataFrame(schema=schema) if frame is None else frame


def _notes(
    contract: SlaContract,
    evidence: Evidence,
    opportunities: pl.DataFrame,
    campaigns: pl.DataFrame,
    statuses: pl.DataFrame | None,
) -> tuple[str, ...]:
    notes = []
    if not evidence.minimum_is_known and any(
        c.measure == "minimum information at handoff" for c in contract.commitments
    ):
        notes.append("Minimum information is not measured: the handoffs do not say what was missing.")
    if statuses is None:
        notes.append("Answers that sales gave only by changing the lead status are not counted.")
    for frame, what in (
        (opportunities, "opportunities in {} are counted, but their amounts are not added up"),
        (campaigns.filter(pl.col("cost").is_not_null()), "campaigns have a cost in {}, which is not counted"),
    ):
        foreign = frame.filter(~is_own(contract.currency))
        if not foreign.is_empty():
            currencies = ", ".join(sorted(foreign["currency"].unique()))
            notes.append(f"{foreign.height} {what.format(currencies)}: `currency_rates` has no rate for it.")
    return tuple(notes)
