"""What happened after each handoff: its touches, answers, owner and excuses, found for all people at once.

An **episode** is one handoff of one person until the next handoff of the same person. The facts of episodes
are gathered here; whether a promise was kept is decided in ``clocks.py``.
"""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from sla_rules.clocks_pauses import pauses
from sla_rules.sla import Answers, SlaContract
from sla_rules.sla_frames import (
    DISPOSITIONS,
    EXCUSES,
    HANDOFFS,
    STATUSES,
    TOUCHES,
    conform,
    is_person,
)


@dataclass(frozen=True, slots=True)
class Episodes:
    """The facts of all handoffs.

    Attributes:
        heads: one row per handoff: ``episode`` (row number), the handoffs frame's columns, ``ended_at`` (the
            next handoff or null), ``clock_owner`` (the human owner, else the queue), ``human_from`` (since
            when a human owned it; null if nobody yet), ``first_touch_at``, ``touches_made``.
        touches: ``episode, at, nth`` (1 for the first touch).
        answers: ``episode, at, kind`` (accepted, converted, recycled, rejected), ``reason, note, said,
            by_rep`` (true for a disposition, false for a status).
        excuses: ``episode, at, kind``, with ``at`` never before the handoff.
        pauses: ``episode, pause, from, to``, the last null while it lasts.
    """

    heads: pl.DataFrame
    touches: pl.DataFrame
    answers: pl.DataFrame
    excuses: pl.DataFrame
    pauses: pl.DataFrame


def episodes(
    contract: SlaContract,
    *,
    handoffs: pl.DataFrame,
    touches: pl.DataFrame,
    dispositions: pl.DataFrame,
    statuses: pl.DataFrame,
    excuses: pl.DataFrame | None,
    now: datetime,
) -> Episodes:
    """Gathers the facts known at ``now``; later rows are ignored.

    Raises:
        FrameError: a needed column is absent.
    """
    heads = (
        conform(handoffs, HANDOFFS, name="handoffs", needed=("person_id", "handed_off_at"))
        .filter(pl.col("handed_off_at") <= now)
        .unique(["person_id", "handed_off_at"], keep="first", maintain_order=True)
        .sort("person_id", "handed_off_at")
        .with_columns(
            ended_at=pl.col("handed_off_at").shift(-1).over("person_id"),
            owner=pl.col("owner").str.strip_chars().str.to_lowercase(),
        )
        .with_row_index("episode")
    )
    touched = _within(conform(touches, TOUCHES, name="touches"), heads, now).with_columns(
        nth=pl.int_range(1, pl.len() + 1).over("episode", order_by="at")
    )
    disposed = _within(conform(dispositions, DISPOSITIONS, name="dispositions"), heads, now)
    moved = _within(conform(statuses, STATUSES, name="statuses"), heads, now)
    answers = _answers(contract.answers, disposed, moved)
    frame = pl.DataFrame(schema=EXCUSES) if excuses is None else conform(excuses, EXCUSES, name="excuses")
    return Episodes(
        heads=_with_owner_and_touches(heads, touched, moved),
        touches=touched.select("episode", "at", "nth"),
        answers=answers,
        excuses=_excuses(heads, answers, frame, now),
        pauses=pauses(contract, moved, heads),
    )


def _within(events: pl.DataFrame, heads: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """The events with the episode that they fall in; events before a person's first handoff are left out."""
    return (
        events.filter(pl.col("at") <= now)
        .sort("at")
        .join_asof(
            heads.select("person_id", "episode", "handed_off_at").sort("handed_off_at"),
            left_on="at",
            right_on="handed_off_at",
            by="person_id",
            strategy="backward",
            check_sortedness=False,
        )
        .filter(pl.col("episode").is_not_null())
        .sort("episode", "at", maintain_order=True)
    )


def _answers(rules: Answers, disposed: pl.DataFrame, moved: pl.DataFrame) -> pl.DataFrame:
    by_disposition = {
        said: kind
        for kind, names in (
            ("accepted", rules.accepted),
            ("converted", rules.converted),
            ("recycled", rules.recycled),
            ("rejected", rules.rejected),
        )
        for said in names
    }
    by_status = {
        said: kind
        for kind, names in (
            ("accepted", rules.accepted_statuses),
            ("converted", rules.converted_statuses),
            ("rejected", rules.rejected_statuses),
        )
        for said in names
    }
    columns = ["episode", "at", "kind", "reason", "note", "said", "by_rep"]
    reason, note = pl.col("reason").str.strip_chars(), pl.col("note").str.strip_chars()
    said = disposed.rename({"disposition": "said"}).with_columns(
        kind=pl.col("said").replace_strict(by_disposition, default=None, return_dtype=pl.String),
        reason=pl.when(reason != "").then(reason),
        note=pl.when(note != "").then(note),
        by_rep=True,
    )
    seen = moved.rename({"status": "said"}).with_columns(
        kind=pl.col("said").replace_strict(by_status, default=None, return_dtype=pl.String),
        reason=pl.lit(None, dtype=pl.String),
        note=pl.lit(None, dtype=pl.String),
        by_rep=False,
    )
    return (
        pl.concat([said.select(columns), seen.select(columns)])
        .filter(pl.col("kind").is_not_null())
        .sort("episode", "at", maintain_order=True)
    )


def _excuses(heads: pl.DataFrame, answers: pl.DataFrame, given: pl.DataFrame, now: datetime) -> pl.DataFrame:
    states = (
        heads.select("episode", "person_id", "handed_off_at", "ended_at")
        .join(given.filter(pl.col("at") <= now), on="person_id")
        .filter(pl.col("ended_at").is_null() | (pl.col("at") < pl.col("ended_at")))
        .select("episode", pl.max_horizontal("at", "handed_off_at").alias("at"), "kind")
    )
    again = heads.filter(pl.col("ended_at").is_not_null()).select(
        "episode", pl.col("ended_at").alias("at"), pl.lit("handed off again").alias("kind")
    )
    return pl.concat([states, again, answers.select("episode", "at", "kind")]).sort("episode", "at")


def _with_owner_and_touches(heads: pl.DataFrame, touched: pl.DataFrame, moved: pl.DataFrame) -> pl.DataFrame:
    taken = (
        pl.concat([frame.select("episode", "at", "owner") for frame in (touched, moved)])
        .with_columns(pl.col("owner").str.strip_chars().str.to_lowercase())
        .filter(is_person(pl.col("owner")))
        .sort("episode", "at")
        .group_by("episode", maintain_order=True)
        .agg(pl.col("at").first().alias("taken_at"), pl.col("owner").first().alias("taker"))
    )
    made = touched.group_by("episode").agg(
        pl.col("at").min().alias("first_touch_at"), pl.len().cast(pl.Int32).alias("touches_made")
    )
    assigned = is_person(pl.col("owner"))
    handed, routed = pl.col("handed_off_at"), pl.coalesce("routed_at", "taken_at")
    return (
        heads.join(taken, on="episode", how="left")
        .join(made, on="episode", how="left")
        .with_columns(
            clock_owner=pl.when(assigned).then("owner").otherwise(pl.coalesce("taker", "owner")),
            human_from=pl.when(assigned & pl.col("routed_at").is_null())
            .then(handed)
            .when(routed.is_not_null())
            .then(pl.max_horizontal(routed, handed)),
            touches_made=pl.col("touches_made").fill_null(0),
        )
        .sort("episode")
    )
