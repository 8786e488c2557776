"""An edit that lands between our read and our write is not lost: it is put back or decided, and on record."""

import pytest

from sandbox.faults import PersonalEdit
from tests.e2e.laws.pairs import linked
from tests.e2e.laws.world import World

HUBSPOT_WRITES = "*/contacts/batch/update"
SALESFORCE_WRITES = "*/sobjects*"


def _meanwhile_in_hubspot(world: World, contact_id: str, **properties: str) -> None:
    """A marketer saves the contact in the moment at which Accord's write of contacts arrives."""
    edit = PersonalEdit(
        vendor="hubspot",
        object_type="contacts",
        record_id=contact_id,
        fields=properties,
        user=str(world.marketer.user_id),
    )
    world.fault("hubspot", path=HUBSPOT_WRITES, edit=edit.model_dump())


def _meanwhile_in_salesforce(world: World, lead_id: str, user: str | None = None, **fields: str) -> None:
    edit = PersonalEdit(
        vendor="salesforce",
        object_type="Lead",
        record_id=lead_id,
        fields=fields,
        user=user or world.rep.user_id,
    )
    world.fault("salesforce", path=SALESFORCE_WRITES, method="PATCH", edit=edit.model_dump())


def test_a_marketers_edit_under_a_write_is_put_back_and_flows(world: World) -> None:
    ((contact_id, lead_id),) = linked(world, "Vera")
    world.edit("Lead", lead_id, Title="CTO")
    _meanwhile_in_hubspot(world, contact_id, jobtitle="Chief Data Officer")
    world.run()
    assert world.hs(contact_id)["jobtitle"] == "Chief Data Officer"
    world.settle()
    assert world.hs(contact_id)["jobtitle"] == world.sf("Lead", lead_id)["Title"] == "Chief Data Officer"


def test_an_edit_under_a_write_that_the_rule_decides_against_is_on_record(world: World) -> None:
    ((contact_id, lead_id),) = linked(world, "Vera")
    world.edit("Lead", lead_id, Company="Suedwerk")
    _meanwhile_in_hubspot(world, contact_id, company="Westwerk")
    world.settle()
    assert world.hs(contact_id)["company"] == world.sf("Lead", lead_id)["Company"] == "Suedwerk"
    (lost,) = [row for row in world.losses() if row.field == "company"]
    assert (lost.losing_value, lost.winner, lost.rule) == ("Westwerk", "salesforce", "prefer_salesforce")
    assert lost.losing_actor == f"userId:{world.marketer.user_id}"


def test_a_reps_edit_under_a_write_stands_and_flows(world: World) -> None:
    ((contact_id, lead_id),) = linked(world, "Vera")
    world.edit_contact(contact_id, jobtitle="CTO", city="Bremen")
    _meanwhile_in_salesforce(world, lead_id, Title="Chief Data Officer")
    world.run()
    assert world.sf("Lead", lead_id)["Title"] == "Chief Data Officer"
    world.settle()
    assert world.hs(contact_id)["jobtitle"] == world.sf("Lead", lead_id)["Title"] == "Chief Data Officer"
    assert world.sf("Lead", lead_id)["City"] == "Bremen"
    assert world.holds() == []


def test_a_reps_edit_under_a_write_of_many_is_put_back_and_flows(world: World) -> None:
    pairs = linked(world, *(f"Person{number}" for number in range(30)))
    for contact_id, _ in pairs:
        world.edit_contact(contact_id, city="Bremen")
    contact_id, lead_id = pairs[7]
    _meanwhile_in_salesforce(world, lead_id, City="Emden")
    world.settle()
    assert world.sf("Lead", lead_id)["City"] == world.hs(contact_id)["city"] == "Emden"
    assert [world.sf("Lead", lead)["City"] for _, lead in pairs].count("Bremen") == 29


def test_an_edit_of_another_field_under_a_write_costs_neither(world: World) -> None:
    ((contact_id, lead_id),) = linked(world, "Vera")
    world.edit_contact(contact_id, jobtitle="CTO")
    _meanwhile_in_salesforce(world, lead_id, City="Emden")
    world.run()
    assert (world.sf("Lead", lead_id)["Title"], world.sf("Lead", lead_id)["City"]) == ("CTO", "Emden")
    world.settle()
    assert world.hs(contact_id)["city"] == "Emden"


@pytest.mark.parametrize("answer", [{"drop": "after"}, {"status": 502, "commit": True}])
def test_an_edit_under_a_write_whose_answer_is_lost_is_not_lost(
    world: World, answer: dict[str, object]
) -> None:
    ((contact_id, lead_id),) = linked(world, "Vera")
    world.edit("Lead", lead_id, Title="CTO")
    edit = PersonalEdit(
        vendor="hubspot",
        object_type="contacts",
        record_id=contact_id,
        fields={"jobtitle": "Chief Data Officer"},
        user=str(world.marketer.user_id),
    )
    world.fault("hubspot", path=HUBSPOT_WRITES, edit=edit.model_dump(), **answer)
    world.settle()
    assert world.hs(contact_id)["jobtitle"] == world.sf("Lead", lead_id)["Title"] == "Chief Data Officer"
