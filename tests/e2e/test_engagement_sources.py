"""Marketing engagement reaches the time line once, from event endpoints or from contact properties alone."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors import setup
from connectors.store.tables import activities
from dagster_project.settings import Settings
from dagster_project.workbench import open_workbench
from passes.context import PassOptions
from passes.run import run_pass
from sandbox.launch import start_sandbox

START = datetime(2026, 10, 5, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tier", "asked", "source"),
    [
        ("enterprise", "events", "page_views: yes"),
        ("professional", "events", "page_views: not in this account"),
        ("professional", "properties", "contact properties and their history"),
    ],
)
def test_a_form_and_a_page_view_are_told_once_and_the_source_is_shown(
    tmp_path: Path, tier: str, asked: str, source: str
) -> None:
    with start_sandbox(
        seed=3, people=0, scenario="empty", start=START, search_lag_s=0.0, tier=tier
    ) as sandbox:
        form = sandbox.portal.add_form("Demo request of the test")
        contact = sandbox.portal.submit_form(
            form.guid, email="ada@nordwerk.example", values={}, page_url="https://www.example.com/demo"
        )
        sandbox.clock.advance(60)
        sandbox.portal.visit_page(contact, "https://www.example.com/pricing")
        sandbox.clock.advance(60)
        settings = Settings(
            database_url=f"sqlite:///{tmp_path}/accord.db",
            hubspot_token=sandbox.hubspot.access_token,
            hubspot_url=sandbox.hubspot.base_url,
            salesforce_url=sandbox.salesforce.instance_url,
            salesforce_client_id=sandbox.salesforce.client_id,
            salesforce_client_secret=sandbox.salesforce.client_secret,
            engagement=asked,
        )
        with open_workbench(settings, clock=sandbox.clock.now) as bench:
            context = bench.open("setup")
            setup.install(context.hubspot, context.salesforce)
            results = run_pass(bench, "p1", PassOptions(approve=True))
            sandbox.portal.visit_page(contact, "https://www.example.com/product")
            sandbox.clock.advance(60)
            run_pass(bench, "p2", PassOptions(approve=True))
            with bench.store.begin() as connection:
                rows = connection.execute(sa.select(activities)).all()
    assert source in results["hubspot_engagement"].texts["source"]
    told = Counter((row.kind, row.detail) for row in rows)
    assert told == {
        ("form_submission", "Demo request of the test"): 1,
        ("page_view", "https://www.example.com/pricing"): 1,
        ("page_view", "https://www.example.com/product"): 1,
    }
