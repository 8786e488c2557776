"""Compile ``when`` into Polars expressions: true, false, or null for unknown.

The logic is three-valued: all parts of a ``when`` must hold; a part that fails decides even if another is
unknown. Not here: reading the attributes (``attributes``), points and stages (``qualify``).
"""

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import polars as pl

from sla_rules.attributes_words import fold
from sla_rules.definition import Amount, LeadDefinition, When

_ATTRIBUTES = {
    "title_words": "title_folded",
    "company_words": "company_folded",
    "name_is": "name_placeholder",
    "phone_is": "phone_valid",
}
"""Key of ``when`` -> attribute read, where the names differ; ``email_is`` reads one for each finding."""


def attributes_of(definition: LeadDefinition) -> set[str]:
    """Attributes that some ``when`` of the definition asks for."""
    found: set[str] = set()
    for criterion in definition.criteria:
        for key, value in (criterion.when.given if criterion.when else {}).items():
            if key == "email_is":
                found.update(f"email_{finding}" for finding in value)
            else:
                found.add(_ATTRIBUTES.get(key, key))
    return found


def holds(when: When) -> pl.Expr:
    """Whether the person is so: Boolean, null where something needed is unknown and nothing fails."""
    return reduce(pl.Expr.and_, (_TESTS[key](value) for key, value in when.given.items()))


def _one_of(attribute: str) -> Callable[[Any], pl.Expr]:
    return lambda values: pl.col(attribute).is_in(list(values))


def _within(attribute: str) -> Callable[[Any], pl.Expr]:
    def test(amount: Amount) -> pl.Expr:
        number = pl.col(attribute)
        bounds: list[pl.Expr] = []
        if amount.at_least is not None:
            bounds.append(number >= amount.at_least)
        if amount.at_most is not None:
            bounds.append(number <= amount.at_most)
        return pl.all_horizontal(bounds)

    return test


def _has_words(attribute: str) -> Callable[[Any], pl.Expr]:
    return lambda words: pl.col(attribute).str.contains_any([f" {fold(word)} " for word in words])


def _domain(domains: Any) -> pl.Expr:
    domain = pl.col("email_domain")
    below = (domain.str.ends_with(f".{name}") for name in domains)
    return reduce(pl.Expr.or_, below, domain.is_in(list(domains)))


def _finding(values: Any) -> pl.Expr:
    return pl.any_horizontal([f"email_{value}" for value in values])


def _phone(values: Any) -> pl.Expr:
    return reduce(pl.Expr.or_, (pl.col("phone_valid").eq(value == "valid") for value in values))


def _source(values: Any) -> pl.Expr:
    return pl.col("source").str.to_lowercase().is_in([value.strip().lower() for value in values])


_TESTS: Mapping[str, Callable[[Any], pl.Expr]] = {
    "title_words": _has_words("title_folded"),
    "company_words": _has_words("company_folded"),
    "function": _one_of("function"),
    "seniority": _one_of("seniority"),
    "industry": _one_of("industry"),
    "country": _one_of("country"),
    "region": _one_of("region"),
    "source": _source,
    "employees": _within("employees"),
    "revenue": _within("revenue"),
    "email_domain": _domain,
    "email_is": _finding,
    "name_is": lambda _: pl.col("name_placeholder"),
    "phone_is": _phone,
    "email_opt_out": lambda expected: pl.col("email_opt_out") == expected,
    "do_not_call": lambda expected: pl.col("do_not_call") == expected,
}
