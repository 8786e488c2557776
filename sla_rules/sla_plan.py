"""What a quota may be narrowed to, and how it follows from the sales plan; the terms, and the arithmetic.

Rates are measured in ``metrics/quota.py``; what a commitment is stands in ``sla.py``.
"""

import math
import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from sla_rules.sla_terms import Duration, PeriodUnit, Quota, number_text, parse_duration, parse_share

_REVENUE = re.compile(r"(?P<amount>\d[\d ,_]*(?:\.\d+)?) (?:per|a) (?P<per>week|month|quarter|year)")


class Part(BaseModel):
    """A part of the contract: nothing that it does not name, nothing that changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Revenue:
    """An amount in the contract's currency, per period."""

    amount: float
    per: PeriodUnit

    def __str__(self) -> str:
        return f"{self.amount:,.0f} per {self.per}"


def parse_revenue(text: object) -> Revenue:
    """``500000 per quarter``. Raises ValueError with the remedy."""
    match = _REVENUE.fullmatch(" ".join(text.lower().split())) if isinstance(text, str) else None
    amount = float(re.sub(r"[ ,_]", "", match["amount"])) if match else 0.0
    if match is None or amount <= 0:
        raise ValueError(f"{text!r} is not a revenue target; write for example '500000 per quarter'")
    per: PeriodUnit = match["per"]  # type: ignore[assignment]  # the pattern admits only periods
    return Revenue(amount, per)


def _rate(value: object) -> object:
    if value == "measured":
        return value
    share = parse_share(value)
    if share <= 0:
        raise ValueError(f"{value!r} would need infinitely many leads; write a share above 0 %")
    return share


def _clock_time(value: Duration) -> Duration:
    if value.business:
        raise ValueError("'over' is clock time; write for example '365 days'")
    return value


def _over(value: object) -> object:
    return _clock_time(parse_duration(value))


_RATE_SCHEMA = {"anyOf": [{"const": "measured"}, {"type": "string", "pattern": r"^\d+(\.\d+)? ?%$"}]}
Rate = Annotated[Literal["measured"] | float, BeforeValidator(_rate), WithJsonSchema(_RATE_SCHEMA)]
Target = Annotated[
    Revenue,
    BeforeValidator(parse_revenue),
    WithJsonSchema({"type": "string", "examples": ["500000 per quarter"]}),
]
Span = Annotated[
    Duration, BeforeValidator(_over), WithJsonSchema({"type": "string", "examples": ["365 days"]})
]


class SalesPlan(Part):
    """The plan that a quota follows from: leads = revenue ÷ average deal ÷ win rate ÷ opportunity rate.

    Attributes:
        revenue: to be won from marketing's leads.
        average_deal: amount of a won deal; "measured" from those closed.
        win_rate: won of closed opportunities.
        opportunity_rate: leads handed over that come to an opportunity.
        over: how far back rates are measured, up to the start of the period.
    """

    revenue: Target
    average_deal: Literal["measured"] | Annotated[float, Field(gt=0)] = "measured"
    win_rate: Rate = "measured"
    opportunity_rate: Rate = "measured"
    over: Span = Duration(365, "day", business=False)


class Segment(Part):
    """The leads that a quota is about: of any of these values in each field that is given; case does not matter."""

    source: tuple[str, ...] = ()
    persona: tuple[str, ...] = ()
    territory: tuple[str, ...] = ()
    industry: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> "Segment":
        if not self.fields:
            raise ValueError("a segment names a source, persona, territory (country) or industry")
        return self

    @property
    def fields(self) -> dict[str, tuple[str, ...]]:
        """The fields that are given, with their values in lower case."""
        given = {
            "source": self.source,
            "persona": self.persona,
            "territory": self.territory,
            "industry": self.industry,
        }
        return {name: tuple(one.lower() for one in values) for name, values in given.items() if values}

    def __str__(self) -> str:
        given = ((name, getattr(self, name)) for name in self.fields)
        return ", ".join(f"{name} {' or '.join(values)}" for name, values in given)


@dataclass(frozen=True, slots=True)
class Rates:
    """What Accord measured; None where there was nothing to measure. Amounts in the contract's currency."""

    average_deal: float | None
    win_rate: float | None
    opportunity_rate: float | None


def derived_quota(plan: SalesPlan, rates: Rates, currency: str) -> tuple[Quota | None, str]:
    """The quota that the plan needs, and the arithmetic in words; no quota where a rate is not known."""
    deal = rates.average_deal if plan.average_deal == "measured" else plan.average_deal
    won = rates.win_rate if plan.win_rate == "measured" else plan.win_rate
    opened = rates.opportunity_rate if plan.opportunity_rate == "measured" else plan.opportunity_rate
    unknown = [
        name
        for name, value in (("average deal", deal), ("win rate", won), ("opportunity rate", opened))
        if not value
    ]
    if not deal or not won or not opened:
        return None, (
            f"{currency} {plan.revenue} needs leads, but the {' and the '.join(unknown)} cannot be measured over "
            f"the last {plan.over}; write a figure into from_sales_plan"
        )
    deals = plan.revenue.amount / deal
    leads = math.ceil(deals / won / opened - 1e-9)
    words = (
        f"{currency} {plan.revenue} ÷ {deal:,.0f} a deal{_how(plan.average_deal)} = {number_text(round(deals, 1))} "
        f"deals; ÷ {number_text(round(won * 100, 1))} % won{_how(plan.win_rate)} ÷ "
        f"{number_text(round(opened * 100, 1))} % of leads with an opportunity{_how(plan.opportunity_rate)} = "
        f"{leads} leads per {plan.revenue.per}"
    )
    return Quota(leads, plan.revenue.per), words


def _how(value: object) -> str:
    return " (measured)" if value == "measured" else ""
