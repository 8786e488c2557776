"""People do not stop while a pass runs: what they do between its plan and its writes is not undone or doubled."""

from collections.abc import Callable

from passes.context import PassOptions
from passes.run import run_pass
from passes.step import StepResult
from tests.e2e.laws.pairs import linked
from tests.e2e.laws.world import World


def _pass(world: World, meanwhile: Callable[[], object]) -> None:
    """A pass during which something happens once the plan is made."""

    def tell(step: str, result: StepResult | None) -> None:
        if step == "applied_writes" and result is None:
            meanwhile()

    world.later(minutes=5)
    run_pass(world.bench, "meanwhile", PassOptions(approve=True), progress=tell)


def test_a_lead_converted_meanwhile_gets_its_values_as_a_contact(world: World) -> None:
    ((contact_id, lead_id),) = linked(world, "Vera")
    world.edit_contact(contact_id, city="Bremen")
    done = []
    _pass(world, lambda: done.append(world.convert(lead_id, create_opportunity=False)))
    world.settle()
    assert world.sf("Contact", done[0].contact_id)["MailingCity"] == "Bremen"
    assert world.holds() == []
    assert (len(world.leads()), len(world.org.rows("Contact"))) == (1, 1)


def test_a_lead_deleted_meanwhile_stays_deleted(world: World) -> None:
    ((contact_id, lead_id),) = linked(world, "Vera")
    world.edit_contact(contact_id, city="Bremen")
    _pass(world, lambda: world.org.delete("Lead", lead_id, user_id=world.rep.user_id))
    world.settle()
    assert world.leads() == []
    assert world.held().kind == "deleted_other_side"


def test_contacts_merged_meanwhile_get_what_was_meant_for_the_loser(world: World) -> None:
    ((contact_id, lead_id),) = linked(world, "Vera")
    twin = world.contact("vera@private.example", city="")
    world.run()
    world.edit("Lead", lead_id, City="Bremen")
    merged = []
    _pass(
        world,
        lambda: merged.append(world.portal.merge("contacts", twin, contact_id, actor=world.marketer).id),
    )
    world.settle()
    assert world.link_of(merged[0]).link.salesforce_id == lead_id
    assert world.hs(merged[0])["city"] == world.sf("Lead", lead_id)["City"] == "Bremen"
    assert (len(world.leads()), len(world.contacts())) == (1, 1)


def test_an_edit_made_meanwhile_flows_in_the_next_pass(world: World) -> None:
    ((contact_id, lead_id),) = linked(world, "Vera")
    world.edit("Lead", lead_id, City="Bremen")
    _pass(world, lambda: world.edit_contact(contact_id, jobtitle="Chief Data Officer"))
    world.run()
    assert world.sf("Lead", lead_id)["Title"] == "Chief Data Officer"
    assert world.hs(contact_id)["city"] == "Bremen"


def test_a_contact_made_meanwhile_is_not_made_again(world: World) -> None:
    """A form is filled in while Accord is about to enter the same person."""
    lead_id = world.lead("vera.brandt@nordwerk.example")
    _pass(world, lambda: world.demo_request("vera.brandt@nordwerk.example"))
    world.settle()
    (contact,) = world.contacts()
    assert contact["salesforce_lead_id"] == lead_id
    assert world.holds() == []
