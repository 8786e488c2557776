"""Reads what a suggestion learns from: people handed over, as they were known then, and what became of them.

Not here: learning (``sla_rules.suggesting``). Of the mapping's fields only those are taken that the definition already
names: others may be what sales wrote down afterwards.
"""

import polars as pl
import sqlalchemy as sa

from connectors.store import frames
from connectors.store.tables import dispositions, handoffs
from passes.backtest.history import read
from passes.numbers.known import opportunities_of_people
from sla_rules.backtesting.replay import known_at
from sla_rules.definition import LeadDefinition
from sla_rules.suggesting.examples import Examples, Goal, examples_of
from sync_rules.mapping import Mapping


def read_examples(
    connection: sa.Connection, mapping: Mapping, definition: LeadDefinition, goal: Goal
) -> Examples:
    """Everybody handed over of whom it is known whether the goal was reached."""
    handed = frames.read(connection, handoffs, where=[handoffs.c.confirmed])
    first = handed.group_by("person_id").agg(at=pl.col("handed_off_at").min())
    people, activities = known_at(read(connection, mapping, definition.fields).history, first)
    return examples_of(
        goal,
        people=people.drop("_at", "_key"),
        activities=activities.drop("_at", "_key", "known_from", "gone_at"),
        handoffs=handed,
        dispositions=frames.read(connection, dispositions, link_ids=first.get_column("person_id").to_list()),
        opportunities=opportunities_of_people(connection),
    )
