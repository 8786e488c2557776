"""A real list of leads, from a damaged CSV file to judged people in both CRMs.

Loads 9,240 leads of an education company into the sandbox's HubSpot, runs a pass, and holds the stage of each
person against a computation of its own: plain Python straight from the file, which knows neither the import's
mapping nor the engine that evaluates lead definitions.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest

from connectors import setup
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.gateway import HubSpotGateway
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.gateway import SalesforceGateway
from connectors.salesforce.login import SalesforceCredentials
from connectors.store.engine import Store
from imports.load import load
from imports.mapping import load_mapping, shipped_mapping_text
from imports.plan import plan_file
from imports.properties import create_properties
from imports.report import ImportReport
from passes.context import Contracts, PassOptions
from passes.run import run_pass
from passes.step import StepResult
from passes.workbench import Workbench
from sandbox.launch import Sandbox, start_sandbox
from sla_rules.definition_loading import load_definition
from sla_rules.routing.loading import shipped_routing
from sla_rules.sla_loading import shipped_sla
from sync_rules.mapping import load_shipped_mapping
from sync_rules.mapping import shipped_mapping_text as shipped_sync_text

LIST = Path(__file__).parents[3] / "shared" / "data" / "x_education_leads.csv"

pytestmark = [
    pytest.mark.skipif(not LIST.exists(), reason=f"the list of real leads is not at {LIST}"),
    pytest.mark.xdist_group("real_list"),
]

# The people of this list are private persons; Salesforce demands a company of every Lead.
COMPANY = "  company: {constant: Private person}\n"
DEFINITION = """
title: What counts as a lead at X Education
version: "1"
agreed_on: 2026-01-12
agreed_by: [Marketing, Admissions]
disqualify:
  - {id: student, label: studies already, when: {title_words: [student]}}
  - {id: no_mail, label: wants no mail, when: {email_opt_out: true}}
fit:
  cap: 100
  criteria:
    - {id: earns, label: has an income, points: 40, when: {title_words: [working professional, businessman]}}
    - {id: introduced, label: was referred, points: 35, when: {source: [referral]}}
    - {id: searched, label: searched for us, points: 10, when: {source: [paid_search, content]}}
    - {id: home, label: in India, points: 5, when: {country: [IN]}}
    - {id: abroad, label: in a market abroad, points: 15, when: {country: [US, AE, SG, SA, GB, AU, QA, BH]}}
    - {id: no_calls, label: wants no calls, points: -30, when: {do_not_call: true}}
behaviour: {cap: 10}
mql: [{way: fits, fit_points: 40}]
sql: [{way: fits well, fit_points: 50}]
"""


def leads_of_the_file() -> Iterator[dict[str, str]]:
    with LIST.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        header = next(rows)
        for row in rows:
            cells = row if len(row) > 1 else next(csv.reader(row))
            yield dict(zip(header, cells, strict=True))


def stage_by_hand(lead: dict[str, str]) -> str:
    occupation, source = lead["What is your current occupation"], lead["Lead Source"]
    if occupation == "Student" or lead["Do Not Email"] == "Yes":
        return "go-nowhere"
    points = 40 if occupation in ("Working Professional", "Businessman") else 0
    if source in ("Reference", "Referral Sites"):
        points += 35
    elif source in SEARCHES:
        points += 10
    if lead["Country"] == "India":
        points += 5
    elif lead["Country"] in ABROAD:
        points += 15
    if lead["Do Not Call"] == "Yes":
        points = max(points - 30, 0)
    return "SQL" if points >= 50 else "MQL" if points >= 40 else "lead"


SEARCHES = {
    *("Google", "google", "bing", "Pay per Click Ads", "Organic Search", "blog", "youtubechannel"),
    *("welearnblog_Home", "WeLearn", "Press_Release", "Facebook", "Social Media"),
}
ABROAD = {
    *("United States", "United Arab Emirates", "Singapore", "Saudi Arabia"),
    *("United Kingdom", "Australia", "Qatar", "Bahrain"),
}


@dataclass
class World:
    sandbox: Sandbox
    report: ImportReport
    again: ImportReport
    bench: Workbench
    first: dict[str, StepResult]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    mapping = load_mapping(
        shipped_mapping_text("x_education").replace("\nproperties:\n", f"\nproperties:\n{COMPANY}"),
        source="x_education.yaml",
    )
    contracts = Contracts(
        mapping=load_shipped_mapping(),
        mapping_text=shipped_sync_text(),
        definition=load_definition(DEFINITION, source="definition.yaml"),
        definition_text=DEFINITION,
        sla=shipped_sla(),
        sla_text=(files("sla_rules") / "sla.yaml").read_text("utf-8"),
        routing=shipped_routing(),
        routing_text=(files("sla_rules.routing") / "routing.yaml").read_text("utf-8"),
    )
    with start_sandbox(seed=1, people=0, scenario="empty", search_lag_s=0.0) as sandbox:
        # The real limit of 190 calls in 10 s would make 734 opt-outs take most of a minute.
        sandbox.portal.limits.burst = 1_000_000
        hubspot = HubSpotGateway(
            HubSpotClient(sandbox.hubspot.access_token, base_url=sandbox.hubspot.base_url)
        )
        salesforce = SalesforceGateway(
            SalesforceClient(
                SalesforceCredentials(
                    sandbox.salesforce.base_url,
                    client_id=sandbox.salesforce.client_id,
                    client_secret=sandbox.salesforce.client_secret,
                )
            )
        )
        setup.install(hubspot, salesforce)
        create_properties(mapping, hubspot)
        plan = plan_file(LIST, mapping)
        report, again = load(plan, hubspot), load(plan, hubspot)
        database = tmp_path_factory.mktemp("real_list") / "accord.db"
        with Workbench(
            Store(f"sqlite:///{database}"),
            hubspot=lambda: hubspot,
            salesforce=lambda: salesforce,
            read_contracts=lambda: contracts,
            time_zone="Asia/Kolkata",
            clock=sandbox.clock.now,
        ) as bench:
            first = run_pass(bench, "first", PassOptions(approve=True))
            yield World(sandbox, report, again, bench, first)


def contacts(world: World) -> dict[str, dict[str, str]]:
    """The contacts' properties by address, as HubSpot has them now."""
    return {
        record["properties"]["email"]: record["properties"]
        for record in world.sandbox.snapshot("hubspot")["objects"]["contacts"]
    }


