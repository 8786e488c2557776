"""A small world for the laws: both vendors over HTTP, nobody in them, and passes run with the real clients.

Tests act as the people do (a marketer in HubSpot, a rep in Salesforce), let passes run, and look at both sides.
The clock stands still until a test moves it, and waiting for the vendors' limits costs no time.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from connectors import setup
from connectors.budget import CallBudget
from connectors.hubspot.client import BURST, SEARCH, HubSpotClient
from connectors.hubspot.gateway import HubSpotGateway
from connectors.retry import Retrier
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.gateway import SalesforceGateway
from connectors.salesforce.login import SalesforceCredentials
from connectors.store import holds, links
from connectors.store.tables import conflicts
from dagster_project.settings import Settings
from dagster_project.workbench import read_contracts
from passes.context import Contracts, PassOptions
from passes.notice_setup import SILENT, NoticeSetup
from passes.run import run_pass
from passes.step import Finding, StepResult
from passes.workbench import Workbench
from sandbox.faults import FaultRule
from sandbox.hubspot.limits import RateLimits
from sandbox.hubspot.portal import Actor
from sandbox.launch import Sandbox, start_sandbox
from sla_rules.sla_loading import load_sla
from sync_rules.mapping import load_mapping
from tests.e2e.fresh_databases import OneEngineStore
from tests.e2e.laws.stopwatch import Stopwatch

START = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)  # a Monday, 10:00 in Berlin
GOOD_FIT = {
    "firstname": "Vera",
    "lastname": "Brandt",
    "jobtitle": "VP Data",
    "company": "Nordwerk AG",
    "industry": "Technology",
    "employee_count": "500",
    "country": "Germany",
    "lead_source": "webinar",
}
_READS = ("/search", "/batch/read", "/soap/", "token", "/statuses/read")


@cache
def _contracts(changes: tuple[tuple[str, str], ...], of_sla: tuple[tuple[str, str], ...] = ()) -> Contracts:
    if not changes and not of_sla:
        return read_contracts(Settings())
    shipped = _contracts(())
    if of_sla:
        text = _replaced("SLA", shipped.sla_text, of_sla)
        before = _contracts(changes)
        return replace(before, sla=load_sla(text, source="sla.yaml"), sla_text=text)
    text = _replaced("mapping", shipped.mapping_text, changes)
    return replace(shipped, mapping=load_mapping(text, source="mapping.yaml"), mapping_text=text)


def _replaced(name: str, text: str, changes: tuple[tuple[str, str], ...]) -> str:
    for old, new in changes:
        if old not in text:
            raise ValueError(f"the shipped {name} has no {old!r}")
        text = text.replace(old, new, 1)
    return text


class World:
    """One pair of systems and one database.

    Args:
        mapping: text replaced in the shipped mapping, old to new, for tests of other rules.
        sla: text replaced in the shipped SLA, likewise.
    """

    def __init__(
        self,
        database_url: str,
        *,
        people: int = 0,
        scenario: str = "empty",
        seed: int = 11,
        search_lag_s: float = 0.0,
        mapping: Mapping[str, str] | None = None,
        sla: Mapping[str, str] | None = None,
        install: bool = True,
    ) -> None:
        self.sandbox: Sandbox = start_sandbox(
            seed=seed,
            people=people,
            scenario=scenario,
            start=START,
            frozen=True,
            search_lag_s=search_lag_s,
        )
        self.watch = Stopwatch()
        # What the product's clients tell the time of limits by.
        self.client_clock: Callable[[], float] = self.watch
        self.portal, self.org, self.clock = self.sandbox.portal, self.sandbox.org, self.sandbox.clock
        self.portal.limits = RateLimits("professional", self.clock.now, self.watch, self.portal.time_zone)
        self.database_url = database_url
        self._mapping = dict(mapping or {})
        self._sla = dict(sla or {})
        self._passes = 0
        # What the contracts' files say, where a test has edited them.
        self.reads: Contracts | None = None
        self.last: dict[str, StepResult] = {}
        # Whom to tell, for tests that tell somebody.
        self.notices: NoticeSetup = SILENT
        roster = self.sandbox.world.roster
        self.rep, self.colleague = roster.reps[0], roster.reps[1]
        self.roster = roster
        self.marketer = Actor.user(roster.marketers[0].user_id)
        self.forms = {form.name: form.guid for form in self.portal.engagement.forms.values()}
        self.bench = self.open_bench()
        if install:
            context = self.bench.open("setup")
            setup.install(context.hubspot, context.salesforce, sla=context.contracts.sla)
        self.sandbox.counters.clear()

    # ---- the product

    def open_bench(self) -> Workbench:
        """Another worker on the same database and the same two systems."""
        return Workbench(
            OneEngineStore(self.database_url),
            hubspot=self._hubspot,
            salesforce=self._salesforce,
            read_contracts=self._contracts,
            time_zone="Europe/Berlin",
            clock=self.clock.now,
            notices=lambda: self.notices,
        )

    def _hubspot(self) -> HubSpotGateway:
        windows = {"burst": BURST, "search": SEARCH}
        client = HubSpotClient(
            self.sandbox.hubspot.access_token,
            base_url=self.sandbox.hubspot.base_url,
            retrier=self._retrier(),
            budget=CallBudget("hubspot", windows, clock=self.client_clock, sleep=self.watch.sleep),
        )
        return HubSpotGateway(client)

    def _salesforce(self) -> SalesforceGateway:
        there = self.sandbox.salesforce
        credentials = SalesforceCredentials(
            login_url=there.instance_url, client_id=there.client_id, client_secret=there.client_secret
        )
        budget = CallBudget("salesforce", {}, clock=self.client_clock, sleep=self.watch.sleep)
        client = SalesforceClient(credentials, retrier=self._retrier(), budget=budget)
        return SalesforceGateway(client)

    def _retrier(self) -> Retrier:
        return Retrier(sleep=self.watch.sleep, chance=lambda: 0.5)

    def _contracts(self) -> Contracts:
        return self.reads or _contracts(tuple(self._mapping.items()), tuple(self._sla.items()))

    def run(self, *, approve: bool = True, minutes: float = 5, **options: Any) -> dict[str, StepResult]:
        """One pass, ``minutes`` after the last thing that happened."""
        self.later(minutes=minutes)
        self._passes += 1
        self.last = run_pass(self.bench, f"pass {self._passes}", PassOptions(approve=approve, **options))
        return self.last

    def finding(self, step: str, name: str) -> Finding:
        """What one check finds in a pass that runs now."""
        return next(one for one in self.run()[step].findings if one.name == name)

    def remap(self, changes: Mapping[str, str]) -> None:
        """The admin edits the mapping: text replaced, old to new; the next pass has it."""
        self._mapping |= changes
        self.bench.close()
        self.bench = self.open_bench()

    def change_sla(self, changes: Mapping[str, str]) -> None:
        """The managers edit the SLA: text replaced, old to new; the next pass has it."""
        self._sla |= changes
        self.bench.close()
        self.bench = self.open_bench()

    def settle(self, most: int = 6) -> None:
        """Passes until one writes nothing.

        Raises:
            AssertionError: the two systems do not come to rest.
        """
        for _ in range(most):
            before = self.writes()
            self.run()
            if self.writes() == before:
                return
        raise AssertionError(f"still writing after {most} passes: {self.writes()}")

    def later(self, **span: float) -> datetime:
        """Let time pass."""
        return self.clock.advance(timedelta(**span).total_seconds())

    def stop(self) -> None:
        """End the sandbox and the store."""
        self.bench.close()
        self.sandbox.stop()

    # ---- people at work

    def contact(self, email: str = "vera.brandt@nordwerk.example", **properties: str) -> str:
        """A contact whom a marketer enters."""
        values = {**GOOD_FIT, "email": email, **properties}
        return self.portal.create("contacts", values, actor=self.marketer).id

    def asks_for_demo(self, email: str = "vera.brandt@nordwerk.example", **properties: str) -> str:
        """A contact of a good fit who asks for a demo: an SQL by the shipped definition."""
        contact_id = self.contact(email, **properties)
        self.demo_request(email)
        return contact_id

    def demo_request(self, email: str) -> None:
        """The demo form, filled in now."""
        url = "https://www.meridian-analytics.example/demo"
        self.portal.submit_form(self.forms["Demo request"], email=email, values={}, page_url=url)

    def edit_contact(self, contact_id: str, **properties: str) -> None:
        """A marketer's edit, now."""
        self.portal.update("contacts", contact_id, properties, actor=self.marketer)

    def lead(self, email: str | None = "vera.brandt@nordwerk.example", **fields: Any) -> str:
        """A Lead that a rep enters; one with a HubSpot id comes from an import."""
        values = {
            "FirstName": "Vera",
            "LastName": "Brandt",
            "Company": "Nordwerk AG",
            "Email": email,
            "OwnerId": self.rep.user_id,
            **fields,
        }
        return self.org.create("Lead", values, user_id=self._author(fields))

    def edit(self, sobject: str, record_id: str, **fields: Any) -> None:
        """A rep's edit, now; ids are edited by the administrator."""
        self.org.update(sobject, record_id, fields, user_id=self._author(fields))

    def _author(self, fields: Mapping[str, Any]) -> str:
        return self.org.integration_user_id if "HubSpot_Contact_Id__c" in fields else self.rep.user_id

    def convert(self, lead_id: str, **options: Any) -> Any:
        """A rep converts a Lead."""
        wanted = {"converted_status": "Closed - Converted", **options}
        return self.org.convert_lead(lead_id, user_id=self.rep.user_id, **wanted)

    def fault(self, vendor: str, **rule: Any) -> int:
        """Script a fault."""
        return self.sandbox.faults.add(FaultRule.model_validate({"vendor": vendor, **rule}))

    # ---- what both systems show

    def hs(self, contact_id: str) -> dict[str, str | None]:
        """The contact's properties, None for what it has not; of an absorbed id those of the winner."""
        record = self.portal.record("contacts", contact_id)
        assert record is not None
        return defaultdict(lambda: None, record.properties)

    def sf(self, sobject: str, record_id: str) -> dict[str, Any]:
        """The record's fields."""
        row = self.org.record(sobject, record_id)
        assert row is not None
        return dict(row)

    def lead_of(self, contact_id: str) -> str | None:
        """The Lead that the contact names."""
        return self.hs(contact_id).get("salesforce_lead_id")

    def leads(self) -> list[dict[str, Any]]:
        """All Leads that are not in the bin."""
        return [dict(row) for row in self.org.rows("Lead")]

    def contacts(self) -> list[dict[str, str | None]]:
        """All contacts that are not archived."""
        return [dict(record.properties) for record in self.portal.records("contacts")]

    def writes(self) -> dict[str, int]:
        """Requests that write, by vendor and endpoint, since the counters were cleared."""
        found = {}
        for vendor in ("hubspot", "salesforce"):
            for endpoint, number in self.sandbox.counters.of(vendor).requests.items():  # type: ignore[arg-type]
                method, _, path = endpoint.partition(" ")
                # Queries travel in composite calls; writes have endpoints of their own below it.
                reads = path.endswith("/composite") or any(mark in path.lower() for mark in _READS)
                if method != "GET" and not reads:
                    found[f"{vendor} {endpoint}"] = number
        return found

    def clear_counters(self) -> None:
        """Count traffic from here."""
        self.sandbox.counters.clear()

    @property
    def api_calls(self) -> int:
        """Calls that the vendors would bill, since the counters were cleared."""
        return self.sandbox.counters.api_calls

    # ---- what Accord knows

    def holds(self) -> list[Any]:
        """Everything that is held."""
        with self.bench.store.begin() as connection:
            return holds.open_holds(connection)

    def held(self, field: str = "") -> Any:
        """The one hold of this field (or of a whole record).

        Raises:
            AssertionError: there is none, or there are several.
        """
        found = [row for row in self.holds() if row.field == field]
        assert len(found) == 1, [(row.field, row.kind, row.why) for row in self.holds()]
        return found[0]

    def link_of(self, contact_id: str) -> links.LinkRow:
        """The living link of a contact."""
        with self.bench.store.begin() as connection:
            (row,) = [row for row in links.by_record(connection, hubspot_id=contact_id) if not row.merged]
            return row

    def losses(self) -> list[Any]:
        """Every lost value on record."""
        with self.bench.store.begin() as connection:
            return list(connection.execute(sa.select(conflicts)))
