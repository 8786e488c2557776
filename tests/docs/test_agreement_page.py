"""Each line of the agreement's table names a test that is there, and no line of what agreements contain is left out."""

import re

import pytest

from tests.architecture.tree import ROOT

PAGE = (ROOT / "docs/agreement.md").read_text("utf-8")
ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| ")][2:]
LINES = (
    "three kinds of lead",
    "job title, function, revenue",
    "case study or the pricing page in the last 24 hours",
    "what happened after an SQL",
    "30, 60, 90 days",
    "how many sales-ready leads",
    "minimum information",
    "how long sales may take to follow up",
    "by when sales answers, above all with a no",
    "scored",
    "told in time",
    "in number and in quality",
    "loop is closed",
    "conversion at each stage",
    "how long follow-up takes",
    "wins and losses",
    "agreed beforehand",
    "what a qualified lead costs",
    "revenue, employees, industry, region",
    "role, function",
    "when a lead is passed",
    "a call within the hour, three touches in a week",
    "every action on every MQL",
    "per week, month, quarter",
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_the_named_test_is_there(row: list[str]) -> None:
    said, where, shown = row
    assert said
    assert where
    file, _, name = shown.strip("`").partition("::")
    assert re.search(rf"^def {name}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE), shown


def test_no_line_of_such_agreements_is_left_out() -> None:
    said = " ".join(row[0] for row in ROWS)
    assert [line for line in LINES if line not in said] == []
