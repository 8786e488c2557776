from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from sla_rules.definition import LeadDefinition, When
from sla_rules.definition_loading import shipped_definition
from sla_rules.qualify import people_columns, qualify
from sla_rules.qualify_fit import holds
from sla_rules.qualify_handoff import minimum_information
from sla_rules.reasons import reason_lines
from tests.property.definitions import ACTIVITY_SCHEMA, PEOPLE_SCHEMA

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GOOD = {
    "email": "anna@acme.example",
    "first_name": "Anna",
    "last_name": "Berg",
    "title": "VP Finance",
    "company": "Acme",
    "industry": "Banking",
    "employees": 600,
    "country": "DE",
}


def people(**values: Any) -> pl.DataFrame:
    return pl.DataFrame([{"person_id": "p", **GOOD, **values}], schema=PEOPLE_SCHEMA)


def activities(*done: tuple[str, timedelta, str | None]) -> pl.DataFrame:
    rows = [
        {"activity_id": str(n), "person_id": "p", "kind": kind, "at": NOW - ago, "detail": detail}
        for n, (kind, ago, detail) in enumerate(done)
    ]
    return pl.DataFrame(rows, schema=ACTIVITY_SCHEMA)


def test_what_was_done_before_a_fresh_start_counts_only_against() -> None:
    done = activities(
        ("form_submission", 3 * DAY, "Demo request"),
        *[("page_view", 3 * DAY, "https://x.example/careers")] * 3,
        ("page_view", HOUR, "https://x.example/pricing"),
    )
    since = pl.DataFrame({"person_id": ["p", "other"], "since": [NOW - DAY, NOW]}).cast(
        {"since": pl.Datetime("us", "UTC")}
    )
    definition = shipped_definition()
    (row,) = qualify(definition, people(), done, now=NOW, since=since).to_dicts()
    passed = {name for name, bit in definition.bits.items() if row["passed"] >> bit & 1}
    assert not {"asked_to_talk", "active_week"} & passed
    assert {"pricing_today", "careers_visitor", "careers_page"} <= passed


def judge(who: pl.DataFrame, done: pl.DataFrame, now: datetime = NOW) -> dict[str, Any]:
    definition = shipped_definition()
    (row,) = qualify(definition, who, done, now=now).to_dicts()
    row["passed_ids"] = {name for name, bit in definition.bits.items() if row["passed"] >> bit & 1}
    row["unknown_ids"] = {name for name, bit in definition.bits.items() if row["unknown"] >> bit & 1}
    return row


@pytest.mark.parametrize(
    ("values", "done", "stage"),
    [
        (
            {},
            [
                ("page_view", 3 * HOUR, "https://x.example/pricing?a=1"),
                ("form_submission", DAY, "Webinar registration"),
                ("form_submission", 2 * DAY, "Guide download"),
            ],
            "SQL",
        ),
        ({}, [("form_submission", 4 * DAY, "Demo request")], "SQL"),
        ({}, [("form_submission", 10 * DAY, "Demo request")], "MQL"),
        ({}, [("page_view", 3 * DAY, "/pricing")], "MQL"),
        ({}, [], "lead"),
        ({"title": "Data Analyst", "employees": 8}, [("form_submission", DAY, "demo request")], "lead"),
        ({"title": None, "employees": 300}, [("form_submission", DAY, "Contact sales")], "MQL"),
        ({"last_name": "sdkfjh"}, [("form_submission", DAY, "Demo request")], "go-nowhere"),
        ({"email": "anna@mailinator.com"}, [], "go-nowhere"),
        ({"email": "anna@x.datalumen.example"}, [], "go-nowhere"),
        ({"title": "Werkstudentin Finance"}, [], "go-nowhere"),
        ({}, [("page_view", n * DAY, "/careers/jobs") for n in range(3)], "go-nowhere"),
    ],
)
def test_the_shipped_definition_sorts_people_as_both_teams_expect(
    values: dict[str, Any], done: list[tuple[str, timedelta, str | None]], stage: str
) -> None:
    assert judge(people(**values), activities(*done))["stage"] == stage


