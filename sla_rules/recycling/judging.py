"""What a cool-off does to judgements: the stage stays back, the reason says so, and it ends by itself.

Who rests is decided in ``standing.py``; that earlier behaviour no longer counts, in ``qualify_behaviour.py``.
"""

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from sla_rules.qualify_behaviour import MOMENT
from sla_rules.recycling.standing import Standing

_QUALIFIED = ("MQL", "SQL")
_SINCE = pl.Schema({"person_id": pl.String(), "since": MOMENT})


def since_frame(standings: Mapping[str, Standing]) -> pl.DataFrame:
    """``person_id, since``: up to when each person's behaviour no longer counts."""
    rows = [(person_id, one.since) for person_id, one in standings.items()]
    return pl.DataFrame(rows, schema=_SINCE, orient="row")


def held_back(judged: pl.DataFrame, standings: Mapping[str, Standing], *, now: datetime) -> pl.DataFrame:
    """The judgements, with those who rest at the stage that was agreed and due again when the cool-off ends.

    Args:
        judged: ``qualify.JUDGEMENT_SCHEMA``.
    """
    resting = _resting(standings, now)
    if not resting:
        return judged
    rows = [(person_id, one.stage, one.until) for person_id, one in resting.items()]
    back = pl.DataFrame(rows, schema={"person_id": pl.String, "to": pl.String, "until": MOMENT}, orient="row")
    moved = pl.col("to").is_not_null() & (pl.col("stage").is_in(_QUALIFIED) | (pl.col("to") == "go-nowhere"))
    return (
        judged.join(back, on="person_id", how="left", maintain_order="left")
        .with_columns(
            stage=pl.when(moved).then("to").otherwise("stage"),
            step=pl.when(~moved).then("step"),
            next_change_at=pl.min_horizontal("next_change_at", "until"),
        )
        .select(judged.columns)
    )


def rest_lines(lines: pl.DataFrame, standings: Mapping[str, Standing], *, now: datetime) -> pl.DataFrame:
    """``person_id, reason, missing`` with what sales said in the lines of those who rest."""
    resting = _resting(standings, now)
    if not resting:
        return lines
    rows = [(person_id, *_words(one)) for person_id, one in resting.items()]
    schema = {"person_id": pl.String, "why": pl.String, "next": pl.String}
    said = pl.DataFrame(rows, schema=schema, orient="row")
    return (
        lines.join(said, on="person_id", how="left", maintain_order="left")
        .with_columns(
            reason=pl.coalesce("why", "reason"),
            missing=pl.when(pl.col("why").is_not_null()).then("next").otherwise("missing"),
        )
        .select(lines.columns)
    )


def _resting(standings: Mapping[str, Standing], now: datetime) -> dict[str, Standing]:
    return {person_id: one for person_id, one in standings.items() if one.rests(now)}


def _words(standing: Standing) -> tuple[str, str]:
    why = f"{standing.stage}: sales said “{standing.answer}” on {standing.since:%Y-%m-%d}"
    if standing.times > 1:
        why += f", sent back {standing.times} times"
    if standing.until is None:
        return f"{why}; not handed over again", ""
    return (
        f"{why}; cool-off until {standing.until:%Y-%m-%d}",
        "something new that they do, after the cool-off",
    )
