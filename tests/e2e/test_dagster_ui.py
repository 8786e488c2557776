"""What an admin does in Dagster's pages: start a pass, look at what it did, switch a schedule on."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from connectors import setup
from dagster_project.workbench import open_workbench
from sandbox.launch import Sandbox, start_sandbox
from tests.e2e.dagster_business import settings_of
from tests.e2e.dagster_dev import DagsterDev

CHROMIUM = shutil.which("chromium")
GROUPS = ("hubspot", "salesforce", "leads", "activities", "qualification", "feedback", "sla")
SLOW_MS = 60_000

pytestmark = [
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with start_sandbox(seed=21, people=60) as running:
        yield running


@pytest.fixture(scope="module")
def dagster(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DagsterDev]:
    folder = tmp_path_factory.mktemp("dagster")
    settings = settings_of(sandbox, folder / "accord.db")
    with open_workbench(settings) as bench:
        context = bench.open("setup")
        setup.install(context.hubspot, context.salesforce)
    home = folder / "home"
    home.mkdir()
    environment = {
        "ACCORD_DATABASE_URL": settings.database_url,
        "ACCORD_HUBSPOT_TOKEN": sandbox.hubspot.access_token,
        "ACCORD_HUBSPOT_URL": sandbox.hubspot.base_url,
        "ACCORD_SALESFORCE_URL": sandbox.salesforce.instance_url,
        "ACCORD_SALESFORCE_CLIENT_ID": sandbox.salesforce.client_id,
        "ACCORD_SALESFORCE_CLIENT_SECRET": sandbox.salesforce.client_secret,
    }
    with DagsterDev(home, environment) as running:
        yield running


@pytest.fixture(scope="module")
def page(dagster: DagsterDev) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        )
        context = browser.new_context(
            viewport={"width": 1440, "height": 1000}, timezone_id="UTC", locale="en-US", base_url=dagster.url
        )
        page = context.new_page()
        page.set_default_timeout(SLOW_MS)
        yield page
        browser.close()


@pytest.fixture(scope="module")
def launched(page: Page, dagster: DagsterDev) -> str:
    """The run of a pass that somebody approved and started in the Launchpad."""
    page.goto("/locations/accord/jobs/accord_pass/playground")
    editor = page.locator(".CodeMirror").first
    editor.wait_for()
    editor.evaluate(
        "(element, text) => element.CodeMirror.setValue(text)",
        "ops:\n  sync_plan:\n    config:\n      approve: true\n",
    )
    button = page.get_by_role("button", name=re.compile("Launch Run$"))
    expect(button).to_be_enabled(timeout=SLOW_MS)
    button.click()
    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}"))
    run_id = re.search(r"/runs/([0-9a-f-]{36})", page.url)
    assert run_id is not None
    ended = {"SUCCESS", "FAILURE", "CANCELED"}
    dagster.wait_until(lambda: dagster.run_of(run_id[1])["status"] in ended, timeout_s=180)
    return run_id[1]


def shot(page: Page, tmp_path: Path, name: str) -> None:
    page.screenshot(path=tmp_path / f"{name}.png")


def test_a_pass_started_in_the_launchpad_succeeds(
    page: Page, dagster: DagsterDev, launched: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    run = dagster.run_of(launched)
    assert run["status"] == "SUCCESS", dagster.log()[-3000:]
    assert {"key": "accord/pass", "value": "one at a time"} in run["tags"]
    expect(page.get_by_text("Success", exact=True).first).to_be_visible(timeout=SLOW_MS)
    shot(page, tmp_path, "run")
    assert any(lead["HubSpot_Contact_Id__c"] for lead in sandbox.snapshot("salesforce")["Lead"])


def test_the_seven_groups_are_shown(page: Page, launched: str, tmp_path: Path) -> None:
    page.goto("/asset-groups")
    for group in GROUPS:
        expect(page.get_by_text(group, exact=True).first).to_be_visible(timeout=SLOW_MS)
    shot(page, tmp_path, "groups")


@pytest.mark.parametrize(
    ("asset", "shown"),
    [
        ("sync_plan", ["planned", "held", "api_calls", "seconds", "writes planned"]),
        ("applied_writes", ["written", "failed", "api_calls", "seconds"]),
    ],
)
def test_an_asset_page_shows_what_the_pass_did(
    page: Page, launched: str, asset: str, shown: list[str], tmp_path: Path
) -> None:
    page.goto(f"/assets/{asset}")
    for text in shown:
        expect(page.get_by_text(text, exact=True).first).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("revops").first).to_be_visible()
    shot(page, tmp_path, asset)


def test_the_guards_verdict_is_a_check_of_the_plan(page: Page, launched: str, tmp_path: Path) -> None:
    page.goto("/assets/sync_plan?view=checks")
    expect(page.get_by_text("within_caps").first).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("Passed").first).to_be_visible(timeout=SLOW_MS)
    shot(page, tmp_path, "checks")


def test_schedules_are_off_until_somebody_switches_them_on(
    page: Page, dagster: DagsterDev, tmp_path: Path
) -> None:
    page.goto("/automation")
    for name in ("pass_schedule", "metrics_schedule", "scorecard_schedule", "change_sensor"):
        expect(page.get_by_text(name, exact=True).first).to_be_visible(timeout=SLOW_MS)
    shot(page, tmp_path, "automation")
    assert not dagster.is_switched_on("scorecard_schedule")
    page.goto("/locations/accord/schedules/scorecard_schedule")
    expect(page.get_by_text("Europe/Berlin").first).to_be_visible(timeout=SLOW_MS)

    def switch() -> bool:
        page.get_by_role("checkbox").first.evaluate("element => element.click()")
        page.wait_for_timeout(500)
        return dagster.is_switched_on("scorecard_schedule")

    dagster.wait_until(switch, timeout_s=15)
    shot(page, tmp_path, "schedule")
