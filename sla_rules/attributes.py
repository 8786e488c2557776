"""Attributes of people as the lead definition compares them.

Here: frames of people with raw texts in, with function, seniority, country code, region, industry, mail and
name findings out. Each text is read once for each distinct value, then joined back. Not here: the words
(``attributes_words``), what is asked of the attributes (``qualify_fit``).
"""

from collections.abc import Callable, Collection
from typing import Any

import polars as pl

from sla_rules.attributes_junk import (
    NameKind,
    email_is_malformed,
    is_disposable,
    is_plain_domain,
    name_kind,
    phone_is_valid,
)
from sla_rules.attributes_mash import typed_at_random
from sla_rules.attributes_titles import read_title
from sla_rules.attributes_words import Words, fold
from sla_rules.distinct import Distinct

PLAIN_LOCAL_PART = r"^[a-z0-9_%+'=-]+(\.[a-z0-9_%+'=-]+)*$"
"""Local parts that no rule of e-mail syntax can refuse, up to 64 characters."""

_NEEDS = {
    "email_domain": "email",
    "email_malformed": "email",
    "email_disposable": "email",
    "email_personal": "email",
    "email_role": "email",
    "title_folded": "title",
    "function": "title",
    "seniority": "title",
    "company_folded": "company",
    "name_placeholder": "first_name",
    "name_typed_at_random": "first_name",
    "phone_valid": "phone",
}
"""Attribute -> the column of people that it is read from, where that is another one."""

_OF_NAMES = frozenset({"name_placeholder", "name_typed_at_random"})
OWN_NAMES = frozenset(
    {
        *_NEEDS,
        *_NEEDS.values(),
        "last_name",
        "industry",
        "employees",
        "revenue",
        "country",
        "region",
        "source",
    }
    | {"email_opt_out", "do_not_call", "created_at", "person_id"}
)
"""Columns and attributes of people that have a meaning of their own; no other field may bear these names."""
_FILLED_BY_CRMS = frozenset({"first_name", "last_name", "company"})
"""Where CRMs and people put a sign because the field must not be empty."""
_FILLERS = ("[not provided]", "not provided", "[[unknown]]", "[unknown]", "n/a")


def columns_needed(attributes: Collection[str]) -> set[str]:
    """Columns that a frame of people must have so that ``attributes`` can be read."""
    columns = {_NEEDS.get(name, name) for name in attributes}
    if _OF_NAMES & set(attributes):
        columns.add("last_name")
    if {"region", "phone_valid"} & set(attributes):
        columns.add("country")
    return columns


def country_code(text: str, words: Words) -> str | None:
    """ISO 3166 code of a country written in English, German, French or Spanish; None if we cannot read it."""
    return words.country.get(fold(text))


def industry_name(text: str, words: Words) -> str:
    """Our name of an industry; what we do not know stays as it is written."""
    return words.industry.get(fold(text), text)


def read_attributes(people: pl.DataFrame, words: Words, attributes: Collection[str]) -> pl.DataFrame:
    """Add or replace the columns that ``attributes`` names; blank texts become null, null stays unknown.

    Args:
        people: one row a person; must have ``columns_needed(attributes)``.
        words: the vocabulary of the definition.
        attributes: names of columns wanted: those of people and of ``_NEEDS``.

    Returns:
        ``person_id`` and the wanted columns, rows in the order of ``people``.

    Raises:
        ValueError: when a column is missing.
    """
    wanted = set(attributes)
    columns = columns_needed(wanted)
    missing = sorted(columns - set(people.columns))
    if missing:
        raise ValueError(
            f"people lack the columns {', '.join(missing)}; add them, with null for what is unknown"
        )
    frame = people.select("person_id", *(_said(people.get_column(name)) for name in sorted(columns)))
    if {"title_folded", "function", "seniority"} & wanted:
        frame = _with_title(frame, words)
    if "company_folded" in wanted:
        frame = frame.with_columns(folded(pl.col("company")).alias("company_folded"))
    if "industry" in wanted:
        frame = _mapped(
            frame, "industry", lambda text: (industry_name(text, words),), {"industry": pl.String}
        )
    if "country" in columns:
        frame = _mapped(frame, "country", lambda text: (country_code(text, words),), {"country": pl.String})
    if "region" in wanted:
        of_country = pl.col("country").replace_strict(words.region_of, default=None, return_dtype=pl.String)
        frame = frame.with_columns(
            pl.coalesce(pl.col("region").str.to_uppercase(), of_country).alias("region")
        )
    if any(name.startswith("email_") and _NEEDS.get(name) for name in wanted):
        frame = _with_email(frame, words, wanted)
    if _OF_NAMES & wanted:
        frame = _with_name(frame, words)
    if "phone_valid" in wanted:
        frame = _with_phone(frame)
    return frame.select("person_id", *sorted(wanted))


def folded(text: pl.Expr) -> pl.Expr:
    """``attributes_words.fold`` of a column, as a search text: words with one space around each."""
    plain = (
        text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase().str.replace_all("ß", "ss")
    )
    return pl.format(" {} ", plain.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars(" "))


def _said(column: pl.Series) -> pl.Series:
    """What a column of people says, with blanks and fillers as null."""
    if column.dtype == pl.Null:
        return column.cast(pl.Boolean if column.name in ("email_opt_out", "do_not_call") else pl.String)
    if column.dtype != pl.String:
        return column
    if column.name not in _FILLED_BY_CRMS:
        return _not_blank(column)
    seen = Distinct.of(column)
    text = _not_blank(seen.values)
    says = text.str.contains(r"[\p{L}\p{N}]") & ~text.str.to_lowercase().is_in(_FILLERS)
    return seen.spread(_where(says, text)).to_series()


