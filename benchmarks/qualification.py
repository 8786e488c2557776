"""Time the judgement of all people, with reasons, against a plain per-person Python loop over the same rules.

Run: python -m benchmarks.qualification [--people 100000 --activities 1000000]

The loop is the tests' oracle. It is handed ready-made dicts and remembers what it read of repeated values;
the time to make the dicts is not counted. It runs on a sample whose time is scaled; both results of the
sample must be equal, row by row, texts included.
"""

import argparse
import random
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from sla_rules.definition_loading import shipped_definition
from sla_rules.qualify import qualify
from sla_rules.reasons import reason_lines
from tests.oracle.definition_oracle import Oracle

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SITE = "https://www.meridian-analytics.example"
LEVELS = [
    "",
    "",
    "",
    "Senior ",
    "Junior ",
    "Lead ",
    "Head of ",
    "Director ",
    "VP ",
    "Leiter ",
    "Manager ",
    "Chief ",
]
FIELDS = [
    "Data",
    "Finance",
    "IT",
    "Operations",
    "Marketing",
    "Sales",
    "Controlling",
    "HR",
    "Legal",
    "Supply Chain",
]
SUFFIXES = ["", "", " Analyst", " Specialist", " EMEA", " & Analytics", " Manager", " (m/w/d)", " Consultant"]
WHOLE_TITLES = [
    "CEO",
    "CFO",
    "CTO",
    "Geschäftsführer",
    "Student",
    "Werkstudent",
    "Assistant to the CEO",
    "Owner",
]
INDUSTRIES = [
    "COMPUTER_SOFTWARE",
    "BANKING",
    "Healthcare",
    "RETAIL",
    "MACHINERY",
    "HIGHER_EDUCATION",
    "Insurance",
    "Logistics",
    "Government",
    "Farming",
    "Law Practice",
    "Hospitality",
    "Real Estate",
]
COUNTRIES = [
    "DE",
    "Germany",
    "US",
    "United States",
    "France",
    "GB",
    "España",
    "IN",
    "BR",
    "PL",
    "Atlantis",
    "SE",
]
SOURCES = ["web_form", "webinar", "trade_show", "partner", "paid_search", "referral", "content", "outbound"]
FORMS = [
    "Newsletter",
    "Guide download",
    "Webinar registration",
    "Demo request",
    "Contact sales",
    "Pricing quote",
]


def make_people(count: int, dice: random.Random) -> pl.DataFrame:
    """People of many kinds; about one value in eight is unknown."""
    titles = [
        *WHOLE_TITLES,
        *(level + field + suffix for level in LEVELS for field in FIELDS for suffix in SUFFIXES),
    ]
    syllables = [
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
    ]
    names = [(a + b + c).title() for a in syllables for b in syllables for c in syllables]

    def some(values: Sequence[Any], unknown: float = 0.12) -> list[Any]:
        return [None if dice.random() < unknown else value for value in dice.choices(values, k=count)]

    first, last = some([*names[:300], "Test", "asdf"], 0.05), some(names, 0.02)
    domains = [f"{name.lower()}-{number % 7}.example" for number, name in enumerate(names)]
    private = ["gmail.com", "gmx.de", "mailinator.com", "outlook.com"]
    hosts = [
        dice.choice(private) if dice.random() < 0.08 else host for host in dice.choices(domains, k=count)
    ]
    companies = [*names, "n/a"]
    return pl.DataFrame(
        {
            "person_id": [f"person-{number:07d}" for number in range(count)],
            "email": [
                None if dice.random() < 0.03 else f"{(a or 'x').lower()}.{(b or 'y').lower()}{number}@{host}"
                for number, (a, b, host) in enumerate(zip(first, last, hosts, strict=True))
            ],
            "first_name": first,
            "last_name": last,
            "title": some(titles),
            "company": some(companies, 0.05),
            "industry": some(INDUSTRIES),
            "employees": some([3, 8, 20, 45, 80, 150, 400, 900, 2500, 12000]),
            "revenue": some([5e5, 2e6, 9e6, 4e7, 3e8], 0.5),
            "country": some(COUNTRIES, 0.08),
            "region": [None] * count,
            "phone": some(["+4930123456", "030 1234", "+14155552671"], 0.4),
            "source": some(SOURCES),
        },
        schema_overrides={"region": pl.String, "revenue": pl.Float64},
    )


