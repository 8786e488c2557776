"""A business with planted secrets and planted people, taken through everything that goes wrong, and what it left.

The plants are words that occur nowhere else, so that finding one is finding a leak.
"""

import json
import logging
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import dagster as dg
import sqlalchemy as sa

from assets.failures import failure_of as asset_failure
from connectors.errors import ConnectorError
from connectors.store.engine import Store
from connectors.store.tables import metadata
from passes.context import PassOptions
from passes.run import READING, run_pass
from passes.step import Step
from passes.workbench import Workbench
from sandbox.faults import FaultRule
from sandbox.hubspot.portal import Actor
from sandbox.launch import Sandbox
from tests.e2e.cli_world import Shell
from tests.e2e.dagster_business import APPROVE, Business, dagster_instance, failure_of

FIRST, LAST, MARRIED = "Zyxquilla", "Oberwolfenstein", "Quastenhuber"
EMAIL = "zyxquilla.oberwolfenstein@plantwerk.example"
PHONE = "+49 30 5557 7881"
NOTE = "Hildegunde says that her brother holds the purse strings and that nobody asked her"
PERSONAL = (
    "zyxquilla",
    "oberwolfenstein",
    "quastenhuber",
    "plantwerk.example",
    "55577881",
    "5557 7881",
    "hildegunde",
)
WRONG_TOKEN, WRONG_SECRET = "pat-eu1-feedface-1234-wrong", "WRONGCLIENTSECRET99"
ROOT = Path(__file__).resolve().parents[3]