def _not_blank(texts: pl.Series) -> pl.Series:
    stripped = texts.str.strip_chars()
    return _where(stripped != "", stripped)


def _where(holds: pl.Series, values: pl.Series) -> pl.Series:
    return pl.select(pl.when(holds).then(values).alias(values.name)).to_series()


def _mapped(
    frame: pl.DataFrame, column: str, read: Callable[[str], tuple[Any, ...]], outputs: dict[str, Any]
) -> pl.DataFrame:
    """Add what ``read`` says about each distinct value of ``column``; an output may replace the column."""
    seen = Distinct.of(frame.get_column(column))
    unknown = (None,) * len(outputs)
    rows = [unknown if value is None else read(value) for value in seen.values]
    return frame.with_columns(seen.spread(pl.DataFrame(rows, schema=outputs, orient="row")))


def _with_title(frame: pl.DataFrame, words: Words) -> pl.DataFrame:
    def read(title: str) -> tuple[str | None, str | None, str]:
        return (*read_title(title, words), f" {fold(title)} ")

    return _mapped(
        frame, "title", read, {"function": pl.String, "seniority": pl.String, "title_folded": pl.String}
    )


def _with_email(frame: pl.DataFrame, words: Words, wanted: set[str]) -> pl.DataFrame:
    local, domain = _at_the_last_sign(frame.get_column("email").str.to_lowercase())
    role = pl.when(domain.is_not_null()).then(local.is_in(words.role_mail))
    frame = frame.with_columns(domain.alias("email_domain"), role.alias("email_role"))
    findings: dict[str, Callable[[str], bool]] = {
        "email_disposable": is_disposable,
        "email_personal": words.personal_mail.__contains__,
        "email_malformed": is_plain_domain,
    }
    asked = {name: find for name, find in findings.items() if name in wanted}
    outputs = {name.replace("email_malformed", "_plain_domain"): pl.Boolean for name in asked}
    frame = _mapped(
        frame, "email_domain", lambda domain: tuple(find(domain) for find in asked.values()), outputs
    )
    if "email_malformed" in wanted:
        plain = pl.col("_plain_domain") & local.str.contains(PLAIN_LOCAL_PART) & (local.str.len_bytes() <= 64)
        frame = frame.with_columns(
            pl.when(plain).then(None).otherwise(pl.col("email")).alias("_odd"), plain.alias("_plain")
        )
        frame = _mapped(
            frame, "_odd", lambda text: (email_is_malformed(text),), {"email_malformed": pl.Boolean}
        )
        frame = frame.with_columns(
            pl.when(pl.col("_plain"))
            .then(False)
            .otherwise(pl.col("email_malformed"))
            .alias("email_malformed")
        )
    return frame


def _at_the_last_sign(email: pl.Series) -> tuple[pl.Series, pl.Series]:
    """What stands before and after the last @; without one all is before, and nothing (null) after."""
    parts = email.str.splitn("@", 2).struct.unnest()
    local, domain = parts.get_columns()
    more = domain.str.contains("@", literal=True).arg_true()
    if len(more):
        several = email.gather(more)
        local = local.scatter(more, several.str.replace(r"@[^@]*$", ""))
        domain = domain.scatter(more, several.str.extract(r"@([^@]*)$"))
    return local, domain


def _with_name(frame: pl.DataFrame, words: Words) -> pl.DataFrame:
    whole_names = words.names["whole"]
    begins = {" ".join(parts[:end]) for parts in map(str.split, whole_names) for end in range(1, len(parts))}
    for column in ("first_name", "last_name"):
        outputs = {f"{column}_kind": pl.Int8, f"{column}_folded": pl.String, f"{column}_mash": pl.Boolean}
        frame = _mapped(
            frame,
            column,
            lambda text: (int(name_kind(text, words)), fold(text), typed_at_random(text, words)),
            outputs,
        )
    first, last = (
        pl.col(f"{name}_kind").fill_null(int(NameKind.MISSING)) for name in ("first_name", "last_name")
    )
    highest, lowest = pl.max_horizontal(first, last), pl.min_horizontal(first, last)
    # Few people bear a first name that begins one of these names; only those are looked at whole.
    few = frame.get_column("first_name_folded").is_in(list(begins)).arg_true()
    both = pl.format("{} {}", "first_name_folded", "last_name_folded")
    found = frame[few].select(both.is_in(whole_names).fill_null(value=False)).to_series()
    whole = pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True).scatter(few, found)
    placeholder = (
        (highest == int(NameKind.NEVER))
        | ((highest == int(NameKind.DOUBTFUL)) & (lowest != int(NameKind.FINE)))
        | pl.lit(whole)
    )
    mash = pl.any_horizontal(pl.col(f"{name}_mash").fill_null(False) for name in ("first_name", "last_name"))
    return frame.with_columns(
        pl.when(highest > int(NameKind.MISSING)).then(placeholder).alias("name_placeholder"),
        pl.when(highest > int(NameKind.MISSING)).then(mash).alias("name_typed_at_random"),
    )


def _with_phone(frame: pl.DataFrame) -> pl.DataFrame:
    keys = ["phone", "country"]
    distinct = frame.select(keys).drop_nulls("phone").unique()
    found = [phone_is_valid(phone, country) for phone, country in distinct.iter_rows()]
    table = distinct.with_columns(pl.Series("phone_valid", found, dtype=pl.Boolean))
    return frame.join(table, on=keys, how="left", nulls_equal=True, maintain_order="left")
