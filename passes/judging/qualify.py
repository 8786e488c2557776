"""Applies the lead definition to everybody whose answer can have changed, and keeps the history of stages."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import polars as pl
import sqlalchemy as sa

from connectors.store import frames, judged_inputs, links, runs
from connectors.store.tables import activities, judgements, stage_history
from connectors.store.tables import links as link_table
from passes import persons
from passes.context import PassContext
from passes.judging import in_force
from passes.recycling import standings
from passes.step import StepResult
from sla_rules.qualify import qualify
from sla_rules.reasons import reason_lines
from sla_rules.recycling.judging import held_back, rest_lines, since_frame

_AT_ONCE = 50_000


def judge(context: PassContext) -> StepResult:
    """Judge the people who are due: changed, with new activity, or whose time has come."""
    now = context.now()
    definition = context.contracts.definition
    with context.store.begin() as connection:
        text = context.contracts.definition_text
        runs.use_contract(connection, "definition", definition.version, text, now=now)
        inputs = persons.inputs(definition.fields)
        unknown_before = judged_inputs.begin(connection, inputs, now=now)
        if in_force.adopt(connection, definition, text, now=now) or unknown_before:
            links.mark_all(connection, "judge_due", "person")
        _wake(connection, now)
        due = links.due(connection, "judge_due", "person")
    stages: dict[str, int] = {}
    moved = 0
    for start in range(0, len(due), _AT_ONCE):
        part = due[start : start + _AT_ONCE]
        with context.store.begin() as connection:
            moved += _judge_part(context, connection, part, now)
    with context.store.begin() as connection:
        query = sa.select(judgements.c.stage, sa.func.count()).group_by(judgements.c.stage)
        stages = {row[0]: row[1] for row in connection.execute(query)}
    figures = {"judged": len(due), "stage changed": moved}
    figures |= {f"stage {name}": stages.get(name, 0) for name in ("go-nowhere", "lead", "MQL", "SQL")}
    texts = {"definition": f"{definition.title}, version {definition.version}"}
    if context.contracts.definition_waiting:
        texts["another definition waits"] = context.contracts.definition_waiting
    return StepResult(figures=figures, texts=texts)


def _wake(connection: sa.Connection, now: datetime) -> None:
    """Judgements that can change by themselves are due once their moment has come."""
    ripe = sa.select(judgements.c.link_id).where(judgements.c.next_change_at <= now)
    connection.execute(
        sa.update(link_table)
        .where(link_table.c.link_id.in_(ripe), link_table.c.merged_into.is_(None))
        .values(judge_due=True)
    )


def _judge_part(
    context: PassContext, connection: sa.Connection, part: list[links.LinkRow], now: datetime
) -> int:
    ids = [row.link.link_id for row in part]
    definition = context.contracts.definition
    people = persons.frame(persons.load(connection, part), context.mapping, fields=definition.fields)
    _note_inputs(connection, part, people, definition.fields, now)
    timeline = frames.read(connection, activities, link_ids=ids, where=[activities.c.copy_of.is_(None)])
    sent_back = standings.load(context.contracts.sla, connection, ids)
    judged = qualify(definition, people, timeline, now=now, since=since_frame(sent_back))
    judged = held_back(judged, sent_back, now=now)
    lines = rest_lines(reason_lines(definition, judged, people), sent_back, now=now)
    known = frames.read(connection, judgements, link_ids=ids)
    rows = (
        judged.join(lines, on="person_id")
        .with_columns(
            pl.col("stage").cast(pl.String),
            *(_hexadecimal(name) for name in ("passed", "failed", "unknown")),
            definition_version=pl.lit(definition.version),
            judged_at=pl.lit(now, dtype=pl.Datetime("us", "UTC")),
        )
        .join(
            known.select(
                "person_id",
                pl.col("stage").alias("previous_stage"),
                pl.col("score").alias("previous_score"),
                pl.col("reason").alias("previous_reason"),
                pl.col("missing").alias("previous_missing"),
            ),
            on="person_id",
            how="left",
        )
    )
    moved = rows.filter(pl.col("stage").ne_missing(pl.col("previous_stage")))
    told = rows.filter(
        pl.col("stage").ne_missing(pl.col("previous_stage"))
        | pl.col("score").cast(pl.Int64).ne_missing(pl.col("previous_score"))
        | pl.col("reason").ne_missing(pl.col("previous_reason"))
        | pl.col("missing").ne_missing(pl.col("previous_missing"))
    )
    frames.write(connection, judgements, rows)
    frames.write(
        connection, stage_history, moved.with_columns(at=pl.lit(now, dtype=pl.Datetime("us", "UTC")))
    )
    _feedback_due(connection, told["person_id"].to_list())
    links.clear(connection, "judge_due", ids)
    return len(moved)


def _note_inputs(
    connection: sa.Connection,
    part: Sequence[links.LinkRow],
    people: pl.DataFrame,
    fields: Sequence[str],
    now: datetime,
) -> None:
    """Keep attributes that changed. Who was there before any were kept had them ever since, as far as we can tell."""
    made_at = {row.link.link_id: row.made_at for row in part}
    names = persons.inputs(fields)
    begun = min(judged_inputs.kept_since(connection).values())
    noted = []
    for row in people.iter_rows(named=True):
        link_id, created = row["person_id"], row["created_at"]
        begins = created if created is not None and made_at[link_id] <= begun else now
        noted.append((link_id, begins, {name: row[name] for name in names}))
    judged_inputs.note(connection, noted, now=now)


def _feedback_due(connection: sa.Connection, link_ids: Iterable[str]) -> None:
    rows = [{"b_link_id": link_id} for link_id in link_ids]
    if rows:
        statement = sa.update(link_table).where(link_table.c.link_id == sa.bindparam("b_link_id"))
        connection.execute(statement.values(feedback_due=True), rows)


def _hexadecimal(name: str) -> pl.Expr:
    return pl.col(name).map_elements(lambda mask: f"{mask:016x}", return_dtype=pl.String)
