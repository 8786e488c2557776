"""The same laws on PostgreSQL, the state's other home: a share; ``TEST_DATABASE=postgresql`` shows all there."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.fresh_databases import fresh_databases
from tests.e2e.laws.business import begin_business, state_of
from tests.e2e.laws.world import World


@pytest.fixture
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with fresh_databases(tmp_path_factory.mktemp("pg"), "postgresql") as databases:
        yield databases.url()


def test_a_business_ends_the_same_and_comes_to_rest(
    make_world: Callable[..., World], undisturbed: dict[str, list[tuple[Any, ...]]]
) -> None:
    world = make_world()
    begin_business(world)
    world.settle()
    assert state_of(world) == undisturbed
    world.clear_counters()
    world.run()
    assert world.writes() == {}
    (lead,) = [row for row in world.leads() if row["LastName"] == "New"]
    world.convert(lead["Id"], opportunity_name="Nordwerk analytics")
    world.edit_contact(lead["HubSpot_Contact_Id__c"], city="Bremen")
    world.settle()
    contact = world.hs(lead["HubSpot_Contact_Id__c"])
    assert (contact["hs_lead_status"], contact["accord_outcome"]) == ("OPEN_DEAL", "open")
    (person,) = world.org.rows("Contact")
    assert person["MailingCity"] == "Bremen"
