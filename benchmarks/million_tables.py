"""Tables of very many people and what they did, drawn column by column.

The values are those of ``benchmarks.qualification``; only the drawing is by columns, since a loop over ten
million rows takes minutes. What is done with the tables: ``benchmarks.million``.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count, product
from typing import Any

import polars as pl

from benchmarks.qualification import (
    COUNTRIES,
    FIELDS,
    FORMS,
    INDUSTRIES,
    LEVELS,
    SITE,
    SOURCES,
    SUFFIXES,
    WHOLE_TITLES,
)

_SYLLABLES = (
    "an",
    "ber",
    "ca",
    "do",
    "el",
    "fri",
    "gu",
    "ha",
    "in",
    "jo",
    "ka",
    "lo",
    "mi",
    "no",
    "pe",
    "ra",
)
_NAMES = ["".join(parts).title() for parts in product(_SYLLABLES, repeat=3)]
_PRIVATE = ("gmail.com", "gmx.de", "mailinator.com", "outlook.com")
_KINDS = {
    "page_view": 620,
    "email_open": 150,
    "email_sent_marketing": 100,
    "email_click": 40,
    "form_submission": 30,
    "email": 30,
    "call": 20,
    "meeting": 6,
    "event_attended": 4,
}
_PAGES = {
    "/": 200,
    "/product": 150,
    "/pricing": 50,
    "/demo": 30,
    "/careers": 20,
    **{f"/blog/post-{number}": 10 for number in range(60)},
    **{f"/case-studies/customer-{number}": 6 for number in range(25)},
}
_TAILS = ("", "", "", *(f"?utm_campaign=c{number}" for number in range(40)))
_HISTORY = timedelta(days=120)


class _Dice:
    """Draws whole columns, each from a seed of its own."""

    def __init__(self, seed: int) -> None:
        self._seeds = count(seed * 1000)

    def values(self, pool: Sequence[Any], rows: int, unknown: float = 0.0) -> pl.Series:
        """``rows`` values of the pool, the given share of them null."""
        drawn = pl.Series(pool).sample(rows, with_replacement=True, seed=next(self._seeds))
        if unknown:
            drawn = drawn.zip_with(self.numbers(rows) >= unknown, pl.Series([None], dtype=drawn.dtype))
        return drawn

    def numbers(self, rows: int) -> pl.Series:
        """Numbers from 0 to 1."""
        steps = pl.int_range(1_000_003, eager=True).sample(
            rows, with_replacement=True, seed=next(self._seeds)
        )
        return steps / 1_000_003


def make_people(rows: int, *, seed: int) -> pl.DataFrame:
    """People with the columns that a definition can ask for; about one value in eight is unknown."""
    dice = _Dice(seed)
    titles = [*WHOLE_TITLES, *("".join(parts) for parts in product(LEVELS, FIELDS, SUFFIXES))]
    domains = [f"{name.lower()}-{number % 7}.example" for number, name in enumerate(_NAMES)]
    hosts = [*(domains * 4), *(_PRIVATE * (len(domains) // 12))]
    frame = pl.DataFrame(
        {
            "person_id": pl.int_range(rows, eager=True).cast(pl.String).str.zfill(9),
            "first_name": dice.values([*_NAMES[:300], "Test", "asdf"], rows, 0.05),
            "last_name": dice.values(_NAMES, rows, 0.02),
            "title": dice.values(titles, rows, 0.12),
            "company": dice.values([*_NAMES, "n/a"], rows, 0.05),
            "industry": dice.values(INDUSTRIES, rows, 0.12),
            "employees": dice.values([3, 8, 20, 45, 80, 150, 400, 900, 2500, 12000], rows, 0.12),
            "revenue": dice.values([5e5, 2e6, 9e6, 4e7, 3e8], rows, 0.5),
            "country": dice.values(COUNTRIES, rows, 0.08),
            "region": pl.Series([None], dtype=pl.String).new_from_index(0, rows),
            "phone": dice.values(["+4930123456", "030 1234", "+14155552671"], rows, 0.4),
            "source": dice.values(SOURCES, rows, 0.12),
            "host": dice.values(hosts, rows, 0.03),
        }
    )
    local = pl.format(
        "{}.{}{}", pl.col("first_name").fill_null("x"), pl.col("last_name").fill_null("y"), "person_id"
    )
    return frame.with_columns(email=pl.format("{}@{}", local.str.to_lowercase(), "host")).drop("host")


def make_activities(rows: int, people: pl.DataFrame, *, seed: int, now: datetime) -> pl.DataFrame:
    """Activities of the last 120 days: most people did little, a few did much; views are most frequent."""
    dice = _Dice(seed)
    kinds = [kind for kind, weight in _KINDS.items() for _ in range(weight)]
    pages = [f"{SITE}{page}" for page, weight in _PAGES.items() for _ in range(weight)]
    who = (dice.numbers(rows) ** 2 * people.height).cast(pl.Int64)
    age_us = (dice.numbers(rows) * (_HISTORY / timedelta(microseconds=1))).cast(pl.Int64)
    frame = pl.DataFrame(
        {
            "activity_id": pl.int_range(rows, eager=True).cast(pl.String),
            "person_id": people.get_column("person_id").gather(who),
            "kind": dice.values(kinds, rows),
            "at": pl.select(pl.lit(now) - age_us.cast(pl.Duration("us"))).to_series().alias("at"),
            "page": dice.values(pages, rows),
            "tail": dice.values(_TAILS, rows),
            "form": dice.values(
                [
                    form
                    for form, weight in zip(FORMS, (30, 25, 20, 12, 8, 5), strict=True)
                    for _ in range(weight)
                ],
                rows,
            ),
            "campaign": dice.values([f"Campaign {number}" for number in range(30)], rows),
            "way": dice.values(["inbound", "outbound"], rows),
        }
    )
    kind = pl.col("kind")
    return frame.select(
        "activity_id",
        "person_id",
        "kind",
        "at",
        detail=pl.when(kind == "page_view")
        .then(pl.concat_str("page", "tail"))
        .when(kind == "form_submission")
        .then("form")
        .otherwise("campaign"),
        direction=pl.when(kind.is_in(["email", "call"])).then("way"),
        outcome=pl.lit(None, pl.String),
    )
