"""What a review looks at, gathered: figures, weeks, deals, answers, decisions, tweaks, and the people's names."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

import polars as pl
import sqlalchemy as sa

from connectors.store import judged_inputs, links
from passes import persons
from passes.backtest.suggest import read_examples
from passes.backtest.tweaks import backtested
from passes.context import PassContext
from passes.numbers import known, published
from passes.numbers.known import Known
from passes.reviews import decided
from passes.reviews.decided import Decision
from reports import words
from reports.review.page import Decided, Review, review_html
from sla_rules.backtesting.tweak_effects import TweakEffect
from sla_rules.metrics import registry
from sla_rules.metrics.actions import actions_taken
from sla_rules.metrics.figures import Metrics
from sla_rules.metrics.period import Period
from sla_rules.metrics.told import answers_given, closed_deals
from sla_rules.sla import SlaContract
from sla_rules.sla_frames import UTC_US, Schema
from sla_rules.suggesting.examples import TooFewAnswers
from sla_rules.suggesting.tweaks import Tweak, top_tweaks

_TWEAKS = 3


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything that a review pack shows.

    Attributes:
        weeks: attainment of each commitment week by week, with ``starts_on``.
        course: ``starts_on, so_far``: people newly qualified from the period's start to the end of each week.
        deals, said: ``sla_rules.metrics.told``.
        actions: ``sla_rules.metrics.actions``.
        decisions: of earlier reviews.
        tweaks: to the lead definition, the largest effect first.
        effects: of each tweak, backtested over the period; none while nothing is kept to do it by.
        no_tweaks: why there are none, where there is too little to learn from.
        names: of the people in the tables, by person id.
    """

    metrics: Metrics
    weeks: pl.DataFrame
    course: pl.DataFrame
    deals: pl.DataFrame
    said: pl.DataFrame
    actions: pl.DataFrame
    decisions: tuple[Decision, ...]
    tweaks: tuple[Tweak, ...]
    effects: tuple[TweakEffect, ...]
    no_tweaks: str
    names: dict[str, str]


def gather(context: PassContext, period: Period) -> Pack:
    """The review pack of a period against the one before."""
    now = context.now()
    with context.store.begin() as connection:
        facts = known.load(context, connection)
        figures = facts.measured(period, period.before(), now=now)
        metrics = published.with_published(connection, figures)
        deals = closed_deals(facts.handoffs, facts.opportunities, period, now=now)
        said = answers_given(facts.dispositions, period)
        actions = actions_taken(
            facts.handoffs,
            timeline=facts.timeline,
            touches=facts.touches,
            dispositions=facts.dispositions,
            statuses=facts.statuses,
            period=period,
            now=now,
        )
        decisions = decided.of_review(connection, facts, period, now=now)
        tweaks, why_not = _tweaks(context, connection)
        people = pl.concat([frame["person_id"] for frame in (metrics.breaches, deals, said, actions)])
        names = names_of(connection, people.unique().to_list())
    effects = _effects(context, tweaks, period, now)
    weeks, course = _weeks(facts, period, now), _course(facts, period, now)
    return Pack(metrics, weeks, course, deals, said, actions, decisions, tweaks, effects, why_not, names)


def names_of(connection: sa.Connection, link_ids: Iterable[str]) -> dict[str, str]:
    """What people call each person."""
    people = persons.load(connection, list(links.load(connection, link_ids).values()))
    return {person.link_id: persons.name_of(person) for person in people}


def _tweaks(context: PassContext, connection: sa.Connection) -> tuple[tuple[Tweak, ...], str]:
    definition = context.contracts.definition
    examples = read_examples(connection, context.contracts.mapping, definition, "accepted")
    try:
        return tuple(top_tweaks(definition, examples, most=_TWEAKS)), ""
    except TooFewAnswers as few:
        return (), str(few)


def _effects(
    context: PassContext, tweaks: tuple[Tweak, ...], period: Period, now: datetime
) -> tuple[TweakEffect, ...]:
    with context.store.begin() as connection:
        if not judged_inputs.kept_since(connection):
            return ()
    return tuple(backtested(context, tweaks, since=period.start, until=min(period.end, now)))


def _weeks(facts: Known, period: Period, now: datetime) -> pl.DataFrame:
    frames = [
        facts.measured(week, None, now=now).attainment.with_columns(
            starts_on=pl.lit(week.start.astimezone(week.zone).date())
        )
        for week in weeks_of(period, until=now)
    ]
    return pl.concat(frames)


