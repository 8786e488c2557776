"""A proposed definition beside the one in force, over the same past: volume, precision, recall, who moves.

Here: trials side by side as plain values for tables and pages. Not here: reading the past (``passes.backtest``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar

import polars as pl

from sla_rules.backtesting.facts import Facts
from sla_rules.backtesting.moves import Move, moves_between
from sla_rules.backtesting.trial import Rates, Trial
from sla_rules.definition import LeadDefinition
from sla_rules.suggesting.examples import GOALS, Goal

_T = TypeVar("_T")
NOTHING = "(not known)"
NOBODY = "(none)"
SHOWN_GOAL: Goal = "accepted"


@dataclass(frozen=True)
class Both(Generic[_T]):
    """The same thing by the definition in force and by the proposed one."""

    in_force: _T
    proposed: _T


@dataclass(frozen=True)
class Week:
    """People newly qualified in a week, or in the part of it that is inside the time."""

    start: datetime
    end: datetime
    qualified: Both[int]
    quota: float | None


@dataclass(frozen=True)
class Group:
    """People of one source or persona.

    Attributes:
        name: the source, or the persona's label.
        qualified: newly qualified in the time.
        chosen: of those with an answer, whom the definition would have chosen.
        right: those of them who were accepted.
    """

    by: Literal["source", "persona"]
    name: str
    qualified: Both[int]
    chosen: Both[int]
    right: Both[int]


@dataclass(frozen=True)
class Backtest:
    """The answer.

    Attributes:
        versions: as the definitions name themselves.
        people: how many were judged.
        volume: people newly qualified in the whole time.
        quota: what the agreement asks of the whole time.
        rates: by goal.
        moves: everybody who comes to another stage.
    """

    since: datetime
    until: datetime
    versions: Both[str]
    people: int
    volume: Both[int]
    quota: float | None
    weeks: tuple[Week, ...]
    rates: dict[Goal, Both[Rates]]
    groups: tuple[Group, ...]
    moves: tuple[Move, ...]


def backtest(in_force: LeadDefinition, proposed: LeadDefinition, facts: Facts) -> Backtest:
    """Try both definitions on the same past."""
    trials = Both(Trial.of(in_force, facts), Trial.of(proposed, facts))
    weekly = zip(facts.weeks(), trials.in_force.weekly(), trials.proposed.weekly(), strict=True)
    weeks = tuple(
        Week(week.start, week.end, Both(first, second), facts.quota(week)) for week, first, second in weekly
    )
    quotas = [week.quota for week in weeks if week.quota is not None]
    return Backtest(
        since=facts.since,
        until=facts.until,
        versions=Both(in_force.version, proposed.version),
        people=trials.in_force.states.get_column("person_id").n_unique(),
        volume=Both(trials.in_force.volume(), trials.proposed.volume()),
        quota=sum(quotas) if quotas else None,
        weeks=weeks,
        rates={goal: Both(trials.in_force.rates(goal), trials.proposed.rates(goal)) for goal in GOALS},
        groups=tuple(_groups(trials, facts)),
        moves=tuple(moves_between(trials.in_force, trials.proposed)),
    )


def _groups(trials: Both[Trial], facts: Facts) -> Iterator[Group]:
    latest = facts.history.people.sort("known_from").group_by("person_id").last()
    sources = latest.select("person_id", name=pl.col("source").fill_null(NOTHING))
    yield from _by("source", Both(sources, sources), trials)
    yield from _by("persona", Both(_personas(trials.in_force), _personas(trials.proposed)), trials)


def _personas(trial: Trial) -> pl.DataFrame:
    """The persona of each person when they came furthest, by its label."""
    labels = {persona.id: persona.label for persona in trial.definition.personas}
    then = trial.furthest().join(trial.states, on=["person_id", "at"])
    name = pl.col("persona").replace_strict(labels, default=None, return_dtype=pl.String)
    return then.select("person_id", name=name.fill_null(NOBODY))


def _by(by: Literal["source", "persona"], names: Both[pl.DataFrame], trials: Both[Trial]) -> Iterator[Group]:
    first = _counts(names.in_force, trials.in_force)
    second = _counts(names.proposed, trials.proposed)
    nothing = (0, 0, 0)
    for name in sorted(first.keys() | second.keys(), key=lambda one: (-first.get(one, nothing)[0], one)):
        one, other = first.get(name, nothing), second.get(name, nothing)
        if any((*one, *other)):
            yield Group(by, name, Both(one[0], other[0]), Both(one[1], other[1]), Both(one[2], other[2]))


def _counts(names: pl.DataFrame, trial: Trial) -> dict[str, tuple[int, int, int]]:
    qualified = trial.qualified().select("person_id").unique().with_columns(qualified=pl.lit(value=True))
    chosen = trial.chosen(SHOWN_GOAL).filter("chosen").select("person_id", "chosen", "reached")
    rows = (
        names.join(qualified, on="person_id", how="left")
        .join(chosen, on="person_id", how="left")
        .group_by("name")
        .agg(pl.col("qualified", "chosen", "reached").fill_null(value=False).sum())
    )
    return {name: (new, asked, right) for name, new, asked, right in rows.iter_rows()}
