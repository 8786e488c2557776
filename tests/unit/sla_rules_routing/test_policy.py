"""The routing policy as a contract: what fits, and what is said of a wrong line."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sla_rules.routing.assign import Floor, Lead, assign, fits
from sla_rules.routing.away import away
from sla_rules.routing.loading import RoutingError, load_routing, shipped_routing
from sla_rules.routing.policy import Territory
from sla_rules.sla_loading import load_sla
from tests.unit.sla_rules_sla.agreements import changed

AT = datetime(2026, 10, 5, 8, tzinfo=UTC)
TEXT = """
title: T
version: "1"
teams:
  dach:
    members:
      - owner: Ada@M.example
      - {owner: bo@m.example, weight: 2, capacity: 1}
territories:
  - {id: dach, team: dach, country: [DE, AT], employees: {at_least: 10}}
fallback: queue:Inbound
"""


def test_the_shipped_policy_is_switched_off() -> None:
    assert not shipped_routing().enabled


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("team: dach, country", "team: dahc, country", "did you mean 'dach'?"),
        ("[DE, AT]", "[Germany]", "is not a known country"),
        ("queue:Inbound", "Inbound", "neither an e-mail nor queue:"),
        ("bo@m.example", "queue:Bo", "a queue cannot be a member"),
        ("bo@m.example", "ada@m.example", "is in the team twice"),
        ("weight: 2", "weight: 0", "must be at least 1"),
        ("at_least: 10", "at_least: 10, at_most: 5", "swap them"),
        ("weight: 2", "weigth: 2", "did you mean 'weight'?"),
        ("territories:\n", "territories:\n  - {id: all, team: dach}\n", "put it last"),
    ],
)
def test_a_wrong_line_is_told_with_its_remedy(old: str, new: str, said: str) -> None:
    assert old in TEXT
    with pytest.raises(RoutingError, match=r"routing\.yaml:[0-9]+: ") as caught:
        load_routing(TEXT.replace(old, new, 1), source="routing.yaml")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("lead", "wanted"),
    [
        ({"country": "DE", "employees": 10}, True),
        ({"country": "DE", "employees": 9}, False),
        ({"country": "US", "employees": 10}, False),
        ({"country": None, "employees": 10}, False),
        ({"country": "AT", "employees": None}, False),
    ],
)
def test_what_is_not_known_does_not_fit(lead: dict[str, Any], wanted: bool) -> None:
    (territory,) = load_routing(TEXT, source="routing.yaml").territories
    assert fits(territory, Lead("p", AT, **lead)) is wanted


def test_every_attribute_can_be_asked_for() -> None:
    territory = Territory.model_validate(
        {
            "id": "t",
            "team": "x",
            "region": "EMEA",
            "industry": "Banking",
            "source": ["webinar"],
            "stage": "SQL",
        }
    )
    lead = Lead("p", AT, region="EMEA", industry="Banking", source="webinar", stage="SQL")
    assert fits(territory, lead)
    for name in ("region", "industry", "source", "stage"):
        other = {"region": lead.region, "industry": lead.industry, "source": lead.source, "stage": lead.stage}
        assert not fits(territory, Lead("p", AT, **{**other, name: None}))  # type: ignore[arg-type]


def test_reasons_say_who_was_free_and_why_nobody_was() -> None:
    policy = load_routing(TEXT, source="routing.yaml")
    floor = Floor(active=frozenset({"ada@m.example", "bo@m.example"}))
    some = [Lead(f"p{n}", AT, country="DE", employees=50) for n in range(3)] + [Lead("q", AT)]
    found = assign(policy, some, [], floor)
    assert [(one.owner, one.reason) for one in found] == [
        ("bo@m.example", "territory dach: is next in dach, of 2 free"),
        ("ada@m.example", "territory dach: is next in dach, the only one free"),
        ("ada@m.example", "territory dach: is next in dach, the only one free"),
        ("queue:Inbound", "no territory fits"),
    ]
    nobody = Floor(
        active=frozenset({"ada@m.example"}), away=frozenset({"ada@m.example"}), open_leads={"bo@m.example": 1}
    )
    (queued,) = assign(policy, some[:1], [], nobody)
    assert (queued.queued, queued.reason) == (
        True, "nobody of dach is free: 1 away, 1 not active in Salesforce",
    )  # fmt: skip


def test_absences_of_the_sla_are_on_the_owners_own_calendar() -> None:
    text = changed(
        (
            "owners: []",
            "owners:\n"
            "  - owner: Dana@m.example\n"
            "    calendar: new_york\n"
            "    absences: [{first: 2026-10-05, last: 2026-10-06}]",
        )
    )
    contract = load_sla(text, source="sla.yaml")
    # Two in the morning in Berlin is still the evening before in New York.
    assert away(contract, datetime(2026, 10, 5, 0, tzinfo=UTC)) == frozenset()
    assert away(contract, datetime(2026, 10, 5, 12, tzinfo=UTC)) == {"dana@m.example"}
    assert away(contract, datetime(2026, 10, 7, 1, tzinfo=UTC)) == {"dana@m.example"}
    assert away(contract, datetime(2026, 10, 7, 5, tzinfo=UTC)) == frozenset()