def address(lead: dict[str, str]) -> str:
    return f"{lead['Prospect ID']}@x-education.example"


def test_no_row_is_lost_and_every_damaged_row_is_repaired(world):
    report = world.report
    assert (report.rows, report.created) == (9240, 9240)
    assert (report.refused, report.duplicates, report.left_out) == ((), (), ())
    damaged = [n for n, line in enumerate(LIST.read_text("utf-8").splitlines(), 1) if line.startswith('"')]
    assert (len(damaged), list(report.repaired)) == (338, damaged)
    assert report.complete


def test_a_second_load_of_the_file_writes_nothing(world):
    again = world.again
    assert (again.created, again.updated, again.unchanged, again.unsubscribed) == (0, 0, 9240, 0)


def test_everybody_is_in_hubspot_as_the_file_has_them(world):
    found = contacts(world)
    assert len(found) == 9240
    for lead in leads_of_the_file():
        contact = found[address(lead)]
        assert contact["lastname"] == f"Lead {lead['Lead Number']}"
        assert contact.get("x_education_tags", "") == lead["Tags"].strip()
        assert contact.get("x_education_total_visits", "") == lead["TotalVisits"]
        assert (contact.get("hs_email_optout") == "true") == (lead["Do Not Email"] == "Yes")
        assert (contact["do_not_call"] == "true") == (lead["Do Not Call"] == "Yes")


def test_each_persons_stage_is_the_one_computed_by_hand(world):
    found = contacts(world)
    by_hand = {address(lead): stage_by_hand(lead) for lead in leads_of_the_file()}
    assert {email: contact.get("accord_stage") for email, contact in found.items()} == by_hand
    counts = Counter(by_hand.values())
    assert set(counts) == {"go-nowhere", "lead", "MQL", "SQL"}
    judged = world.first["judgements"].figures
    assert {name: judged[f"stage {name}"] for name in counts} == dict(counts)


def test_those_who_qualify_are_leads_in_salesforce_and_nobody_else(world):
    by_hand = {address(lead): stage_by_hand(lead) for lead in leads_of_the_file()}
    qualified = {email: stage for email, stage in by_hand.items() if stage in ("MQL", "SQL")}
    leads = {row["Email"]: row["Accord_Stage__c"] for row in world.sandbox.org.rows("Lead")}
    assert leads == qualified
    figures = world.first["reconciliation"].figures
    assert (figures["received"], figures["remainder"]) == (len(qualified), 0)


@pytest.mark.long
def test_the_systems_come_to_rest(world):
    """The second pass brings sales' side of the new Leads to HubSpot; the third finds nothing to do."""
    world.sandbox.clock.advance(300)
    second = run_pass(world.bench, "second", PassOptions(approve=True))
    assert second["applied_writes"].figures["failed"] == 0
    world.sandbox.clock.advance(300)
    third = run_pass(world.bench, "third", PassOptions(approve=True))
    assert third["applied_writes"].figures["written"] == 0