def _course(facts: Known, period: Period, now: datetime) -> pl.DataFrame:
    rows = []
    for week in weeks_of(period, until=now):
        until = facts.measured(Period.span(period.start, week.end, period.zone), None, now=now)
        people = until.funnel.filter(pl.col("step") == "qualified")["people"].item()
        rows.append((week.start.astimezone(week.zone).date(), people))
    return pl.DataFrame(rows, schema={"starts_on": pl.Date, "so_far": pl.Int64}, orient="row")


def weeks_of(period: Period, *, until: datetime) -> Iterator[Period]:
    """The weeks that a period touches, up to a moment; the first and the last only as far as they lie in it."""
    week = Period.week_of(period.start, period.zone)
    while week.start < min(period.end, until):
        inside = max(week.start, period.start), min(week.end, period.end)
        yield week if inside == (week.start, week.end) else Period.span(*inside, period.zone)
        week = Period.week_of(week.end, period.zone)


def tables_of(pack: Pack) -> dict[str, pl.DataFrame]:
    """Every table of the pack by name, with the people's names where people are named."""
    named = pl.DataFrame(
        list(pack.names.items()), schema={"person_id": pl.String, "person": pl.String}, orient="row"
    )
    told = {
        "deals": pack.deals,
        "said": pack.said,
        "actions": pack.actions,
        "weeks": pack.weeks,
        "decisions": _decisions(pack.decisions),
    }
    tables = pack.metrics.tables() | told
    return {
        name: table.join(named, on="person_id", how="left") if "person_id" in table.columns else table
        for name, table in tables.items()
    }


def _decisions(decisions: tuple[Decision, ...]) -> pl.DataFrame:
    schema: Schema = {
        "decision_id": pl.String, "decided_at": UTC_US, "decision": pl.String, "owner": pl.String,
        "metric": pl.String, "due_on": pl.Date, "value_then": pl.Float64, "value_now": pl.Float64,
        "moved": pl.String, "outcome": pl.String, "overdue": pl.Boolean,
    }  # fmt: skip
    rows = [{name: getattr(one, name) for name in schema} for one in decisions]
    return pl.DataFrame(rows, schema=schema, orient="row")


def page_of(pack: Pack, contract: SlaContract, *, now: datetime) -> str:
    """The pack as one HTML page."""
    review = Review(
        metrics=pack.metrics,
        weeks=pack.weeks,
        course=pack.course,
        deals=pack.deals,
        said=pack.said,
        decisions=[_decided(one, pack.metrics) for one in pack.decisions],
        tweaks=[_tweak(one, effect) for one, effect in zip_longest(pack.tweaks, pack.effects)],
        no_tweaks=pack.no_tweaks,
        names=pack.names,
    )
    return review_html(review, contract, now=now)


def _decided(one: Decision, metrics: Metrics) -> Decided:
    zone = metrics.period.zone
    return Decided(
        decision=one.decision,
        owner=one.owner,
        decided=f"{one.decided_at.astimezone(zone):%-d %b %Y}",
        due=f"{one.due_on:%-d %b %Y}" if one.due_on else words.DASH,
        metric=one.metric.replace("_", " ") if one.metric else words.DASH,
        then=figure_words(one.metric, one.value_then, metrics.currency),
        now=figure_words(one.metric, one.value_now, metrics.currency),
        moved=one.moved,
        outcome=one.outcome or ("overdue, nothing is on record" if one.overdue else "open"),
        overdue=one.overdue,
    )


def figure_words(metric: str | None, value: float | None, currency: str) -> str:
    """A metric's value as people read it."""
    if metric is None or value is None:
        return words.DASH
    match registry.of(metric).unit:
        case "share":
            return words.percent(value)
        case "business minutes":
            return words.minutes(value)
        case "days":
            return f"{value:.1f} days"
        case "money":
            return words.money(value, currency)
        case _:
            return words.count(value)


def _tweak(one: Tweak, effect: TweakEffect | None) -> dict[str, str]:
    change, _, _ = one.told.partition(": effect")
    told = f"ranks people held out better by {one.effect:.3f} (AUC, ± {one.spread:.3f})"
    if effect is not None:
        told += (
            f"; in this period {effect.per_week.proposed:.1f} newly qualified a week instead of "
            f"{effect.per_week.in_force:.1f}, accepted {words.percent(effect.precision.proposed)} of those chosen "
            f"instead of {words.percent(effect.precision.in_force)}, chosen {words.percent(effect.recall.proposed)} of "
            f"the accepted instead of {words.percent(effect.recall.in_force)}"
        )
    return {"change": change[:1].upper() + change[1:], "effect": told}
