from datetime import UTC, datetime
from typing import Any

from reports.plan import plan_markdown, plan_table
from sync_rules.plan import Conflict, FieldChange, Hold, Plan, Write

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
SECRETS = (
    "Ada",
    "Lovelace",
    "+49 30 1234567",
    "CFO",
    "Chief | Financial",
    "quite wrong",
    "userId:12",
    "person-1",
)


def change(name: str, before: Any, after: Any, rule: str = "two_way") -> FieldChange:
    return FieldChange(name, name.title(), before, after, after, rule, "changed in HubSpot")


PLAN = Plan(
    made_at=NOW,
    writes=(
        Write(
            "salesforce:Lead:new:person-1", "salesforce", "Lead", "create", None, "person-1",
            (change("first_name", None, "Ada"), change("last_name", None, "Lovelace")),
        ),
        Write(
            "hubspot:contacts:7", "hubspot", "contacts", "update", "7", "person-2",
            (
                change("title", "CFO", "Chief | Financial\n<b>Officer</b>"),
                change("phone", "+49 30 1234567", None, "prefer_salesforce"),
                change("do_not_call", "", True),
            ),
        ),
        Write("hubspot:contacts:8", "hubspot", "contacts", "opt_out", "8", "person-3", ()),
    ),
    holds=(
        Hold(
            "person-2", "salesforce", "Lead", "unmapped_value", "quite wrong is no industry", "add it to the map",
            field="industry", value="quite wrong", accepted=("Banking", "Retail"),
        ),
        Hold("person-4", "salesforce", "Lead", "ambiguous", "two Leads fit", "merge them"),
    ),
    conflicts=(
        Conflict("person-2", "title", "two_way", "hubspot", "CFO", "Chief", NOW, "userId:12", "HubSpot was later"),
        Conflict("person-2", "city", "two_way", "hubspot", "Bonn", "Köln", None, None, "HubSpot was later"),
    ),
    agreements=(),
    considered=40,
    in_agreement=36,
)  # fmt: skip
EMPTY = Plan(NOW, (), (), (), (), considered=12, in_agreement=12)


def test_by_default_the_plan_shows_counts_and_fields_and_nothing_personal() -> None:
    text = plan_markdown(PLAN)
    assert not [secret for secret in SECRETS if secret in text]
    for row in (
        "| hubspot | contacts | opt\\_out | 1 |",
        "| hubspot | contacts | phone | prefer\\_salesforce | 1 | 0 | 0 | 1 |",
        "| hubspot | contacts | do\\_not\\_call | two\\_way | 1 | 1 | 0 | 0 |",
        "| unmapped\\_value | salesforce | Lead | industry | 1 |",
        "| ambiguous | salesforce | Lead | (whole record) | 1 |",
        "| title | two\\_way | hubspot | 1 |",
    ):
        assert row in text
    assert "40 links looked at; 36 needed nothing" in text


def test_on_request_the_plan_shows_before_after_why_and_the_loser() -> None:
    text = plan_markdown(PLAN, redact=False, names={"person-1": "Ada Lovelace"})
    assert "| Ada Lovelace | salesforce | Lead | first\\_name: Ada; last\\_name: Lovelace |" in text
    assert "| CFO | Chief \\| Financial &lt;b&gt;Officer&lt;/b&gt; | two\\_way | changed in HubSpot |" in text
    assert "| +49 30 1234567 | (blank) |" in text
    assert "| (blank) | yes |" in text
    assert "add it to the map | Banking, Retail |" in text
    assert "| CFO | Chief | 2026-11-24 10:30 UTC by userId:12 | HubSpot was later |" in text


def test_a_long_plan_says_how_much_more_there_is() -> None:
    text = plan_markdown(PLAN, redact=False, limit=1)
    assert text.count("and 1 more") == 2
    assert "and 2 more" in text


def test_a_plan_that_writes_nothing_says_so_in_one_line() -> None:
    assert plan_markdown(EMPTY).strip().splitlines() == [
        "**0 writes, 0 holds, 0 conflicts** for 12 links looked at; 12 needed nothing."
    ]
    assert plan_table(EMPTY).is_empty()
    assert plan_table(EMPTY).columns[0] == "what"


def test_the_table_has_a_row_for_each_change_hold_and_conflict() -> None:
    told = plan_table(PLAN, redact=False)
    assert told["what"].value_counts(sort=True).sort("what").rows() == [
        ("conflict", 2), ("create", 2), ("hold", 2), ("opt_out", 1), ("update", 3),
    ]  # fmt: skip
    kept = plan_table(PLAN)
    assert kept.height == told.height
    text = kept.drop("record").write_csv()
    assert not [secret for secret in SECRETS if secret in text]
    assert set(kept["after"].drop_nulls()) == {"(value)", "(blank)"}
