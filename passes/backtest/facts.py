"""Reads what a backtest is told: the history, what sales answered, what was won, the quota in force."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from connectors.errors import ConfigError
from connectors.store import frames
from connectors.store.tables import dispositions, handoffs
from passes.backtest.history import Known, read
from passes.context import PassContext
from passes.numbers.known import opportunities_of_people
from sla_rules.backtesting.facts import Facts
from sla_rules.definition import LeadDefinition
from sla_rules.metrics.period import Period
from sla_rules.metrics.quota import planned
from sla_rules.suggesting.examples import GOALS, answers_of


@dataclass(frozen=True)
class Read:
    """The facts, and how far they can be trusted."""

    facts: Facts
    known: Known


def read_facts(
    context: PassContext,
    connection: sa.Connection,
    definitions: Iterable[LeadDefinition],
    *,
    since: datetime,
    until: datetime,
) -> Read:
    """What is known of a time, for trying ``definitions`` on it.

    Raises:
        ConfigError: the time is none, or no pass has kept anything yet.
    """
    if until <= since:
        span = f"from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC"
        raise ConfigError([f"there is no time {span}; let it begin earlier, or end later"])
    fields = sorted({name for one in definitions for name in one.fields})
    known = read(connection, context.mapping, fields)
    if known.exact_from is None:
        raise ConfigError(
            [
                "nothing is kept yet of what people were judged by; run a pass (`accord sync`), which begins to keep it"
            ]
        )
    handed = frames.read(connection, handoffs, where=[handoffs.c.confirmed])
    said = frames.read(connection, dispositions, link_ids=handed.get_column("person_id").to_list())
    deals = opportunities_of_people(connection)
    zone = ZoneInfo(context.time_zone)
    contract, _ = planned(context.contracts.sla, handed, deals, Period.span(since, until, zone))
    answers = {
        goal: answers_of(goal, handoffs=handed, dispositions=said, opportunities=deals) for goal in GOALS
    }
    known_people = known.history.people.select("person_id").unique()
    return Read(
        Facts(
            history=known.history,
            answers={
                goal: frame.join(known_people, on="person_id", how="semi") for goal, frame in answers.items()
            },
            contract=contract,
            since=since,
            until=until,
            zone=zone,
        ),
        known,
    )