def test_what_is_unknown_gives_no_points_and_counts_against_nobody() -> None:
    row = judge(people(title=None, employees=None, email=None, first_name=None, last_name=None), activities())
    assert row["stage"] == "lead"
    assert {"decides", "right_size", "too_small", "junk_name", "student", "bad_email"} <= row["unknown_ids"]
    assert row["passed_ids"] == {"target_industry", "home_region"}


@pytest.mark.parametrize(
    ("ago", "passed"),
    [
        (timedelta(0), True),
        (24 * HOUR - timedelta(microseconds=1), True),
        (24 * HOUR, False),
        (-timedelta(microseconds=1), False),
    ],
)
def test_a_window_is_open_at_its_far_end_and_closed_now(ago: timedelta, passed: bool) -> None:
    row = judge(people(), activities(("page_view", ago, "/pricing")))
    assert ("pricing_today" in row["passed_ids"]) is passed


def test_next_change_is_the_first_window_that_ends() -> None:
    row = judge(
        people(), activities(("page_view", 3 * HOUR, "/pricing"), ("page_view", 5 * HOUR, "/pricing"))
    )
    assert row["next_change_at"] == NOW + 21 * HOUR


def test_next_change_of_a_count_is_when_the_last_needed_activity_leaves() -> None:
    views = [("page_view", days * DAY, "/case-studies/x") for days in (1, 2, 13)]
    row = judge(people(), activities(*views))
    assert row["next_change_at"] == NOW + 12 * DAY


def test_points_fade_by_whole_days_and_the_next_step_is_announced() -> None:
    done = activities(("form_submission", 14 * DAY + 5 * HOUR, "Demo request"))
    row = judge(people(), done)
    base = judge(people(), activities())["score"]
    assert row["score"] == base + 20
    assert row["next_change_at"] == NOW + 19 * HOUR
    assert judge(people(), done, NOW + 19 * HOUR)["score"] == base + 19


def test_an_activity_of_the_future_counts_from_its_moment() -> None:
    done = activities(("event_attended", -3 * DAY, "Fair"))
    row = judge(people(), done)
    assert (row["stage"], row["next_change_at"]) == ("lead", NOW + 3 * DAY)
    assert judge(people(), done, NOW + 3 * DAY)["stage"] == "MQL"


def test_who_did_nothing_never_changes_by_itself() -> None:
    assert judge(people(), activities())["next_change_at"] is None


def test_all_64_bits_can_be_used() -> None:
    criteria = [
        {"id": f"c{n}", "label": f"label {n}", "points": 1, "when": {"employees": {"at_least": n}}}
        for n in range(64)
    ]
    definition = LeadDefinition.model_validate(
        {
            "title": "t", "version": "1", "agreed_on": "2026-01-01", "agreed_by": "us",
            "fit": {"cap": 100, "criteria": criteria}, "behaviour": {"cap": 1},
            "mql": {"way": "w", "all_of": "c63"}, "sql": {"way": "w", "points": 1000},
        }
    )  # fmt: skip
    judged = qualify(definition, people(employees=63), activities(), now=NOW)
    assert judged["passed"].to_list() == [2**64 - 1]
    assert (judged["stage"][0], judged["score"][0]) == ("MQL", 64)
    (lines,) = reason_lines(definition, judged).to_dicts()
    assert lines["reason"].startswith("MQL, 64 points: label 0; ")
    assert lines["missing"] == "to SQL: 936 more points"


def test_no_people_and_no_activities_give_an_empty_frame() -> None:
    definition = shipped_definition()
    judged = qualify(definition, people().head(0), activities(), now=NOW)
    assert judged.is_empty()
    assert reason_lines(definition, judged, people().head(0)).is_empty()


def test_bad_frames_are_refused_with_the_remedy() -> None:
    definition, who, done = shipped_definition(), people(), activities()
    with pytest.raises(ValueError, match="now has no time zone"):
        qualify(definition, who, done, now=NOW.replace(tzinfo=None))
    with pytest.raises(ValueError, match="activities lack the columns detail"):
        qualify(definition, who, done.drop("detail"), now=NOW)
    with pytest.raises(ValueError, match=r"activities\.at is .* it must be microseconds in UTC"):
        qualify(definition, who, done.with_columns(pl.col("at").dt.replace_time_zone(None)), now=NOW)
    with pytest.raises(ValueError, match="more than once"):
        qualify(definition, pl.concat([who, who]), done, now=NOW)
    with pytest.raises(ValueError, match="people lack the columns title"):
        qualify(definition, who.drop("title"), done, now=NOW)


