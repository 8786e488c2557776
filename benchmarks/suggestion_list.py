"""The real list as examples: what was known of each lead before sales spoke, and whether they converted.

Here: columns and words of the list, and a definition of it written by hand. What sales found out afterwards
(quality, tags, profile, scores derived from them, last notable activity) is not an input.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from sla_rules.qualify_behaviour import ACTIVITY_COLUMNS, MOMENT
from sla_rules.suggesting.examples import Examples

LIST = Path(__file__).parents[2] / "shared" / "data" / "x_education_leads.csv"
OUTCOME = "Converted"
TEXTS = {
    "origin": "Lead Origin",
    "lead_source": "Lead Source",
    "last_activity": "Last Activity",
    "country": "Country",
    "city": "City",
    "specialisation": "Specialization",
    "occupation": "What is your current occupation",
    "heard_from": "How did you hear about X Education",
    "matters_most": "What matters most to you in choosing a course",
}
NUMBERS = {
    "visits": "TotalVisits",
    "seconds_on_site": "Total Time Spent on Website",
    "pages_per_visit": "Page Views Per Visit",
}
FLAGS = {"email_opt_out": "Do Not Email", "do_not_call": "Do Not Call"}
_NOTHING_CHOSEN = ("", "Select")

BY_HAND = """
title: What counts as a lead at X Education
version: "1"
agreed_on: 2026-01-12
agreed_by: [Marketing, Admissions]
fit:
  cap: 100
  criteria:
    - {id: introduced, label: was referred, points: 30, when: {fields: {lead_source: [Reference, Welingak Website]}}}
    - {id: earns, label: has an income, points: 25, when: {fields: {occupation: [Working Professional, Businessman]}}}
    - id: read_a_lot
      label: over 10 minutes on our site
      points: 20
      when: {fields: {seconds_on_site: {at_least: 600}}}
    - {id: came_back, label: came at least 3 times, points: 5, when: {fields: {visits: {at_least: 3}}}}
    - id: spoke
      label: answered by message or phone
      points: 15
      when: {fields: {last_activity: [SMS Sent, Had a Phone Conversation]}}
    - {id: gone, label: wants no mail, points: -15, when: {email_opt_out: true}}
behaviour: {cap: 10}
mql: {way: promising, points: 25}
sql: {way: ready, points: 45}
"""


def examples() -> Examples:
    """All leads of the list; nothing is known of what they did, beside its columns."""
    leads = list(_leads())
    people = pl.DataFrame(
        {
            "person_id": [lead["Prospect ID"] for lead in leads],
            **{name: [_said(lead[column]) for lead in leads] for name, column in TEXTS.items()},
            **{
                name: pl.Series(
                    [float(lead[column]) if lead[column] else None for lead in leads], dtype=pl.Float64
                )
                for name, column in NUMBERS.items()
            },
            **{name: [lead[column] == "Yes" for lead in leads] for name, column in FLAGS.items()},
        }
    )
    activities = pl.DataFrame(
        schema={name: MOMENT if name == "at" else pl.String() for name in ACTIVITY_COLUMNS}
    )
    return Examples(people, activities, np.array([lead[OUTCOME] == "1" for lead in leads]))


def _leads() -> Iterator[dict[str, str]]:
    with LIST.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        header = next(rows)
        for row in rows:
            # Some rows of the list are quoted as a whole.
            cells = row if len(row) > 1 else next(csv.reader(row))
            yield dict(zip(header, cells, strict=True))


def _said(cell: str) -> str | None:
    return None if cell in _NOTHING_CHOSEN else cell
