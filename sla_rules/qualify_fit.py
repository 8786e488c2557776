"""Judge who people are: criteria passed and unknown, and the points that they bring.

The logic is three-valued: all parts of a ``when`` must hold; a part that fails decides even if another is
unknown. Not here: reading the attributes (``attributes``), what people did, stages (``qualify``).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import polars as pl

from sla_rules.attributes import columns_needed, read_attributes
from sla_rules.attributes_words import fold
from sla_rules.definition import Amount, FieldTest, LeadDefinition, When
from sla_rules.distinct import Distinct

_NEARLY_UNIQUE = frozenset({"email", "phone"})
"""Texts that few people share, so that looking at each distinct one saves nothing."""

_ATTRIBUTES = {
    "title_words": "title_folded",
    "company_words": "company_folded",
    "phone_is": "phone_valid",
}
"""Key of ``when`` -> attribute read, where the names differ; ``email_is`` and ``name_is`` read one for
each finding."""


def attributes_of(definition: LeadDefinition) -> set[str]:
    """Attributes that some ``when`` of the definition asks for."""
    return {name for criterion in definition.criteria for name in _attributes(criterion.when)}


def _attributes(when: When | None) -> set[str]:
    found: set[str] = set()
    for key, value in (when.given if when else {}).items():
        if key in ("email_is", "name_is"):
            found.update(f"{key.removesuffix('_is')}_{finding}" for finding in value)
        elif key == "fields":
            found.update(value)
        else:
            found.add(_ATTRIBUTES.get(key, key))
    return found


def fit_of(definition: LeadDefinition, people: pl.DataFrame) -> pl.DataFrame:
    """Who people are, as far as the definition wants to know.

    Criteria that ask about one text alone are judged once for each distinct text, not for each person.

    Returns:
        ``passed`` and ``unknown`` (masks), ``points`` (before the cap), rows in the order of ``people``.
    """
    groups: dict[tuple[str, ...], list[int]] = {}
    for bit, criterion in enumerate(definition.criteria):
        if criterion.when:
            columns = columns_needed(_attributes(criterion.when))
            alone = len(columns) == 1 and not columns & _NEARLY_UNIQUE
            is_text = alone and all(people.schema.get(name) == pl.String for name in columns)
            groups.setdefault(tuple(columns) if is_text else (), []).append(bit)
    kinds = {"passed": pl.UInt64, "unknown": pl.UInt64, "points": pl.Int32}
    nothing = {name: pl.repeat(0, people.height, dtype=kind, eager=True) for name, kind in kinds.items()}
    parts = [pl.DataFrame(nothing)]
    for alike, bits in groups.items():
        if alike:
            seen = Distinct.of(people.get_column(alike[0]))
            texts = pl.DataFrame(seen.values).with_columns(person_id=pl.lit(""))
            parts.append(seen.spread(_judged(definition, texts, bits)))
        else:
            parts.append(_judged(definition, people, bits))
    return pl.DataFrame(
        {name: reduce(pl.Series.__add__, (part.get_column(name) for part in parts)) for name in kinds}
    )


def _judged(definition: LeadDefinition, people: pl.DataFrame, bits: Sequence[int]) -> pl.DataFrame:
    tests = {bit: when for bit in bits if (when := definition.criteria[bit].when)}
    wanted = {name for when in tests.values() for name in _attributes(when)}
    frame = read_attributes(people, definition.vocabulary, wanted)
    frame = frame.select(holds(when).alias(f"{bit}") for bit, when in tests.items())
    passed = {bit: pl.col(f"{bit}").fill_null(value=False) for bit in tests}
    unknown = {bit: pl.col(f"{bit}").is_null() for bit in tests}
    points = [
        pl.when(test).then(pl.lit(definition.criteria[bit].points, pl.Int32)).otherwise(pl.lit(0, pl.Int32))
        for bit, test in passed.items()
    ]
    return frame.select(passed=_mask(passed), unknown=_mask(unknown), points=pl.sum_horizontal(points))


def _mask(flags: Mapping[int, pl.Expr]) -> pl.Expr:
    return pl.sum_horizontal(
        flag.cast(pl.UInt64) * pl.lit(1 << bit, pl.UInt64) for bit, flag in flags.items()
    )


def holds(when: When) -> pl.Expr:
    """Whether the person is so: Boolean, null where something needed is unknown and nothing fails."""
    return reduce(pl.Expr.and_, (_TESTS[key](value) for key, value in when.given.items()))


def _one_of(attribute: str) -> Callable[[Any], pl.Expr]:
    return lambda values: pl.col(attribute).is_in(list(values))


def _within(attribute: str) -> Callable[[Any], pl.Expr]:
    return lambda amount: _bounds(pl.col(attribute), amount)


def _bounds(number: pl.Expr, amount: Amount) -> pl.Expr:
    bounds: list[pl.Expr] = []
    if amount.at_least is not None:
        bounds.append(number >= amount.at_least)
    if amount.at_most is not None:
        bounds.append(number <= amount.at_most)
    return pl.all_horizontal(bounds)


def _has_words(attribute: str) -> Callable[[Any], pl.Expr]:
    return lambda words: pl.col(attribute).str.contains_any([f" {fold(word)} " for word in words])


def _domain(domains: Any) -> pl.Expr:
    domain = pl.col("email_domain")
    below = (domain.str.ends_with(f".{name}") for name in domains)
    return reduce(pl.Expr.or_, below, domain.is_in(list(domains)))


def _finding(about: str) -> Callable[[Any], pl.Expr]:
    return lambda values: pl.any_horizontal([f"{about}_{value}" for value in values])


def _phone(values: Any) -> pl.Expr:
    return reduce(pl.Expr.or_, (pl.col("phone_valid").eq(value == "valid") for value in values))


def _source(values: Any) -> pl.Expr:
    return pl.col("source").str.to_lowercase().is_in([value.strip().lower() for value in values])


def _fields(tests: Mapping[str, FieldTest]) -> pl.Expr:
    return reduce(pl.Expr.and_, (_field(name, test) for name, test in tests.items()))


def _field(name: str, test: FieldTest) -> pl.Expr:
    """What cannot be read as the test wants it is unknown."""
    if isinstance(test, Amount):
        return _bounds(pl.col(name).cast(pl.Float64, strict=False).fill_nan(None), test)
    text = pl.col(name).cast(pl.String).str.to_lowercase()
    if isinstance(test, bool):
        answers = {"true": test, "false": not test}
        return text.replace_strict(answers, default=None, return_dtype=pl.Boolean)
    return text.is_in([value.strip().lower() for value in test])


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
    "email_is": _finding("email"),
    "name_is": _finding("name"),
    "phone_is": _phone,
    "email_opt_out": lambda expected: pl.col("email_opt_out") == expected,
    "do_not_call": lambda expected: pl.col("do_not_call") == expected,
    "fields": _fields,
}
