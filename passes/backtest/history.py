"""Reads what was known of people, and when, as ``sla_rules.backtesting`` wants it. Judges nothing.

Attributes are exact from the pass that began to keep them; before, they are what they were then, from the creation of
the record on. An activity that happened before that pass counts from when it happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import sqlalchemy as sa

from connectors.store import frames, judged_inputs, links
from connectors.store.tables import activities, former_activities
from passes import persons
from sla_rules.backtesting.replay import History
from sync_rules.mapping import Mapping as SyncMapping

_TIME = pl.Datetime("us", "UTC")
_LATE = timedelta(days=1)


@dataclass(frozen=True)
class Known:
    """A history and how far it can be trusted.

    Attributes:
        exact_from: since when attributes and activities are known as they were; None before the first pass.
        late: activities that Accord learnt of more than a day after they happened; they count from then.
        as_of_today: fields that a definition asks for and that were never kept: today's values stand for the past.
    """

    history: History
    exact_from: datetime | None
    late: int
    as_of_today: tuple[str, ...]


def read(connection: sa.Connection, mapping: SyncMapping, fields: Sequence[str] = ()) -> Known:
    """The history of everybody who is somebody today; ``fields`` are further fields of the mapping."""
    rows = links.load_all(connection, "person")
    kept = judged_inputs.kept_since(connection)
    missing = tuple(name for name in fields if name not in kept)
    today: dict[str, dict[str, Any]] = {}
    if missing:
        now = persons.frame(persons.load(connection, rows), mapping, fields=missing)
        today = {row["person_id"]: row for row in now.select("person_id", *missing).iter_rows(named=True)}
    states = judged_inputs.states(connection, [row.link.link_id for row in rows])
    schema = persons.schema(mapping, fields)
    people = [
        {**state, **today.get(link_id, {}), "person_id": link_id, "known_from": at}
        for link_id, found in states.items()
        for at, state in found
    ]
    exact_from = min(kept.values(), default=None)
    columns = {name: kind for name, kind in schema.items() if name != "created_at"} | {"known_from": _TIME}
    did = _activities(connection, exact_from)
    late = did.filter(pl.col("known_from") - pl.col("at") > _LATE).height
    return Known(History(pl.DataFrame(people, schema=columns, orient="row"), did), exact_from, late, missing)


def _activities(connection: sa.Connection, exact_from: datetime | None) -> pl.DataFrame:
    columns = ["person_id", "kind", "at", "detail", "direction", "outcome", "known_at", "gone_at"]
    there = frames.read(connection, activities, where=[activities.c.copy_of.is_(None)])
    former = frames.read(connection, former_activities)
    every = pl.concat(
        [there.with_columns(gone_at=pl.lit(None, _TIME)).select(columns), former.select(columns)]
    )
    since = pl.lit(exact_from, _TIME)
    learnt = pl.when(pl.col("known_at") > since).then("known_at").otherwise("at")
    return every.with_columns(known_from=learnt).drop("known_at")
