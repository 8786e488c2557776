"""The record pages: what a rep and a marketer see, over HTTP, from stores without any API in front."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import requests

from sandbox.clock import SandboxClock
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.records import Actor
from sandbox.hubspot.schema import Group
from sandbox.pages.app import build_hubspot_pages, build_salesforce_pages
from sandbox.salesforce.org import Org
from sandbox.server import LocalServer

NOW = datetime(2026, 11, 20, 13, 12, tzinfo=UTC)
STAGES = ["go-nowhere", "lead", "MQL", "SQL"]


@dataclass
class Browser:
    portal: Portal
    org: Org
    rep: str
    urls: dict[str, str]

    def read(self, vendor: str, path: str, status: int = 200) -> str:
        reply = requests.get(self.urls[vendor] + path, timeout=10)
        assert reply.status_code == status
        return reply.text

    def text(self, vendor: str, path: str) -> str:
        words = re.sub(r"<style.*?</style>|<[^>]*>", " ", self.read(vendor, path), flags=re.DOTALL)
        return " ".join(unescape(words).split())

    def lead(self, **fields: object) -> str:
        given = {"LastName": "Adler", "Company": "Adler AG", "OwnerId": self.rep} | fields
        return self.org.create("Lead", given, user_id=self.rep, at=NOW - timedelta(days=1))

    def install(self) -> None:
        """A few of Accord's fields on both sides."""
        picklist = {
            "valueSetDefinition": {"sorted": False, "value": [{"fullName": s, "label": s} for s in STAGES]}
        }
        fields = {
            "HubSpot_Contact_Id__c": {"type": "Text", "length": 32, "externalId": True, "unique": True},
            "Accord_Stage__c": {"type": "Picklist", "valueSet": picklist},
            "Accord_Reasons__c": {"type": "Text", "length": 255},
            "Accord_Touches_Made__c": {"type": "Number", "precision": 4, "scale": 0},
            "Accord_Touches_Owed__c": {"type": "Number", "precision": 4, "scale": 0},
            "Accord_First_Touch_Due__c": {"type": "DateTime"},
            "Accord_Region_Hint__c": {"type": "Text", "length": 40},
        }
        for name, metadata in fields.items():
            label = name.removesuffix("__c").replace("_", " ")
            self.org.add_field(f"Lead.{name}", {"label": label, **metadata}, visible_to_all=True)
        self.portal.table("contacts").schema.groups["accord"] = Group("accord", "Accord")
        for name in (
            "salesforce_lead_id",
            "salesforce_contact_id",
            "accord_stage",
            "accord_disposition_reason",
        ):
            definition = {"name": name, "label": name, "groupName": "accord", "type": "string"}
            self.portal.add_property("contacts", definition | {"fieldType": "text"})


@pytest.fixture
def browser() -> Iterator[Browser]:
    clock = SandboxClock(NOW, frozen=True)
    portal, org = Portal(clock), Org(clock)
    rep = org.add_user(email="nora@meridian-analytics.example", first_name="Nora", last_name="Lindqvist")
    servers = {"hubspot": LocalServer(0), "salesforce": LocalServer(0)}
    urls = {vendor: f"{server.base_url}/ui/" for vendor, server in servers.items()}
    servers["hubspot"].start(build_hubspot_pages(portal, urls["salesforce"]))
    servers["salesforce"].start(build_salesforce_pages(org, urls["hubspot"]))
    yield Browser(portal, org, rep, urls)
    for server in servers.values():
        server.begin_stop()
    for server in servers.values():
        server.stop()


def test_values_are_escaped(browser: Browser) -> None:
    lead = browser.lead(FirstName="<script>alert(1)</script>", Company="<b>Acme</b>")
    for path in ("Lead", f"Lead/{lead}", "Lead?q=%3Cscript%3E"):
        page = browser.read("salesforce", path)
        assert "<script>" not in page
        assert "<b>Acme" not in page
        assert "&lt;script&gt;" in page


def test_search_finds_by_every_word_and_pages_hold_fifty(browser: Browser) -> None:
    for number in range(60):
        browser.lead(FirstName="Kim", LastName=f"Number{number}", Email=f"kim{number}@acme.example")
    assert "Kim Number33" in browser.text("salesforce", "Lead?q=kim33 number33")
    assert "Kim Number34" not in browser.text("salesforce", "Lead?q=kim33 number33")
    first, second = (browser.read("salesforce", f"Lead?page={page}").count("<tr>") - 1 for page in (1, 2))
    assert (first, second) == (50, 10)
    assert "Nobody here matches" in browser.text("salesforce", "Lead?q=nobody")


def test_the_panel_tells_when_accord_is_not_installed(browser: Browser) -> None:
    assert "not installed here yet" in browser.text("salesforce", f"Lead/{browser.lead()}")


def test_the_panel_shows_every_visible_accord_field(browser: Browser) -> None:
    browser.install()
    lead = browser.lead(
        Accord_Stage__c="SQL",
        Accord_Reasons__c="asked for a demo",
        Accord_Touches_Made__c=1,
        Accord_Touches_Owed__c=3,
        Accord_First_Touch_Due__c="2026-11-20T13:59:00Z",
        Accord_Region_Hint__c="DACH",
        HubSpot_Contact_Id__c="6001",
    )
    text = browser.text("salesforce", f"Lead/{lead}")
    for expected in (
        "SQL · sales qualified",
        "asked for a demo",
        "1 made, 3 still owed",
        "20 Nov, 14:59 · in 47 minutes",
        "Region Hint DACH",
    ):
        assert expected in text
    link = f'href="{browser.urls["hubspot"]}contacts/6001"'
    assert link in browser.read("salesforce", f"Lead/{lead}")


