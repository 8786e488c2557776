"""Figures as they stood on a day: notes in each pass what is known, and reads it back as of a moment.

Texts in the prospect's words are not noted; they stand with the dispositions, which are never rewritten.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from connectors.store import frames, known_facts
from connectors.store.known_facts import Fact, Key
from connectors.store.tables import activities, clock_excuses, contract_versions, dispositions
from passes.context import PassContext
from passes.numbers import agreed
from passes.numbers.known import Known, attributes, campaigns
from sla_rules.clocks import run_clocks
from sla_rules.clocks_excused import with_excuses
from sla_rules.sla import SlaContract
from sla_rules.sla_frames import (
    DISPOSITIONS,
    EXCUSES,
    HANDOFFS,
    JUDGEMENT_HISTORY,
    OPPORTUNITIES,
    STATUSES,
    TOUCHES,
    UTC_US,
    Schema,
)
from sla_rules.sla_loading import load_sla

_SCHEMAS: dict[str, tuple[Schema, str]] = {
    "handoff": (HANDOFFS, "handed_off_at"),
    "touch": (TOUCHES, "touch_id"),
    "disposition": ({name: dtype for name, dtype in DISPOSITIONS.items() if name != "note"}, "at"),
    "status": (STATUSES, "at"),
    "excuse": (EXCUSES, "kind"),
    "opportunity": (OPPORTUNITIES, "opportunity_id"),
    "stage": ({**JUDGEMENT_HISTORY, "persona": pl.String}, "at"),
}


class AsOfError(Exception):
    """Nothing was kept of that day; the message says since when."""


def note(
    connection: sa.Connection, link_ids: Sequence[str], known: dict[str, pl.DataFrame], *, now: datetime
) -> int:
    """Keep what a pass knows of these people.

    Args:
        known: by kind (``handoff, touch, disposition, status, excuse, opportunity, stage``) the rows of these people.
    """
    facts = {key: fact for kind, frame in known.items() for key, fact in _facts(kind, frame)}
    return known_facts.note(connection, link_ids, facts, now=now)


def _facts(kind: str, frame: pl.DataFrame) -> Iterator[tuple[Key, Fact]]:
    schema, key = _SCHEMAS[kind]
    names = [name for name in schema if name in frame.columns]
    for row in frame.select(names).iter_rows(named=True):
        fact = {
            name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()
        }
        link_id = str(fact.pop("person_id"))
        yield (link_id, kind, str(fact[key])), fact


def load(context: PassContext, connection: sa.Connection, moment: datetime) -> Known:
    """What was known at a moment; campaigns' costs and people's attributes are today's.

    Raises:
        AsOfError: nothing was kept yet.
    """
    since = known_facts.kept_since(connection)
    if since is None or moment < since:
        kept = "nothing is kept yet" if since is None else f"it is kept since {since:%Y-%m-%d %H:%M} UTC"
        raise AsOfError(f"what was known at {moment:%Y-%m-%d %H:%M} UTC is not on record: {kept}")
    facts = known_facts.at(connection, moment)
    known = {kind: _frame(kind, facts.get(kind, [])) for kind in _SCHEMAS}
    contract = _contract(context, connection, moment)
    said = known["disposition"].join(
        frames.read(connection, dispositions).select("person_id", "at", "note"),
        on=["person_id", "at"],
        how="left",
    )
    clocks = run_clocks(
        contract,
        handoffs=known["handoff"],
        touches=known["touch"],
        dispositions=said,
        statuses=known["status"],
        excuses=known["excuse"],
        now=moment,
    )
    told = agreed.announcements(context, connection)
    return Known(
        contract=contract,
        clocks=with_excuses(clocks, _excuses_given(connection, moment)),
        handoffs=known["handoff"],
        history=known["stage"],
        dispositions=said,
        statuses=known["status"],
        opportunities=known["opportunity"],
        timeline=_timeline(connection, known["handoff"]["person_id"].to_list(), moment),
        touches=known["touch"],
        campaigns=campaigns(connection),
        people=agreed.segmented(context, connection, known["stage"]["person_id"].unique().to_list()),
        announcements=told.with_columns(
            announced_at=pl.when(pl.col("announced_at") <= moment).then("announced_at")
        ),
        attributes=attributes(context, connection, known["stage"]),
    )


def _timeline(connection: sa.Connection, link_ids: Sequence[str], moment: datetime) -> pl.DataFrame:
    """Activities as they are told today, those learnt of since left out."""
    learnt = sa.or_(activities.c.known_at.is_(None), activities.c.known_at <= moment)
    where = [activities.c.copy_of.is_(None), activities.c.at <= moment, learnt]
    return frames.read(connection, activities, link_ids=link_ids, where=where)


def _frame(kind: str, facts: list[tuple[str, Fact]]) -> pl.DataFrame:
    schema, _ = _SCHEMAS[kind]
    times = {name for name, dtype in schema.items() if dtype == UTC_US}
    rows = [
        {"person_id": link_id}
        | {name: _moment(value) if name in times else value for name, value in fact.items()}
        for link_id, fact in facts
    ]
    return pl.DataFrame(rows, schema=dict(schema), orient="row")


def _moment(value: Any) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _excuses_given(connection: sa.Connection, moment: datetime) -> pl.DataFrame:
    revoked = clock_excuses.c.revoked_at
    standing = sa.or_(revoked.is_(None), revoked > moment)
    return frames.read(connection, clock_excuses, where=[clock_excuses.c.given_at <= moment, standing])


def _contract(context: PassContext, connection: sa.Connection, moment: datetime) -> SlaContract:
    """The agreement that was in use at a moment."""
    table = contract_versions
    query = (
        sa.select(table.c.body)
        .where(table.c.kind == "sla", table.c.first_used_at <= moment)
        .order_by(table.c.first_used_at.desc())
        .limit(1)
    )
    body = connection.execute(query).scalar()
    if body is None or body == context.contracts.sla_text:
        return context.contracts.sla
    return load_sla(body, source="the SLA of that day")
