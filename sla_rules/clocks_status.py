"""Clocks summed up for one person, as both CRMs show them, and who is to be told what.

Only the frame of ``clocks.py`` is read here.
"""

from datetime import UTC, datetime

import polars as pl

from sla_rules.sla import SlaContract


def sla_status(contract: SlaContract, clocks: pl.DataFrame) -> pl.DataFrame:
    """What is written back to each person: the state of the latest handoff.

    Args:
        contract: says which commitment is the first touch.
        clocks: the frame of ``run_clocks``.

    Returns:
        One row per person: ``person_id``, ``owner``, ``sla_status`` (the worst of its clocks: breached,
        pending, met, excused), ``handed_off_at``, ``first_touch_due_at`` (null if the agreement has no such
        clock), ``first_touch_at``, ``touches_made``, ``touches_owed``, and of the pending clock that is due
        first ``next_commitment``, ``next_due_at`` and ``next_warn_at``.
    """
    latest = clocks.filter(pl.col("handed_off_at") == pl.col("handed_off_at").max().over("person_id"))
    first = contract.stopping_at("first touch")
    is_first = pl.col("commitment") == (first.id if first else "")
    status = pl.lit("excused")
    for worse in ("met", "pending", "breached"):
        status = pl.when((pl.col("status") == worse).any()).then(pl.lit(worse)).otherwise(status)
    pending = (pl.col("status") == "pending") & pl.col("due_at").is_not_null()
    return (
        latest.sort("person_id", "due_at", nulls_last=True, maintain_order=True)
        .group_by("person_id", maintain_order=True)
        .agg(
            pl.col("owner").first(),
            status.alias("sla_status"),
            pl.col("handed_off_at").first(),
            pl.col("due_at").filter(is_first).first().alias("first_touch_due_at"),
            pl.col("first_touch_at", "touches_made", "touches_owed").first(),
            pl.col("commitment").filter(pending).first().alias("next_commitment"),
            pl.col("due_at").filter(pending).first().alias("next_due_at"),
            pl.col("warn_at").filter(pending).first().alias("next_warn_at"),
        )
    )


def escalations(contract: SlaContract, clocks: pl.DataFrame, *, now: datetime) -> pl.DataFrame:
    """Whom the agreement wants told, for clocks that are due soon or were breached.

    Returns:
        ``person_id, commitment, owner, when ("warned" | "breached"), tell, due_at, why``: each breached
        clock and each pending clock past its warning time, once per escalation; by due time.
    """
    steps = pl.DataFrame(
        [(c.id, step.when, step.tell) for c in contract.commitments for step in c.escalation],
        schema={"commitment": pl.String, "when": pl.String, "tell": pl.String},
        orient="row",
    )
    warned = (pl.col("status") == "pending") & (pl.col("warn_at") <= now.astimezone(UTC))
    return (
        clocks.with_columns(
            when=pl.when(pl.col("status") == "breached")
            .then(pl.lit("breached"))
            .when(warned)
            .then(pl.lit("warned"))
        )
        .join(steps, on=["commitment", "when"])
        .select("person_id", "commitment", "owner", "when", "tell", "due_at", "why")
        .sort("due_at", "person_id", "commitment", nulls_last=True)
    )