def test_the_panel_hides_what_field_level_security_hides(browser: Browser) -> None:
    browser.install()
    lead = browser.lead(Accord_Stage__c="MQL", Accord_Reasons__c="secret")
    browser.org.hide_field("Lead", "Accord_Reasons__c", user_id=browser.rep)
    text = browser.text("salesforce", f"Lead/{lead}")
    assert "MQL" in text
    assert "secret" not in text


def test_an_overdue_first_touch_says_for_how_long(browser: Browser) -> None:
    browser.install()
    lead = browser.lead(Accord_Stage__c="SQL", Accord_First_Touch_Due__c="2026-11-20T10:00:00Z")
    assert "overdue for 3 hours" in browser.text("salesforce", f"Lead/{lead}")


def test_a_leads_activities_are_newest_first_and_open_ones_say_when_they_are_due(browser: Browser) -> None:
    lead = browser.lead()
    call = {
        "Subject": "Call: hello",
        "TaskSubtype": "Call",
        "Status": "Completed",
        "CallDurationInSeconds": 65,
    }
    browser.org.create("Task", {"WhoId": lead, **call}, user_id=browser.rep, at=NOW - timedelta(hours=2))
    later = {"Subject": "Send the case study", "ActivityDate": "2026-11-23"}
    browser.org.create("Task", {"WhoId": lead, **later}, user_id=browser.rep, at=NOW)
    text = browser.text("salesforce", f"Lead/{lead}")
    assert text.index("Send the case study") < text.index("Call: hello")
    assert "1 min 5 s" in text
    assert "due 23 Nov 2026" in text


def test_a_converted_lead_leads_to_its_contact_and_opportunity(browser: Browser) -> None:
    lead = browser.lead(FirstName="Ida")
    made = browser.org.convert_lead(
        lead, user_id=browser.rep, converted_status="Closed - Converted", opportunity_name="Adler rollout"
    )
    assert f"/ui/Contact/{made.contact_id}" in browser.read("salesforce", f"Lead/{lead}")
    text = browser.text("salesforce", f"Contact/{made.contact_id}")
    assert "Ida Adler" in text
    assert "Adler rollout" in text


@pytest.mark.parametrize("path", ["Lead/00Q000000000000AAA", "Lead/nonsense", "Contact/../x"])
def test_an_unknown_salesforce_record_is_a_plain_not_found(browser: Browser, path: str) -> None:
    browser.read("salesforce", path, status=404)


def test_a_deleted_or_archived_record_is_not_shown(browser: Browser) -> None:
    lead = browser.lead()
    browser.org.delete("Lead", lead, user_id=browser.rep)
    contact = browser.portal.create("contacts", {"email": "a@x.example"}, actor=Actor.user(1)).id
    browser.portal.archive("contacts", contact, actor=Actor.user(1))
    assert "no such record" in browser.read("salesforce", f"Lead/{lead}", status=404)
    browser.read("hubspot", f"contacts/{contact}", status=404)


def test_a_contacts_timeline_tells_forms_visits_mails_and_notes(browser: Browser) -> None:
    portal, site = browser.portal, "https://www.meridian-analytics.example"
    contact = portal.create(
        "contacts", {"email": "ida@x.example"}, actor=Actor.user(1), at=NOW - timedelta(days=9)
    ).id
    form = portal.add_form("Demo request")
    for minutes, path in enumerate(("/", "/pricing")):
        portal.visit_page(contact, site + path, at=NOW - timedelta(days=2, minutes=9 - minutes))
    portal.submit_form(
        form.guid, email="ida@x.example", values={}, page_url=f"{site}/demo", at=NOW - timedelta(days=1)
    )
    mail = {"recipient": "ida@x.example", "campaign_id": "7", "campaign_name": "Autumn news"}
    portal.email_event("CLICK", **mail, at=NOW - timedelta(days=3), url=f"{site}/pricing")
    note = {"hs_timestamp": NOW.isoformat(), "hs_note_body": "<p>Fond of graphs &amp; tea</p>"}
    portal.create("notes", note, actor=Actor.user(1), associations=[("contacts", contact)])
    text = browser.text("hubspot", f"contacts/{contact}")
    told = [
        "Fond of graphs & tea",
        "Submitted “Demo request”",
        "Viewed 2 pages",
        "Clicked a link in “Autumn news”",
    ]
    positions = [text.index(item) for item in told]
    assert positions == sorted(positions)


def test_the_hubspot_panel_shows_feedback_and_links_to_the_contact_before_the_lead(browser: Browser) -> None:
    browser.install()
    values = {"email": "ida@x.example", "accord_stage": "SQL", "accord_disposition_reason": "Bad timing"}
    links = {"salesforce_lead_id": "00Q1", "salesforce_contact_id": "0031"}
    contact = browser.portal.create("contacts", values | links, actor=Actor.user(1)).id
    page = browser.read("hubspot", f"contacts/{contact}")
    assert f'href="{browser.urls["salesforce"]}Contact/0031"' in page
    assert "Bad timing" in page
    assert "Ida" not in browser.text("hubspot", "contacts?stage=MQL")
    assert "ida@x.example" in browser.text("hubspot", "contacts?stage=SQL")


def test_an_old_address_of_a_merged_contact_still_works(browser: Browser) -> None:
    portal, actor = browser.portal, Actor.user(1)
    one = portal.create("contacts", {"email": "a@x.example", "lastname": "One"}, actor=actor).id
    two = portal.create("contacts", {"email": "b@x.example"}, actor=actor).id
    portal.merge("contacts", one, two, actor=actor)
    assert "was merged into this one" in browser.text("hubspot", f"contacts/{two}")
