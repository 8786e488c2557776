"""What marketing's own promises are measured from: rates for the sales plan, segments, announced campaigns.

The shares and verdicts are in ``metrics/attainment.py``.
"""

from datetime import UTC, datetime, timedelta

import polars as pl

from sla_rules.costs.money import is_own
from sla_rules.metrics.period import Period
from sla_rules.sla import Commitment, SlaContract
from sla_rules.sla_frames import OPPORTUNITIES, UTC_US, Schema, conform
from sla_rules.sla_plan import Rates, SalesPlan, Segment, derived_quota
from sla_rules.sla_terms import Duration

PEOPLE: Schema = {
    "person_id": pl.String, "source": pl.String, "persona": pl.String, "territory": pl.String,
    "industry": pl.String,
}  # fmt: skip
# ``starts_at``: the first moment of the campaign's first day; ``announced_at``: null while sales was not told.
ANNOUNCEMENTS: Schema = {"campaign": pl.String, "starts_at": UTC_US, "announced_at": UTC_US}


def planned(
    contract: SlaContract, handed: pl.DataFrame, opportunities: pl.DataFrame, period: Period
) -> tuple[SlaContract, tuple[str, ...]]:
    """The contract with every quota that follows from the sales plan worked out, and the arithmetic of each.

    Args:
        handed: ``person_id, handed_off_at`` of every handoff.
        opportunities: the opportunities frame.
        period: rates are measured up to its start, so that a quota does not move while it runs.
    """
    notes: list[str] = []
    commitments: list[Commitment] = []
    for commitment in contract.commitments:
        plan = commitment.from_sales_plan
        if plan is None:
            commitments.append(commitment)
            continue
        rates = measured_rates(plan, handed, opportunities, currency=contract.currency, until=period.start)
        quota, words = derived_quota(plan, rates, contract.currency)
        notes.append(f"{commitment.id}: {words}.")
        commitments.append(commitment.model_copy(update={"target": quota}) if quota else commitment)
    if not notes:
        return contract, ()
    return contract.model_copy(update={"commitments": tuple(commitments)}), tuple(notes)


def measured_rates(
    plan: SalesPlan, handed: pl.DataFrame, opportunities: pl.DataFrame, *, currency: str, until: datetime
) -> Rates:
    """The plan's rates over the time before ``until``, from what was known then."""
    since = until - plan.over.elapsed
    deals = conform(opportunities, OPPORTUNITIES, name="opportunities", needed=("person_id",))
    inside = (pl.col("closed_at") >= since) & (pl.col("closed_at") < until)
    closed = deals.filter(inside & pl.col("is_closed")).unique("opportunity_id")
    won = closed.filter("is_won")
    own = is_own(currency)
    average = won.filter(own)["amount"].mean()
    heads = handed.filter((pl.col("handed_off_at") >= since) & (pl.col("handed_off_at") < until)).select(
        "person_id", "handed_off_at"
    )
    opened = (
        deals.filter(pl.col("created_at") < until)
        .select("person_id", "created_at")
        .join(heads, on="person_id")
        .filter(pl.col("created_at") >= pl.col("handed_off_at"))["person_id"]
        .n_unique()
    )
    people = heads["person_id"].n_unique()
    return Rates(
        average_deal=float(average) if isinstance(average, int | float) else None,
        win_rate=won.height / closed.height if closed.height else None,
        opportunity_rate=opened / people if people else None,
    )


def of_segment(qualified: pl.DataFrame, segment: Segment | None, people: pl.DataFrame) -> pl.DataFrame:
    """The qualifications of people of the segment; what is unknown of a person is not in it."""
    if segment is None:
        return qualified
    fits = pl.lit(value=True)
    for name, values in segment.fields.items():
        fits &= pl.col(name).str.to_lowercase().is_in(values).fill_null(value=False)
    return qualified.join(people.filter(fits).select("person_id"), on="person_id", how="semi")


def announced(
    commitment: Commitment, announcements: pl.DataFrame, period: Period, now: datetime
) -> pl.DataFrame:
    """Campaigns of the period that have begun, with ``latest`` (by when sales was to be told) and ``kept``."""
    assert isinstance(commitment.target, Duration)  # noqa: S101  # the contract admits no other
    ahead: timedelta = commitment.target.elapsed
    begun = announcements.filter(period.holds("starts_at"), pl.col("starts_at") <= now.astimezone(UTC))
    return begun.with_columns(latest=pl.col("starts_at") - ahead).with_columns(
        kept=(pl.col("announced_at") <= pl.col("latest")).fill_null(value=False)
    )
