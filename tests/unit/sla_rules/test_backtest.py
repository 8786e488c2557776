"""Small pasts by hand: volume, precision and recall of proposals, and causes of moves in words."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from sla_rules.backtesting.backtest import Both, backtest
from sla_rules.backtesting.facts import Facts
from sla_rules.backtesting.moves import causes
from sla_rules.backtesting.replay import History
from sla_rules.backtesting.tweak_effects import tweak_effects
from sla_rules.definition import LeadDefinition
from sla_rules.definition_loading import load_definition
from sla_rules.sla_loading import load_sla
from sla_rules.suggesting.examples import GOALS
from tests.property.definitions import ACTIVITY_SCHEMA, PEOPLE_SCHEMA
from tests.unit.sla_rules_sla.agreements import SHIPPED

SINCE = datetime(2026, 3, 1, 23, tzinfo=UTC)  # a Monday in Berlin
UTC_US = pl.Datetime("us", "UTC")
IN_FORCE = """\
title: In force
version: "1"
agreed_on: 2026-01-12
agreed_by: [both]
disqualify:
  - {id: student, label: is a student, when: {seniority: student}}
fit:
  cap: 60
  criteria:
    - {id: german, label: in Germany, points: 20, when: {country: [DE]}}
    - {id: large, label: large company, points: 10, when: {employees: {at_least: 500}}}
behaviour:
  cap: 60
  criteria:
    - {id: prices, label: looked at prices, points: 20, did: {activity: page_view, page: /pricing, within: 7 days}}
mql: {way: enough, points: 30}
sql: {way: plenty, points: 45}
"""


def definition(*changes: tuple[str, str], version: str = "2") -> LeadDefinition:
    text = IN_FORCE.replace('"1"', f'"{version}"')
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return load_definition(text, source="f.yaml")


def _day(number: float) -> datetime:
    return SINCE + timedelta(days=number)


@pytest.fixture(scope="module")
def facts() -> Facts:
    """Four people; g looks at prices in the first week, l in the second, both and n in the third; b is a student."""
    people = [
        {"person_id": "g", "country": "DE", "employees": 5},
        {"person_id": "l", "country": "JP", "employees": 900},
        {"person_id": "both", "country": "DE", "employees": 900},
        {"person_id": "n", "country": "JP", "employees": 5},
        {"person_id": "b", "country": "DE", "employees": 900, "title": "Student"},
    ]
    views = [("g", 1), ("l", 8), ("both", 15), ("n", 15), ("b", 15)]
    history = History(
        pl.DataFrame(
            [{**row, "known_from": _day(-10), "source": "webinar"} for row in people],
            schema={**PEOPLE_SCHEMA, "known_from": UTC_US},
        ),
        pl.DataFrame(
            [
                {"person_id": who, "kind": "page_view", "detail": "/pricing", "at": _day(day), "known_from": _day(day)}
                for who, day in views
            ],
            schema={**ACTIVITY_SCHEMA, "known_from": UTC_US, "gone_at": UTC_US},
        ),
    )  # fmt: skip
    answers = pl.DataFrame(
        [("g", _day(1.5), False), ("l", _day(8.5), True), ("both", _day(15.5), True)],
        schema={"person_id": pl.String, "handed_off_at": UTC_US, "reached": pl.Boolean},
        orient="row",
    )
    contract = load_sla(SHIPPED, source="sla.yaml")
    return Facts(history, dict.fromkeys(GOALS, answers), contract, SINCE, _day(21), ZoneInfo("Europe/Berlin"))


def test_each_proposal_is_told_by_volume_precision_and_recall(facts: Facts) -> None:
    stricter = definition(("large company, points: 10", "large company, points: 5"), version="stricter")
    wider = definition(("points: 30", "points: 20"), version="wider")
    first, second = tweak_effects(definition(version="1"), [stricter, wider], facts)
    # Whoever was an MQL at the beginning does not become one, yet is chosen.
    assert (first.version, first.per_week) == ("stricter", Both(2 / 3, 2 / 3))
    assert (first.precision, first.recall) == (Both(2 / 3, 1 / 2), Both(1.0, 1 / 2))
    assert (first.moved_up, first.moved_down) == (1, 1)
    assert (second.per_week, second.precision, second.recall) == (
        Both(2 / 3, 2 / 3),
        Both(2 / 3, 2 / 3),
        Both(1.0, 1.0),
    )
    assert (second.moved_up, second.moved_down) == (1, 1)


def test_weeks_moves_and_their_causes(facts: Facts) -> None:
    found = backtest(
        definition(version="1"), definition(("large company, points: 10", "large company, points: 5")), facts
    )
    assert [(week.qualified.in_force, week.qualified.proposed) for week in found.weeks] == [
        (1, 1),
        (1, 0),
        (0, 1),
    ]
    assert found.weeks[0].quota == pytest.approx(120 * 7 / 30.4375)
    (one, *others) = found.moves
    assert (one.person_id, one.before, one.after, one.direction) == ("l", "MQL", "lead", "down")
    assert (one.at, one.points_before, one.points_after) == (_day(8), 30, 25)
    assert one.why == "“large company” +10 → +5"
    assert [(move.person_id, move.before, move.after) for move in others] == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("points: 30}", "points: 20}"), "MQL opens by “enough”"),
        (("employees: {at_least: 500}", "employees: {at_least: 5}"), "gains “large company” (+10)"),
    ],
)
def test_a_gate_or_a_gained_criterion_is_named(facts: Facts, change: tuple[str, str], why: str) -> None:
    changed = definition(change)
    moved = {one.person_id: one for one in backtest(definition(version="1"), changed, facts).moves}
    assert moved["n"].why == why
    assert (moved["n"].before, moved["n"].after) == ("lead", "MQL")


def test_who_is_no_longer_a_go_nowhere_is_told_so() -> None:
    old = definition(version="1")
    new = definition(("seniority: student", "country: [AT]"))
    told = [one.told for one in causes(old, new, old.mask(["student", "german"]), new.mask(["german"]))]
    assert told == ["is no longer a go-nowhere: is a student"]
