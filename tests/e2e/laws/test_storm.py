"""All laws at once: a business with all its dirt works for days while both vendors fail at random."""

from collections import Counter
from typing import Any

import pytest

from connectors.errors import ConnectorError
from tests.e2e.laws.world import World

WRITES = {"hubspot": "*/batch/[cu]*", "salesforce": "*/sobjects/*"}
TROUBLE: list[dict[str, Any]] = [
    {"drop": "after"},
    {"drop": "before"},
    {"status": 502, "commit": True},
    {"status": 503},
    {"status": 429, "headers": {"Retry-After": "1"}},
]


def _trouble(world: World, seed: int) -> None:
    for number, happens in enumerate(TROUBLE):
        for vendor, path in WRITES.items():
            chance = {"probability": 0.3, "seed": seed * 100 + number, "times": None}
            world.fault(vendor, path=path, **chance, **happens)
        reads = {"probability": 0.08, "seed": seed * 100 + number, "times": None}
        if "commit" not in happens:
            world.fault("hubspot", path="*/search", **reads, **happens)
            world.fault("salesforce", path="*/composite", **reads, **happens)


def _try(world: World) -> bool:
    try:
        world.run(minutes=10)
    except ConnectorError:
        return False
    return True


def _doubles(values: list[Any]) -> dict[Any, int]:
    return {value: number for value, number in Counter(values).items() if value and number > 1}


@pytest.mark.parametrize("seed", [7, pytest.param(4, marks=pytest.mark.long)])
def test_days_of_work_and_trouble_end_in_agreement(make_world: Any, seed: int) -> None:
    world: World = make_world(people=60, scenario="dirty", seed=seed)
    world.run()
    known = {row["Id"] for row in world.leads()}
    for day in range(3):
        world.sandbox.act(12)
        _trouble(world, seed * 10 + day)
        for _ in range(3):
            _try(world)
        world.sandbox.faults.clear()
    world.settle(10)
    _nobody_is_there_twice(world, known)
    _every_activity_is_there_once(world)
    _both_sides_agree(world)
    results = world.run()
    assert results["reconciliation"].figures["remainder"] == 0
    assert not [row for row in world.holds() if row.kind == "unsent"]


def _nobody_is_there_twice(world: World, known: set[str]) -> None:
    made = [row for row in world.leads() if row["CreatedById"] == world.org.integration_user_id]
    assert _doubles([row.get("HubSpot_Contact_Id__c") for row in made]) == {}
    assert _doubles([row["Email"] for row in made if row["Id"] not in known]) == {}
    assert _doubles([contact.get("salesforce_lead_id") for contact in world.contacts()]) == {}
    assert _doubles([contact.get("salesforce_contact_id") for contact in world.contacts()]) == {}


def _every_activity_is_there_once(world: World) -> None:
    """A copy has one original, and nothing is a copy of a copy."""
    tasks = {row["Id"]: dict(row) for name in ("Task", "Event") for row in world.org.rows(name)}
    there = [row.get("HubSpot_Activity_Id__c") for row in tasks.values()]
    assert _doubles(there) == {}
    engagements = {
        f"{kind}:{record.id}": record.properties
        for kind in ("calls", "emails", "meetings", "tasks")
        for record in world.portal.records(kind)
    }
    here = [properties.get("salesforce_activity_id") for properties in engagements.values()]
    assert _doubles(here) == {}
    for key, properties in engagements.items():
        original = tasks.get(str(properties.get("salesforce_activity_id")))
        if original is not None:
            assert original.get("HubSpot_Activity_Id__c") in (None, key)


def _both_sides_agree(world: World) -> None:
    held = {(row.link_id, row.field) for row in world.holds()}
    linked = 0
    for contact in world.contacts():
        lead = (
            world.org.record("Lead", str(contact["salesforce_lead_id"]))
            if contact.get("salesforce_lead_id")
            else None
        )
        if lead is None or lead.deleted or lead["IsConverted"]:
            continue
        link_id = world.link_of(str(contact["hs_object_id"])).link.link_id
        if (link_id, "") in held:
            continue
        linked += 1
        pairs = {
            "title": ("jobtitle", "Title"),
            "first_name": ("firstname", "FirstName"),
            "city": ("city", "City"),
        }
        for name, (left, right) in pairs.items():
            if (link_id, name) not in held and contact.get(left) and lead[right]:
                assert contact[left] == lead[right], (name, contact["email"])
        if contact.get("hs_email_optout") == "true" or lead["HasOptedOutOfEmail"]:
            assert contact.get("hs_email_optout") == "true"
            assert lead["HasOptedOutOfEmail"] is True
    assert linked > 5
