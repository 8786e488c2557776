"""Somebody changes a CRM's fields: found before the pass writes, and only the field concerned waits."""

from typing import Any

import pytest

from sandbox.salesforce import customising
from tests.e2e.cli_world import Shell, shell_of
from tests.e2e.laws.world import World


def _at_rest(world: World) -> tuple[str, str]:
    contact_id = world.asks_for_demo()
    world.settle()
    world.later(hours=3)
    return contact_id, str(world.lead_of(contact_id))


def _check(world: World, side: str = "salesforce") -> Any:
    found = world.last[f"{side}_people"].findings
    return next(one for one in found if one.name == f"{side}_schema_unchanged")


def _shell(world: World) -> Shell:
    return shell_of(world)


def _definition(world: World, full_name: str) -> str:
    return next(row.id for row in world.org.rows("CustomField") if row["FullName"] == full_name)


@pytest.mark.parametrize("within_the_hour", [False, True])
def test_a_field_that_is_gone_waits_alone_and_comes_back_by_itself(
    world: World, within_the_hour: bool
) -> None:
    contact_id, lead_id = _at_rest(world)
    if within_the_hour:
        world.run()
    world.org.hide_field("Lead", "Title", user_id=world.org.integration_user_id)
    world.edit_contact(contact_id, jobtitle="Chief Data Officer", city="Bremen")
    world.run()
    assert world.sf("Lead", lead_id)["City"] == "Bremen"
    assert world.sf("Lead", lead_id)["Title"] == "VP Data"
    assert world.hs(contact_id)["jobtitle"] == "Chief Data Officer"
    assert world.held("title").kind == "missing_field"
    told = _check(world)
    assert not told.holds
    assert "Lead.Title (title, mapping line " in told.why
    assert "1 records" in told.why
    # Somebody new goes over without it.
    other = world.asks_for_demo("otto@suedwerk.example", lastname="Klein")
    world.run()
    assert world.sf("Lead", str(world.lead_of(other)))["LastName"] == "Klein"
    # The permission is granted again: everything goes by itself.
    world.org.show_field("Lead", "Title", user_id=world.org.integration_user_id)
    world.settle()
    assert world.sf("Lead", lead_id)["Title"] == "Chief Data Officer"
    assert world.sf("Lead", str(world.lead_of(other)))["Title"] == "VP Data"
    assert world.holds() == []
    assert _check(world).holds


def test_edit_access_taken_away_holds_the_field_until_it_is_granted(world: World) -> None:
    contact_id, lead_id = _at_rest(world)
    access = world.org.integration_user_id
    grant = next(
        row
        for row in world.org.rows("FieldPermissions")
        if row["Field"] == "Lead.Accord_Score__c" and row["PermissionsEdit"]
    )
    world.org.update("FieldPermissions", grant.id, {"PermissionsEdit": False}, user_id=access)
    before = world.sf("Lead", lead_id)["Accord_Score__c"]
    world.edit_contact(contact_id, jobtitle="Intern", city="Bremen")
    world.run()
    assert world.sf("Lead", lead_id)["City"] == "Bremen"
    assert world.sf("Lead", lead_id)["Accord_Score__c"] == before
    assert world.held("score").kind == "not_writable"
    assert "cannot be written by the integration any more" in _check(world).why
    world.org.update("FieldPermissions", grant.id, {"PermissionsEdit": True}, user_id=access)
    world.settle()
    assert (
        world.sf("Lead", lead_id)["Accord_Score__c"]
        == float(world.hs(contact_id)["accord_score"] or 0)
        != before
    )
    assert world.holds() == []


def test_a_field_of_another_type_is_left_alone_on_both_sides(world: World) -> None:
    contact_id, lead_id = _at_rest(world)
    world.edit("Lead", lead_id, Accord_Objection__c="too dear")
    world.settle()
    world.later(hours=3)
    metadata = {"label": "Objection", "type": "Number", "precision": 5, "scale": 0}
    field_id = _definition(world, "Lead.Accord_Objection__c")
    known = dict(next(row for row in world.org.rows("CustomField") if row.id == field_id)["Metadata"])
    customising.change_field(world.org, field_id, metadata, world.org.automated_user_id)
    world.edit("Lead", lead_id, Accord_Objection__c=7, City="Bremen")
    world.run()
    assert world.hs(contact_id)["city"] == "Bremen"
    assert world.hs(contact_id)["accord_objection"] == "too dear"
    assert world.held("objection").kind == "drifted"
    customising.change_field(world.org, field_id, known, world.org.automated_user_id)
    world.edit("Lead", lead_id, Accord_Objection__c="no budget")
    world.settle()
    assert world.hs(contact_id)["accord_objection"] == "no budget"
    assert world.holds() == []


def test_what_stops_nothing_is_told_until_somebody_accepts_it(world: World) -> None:
    contact_id, lead_id = _at_rest(world)
    rule = {
        "active": True,
        "errorConditionFormula": 'City = "Bielefeld"',
        "errorMessage": "There is no such town.",
    }
    world.org.add_validation_rule("Lead.No_Bielefeld", rule)
    schema = world.portal.table("contacts").schema
    options = [option.wire() for option in schema.require("lead_source").options if option.value != "webinar"]
    schema.patch("lead_source", {"options": options}, world.portal.now())
    world.edit_contact(contact_id, city="Bremen")
    world.run()
    assert world.sf("Lead", lead_id)["City"] == "Bremen"
    assert "Lead.No_Bielefeld is a validation rule" in _check(world).why
    world.later(hours=2)
    world.run()
    assert "its values 'webinar' are gone" in _check(world, "hubspot").why
    shell = _shell(world)
    listed = shell.accord("drift")
    assert listed.exit_code == 1
    assert "No_Bielefeld" in listed.stdout
    assert "lead_source" in shell.accord("status").stdout
    assert shell.accord("drift", "--accept").exit_code == 0
    world.run()
    assert _check(world).holds
    assert _check(world, "hubspot").holds
