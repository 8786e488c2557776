"""Rejections are counted by source, by campaign and by the criteria that were met at the handoff."""

from datetime import UTC, datetime

import polars as pl

from sla_rules.metrics.rejections import REJECTED_BY, rejected_by

AT = datetime(2026, 11, 3, tzinfo=UTC)
FATES = {
    "A": ("webinar", "Expo", True, True, "No budget"),
    "B": ("webinar", None, True, True, None),
    "C": ("webinar", "Expo", True, False, None),
    "D": ("content", "Expo", False, False, None),
}


def cohort() -> pl.DataFrame:
    rows = [(name, AT, *fate) for name, fate in FATES.items()]
    columns = ["person_id", "handed_off_at", "source", "campaign", "answered", "rejected", "reason"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def test_a_rejection_counts_in_each_group_that_it_belongs_to() -> None:
    criteria = {"A": "title pricing", "B": "title", "C": "pricing", "D": "title"}
    handoffs = pl.DataFrame(
        {"person_id": list(criteria), "handed_off_at": [AT] * 4, "criteria": list(criteria.values())}
    )
    assert rejected_by(cohort(), handoffs).rows() == [
        ("source", "webinar", 3, 2, 2 / 3, "(no reason given)", 1),
        ("source", "webinar", 3, 2, 2 / 3, "No budget", 1),
        ("campaign", "(no campaign)", 1, 1, 1.0, "(no reason given)", 1),
        ("campaign", "Expo", 2, 1, 0.5, "No budget", 1),
        ("criterion", "title", 2, 2, 1.0, "(no reason given)", 1),
        ("criterion", "title", 2, 2, 1.0, "No budget", 1),
        ("criterion", "pricing", 2, 1, 0.5, "No budget", 1),
    ]


def test_handoffs_from_before_criteria_were_kept_count_in_the_others() -> None:
    handoffs = cohort().select("person_id", "handed_off_at")
    found = rejected_by(cohort(), handoffs)
    assert found.schema == pl.Schema(dict(REJECTED_BY))
    assert set(found["dimension"]) == {"source", "campaign"}