def make_activities(count: int, people: pl.DataFrame, dice: random.Random) -> pl.DataFrame:
    """Activities of the last 120 days: most people did little, a few did much; views are most frequent."""
    ids = people.get_column("person_id").to_list()
    kinds = [
        "page_view",
        "email_open",
        "email_sent_marketing",
        "email_click",
        "form_submission",
        "email",
        "call",
        "meeting",
        "event_attended",
    ]
    pages = [
        "/",
        "/product",
        "/pricing",
        "/demo",
        "/careers",
        *(f"/blog/post-{n}" for n in range(60)),
        *(f"/case-studies/customer-{n}" for n in range(25)),
    ]
    tails = ["", "", "", *(f"?utm_campaign=c{n}" for n in range(40))]
    campaigns = [f"Campaign {n}" for n in range(30)]
    drawn = dice.choices(kinds, weights=[62, 15, 10, 4, 3, 3, 2, 0.6, 0.4], k=count)
    page_weights = [20, 15, 5, 3, 2, *([1.0] * 60), *([0.6] * 25)]
    urls = [
        f"{SITE}{page}{tail}"
        for page, tail in zip(
            dice.choices(pages, weights=page_weights, k=count), dice.choices(tails, k=count), strict=True
        )
    ]
    forms = dice.choices(FORMS, weights=[30, 25, 20, 12, 8, 5], k=count)
    details = [
        url if kind == "page_view" else form if kind == "form_submission" else campaign
        for kind, url, form, campaign in zip(
            drawn, urls, forms, dice.choices(campaigns, k=count), strict=True
        )
    ]
    span = 120 * 24 * 3600
    return pl.DataFrame(
        {
            "activity_id": [f"activity-{number}" for number in range(count)],
            "person_id": [ids[int(len(ids) * dice.random() ** 2)] for _ in range(count)],
            "kind": drawn,
            "at": [NOW - timedelta(seconds=int(span * dice.random())) for _ in range(count)],
            "detail": details,
            "direction": [
                dice.choice(("inbound", "outbound")) if kind in ("email", "call") else None for kind in drawn
            ],
            "outcome": [None] * count,
        },
        schema_overrides={"at": pl.Datetime("us", "UTC"), "outcome": pl.String},
    )


def best_of(rounds: int, people: pl.DataFrame, activities: pl.DataFrame) -> tuple[float, pl.DataFrame]:
    """Seconds of the best round, and its judgements with their lines."""
    definition = shipped_definition()
    best, result = float("inf"), pl.DataFrame()
    for _ in range(rounds):
        start = time.perf_counter()
        judgements = qualify(definition, people, activities, now=NOW)
        lines = reason_lines(definition, judgements, people)
        best = min(best, time.perf_counter() - start)
        result = pl.concat([judgements, lines.drop("person_id")], how="horizontal")
    return best, result


def loop(people: pl.DataFrame, activities: pl.DataFrame) -> tuple[float, list[dict[str, Any]]]:
    """Seconds and results of the plain loop over ``people``; making the dicts is not counted."""
    own: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for activity in activities.join(people.select("person_id"), on="person_id", how="semi").iter_rows(
        named=True
    ):
        own[activity["person_id"]].append(activity)
    rows = people.to_dicts()
    start = time.perf_counter()
    oracle = Oracle(shipped_definition())
    judged = [oracle.judge(row, own[row["person_id"]], now=NOW) for row in rows]
    seconds = time.perf_counter() - start
    return seconds, [vars(item) for item in judged]


def main() -> int:
    """Print both times, their ratio and whether the results agree; 1 if they do not."""
    parser = argparse.ArgumentParser(description="Judge people: all at once against one by one.")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--activities", type=int, default=1_000_000)
    parser.add_argument("--sample", type=int, default=20_000, help="people for the plain loop")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    people = make_people(options.people, dice)
    activities = make_activities(options.activities, people, dice)
    seconds, judged = best_of(options.rounds, people, activities)
    sample = people.sample(min(options.sample, options.people), seed=options.seed)
    sample_seconds, expected = loop(sample, activities)
    got = (
        sample.select("person_id").join(judged, on="person_id", how="left", maintain_order="left").to_dicts()
    )
    different = [one["person_id"] for one, other in zip(got, expected, strict=True) if one != other]
    scaled = sample_seconds * options.people / max(sample.height, 1)
    stages = judged.group_by("stage").len().sort("len", descending=True)
    shares = ", ".join(f"{stage} {100 * count / options.people:.1f} %" for stage, count in stages.iter_rows())
    print(f"qualification of {options.people:,} people with {options.activities:,} activities, with reasons")
    print(f"  stages                       {shares}")
    print(f"  all at once, best of {options.rounds}       {seconds:8.3f} s")
    print(f"  plain loop, {sample.height:,} people   {sample_seconds:8.3f} s, for all {scaled:.3f} s")
    print(f"  ratio                        {scaled / seconds:8.1f} times as fast (goal: 8)")
    print(f"  equal on the sample          {'yes' if not different else f'NO: {different[:5]}'}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