def test_the_columns_needed_are_told_and_are_enough() -> None:
    definition = shipped_definition()
    needed = people_columns(definition)
    assert qualify(definition, people().select(needed), activities(), now=NOW).height == 1
    assert "linkedin" not in needed


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({}, []),
        ({"company": "-", "email": None}, ["company", "email or phone"]),
        ({"email": None, "phone": "+49 30 1234"}, []),
        ({"last_name": "[not provided]"}, ["last_name"]),
    ],
)
def test_minimum_information_takes_no_fillers(values: dict[str, Any], missing: list[str]) -> None:
    (row,) = minimum_information(shipped_definition(), people(**values)).to_dicts()
    assert row == {"person_id": "p", "complete": not missing, "missing_fields": missing}


def lines(values: dict[str, Any], *done: tuple[str, timedelta, str | None]) -> tuple[str, str]:
    definition, who = shipped_definition(), people(**values)
    judged = qualify(definition, who, activities(*done), now=NOW)
    (row,) = reason_lines(definition, judged, who).to_dicts()
    return row["reason"], row["missing"]


def test_the_reason_says_who_they_are_and_what_they_did_first() -> None:
    reason, missing = lines({}, ("page_view", 3 * DAY, "/pricing"))
    assert reason.startswith(
        "MQL, 72 points: VP Finance, Banking, 600 people; persona finance leader; viewed pricing in the last 7 days; "
        "decides"
    )
    assert missing.startswith("unknown: revenue (up to 6), lead source (up to 8); to SQL (1 of 3): ")


def test_the_reason_of_a_go_nowhere_is_what_disqualified() -> None:
    assert lines({"last_name": "asdf", "title": None, "industry": None, "employees": None}) == (
        "go-nowhere: the name is a placeholder; the name was typed at random",
        "",
    )


def test_missing_names_what_sales_needs_then_the_unknown_then_the_gap() -> None:
    _, missing = lines({"company": None, "title": None, "revenue": 1.0, "source": "webinar"})
    assert missing == (
        "needed for handoff: company; unknown: job title (up to 34); "
        "to MQL (0 of 2): 4 more fit points, 10 more behaviour points"
    )


def test_points_against_are_told_last_with_but() -> None:
    reason, _ = lines({"email": "anna@gmail.com", "title": None, "industry": None, "employees": None})
    assert reason == "lead, 0 points: in a country with our own sales team; but uses a private mail address"


def test_long_lines_are_cut_at_255_characters() -> None:
    reason, missing = lines({"title": "Chief " + "x" * 300})
    assert len(reason) <= 255
    assert "…; " in reason
    assert len(missing) <= 255


def test_nobody_knows_anything_is_said_too() -> None:
    nothing = dict.fromkeys(GOOD)
    reason, missing = lines(nothing)
    assert reason == "lead, 0 points: nothing that we know speaks for them yet"
    assert missing.startswith(
        "needed for handoff: last name, company, email or phone; unknown: job title (up to 34), "
    )


@pytest.mark.parametrize(
    ("occupation", "visits", "answer"),
    [
        ("working PROFESSIONAL ", 3.0, True),
        ("Student", 3.0, False),
        ("Student", None, False),
        (None, 3.0, None),
        ("Working Professional", 2.9, False),
    ],
)
def test_further_fields_of_the_mapping_are_judged_like_any_other(
    occupation: str | None, visits: float | None, answer: bool | None
) -> None:
    when = When.model_validate(
        {"fields": {"occupation": ["Working Professional"], "visits": {"at_least": 3}}}
    )
    who = people(occupation=occupation, visits=visits)
    assert who.with_columns(pl.col("occupation").str.strip_chars()).select(holds(when)).item() is answer
