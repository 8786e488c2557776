"""Reads what a suggestion learns from: people handed over, what they did before, what became of them.

Not here: learning (``sla_rules.suggesting``). Of the mapping's fields only those are taken that the definition already
names: others may be what sales wrote down afterwards.
"""

import sqlalchemy as sa

from connectors.store import frames, links
from connectors.store.tables import activities, dispositions, handoffs
from passes import persons
from passes.numbers.known import opportunities_of_people
from sla_rules.definition import LeadDefinition
from sla_rules.suggesting.examples import Examples, Goal, examples_of
from sync_rules.mapping import Mapping


def read_examples(
    connection: sa.Connection, mapping: Mapping, definition: LeadDefinition, goal: Goal
) -> Examples:
    """Everybody handed over of whom it is known whether the goal was reached."""
    handed = frames.read(connection, handoffs, where=[handoffs.c.confirmed])
    ids = handed.get_column("person_id").unique().to_list()
    people = persons.load(connection, list(links.load(connection, ids).values()))
    return examples_of(
        goal,
        people=persons.frame(people, mapping, fields=definition.fields),
        activities=frames.read(connection, activities, link_ids=ids, where=[activities.c.copy_of.is_(None)]),
        handoffs=handed,
        dispositions=frames.read(connection, dispositions, link_ids=ids),
        opportunities=opportunities_of_people(connection),
    )
