"""Makes the pictures of the documentation from the product itself: python -m docs.pictures [--days 10]

Two simulated CRMs, some days of work with a pass after each, then screenshots into docs/pictures/: a Salesforce Lead, a
HubSpot contact, the scorecard, the review pack, the lead definition and the SLA. Needs Chromium. Nothing leaves this
machine.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from connectors import setup
from connectors.store import runs
from connectors.store.tables import links
from dagster_project.settings import Settings
from dagster_project.workbench import open_workbench
from passes.context import PassContext, PassOptions
from passes.numbers import measure
from passes.reviews import decided
from passes.reviews import pack as packs
from passes.run import run_pass
from passes.workbench import Workbench
from reports.definition_page import definition_html
from reports.sla_page import sla_html
from sandbox.hubspot.records import Record
from sandbox.launch import Sandbox, start_sandbox
from sla_rules.metrics.period import Period

FOLDER = Path(__file__).parent / "pictures"
MONDAY = datetime(2026, 10, 5, 6, tzinfo=UTC)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_HEIGHTS = {"review": 1700}
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=1.1",
)


@dataclass(frozen=True)
class Shot:
    """One picture: the page, and the size of the window in CSS pixels."""

    name: str
    address: str
    width: int
    height: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Make every picture; 2 without a browser."""
    parser = argparse.ArgumentParser(description="Make the pictures of the documentation.")
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--days", type=int, default=10, help="days of work")
    parser.add_argument("--step-hours", type=int, default=2, help="hours of work between two passes")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=FOLDER, help="where to write the pictures")
    options = parser.parse_args(arguments)
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print(f"No browser found: install one of {', '.join(BROWSERS)}.", file=sys.stderr)
        return 2
    options.out.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        start_sandbox(seed=options.seed, people=options.people, start=MONDAY) as sandbox,
        open_workbench(_settings(sandbox, Path(folder)), clock=sandbox.clock.now) as bench,
    ):
        _work(sandbox, bench, options.days, options.step_hours)
        pages = _pages(bench, Path(folder))
        for shot in _shots(sandbox, bench, pages):
            target = options.out / f"{shot.name}.png"
            _take(browser, shot, target, Path(folder) / "profile")
            print(f"{target}: {target.stat().st_size // 1024} kB")
    return 0


def _settings(sandbox: Sandbox, folder: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{folder / 'accord.db'}",
        hubspot_token=sandbox.hubspot.access_token,
        hubspot_url=sandbox.hubspot.base_url,
        salesforce_url=sandbox.salesforce.instance_url,
        salesforce_client_id=sandbox.salesforce.client_id,
        salesforce_client_secret=sandbox.salesforce.client_secret,
    )


def _work(sandbox: Sandbox, bench: Workbench, days: int, step_hours: int) -> None:
    context = bench.open("setup")
    setup.install(context.hubspot, context.salesforce)
    run_pass(bench, "first", PassOptions(approve=True))
    for hour in range(0, days * 24, step_hours):
        sandbox.act(step_hours)
        run_pass(bench, f"hour {hour}", PassOptions(approve=True))
        if (hour + step_hours) % 24 < step_hours:
            print(f"day {(hour + step_hours) // 24} of {days}", flush=True)
    run_pass(bench, "last", PassOptions(approve=True))


def _pages(bench: Workbench, folder: Path) -> dict[str, Path]:
    """The pages that Accord makes of this business, by name."""
    bench.run(measure.scorecard, "sla_scorecard", "scorecard")
    context = bench.open("pages")
    _decide(context)
    now, contracts = context.now(), context.contracts
    pack = packs.gather(context, Period.span(now - timedelta(days=30), now, contracts.sla.zone))
    bench.release()
    with bench.store.begin() as connection:
        scorecard = str(runs.latest_document(connection, measure.SCORECARD).body)
    texts = {
        "scorecard": scorecard,
        "review": packs.page_of(pack, contracts.sla, now=now),
        "definition": definition_html(contracts.definition),
        "sla": sla_html(contracts.sla),
    }
    pages = {}
    for name, text in texts.items():
        pages[name] = folder / f"{name}.html"
        pages[name].write_text(text, "utf-8")
    return pages


def _decide(context: PassContext) -> None:
    """What an earlier review may have decided."""
    due = (context.now() + timedelta(days=21)).date()
    for text, owner, metric in (
        ("Leads of webinars are called first, the same day", "Head of Sales", "first_touch"),
        ("Free-mail addresses go to nurture until they show a company", "Head of Marketing", "rejected"),
    ):
        decided.decide(context, text, owner=owner, metric=metric, due=due, by="the review")


def _shots(sandbox: Sandbox, bench: Workbench, pages: Mapping[str, Path]) -> list[Shot]:
    lead, contact = _worked_lead(sandbox, bench), _answered_contact(sandbox)
    return [
        Shot("salesforce-lead", f"{sandbox.salesforce.pages_url}Lead/{lead}", 1240, 1100),
        Shot("hubspot-contact", f"{sandbox.hubspot.pages_url}contacts/{contact}", 1240, 1100),
        *(Shot(name, page.as_uri(), 1240, _HEIGHTS.get(name, 1180)) for name, page in pages.items()),
    ]


def _worked_lead(sandbox: Sandbox, bench: Workbench) -> str:
    """The open SQL that sales has worked on most."""
    with bench.store.begin() as connection:
        linked = set(
            connection.scalars(sa.select(links.c.salesforce_id).where(links.c.hubspot_id.is_not(None)))
        )
    leads = [
        row
        for row in sandbox.org.rows("Lead")
        if row.id in linked
        and row.get("Accord_Stage__c") == "SQL"
        and not str(row.get("Status")).startswith("Closed")
    ]
    best = max(
        leads,
        key=lambda row: (
            row.get("Accord_SLA_Status__c") == "met",
            bool(row.get("Accord_Disposition__c")),
            # One touch still owed shows the most of the panel.
            -abs((row.get("Accord_Touches_Owed__c") or 0) - 1),
            row.id,
        ),
    )
    return str(best.id)


def _answered_contact(sandbox: Sandbox) -> str:
    """The contact of whom sales has told most."""
    told = ("accord_disposition_reason", "accord_objection", "accord_opportunity_stage", "accord_disposition")

    def richness(record: Record) -> tuple[int, str]:
        return sum(bool(record.properties.get(name)) for name in told), record.id

    return max(sandbox.portal.records("contacts"), key=richness).id


def _take(browser: str, shot: Shot, target: Path, profile: Path) -> None:
    subprocess.run(  # noqa: S603 - our own flags and our own pages
        [
            browser,
            *FLAGS,
            f"--user-data-dir={profile}",
            f"--window-size={shot.width},{shot.height}",
            f"--screenshot={target}",
            shot.address,
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )


if __name__ == "__main__":
    sys.exit(main())
