"""Worlds for the tests: a frozen clock on a Wednesday morning, both stores, and Accord's fields on demand."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.clock import SandboxClock
from sandbox.hubspot.portal import Portal
from sandbox.salesforce.org import Org
from sandbox.world.seed import seed_world
from sandbox.world.world import World

WEDNESDAY = datetime(2026, 11, 18, 7, 0, tzinfo=UTC)
_DISPOSITIONS = ("Converted", "Accepted", "Too soon", "Poor quality", "Go-nowhere", "Great example")
_REASONS = (
    "No budget", "No authority", "No need", "Bad timing", "Wrong contact details", "Student or job seeker",
    "Competitor", "Duplicate", "Chose a competitor", "Other",
)  # fmt: skip


def _build_world(
    *, seed: int = 7, people: int = 300, scenario: str = "default", start: datetime = WEDNESDAY
) -> World:
    clock = SandboxClock(start, frozen=True)
    portal, org = Portal(clock, seed=seed), Org(clock, seed=seed)
    return seed_world(portal, org, clock, seed=seed, people=people, scenario=scenario)


@pytest.fixture
def make_world() -> Callable[..., World]:
    return _build_world


def _picklist(*values: str) -> dict[str, Any]:
    found = [{"fullName": value, "label": value, "default": False} for value in values]
    return {"label": "P", "type": "Picklist", "valueSet": {"valueSetDefinition": {"value": found}}}


def _install_accord(org: Org, *, visible: bool = True) -> None:
    fields = {
        "Accord_Stage__c": _picklist("go-nowhere", "lead", "MQL", "SQL"),
        "Accord_Handoff_At__c": {"label": "Handoff", "type": "DateTime"},
        "Accord_Touches_Made__c": {"label": "Touches", "type": "Number", "precision": 4, "scale": 0},
        "Accord_Disposition__c": _picklist(*_DISPOSITIONS),
        "Accord_Disposition_Reason__c": _picklist(*_REASONS),
        "Accord_Objection__c": {
            "label": "Objection",
            "type": "LongTextArea",
            "length": 2000,
            "visibleLines": 3,
        },
    }
    for sobject in ("Lead", "Contact"):
        for name, metadata in fields.items():
            org.add_field(f"{sobject}.{name}", metadata, visible_to_all=visible)
    early = (
        'AND(ISCHANGED(Status), ISPICKVAL(Status, "Closed - Not Converted"), '
        "BLANKVALUE(Accord_Touches_Made__c, 0) < 4)"
    )
    rejected = ", ".join(
        f'ISPICKVAL(Accord_Disposition__c, "{value}")' for value in ("Poor quality", "Go-nowhere", "Too soon")
    )
    reasonless = f"AND(OR({rejected}), ISBLANK(TEXT(Accord_Disposition_Reason__c)))"
    rules = {
        "Lead.Accord_No_Early_Disqualification": early,
        "Lead.Accord_Disposition_Needs_Reason": reasonless,
    }
    for full_name, formula in rules.items():
        rule = {"active": True, "errorConditionFormula": formula, "errorMessage": "Not yet"}
        org.add_validation_rule(full_name, rule)


def _hand_over(world: World) -> list[str]:
    """Create a Lead, marked as handed over now, for every interested person that only HubSpot knows."""
    now, made = world.clock.now(), []
    for email, profile in sorted(world.profiles.items()):
        if profile.side != "hubspot" or not profile.is_target or profile.interest == "cold":
            continue
        if world.contact_of(email) is None:
            continue
        rep = world.roster.rep_for(profile.place.country.region, world.seed, email)
        fields = {
            "FirstName": profile.first_name,
            "LastName": profile.last_name,
            "Company": profile.company_text,
            "Email": email,
            "Phone": profile.phone[:40],
            "OwnerId": rep.user_id,
            "Accord_Stage__c": "SQL" if profile.interest == "hot" else "MQL",
            "Accord_Handoff_At__c": now,
        }
        made.append(world.org.create("Lead", fields, user_id=world.org.automated_user_id))
    return made


def _count_touches(world: World) -> None:
    """Write the number of touches back, as a pass of the product would."""
    org = world.org
    for lead in org.rows("Lead"):
        if lead["IsConverted"] or lead.get("Accord_Handoff_At__c") is None:
            continue
        touches = [task for task in org.find("Task", "WhoId", lead.id) if task["IsClosed"]]
        made = len(touches) + len(org.find("Event", "WhoId", lead.id))
        org.update("Lead", lead.id, {"Accord_Touches_Made__c": made}, user_id=org.automated_user_id)


@pytest.fixture
def install_accord() -> Callable[..., None]:
    return _install_accord


@pytest.fixture
def hand_over() -> Callable[[World], list[str]]:
    return _hand_over


@pytest.fixture
def count_touches() -> Callable[[World], None]:
    return _count_touches
