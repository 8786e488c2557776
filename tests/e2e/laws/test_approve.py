"""Plan, approve, apply: a stored plan is carried out exactly, or not at all."""

import pytest

from connectors.store import journal
from passes.applying.approve import PlanMovedError, PlanRefusedError, approve
from passes.planning import named
from tests.e2e.laws.pairs import linked
from tests.e2e.laws.world import World


def _waiting(world: World) -> str:
    with world.bench.store.begin() as connection:
        return named.plan_id(connection, None)


def _status(world: World, plan_id: str) -> str:
    with world.bench.store.begin() as connection:
        return str(journal.plan_row(connection, plan_id).status)


def test_a_stopped_first_pass_is_carried_out_by_its_plan(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.run(approve=False)
    assert world.leads() == []
    results = approve(world.bench, _waiting(world))
    (lead,) = world.leads()
    assert (lead["Email"], lead["HubSpot_Contact_Id__c"]) == ("vera.brandt@nordwerk.example", contact_id)
    assert world.lead_of(contact_id) == lead["Id"]
    assert results["reconciliation"].figures["remainder"] == 0
    assert results["reconciliation"].figures["received"] == 1
    assert _status(world, "pass 1") == "applied"
    world.settle()
    world.edit("Lead", lead["Id"], Title="Chief Data Officer")
    world.settle()
    assert world.hs(contact_id)["jobtitle"] == "Chief Data Officer"
    assert world.losses() == []


def test_a_dry_run_is_carried_out_and_then_done(world: World) -> None:
    [(contact_id, lead_id)] = linked(world, "Vera")
    world.edit("Lead", lead_id, City="Bremen")
    world.run(dry_run=True)
    plan_id = _waiting(world)
    approve(world.bench, plan_id)
    assert world.hs(contact_id)["city"] == "Bremen"
    with pytest.raises(PlanRefusedError, match="already"):
        approve(world.bench, plan_id)
    world.clear_counters()
    world.run()
    assert world.writes() == {}


def test_a_plan_is_refused_when_either_side_has_moved_under_it(world: World) -> None:
    pairs = linked(world, "Vera", "Mara", "Nora")
    for _, lead_id in pairs:
        world.edit("Lead", lead_id, City="Bremen", Title="CDO")
    world.run(dry_run=True)
    (written, _), (_, source), _ = pairs
    world.edit_contact(written, city="Hamburg")
    world.edit("Lead", source, City="Hamburg")
    world.clear_counters()
    with pytest.raises(PlanMovedError) as refused:
        approve(world.bench, _waiting(world))
    assert {(moved.record_id, moved.field) for moved in refused.value.moved} == {
        (written, "city"),
        (source, "city"),
    }
    assert world.writes() == {}
    assert {world.hs(contact_id)["jobtitle"] for contact_id, _ in pairs} == {"VP Data"}
    assert _status(world, refused.value.plan_id) == "dry"


def test_a_plan_is_refused_when_records_have_gone_or_come(world: World) -> None:
    archived, doubled, kept = (world.asks_for_demo(f"{name}@nordwerk.example") for name in "abc")
    converted = world.lead("c@nordwerk.example", HubSpot_Contact_Id__c=kept, Title="CDO")
    world.run(approve=False)
    world.portal.archive("contacts", archived, actor=world.marketer)
    came = world.lead("b@nordwerk.example", HubSpot_Contact_Id__c=doubled)
    world.convert(converted)
    before = world.contacts(), world.leads()
    with pytest.raises(PlanMovedError) as refused:
        approve(world.bench, _waiting(world))
    assert {moved.record_id for moved in refused.value.moved} >= {archived, doubled, converted}
    assert (world.contacts(), world.leads()) == before
    assert came in {lead["Id"] for lead in world.leads()}


def test_a_plan_that_a_newer_one_has_overtaken_is_refused(world: World) -> None:
    [(contact_id, lead_id)] = linked(world, "Vera")
    world.edit("Lead", lead_id, City="Bremen")
    world.run(dry_run=True)
    stale = _waiting(world)
    world.run()
    world.edit_contact(contact_id, city="Kiel")
    with pytest.raises(PlanRefusedError, match="newer plan"):
        approve(world.bench, stale)


def test_an_older_plan_that_was_only_set_aside_can_still_be_approved(world: World) -> None:
    [(contact_id, lead_id)] = linked(world, "Vera")
    world.edit("Lead", lead_id, City="Bremen")
    world.run(dry_run=True)
    read_by_somebody = _waiting(world)
    world.edit("Lead", lead_id, Title="CDO")
    world.org.create(
        "Task",
        {
            "WhoId": lead_id,
            "Subject": "Call",
            "TaskSubtype": "Call",
            "Status": "Completed",
            "OwnerId": world.rep.user_id,
        },
        user_id=world.rep.user_id,
    )
    world.run(dry_run=True)
    assert _waiting(world) != read_by_somebody
    approve(world.bench, read_by_somebody)
    contact = world.hs(contact_id)
    assert (contact["city"], contact["jobtitle"]) == ("Bremen", "VP Data")
    world.settle()
    # What only the newer plan had seen is not lost.
    assert world.hs(contact_id)["jobtitle"] == "CDO"
    assert len(world.portal.records("calls")) == 1


def test_what_agreed_already_at_a_stopped_first_meeting_is_agreed_once_approved(world: World) -> None:
    contact_id = world.contact(mobilephone="+491701234567")
    lead_id = world.lead(MobilePhone="+491701234567")
    world.run(approve=False)
    approve(world.bench, _waiting(world))
    # Nobody wrote this number; emptying it is a change all the same, and must not be filled up again.
    world.edit_contact(contact_id, mobilephone="")
    world.settle()
    assert world.sf("Lead", lead_id)["MobilePhone"] is None
    assert not world.hs(contact_id)["mobilephone"]


def test_a_plan_is_refused_when_something_elsewhere_now_concerns_somebody_whom_it_creates(
    world: World,
) -> None:
    taken, silent, kept = (
        world.asks_for_demo(f"{name}@nordwerk.example") for name in ("taken", "silent", "kept")
    )
    caller = world.lead("caller@suedwerk.example", LastName="Caller")
    world.run(approve=False)
    world.later(minutes=1)
    # A rep enters the same person; somebody unsubscribes; somebody on the other side must not be called any more.
    double = world.lead("taken@nordwerk.example", LastName="Taken")
    world.portal.update("contacts", silent, {"do_not_call": "true"}, actor=world.marketer)
    world.edit("Lead", caller, HasOptedOutOfEmail=True)
    world.clear_counters()
    with pytest.raises(PlanMovedError) as refused:
        approve(world.bench, _waiting(world))
    told = {(one.record_id, one.field, one.why) for one in refused.value.moved}
    assert (double, None, "was made since, with the same e-mail address") in told
    assert {(silent, "do_not_call"), (caller, "email_opt_out")} <= {(one, field) for one, field, _ in told}
    assert not {one for one, *_ in told} & {taken, kept}
    assert world.writes() == {}
    # A new plan knows of all three.
    world.settle()
    assert world.lead_of(taken) == double
    assert world.sf("Lead", str(world.lead_of(silent)))["DoNotCall"] is True
    assert {
        one["hs_email_optout"] for one in world.contacts() if one["email"] == "caller@suedwerk.example"
    } == {"true"}