class Records(logging.Handler):
    """Every log record of the product and its libraries, whole, at every level."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        # The simulated vendors' own servers log what they are asked.
        if not record.name.startswith(("uvicorn", "sandbox", "asyncio")):
            trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
            self.texts.append(f"{record.name} {record.getMessage()} {trace}")


@contextmanager
def everything_logged() -> Iterator[Records]:
    """The root logger at DEBUG, kept."""
    root, handler = logging.getLogger(), Records()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield handler
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


@dataclass
class Aftermath:
    """What a run through all troubles left behind, by where it was left."""

    secrets: tuple[str, ...]
    staff: tuple[str, ...]
    texts: dict[str, str] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)

    def where(self, words: tuple[str, ...], places: Mapping[str, str]) -> dict[str, str]:
        """Place by place, the text round the first of the words that is found there."""
        found = {}
        for place, text in places.items():
            lowered = text.lower()
            for word in words:
                at = lowered.find(word.lower())
                if at >= 0:
                    found[place] = text[max(0, at - 80) : at + 60]
                    break
        return found


class Trouble:
    """One business and its operator."""

    def __init__(self, sandbox: Sandbox, folder: Path, instance: dg.DagsterInstance) -> None:
        self.sandbox, self.folder = sandbox, folder
        self.business = Business(sandbox, folder / "accord.db", instance)
        self.shell = Shell(sandbox, folder / "accord.db")
        self.portal, self.org = sandbox.portal, sandbox.org
        roster = sandbox.world.roster
        self.marketer = Actor.user(roster.marketers[0].user_id)
        self.rep = roster.reps[0]
        there = sandbox.salesforce
        self.after = Aftermath(
            secrets=(
                sandbox.hubspot.access_token, sandbox.hubspot.client_secret, there.client_secret,
                there.password, there.security_token, WRONG_TOKEN, WRONG_SECRET, "hunter2hunter2",
                f"{there.client_secret}"[-12:],
            ),
            staff=tuple(email for email in there.user_tokens if "integration" not in email),
        )  # fmt: skip

    # ---- people

    def contact(self, email: str, **properties: str) -> str:
        values = {
            "firstname": FIRST, "lastname": LAST, "email": email, "phone": PHONE, "jobtitle": "VP Data",
            "company": "Nordwerk AG", "industry": "Technology", "employee_count": "500", "country": "Germany",
            "lead_source": "webinar",
        }  # fmt: skip
        return self.portal.create("contacts", {**values, **properties}, actor=self.marketer).id

    def asks(self, email: str, **properties: str) -> str:
        contact_id = self.contact(email, **properties)
        forms = {form.name: form.guid for form in self.portal.engagement.forms.values()}
        url = "https://www.meridian-analytics.example/demo"
        self.portal.submit_form(forms["Demo request"], email=email, values={}, page_url=url)
        return contact_id

    def lead(self, email: str, **fields: Any) -> str:
        values = {
            "FirstName": FIRST,
            "LastName": LAST,
            "Company": "Nordwerk AG",
            "Email": email,
            "Phone": PHONE,
        }
        owner = self.rep.user_id
        return self.org.create("Lead", {**values, "OwnerId": owner, **fields}, user_id=owner)

    def fault(self, vendor: str, **rule: Any) -> None:
        self.sandbox.faults.add(FaultRule.model_validate({"vendor": vendor, "times": None, **rule}))

    # ---- the operator

    def job(self, name: str, what: str, **arguments: Any) -> dg.ExecuteInProcessResult:
        """Run a Dagster job five minutes later; its failure's text is kept."""
        self.sandbox.clock.advance(300.0)
        result = self.business.run(name, **arguments)
        if not result.success:
            self.after.texts[f"failure: {what}"] = failure_of(result)[1]
        self.after.statuses[what] = "good" if result.success else failure_of(result)[0]
        return result

    def plain_pass(self, what: str) -> None:
        """A pass without Dagster; what it says of itself is kept."""
        self.sandbox.clock.advance(300.0)
        with self.business.open_workbench() as bench:
            results = run_pass(bench, what, PassOptions(approve=True))
        self.after.texts[f"results: {what}"] = str(results)
        self.after.statuses[what] = "good"

    def step(self, bench: Workbench, what: str, step: Step, pass_id: str) -> None:
        """Run one step alone; the error's text, its stack and what Dagster would show of it are kept."""
        try:
            bench.run(step, "step", pass_id)
        except ConnectorError as error:
            shown = asset_failure("step", error)
            kept = [
                str(error),
                *traceback.format_exception(error),
                str(shown.description),
                str(shown.metadata),
            ]
            self.after.texts[f"failure: {what}"] = "\n".join(kept)
            self.after.statuses[what] = type(error).__name__
        else:
            self.after.statuses[what] = "good"
        finally:
            bench.release()

    def accord(self, what: str, *arguments: str, **changed: str) -> None:
        """Run a command; what it says on standard error (and all of it, for secrets) is kept."""
        result = self.shell.accord(*arguments, **changed)
        self.after.texts[f"stderr: {what}"] = result.stderr
        self.after.texts[f"answer: {what}"] = result.stdout
        self.after.statuses[what] = str(result.exit_code)

    def live(self) -> None:
        """Set-up, passes with holds, conflicts and a stop, faults of every kind, commands that fail."""
        self.accord("setup", "setup", "--yes")
        self._good_days()
        self._bad_days()
        self._commands()

    def _good_days(self) -> None:
        one = self.asks(EMAIL)
        self.asks(f"long.{EMAIL}", jobtitle=f"VP Data of {FIRST} {LAST} " * 6)
        self.asks(f"picklist.{EMAIL}", industry=f"{LAST} weaving")
        self.contact(f"phone.{EMAIL}", phone=f"ask {NOTE}")
        for _ in range(2):
            self.lead(f"twice.{EMAIL}")
        self.contact(f"twice.{EMAIL}")
        rule = {
            "active": True, "description": "no tests", "errorConditionFormula": f'Street = "{FIRST}"',
            "errorMessage": "We do not sell there.",
        }  # fmt: skip
        self.org.add_validation_rule("Lead.Nobody_There", rule)
        self.job("accord_pass", "guard stop")
        self.plain_pass("approved")
        self.lead_id = lead_id = str(self.portal.record("contacts", one).properties["salesforce_lead_id"])  # type: ignore[union-attr]
        call = {"Subject": f"Call {FIRST}", "WhoId": lead_id, "Description": NOTE, "Status": "Completed",
                "OwnerId": self.rep.user_id, "TaskSubtype": "Call", "CallDisposition": "Connected"}  # fmt: skip
        self.org.create("Task", call, user_id=self.rep.user_id)
        sales = {"Accord_Disposition__c": "Poor quality", "Accord_Disposition_Reason__c": "No budget",
                 "Accord_Objection__c": NOTE}  # fmt: skip
        self.org.update("Lead", lead_id, {**sales, "LastName": MARRIED}, user_id=self.rep.user_id)
        self.portal.update("contacts", one, {"lastname": f"{LAST}-{MARRIED}"}, actor=self.marketer)
        self.plain_pass("conflict")

    def _bad_days(self) -> None:
        token, said = self.sandbox.hubspot.access_token, f"{FIRST} {LAST} <{EMAIL}> {PHONE} said: {NOTE}"
        echo = f"cannot serve: Authorization: Bearer {token} client_secret={self.sandbox.salesforce.client_secret}"
        page = f"<html><body><p>{said}</p><pre>{echo}</pre></body></html>"
        quoted = f"could not write {FIRST} for {LAST}, {EMAIL}, {PHONE}: {echo}"
        widow = f"{MARRIED}-Witwe"
        invalid = [
            {"isValid": False, "name": "lastname", "propertyValue": widow, "message": f"{widow} is no name"}
        ]
        contacts, leads = "/crm/v3/objects/contacts/batch/*", "/services/data/*/composite/sobjects/*"
        troubles: dict[str, tuple[str, dict[str, Any]]] = {
            "Salesforce login": ("salesforce", {"status": 400, "path": "*/oauth2/token",
                                 "body": {"error": "invalid_client", "error_description": echo}}),
            "401 with the token": ("hubspot", {"status": 401, "body": _hubspot(echo)}),
            "403 with the token": ("hubspot", {"status": 403, "body": _hubspot(echo)}),
            "429 with an address": ("hubspot", {"status": 429, "body": _hubspot(f"slow down, {EMAIL}")}),
            "5xx with a phone": ("hubspot", {"status": 502, "body": _hubspot(f"{PHONE} {EMAIL} {echo}")}),
            "HTML under a 200": ("hubspot", {"status": 200, "body": page}),
            "HTML under a 503": ("hubspot", {"status": 503, "body": page}),
            "Salesforce 400": ("salesforce", {"status": 400, "body": _salesforce("BAD", f"{EMAIL} {echo}"),
                                              "path": "/services/data/*"}),
            "Salesforce 500": ("salesforce", {"status": 500, "body": _salesforce("UNKNOWN_EXCEPTION", echo),
                                              "path": "/services/data/*"}),
            "Salesforce HTML": ("salesforce", {"status": 500, "body": page, "path": "/services/data/*"}),
        }  # fmt: skip
        with self.business.open_workbench() as bench:
            for number, (what, (vendor, rule)) in enumerate(troubles.items()):
                self.fault(vendor, **rule)
                self.step(bench, what, READING[f"{vendor}_people"], f"trouble {number}")
                self.sandbox.faults.clear()
        self.fault("hubspot", status=401, body=_hubspot(f"{EMAIL} {PHONE} {echo}"))
        self.job("accord_pass", "401 in the scheduler", only="hubspot_people")
        self.sandbox.faults.clear()
        self.asks(f"refused.{EMAIL}")
        self.org.update("Lead", self.lead_id, {"LastName": widow}, user_id=self.rep.user_id)
        said_of = _hubspot(f"Property values were not valid: {json.dumps(invalid)}")
        self.fault("hubspot", status=400, path=contacts, method="POST", contains=widow, body=said_of)
        refused = _salesforce("FIELD_INTEGRITY_EXCEPTION", quoted)
        self.fault("salesforce", status=400, path=leads, contains=f"refused.{EMAIL}", body=refused)
        self.job("accord_pass", "writes refused with their values quoted", ops=APPROVE)
        self.sandbox.faults.clear()
        self.job("accord_scorecard", "scorecard")
        database = "postgresql://accord:hunter2hunter2@127.0.0.1:9/accord"
        self.job(
            "accord_pass",
            "no database",
            only="hubspot_people",
            settings=self.business.settings.model_copy(update={"database_url": database}),
        )

    def _commands(self) -> None:
        self.accord("wrong token", "plan", hubspot_token=WRONG_TOKEN)
        self.accord("wrong secret", "setup", "--check", salesforce_client_secret=WRONG_SECRET)
        for what, url in {
            "database away": "postgresql://accord:hunter2hunter2@127.0.0.1:9/accord",
            "password in the query": "postgresql://127.0.0.1:9/accord?user=accord&password=hunter2hunter2",
            "database without a port": "postgresql://accord:x@hunter2hunter2:hunter2hunter2/accord",
            "database of no kind": "accord://u:hunter2hunter2@h/accord",
        }.items():
            self.accord(what, "status", database_url=url)
        self.accord("password in the URL", "plan", hubspot_url="https://u:hunter2hunter2@api.hubapi.com")
        self.accord("plain http", "plan", hubspot_url="http://api.hubapi.com/?token=hunter2hunter2")
        contract = self.folder / "mapping.yaml"
        contract.write_text(f"people: {{}}\nhubspot_token: {self.sandbox.hubspot.access_token}\n")
        self.accord("secret in a file", "plan", mapping=str(contract))
        self.accord("holds", "holds")
        self.accord("status", "status", "--json")
        self.accord("redacted plan", "plan", "--redact", "--json")
        self.accord("explain", "explain", EMAIL)

    def by_process(self) -> None:
        """A run as Dagster's own command starts it, with its compute logs and the secrets in its environment."""
        script = "from dagster._cli import main; main()"
        command = [sys.executable, "-c", script, "job", "execute", "-m", "dagster_project.definitions", "-j",
                   "accord_dry_run"]  # fmt: skip
        home = self.folder / "home"
        environment = {**os.environ, **self.shell.environment, "DAGSTER_HOME": str(home)}
        self.fault(
            "salesforce", status=400, path="/services/data/*", body=_salesforce("BAD", f"{EMAIL} {PHONE}")
        )
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        self.sandbox.faults.clear()
        self.after.texts["process: stdout"], self.after.texts["process: stderr"] = done.stdout, done.stderr
        self.after.statuses["process"] = str(done.returncode)

    # ---- what is left

    def look(self) -> Aftermath:
        """Read every file of Dagster's and every row of Accord's."""
        for path in sorted((self.folder / "home").rglob("*")):
            if path.is_file():
                self.after.texts[f"dagster: {path.name}"] = path.read_bytes().decode("utf-8", "replace")
        store = Store(f"sqlite:///{self.folder / 'accord.db'}")
        with store.begin() as connection:
            for table in metadata.sorted_tables:
                rows = list(connection.execute(sa.select(table)).mappings())
                for column in table.columns:
                    values = [_flat(row[column.name]) for row in rows if row[column.name] is not None]
                    self.after.rows[f"{table.name}.{column.name}"] = "\n".join(values)
        store.close()
        return self.after


def _flat(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _hubspot(message: str) -> dict[str, Any]:
    return {"status": "error", "message": message, "correlationId": "c-1", "category": "VALIDATION_ERROR"}


def _salesforce(code: str, message: str) -> list[dict[str, Any]]:
    return [{"errorCode": code, "message": message, "fields": []}]


@contextmanager
def troubled(sandbox: Sandbox, folder: Path) -> Iterator[Trouble]:
    """A business whose Dagster keeps its files in the folder."""
    with dagster_instance(folder / "home") as instance:
        yield Trouble(sandbox, folder, instance)


def spellings(word: str) -> tuple[str, ...]:
    """A word as it is, and as a URL spells it."""
    return tuple(dict.fromkeys((word, quote(word, safe=""))))
