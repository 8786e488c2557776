"""Which activities are touches: made by people of sales, each counted once.

The rules come from the contract. When a touch meets a promise is for ``clocks.py``.
"""

import re
from collections.abc import Collection

import polars as pl

from sla_rules.sla import SlaContract
from sla_rules.sla_frames import ACTIVITIES, TOUCHES, conform

_NEEDED = ("activity_id", "person_id", "kind", "at", "actor_id")


def human_touches(
    contract: SlaContract, activities: pl.DataFrame, *, sales_owners: Collection[str] | None = None
) -> pl.DataFrame:
    """The touches among the activities.

    An activity counts if its kind is in the contract, its actor is known and a person, it is not inbound
    (unless the contract lets inbound count), and neither its outcome nor its subject is excepted. One touch logged
    more than once by the same owner to the same person, of the same kind, counts once: the earliest stays,
    and a later row counts again only when it lies further from it than ``same_touch_within``.

    Args:
        contract: names the kinds, outcomes and actors.
        activities: the activities frame.
        sales_owners: e-mail addresses of sales; if given, nobody else's work counts.

    Returns:
        The touches frame (``touch_id`` is the id of the earliest activity), by person and time.
    """
    rows = conform(
        activities,
        ACTIVITIES,
        name="activities",
        needed=_NEEDED,
    ).with_columns(owner=pl.col("actor_id").str.strip_chars().str.to_lowercase())
    counted = rows.filter(
        pl.col("at").is_not_null() & pl.col("person_id").is_not_null(),
        _by_a_person(contract, sales_owners),
        _of_a_counted_kind(contract),
    )
    kept = _each_once(counted, window_us=contract.touches.same_touch_within.elapsed.total_seconds() * 1e6)
    return kept.rename({"activity_id": "touch_id"}).select(list(TOUCHES)).sort("person_id", "at", "touch_id")


def _by_a_person(contract: SlaContract, sales_owners: Collection[str] | None) -> pl.Expr:
    owner = pl.col("owner")
    human = owner.is_not_null() & (owner != "")
    if contract.touches.not_people:
        human &= ~owner.str.contains(_any_of(contract.touches.not_people))
    if sales_owners is not None:
        human &= owner.is_in([email.strip().lower() for email in sales_owners])
    return human


def _any_of(shapes: Collection[str]) -> str:
    """A regular expression for whole texts of one of these shapes; ``*`` stands for anything."""
    return "^(?:" + "|".join(re.escape(shape).replace(r"\*", ".*") for shape in shapes) + ")$"


def _of_a_counted_kind(contract: SlaContract) -> pl.Expr:
    outcome = pl.col("outcome").str.strip_chars().str.to_lowercase().str.replace_all("_", " ", literal=True)
    inbound = pl.col("direction").str.to_lowercase().eq("inbound").fill_null(value=False)
    counted = pl.lit(value=False)
    for kind, rule in contract.touches.kinds.items():
        fits = pl.col("kind") == kind
        if not rule.inbound:
            fits &= ~inbound
        if rule.except_outcomes:
            excepted = [text.strip().lower().replace("_", " ") for text in rule.except_outcomes]
            fits &= ~outcome.is_in(excepted).fill_null(value=False)
        if rule.except_subjects:
            subject = pl.col("detail").str.strip_chars()
            fits &= ~subject.str.contains(f"(?is){_any_of(rule.except_subjects)}").fill_null(value=False)
        counted |= fits
    return counted


def _each_once(rows: pl.DataFrame, *, window_us: float) -> pl.DataFrame:
    """Keeps, in each run of the same touch, the earliest row and every row further than the window from it.

    Each round settles one touch of every run at once, so the number of rounds is the longest run's touches,
    not the number of people.
    """
    run = ["owner", "person_id", "kind"]
    left = rows.sort(*run, "at", "activity_id")
    kept: list[pl.DataFrame] = []
    while not left.is_empty():
        gap = pl.col("at").diff().over(run).dt.total_microseconds()
        left = left.with_columns(block=(gap.is_null() | (gap > window_us)).cum_sum())
        kept.append(left.filter(pl.col("block").is_first_distinct()))
        anchor = pl.col("at").min().over("block")
        left = left.filter((pl.col("at") - anchor).dt.total_microseconds() > window_us)
    return pl.concat(kept) if kept else left
