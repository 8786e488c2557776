"""An undo in a world that nobody has touched restores every value; and what is undone rests until it is changed."""

from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

from hypothesis import example, given, settings
from hypothesis import strategies as st

from passes.planning.plan import storable
from sync_rules.mapping import load_shipped_mapping
from sync_rules.owners import NO_OWNERS
from sync_rules.planner import build_plan
from sync_rules.present import Present, moved
from sync_rules.records import Link, Record
from sync_rules.state import PersonState, PlanInput
from sync_rules.stored import base_from_json
from sync_rules.undo import undo, undone_holds
from sync_rules.undone import undone_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MAPPING = load_shipped_mapping()
LEAD_ID = "00Q000000000001EAA"
LINK = Link("p1", "person", "101", "Lead", LEAD_ID, "e-mail")
LINKS = MappingProxyType({"p1": LINK})
CONSENT = {"email_opt_out", "do_not_call"}

words = st.sampled_from([None, "", "Ann", " Ann ", "Bob"])
PAIRS = {
    ("firstname", "FirstName"): words,
    ("jobtitle", "Title"): words,
    ("website", "Website"): words,
    ("phone", "Phone"): st.sampled_from([None, "030 123456", "+4930123456", "+12125550100", "ask"]),
    ("industry", "Industry"): st.sampled_from([None, "Technology", "SaaS", "Banking", "Alchemy"]),
    ("employee_count", "NumberOfEmployees"): st.sampled_from([None, "50", "50.00", "7.5", "many"]),
    ("country", "Country"): st.sampled_from([None, "DE", "Germany", "usa", "Atlantis"]),
    ("lead_source", "LeadSource"): st.sampled_from([None, "webinar", "Webinar", "partner", "fair"]),
    ("hs_lead_status", "Status"): st.sampled_from([None, "NEW", "OPEN", "Working - Contacted"]),
    ("do_not_call", "DoNotCall"): st.sampled_from([None, "true", "false"]),
}
contacts = st.fixed_dictionaries({ours: values for (ours, _), values in PAIRS.items()})
leads = st.fixed_dictionaries({theirs: values for (_, theirs), values in PAIRS.items()})
computed = st.fixed_dictionaries(
    {}, optional={"stage": st.sampled_from(["lead", "MQL"]), "score": st.just(7)}
)


def world_of(ours, theirs):
    return {
        ("hubspot", "contacts", "101"): Record(
            "hubspot", "contacts", "101", ours | {"lifecyclestage": "lead", "accord_stage": None}, NOON
        ),
        ("salesforce", "Lead", LEAD_ID): Record(
            "salesforce", "Lead", LEAD_ID, theirs | {"IsConverted": False, "Accord_Stage__c": None}, NOON
        ),
    }


def state_of(world, wanted=None, undone=None, base=None):
    hubspot, salesforce = world.values()
    return PersonState(LINK, hubspot, salesforce, base=base, computed=wanted or {}, undone=undone or {})


def plan_of(state):
    # As the journal gives it back.
    return storable(build_plan(PlanInput(people=[state]), MAPPING, now=NOON))


def after(world, writes):
    changed = dict(world)
    for write in writes:
        key = (write.side, write.object_type, write.record_id)
        if key in changed:
            changed[key] = replace(changed[key], fields={**changed[key].fields, **write.fields})
    return changed


def seen(world):
    return Present(MAPPING, NO_OWNERS, LINKS, world)


def undone_in(writes):
    held = undone_holds(writes, LINKS, MAPPING)
    return {hold.field: undone_of(hold.side, hold.value) for hold in held}


@settings(max_examples=60, deadline=None)
@given(contacts, leads, computed)
@example(
    # A national number is read by its country, and here both were written and undone.
    ours=dict.fromkeys((ours for ours, _ in PAIRS), None) | {"phone": "030 123456", "country": "usa"},
    theirs=dict.fromkeys((theirs for _, theirs in PAIRS), None)
    | {"Phone": "+12125550100", "Country": "Atlantis"},
    wanted={},
)
def test_an_undo_restores_every_value_and_leaves_nothing_to_write(ours, theirs, wanted):
    before = world_of(ours, theirs)
    plan = plan_of(state_of(before, wanted))
    written = after(before, plan.writes)
    answer = undo(plan.writes, seen(written), LINKS, MAPPING, pass_id="p", computed=True)
    restored = after(written, answer.writes)
    assert {one.reason for one in answer.left} <= {"consent", "link"}
    for write in plan.writes:
        key = (write.side, write.object_type, write.record_id)
        for change in write.changes:
            if change.rule != "link" and change.name not in CONSENT:
                assert restored[key].fields[change.target] == change.before
    # With the holds that the undo leaves, the planner writes none of it again.
    stored = {c.name: c.value for w in answer.writes for c in w.changes if c.name in MAPPING.people.fields}
    base = base_from_json(stored, MAPPING.people.fields)
    again = plan_of(state_of(restored, undone=undone_in(answer.writes), base=base))
    merged = {c.name for write in plan.writes for c in write.changes if c.name in MAPPING.people.fields}
    assert not merged - CONSENT & {c.name for write in again.writes for c in write.changes}


@settings(max_examples=40, deadline=None)
@given(contacts, leads)
def test_an_undo_of_an_undo_is_what_the_pass_had_written(ours, theirs):
    before = world_of(ours, theirs)
    plan = plan_of(state_of(before))
    written = after(before, plan.writes)
    first = undo(plan.writes, seen(written), LINKS, MAPPING, pass_id="p")
    restored = after(written, first.writes)
    second = undo(first.writes, seen(restored), LINKS, MAPPING, pass_id="q")
    assert after(restored, second.writes) == written


@settings(max_examples=40, deadline=None)
@given(contacts, leads, st.data())
def test_an_undo_touches_nothing_that_somebody_has_edited_since(ours, theirs, data):
    before = world_of(ours, theirs)
    plan = plan_of(state_of(before))
    written = after(before, plan.writes)
    edits = {}
    for key, record in written.items():
        targets = [c.target for w in plan.writes if w.side == key[0] for c in w.changes]
        chosen = data.draw(st.sets(st.sampled_from(targets))) if targets else set()
        edits[key] = replace(record, fields={**record.fields, **dict.fromkeys(chosen, "edited by hand")})
    answer = undo(plan.writes, seen(edits), LINKS, MAPPING, pass_id="p")
    restored = after(edits, answer.writes)
    for key, record in edits.items():
        for target, value in record.fields.items():
            if value == "edited by hand":
                assert restored[key].fields[target] == value


@settings(max_examples=40, deadline=None)
@given(contacts, leads, contacts, leads)
def test_a_plan_fits_the_world_it_was_made_from_and_no_other(ours, theirs, ours_later, theirs_later):
    before = world_of(ours, theirs)
    plan = plan_of(state_of(before))

    def found(world):
        return list(moved(plan.writes, seen(world), LINKS, world, frozenset(), made_at=NOON))

    assert found(before) == []
    later = world_of(ours_later, theirs_later)
    told = {(one.side, one.field) for one in found(later)}
    for write in plan.writes:
        key = (write.side, write.object_type, write.record_id)
        for change in write.changes:
            if not seen(later).has(write, change, before[key].fields[change.target]):
                assert (write.side, change.name) in told
