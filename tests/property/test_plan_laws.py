"""A plan, carried out, leaves nothing to do: no echo and no ping-pong, whatever the records hold."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sync_rules.mapping import load_shipped_mapping
from sync_rules.planner import build_plan
from sync_rules.records import Link, Record, Stamp
from sync_rules.state import PersonState, PlanInput

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MAPPING = load_shipped_mapping()
LEAD_ID = "00Q000000000001EAA"
OURS = Stamp(NOON + timedelta(days=1), certain=True, ours=True)

words = st.sampled_from([None, "", "Ann", " Ann ", "Bob", "x" * 90])
numbers = st.sampled_from([None, "50", "50.00", "7.5", "many"])
phones = st.sampled_from([None, "030 123456", "+4930123456", "+12125550100", "ask"])
industries = st.sampled_from([None, "Technology", "SaaS", "Banking", "Alchemy"])
countries = st.sampled_from([None, "DE", "Germany", "usa", "Atlantis"])
emails = st.sampled_from([None, "ann@acme.example", "ANN@acme.example", "bob@acme.example", "broken"])
statuses = st.sampled_from([None, "NEW", "OPEN", "CONNECTED", "Open - Not Contacted", "Working - Contacted"])
sources = st.sampled_from([None, "webinar", "Webinar", "partner", "Partner", "fair"])
PAIRS = {
    ("email", "Email"): emails,
    ("firstname", "FirstName"): words,
    ("jobtitle", "Title"): words,
    ("phone", "Phone"): phones,
    ("company", "Company"): words,
    ("website", "Website"): words,
    ("industry", "Industry"): industries,
    ("employee_count", "NumberOfEmployees"): numbers,
    ("annualrevenue", "AnnualRevenue"): numbers,
    ("country", "Country"): countries,
    ("lead_source", "LeadSource"): sources,
    ("hs_lead_status", "Status"): statuses,
    ("do_not_call", "DoNotCall"): st.sampled_from([None, "true", "false"]),
    ("hs_email_optout", "HasOptedOutOfEmail"): st.sampled_from([None, "true", "false"]),
}
names = {hubspot: values for (hubspot, _), values in PAIRS.items()}
api_names = {salesforce: values for (_, salesforce), values in PAIRS.items()}
stamp = st.builds(
    Stamp, st.integers(0, 3).map(lambda h: NOON + timedelta(hours=h)), st.booleans(), ours=st.booleans()
)
computed = st.fixed_dictionaries(
    {},
    optional={
        "stage": st.sampled_from(["go-nowhere", "lead", "MQL", "SQL"]),
        "score": st.one_of(st.none(), st.integers(0, 100)),
        "handoff_at": st.one_of(st.none(), st.just(NOON + timedelta(microseconds=5))),
        "reason": st.sampled_from([None, "", "viewed pricing "]),
    },
)


def record(side, object_type, record_id, fields, stamps):
    return Record(side, object_type, record_id, fields, NOON, stamps=stamps)


def state_of(hubspot, salesforce, base, wanted):
    link = Link("p1", "person", "101", "Lead", LEAD_ID, "e-mail")
    return PersonState(link, hubspot, salesforce, base=base, computed=wanted)


def applied(plan, hubspot, salesforce, base):
    """The world and the bases after every write of the plan succeeded."""
    after = {"hubspot": hubspot, "salesforce": salesforce}
    agreed = dict(base or {})
    for agreement in plan.agreements:
        agreed |= agreement.settled
    for write in plan.writes:
        before = after[write.side]
        stamps = dict(before.stamps) | dict.fromkeys(write.fields, OURS)
        after[write.side] = record(
            write.side, before.object_type, before.id, dict(before.fields) | write.fields, stamps
        )
        agreed |= {change.name: change.value for change in write.changes}
    return after["hubspot"], after["salesforce"], agreed


def plan_of(state):
    return build_plan(PlanInput(people=[state]), MAPPING, now=NOON)


@settings(max_examples=50, deadline=None)
@given(st.data(), computed)
def test_planning_again_after_carrying_out_writes_nothing(data, wanted):
    def draw_records():
        ours = data.draw(st.fixed_dictionaries(names)) | {
            "lifecyclestage": "lead",
            "salesforce_lead_id": None,
        }
        theirs = data.draw(st.fixed_dictionaries(api_names)) | {"HubSpot_Contact_Id__c": None}
        return (
            record(
                "hubspot",
                "contacts",
                "101",
                ours,
                data.draw(st.dictionaries(st.sampled_from(list(names)), stamp)),
            ),
            record(
                "salesforce",
                "Lead",
                LEAD_ID,
                theirs,
                data.draw(st.dictionaries(st.sampled_from(list(api_names)), stamp)),
            ),
        )

    hubspot, salesforce, base = (*draw_records(), None)
    for _ in range(2):
        first = plan_of(state_of(hubspot, salesforce, base, wanted))
        hubspot, salesforce, base = applied(first, hubspot, salesforce, base)
        again = plan_of(state_of(hubspot, salesforce, base, wanted))
        assert again.writes == ()
        assert again.conflicts == ()
        # A phone number may read fuller once the country beside it is agreed; that is no write.
        assert all(agreement.settled.keys() <= {"phone"} for agreement in again.agreements)
        # Then people go on working, and the bases are what the first pass left.
        edited, moved = draw_records()
        hubspot = record(
            "hubspot", "contacts", "101", dict(hubspot.fields) | names_of(edited, names), edited.stamps
        )
        salesforce = record(
            "salesforce", "Lead", LEAD_ID, dict(salesforce.fields) | names_of(moved, api_names), moved.stamps
        )


def names_of(source, wanted):
    return {name: source.fields[name] for name in wanted}


@settings(max_examples=60, deadline=None)
@given(st.fixed_dictionaries(names), computed)
def test_a_create_carries_only_values_that_the_source_has(fields, wanted):
    contact = record("hubspot", "contacts", "101", fields | {"lastname": "Lee"}, {})
    link = Link("p1", "person", "101", None, None, "new")
    plan = plan_of(PersonState(link, contact, None, computed=wanted, admitted=True))
    for write in plan.writes:
        if write.operation == "create":
            assert write.external_key == ("HubSpot_Contact_Id__c", "101")
            assert all(change.after is not None for change in write.changes)
            mapped = {change.name for change in write.changes if change.rule != "accord"}
            sources = {
                name for name, spec in MAPPING.people.fields.items() if contact.fields.get(spec.hubspot)
            }
            assert mapped <= sources
