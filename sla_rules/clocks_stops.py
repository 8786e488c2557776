"""Which event stops a clock, which excuses it, and how many touches are still owed.

Per episode, for all at once; due times and statuses are in ``clocks.py``.
"""

import polars as pl

from sla_rules.clocks_episodes import Episodes
from sla_rules.enforcement import needs_note, needs_reason
from sla_rules.sla import Commitment, SlaContract
from sla_rules.sla_terms import Stop, TouchFloor


def stops(contract: SlaContract, stop: Stop, facts: Episodes) -> pl.DataFrame:
    """``episode, stopped_at`` (and for a disqualification ``touches_before, reason``)."""
    kind = stop.kind
    first = pl.col("at").min().alias("stopped_at")
    if kind in {"first touch", "further touches"}:
        nth = 1 if kind == "first touch" else 1 + stop.count
        return facts.touches.filter(pl.col("nth") == nth).select("episode", pl.col("at").alias("stopped_at"))
    if kind == "acceptance or rejection":
        return facts.answers.group_by("episode").agg(first)
    if kind == "disposition with a reason":
        told = ~pl.col("said").is_in(needs_reason(contract)) | pl.col("reason").is_not_null()
        told &= ~pl.col("said").is_in(needs_note(contract)) | pl.col("note").is_not_null()
        return facts.answers.filter(pl.col("by_rep") & told).group_by("episode").agg(first)
    ends = facts.answers.filter(pl.col("kind") == "rejected").group_by("episode").agg(first)
    before = (
        facts.touches.join(ends, on="episode")
        .filter(pl.col("at") <= pl.col("stopped_at"))
        .group_by("episode")
        .agg(pl.len().alias("touches_before"))
    )
    reasons = facts.answers.group_by("episode").agg(pl.col("reason").drop_nulls().last())
    return ends.join(before, on="episode", how="left").join(reasons, on="episode", how="left")


def first_excuses(commitment: Commitment, facts: Episodes) -> pl.DataFrame:
    """``episode, excused_at, excuse``: the first thing that ends the obligation of this commitment."""
    return (
        facts.excuses.filter(pl.col("kind").is_in(commitment.excused_by))
        .group_by("episode")
        .agg(
            pl.col("at").min().alias("excused_at"),
            pl.col("kind").sort_by("at", maintain_order=True).first().alias("excuse"),
        )
    )


def touches_owed(contract: SlaContract, facts: Episodes) -> pl.DataFrame:
    """``episode, touches_owed``: what is promised less what is made; nothing once the lead was answered."""
    first, further = contract.stopping_at("first touch"), contract.stopping_at("further touches")
    floor = contract.stopping_at("disqualification")
    promised = (1 if first else 0) + (further.stop.count if further and further.stop else 0)
    if floor is not None and isinstance(floor.target, TouchFloor):
        promised = max(promised, floor.target.minimum)
    ending = {kind for commitment in (first, further) if commitment for kind in commitment.excused_by}
    ended = facts.excuses.filter(pl.col("kind").is_in(sorted(ending)))["episode"].unique()
    left = (promised - pl.col("touches_made")).clip(0)
    return facts.heads.select(
        "episode",
        touches_owed=pl.when(pl.col("episode").is_in(ended.implode())).then(0).otherwise(left),
    )
