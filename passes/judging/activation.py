"""Puts a version of the lead definition into force, and says before who would move. Reads the database only."""

from datetime import datetime

import polars as pl
import sqlalchemy as sa

from connectors.errors import ConfigError
from connectors.store import definitions, frames, links
from connectors.store.tables import activities
from passes import persons
from passes.context import Contracts
from passes.judging.in_force import parsed
from sla_rules.definition import LeadDefinition
from sla_rules.definition_check import check_examples, failed
from sla_rules.definition_versions import MOVES_SCHEMA, Effect, effective_at, moves

_AT_ONCE = 50_000


def in_force(connection: sa.Connection, now: datetime) -> LeadDefinition | None:
    """The definition that judges now; None before the first pass."""
    current = definitions.newest_effective(definitions.activations(connection), now)
    return parsed(current) if current else None


def effect(connection: sa.Connection, old: LeadDefinition, contracts: Contracts, *, now: datetime) -> Effect:
    """Who would be at another stage now by ``contracts.definition``."""
    rows = links.load_all(connection, "person")
    fields = sorted({*old.fields, *contracts.definition.fields})
    parts = []
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        people = persons.frame(persons.load(connection, part), contracts.mapping, fields=fields)
        ids = [row.link.link_id for row in part]
        timeline = frames.read(connection, activities, link_ids=ids, where=[activities.c.copy_of.is_(None)])
        parts.append(moves(old, contracts.definition, people, timeline, now=now))
    found = pl.concat([part.moves for part in parts]) if parts else pl.DataFrame(schema=MOVES_SCHEMA)
    return Effect(sum(part.judged for part in parts), found)


def activate(
    connection: sa.Connection, contracts: Contracts, *, now: datetime, zone: str, by: str | None
) -> datetime:
    """Put ``contracts.definition`` into force; returns the moment from which it judges.

    Raises:
        ConfigError: an example in it fails, or its version's name already stands for something else.
    """
    definition, body = contracts.definition, contracts.definition_text
    problems = [
        f"example “{one.example.who}”: {'; '.join(one.differences)}; `accord definition check` tells more"
        for one in failed(check_examples(definition))
    ]
    for one in definitions.activations(connection):
        if one.version == definition.version and one.digest != definitions.digest_of(body):
            problems.append(
                f"version {definition.version} was already in force with another text; history is kept by version, "
                "so give this one a version of its own"
            )
            break
    if problems:
        raise ConfigError(problems)
    begins = max(now, effective_at(definition, zone) or now)
    definitions.activate(connection, definition.version, body, now=now, effective_at=begins, by=by)
    return begins
