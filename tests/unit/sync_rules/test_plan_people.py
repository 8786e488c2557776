"""What a pass would write for people."""

from datetime import timedelta
from decimal import Decimal

import pytest

from sync_rules.owners import owner_map
from sync_rules.plan_computed import CLEAR_THEN_SET
from sync_rules.planner import after_create
from sync_rules.records import Stamp
from sync_rules.schema import FieldSchema
from sync_rules.state import PersonState

NEW_LINK = {"salesforce_type": None, "salesforce_id": None}


def by_key(plan):
    return {write.key: write for write in plan.writes}


def in_step(make, hubspot=None, salesforce=None, **more):
    """A linked person whose ids are stored on both sides and whose base is today's values."""
    hubspot = hubspot or make.contact()
    salesforce = salesforce or make.lead()
    ids = {"salesforce_lead_id": salesforce.id} if salesforce.object_type == "Lead" else {}
    base = more.pop("base", None)
    if base is None:
        base = make.agreed()
    hubspot = make.record(
        "hubspot", "contacts", hubspot.id, dict(hubspot.fields) | ids,
        stamps=hubspot.stamps, deleted=hubspot.deleted,
    )  # fmt: skip
    salesforce = make.record(
        "salesforce", salesforce.object_type, salesforce.id,
        dict(salesforce.fields) | {"HubSpot_Contact_Id__c": hubspot.id},
        stamps=salesforce.stamps, deleted=salesforce.deleted,
    )  # fmt: skip
    return make.linked(hubspot, salesforce, base=base, **more)


def test_people_who_agree_need_nothing(make):
    plan = make.plan(in_step(make))
    assert (plan.writes, plan.holds, plan.conflicts, plan.agreements) == ((), (), (), ())
    assert (plan.considered, plan.in_agreement) == (1, 1)


def test_the_same_value_in_other_words_is_no_difference(make):
    hubspot = make.contact(phone="030 123456", country="DE", email="Ann@ACME.example ", employee_count="50.0")
    plan = make.plan(in_step(make, hubspot))
    assert plan.writes == ()


def test_one_change_flows_with_only_that_field(make):
    plan = make.plan(in_step(make, make.contact(jobtitle="CEO")))
    (write,) = plan.writes
    assert write.key == f"salesforce:Lead:{make.lead_id}"
    assert write.fields == {"Title": "CEO"}
    (change,) = write.changes
    assert (change.before, change.value, change.rule, change.why) == (
        "CFO",
        "CEO",
        "two_way",
        "changed in HubSpot",
    )
    assert plan.conflicts == ()


def test_the_later_certain_change_wins_and_the_loser_is_kept(make):
    early = Stamp(make.noon, certain=True, actor="userId:7")
    late = Stamp(make.noon + timedelta(minutes=5), certain=True, actor="005x")
    state = in_step(
        make,
        make.contact(jobtitle="CEO", stamps={"jobtitle": early}),
        make.lead(Title="COO", stamps={"Title": late}),
    )
    plan = make.plan(state)
    assert by_key(plan)["hubspot:contacts:101"].fields == {"jobtitle": "COO"}
    (conflict,) = plan.conflicts
    assert (conflict.winner, conflict.losing_value, conflict.losing_actor) == (
        "salesforce",
        "CEO",
        "userId:7",
    )
    assert conflict.losing_at == make.noon


def test_first_meeting_fills_blanks_and_stores_both_ids(make):
    plan = make.plan(make.linked(make.contact(website="acme.example"), make.lead(FirstName=None)))
    assert by_key(plan)["hubspot:contacts:101"].fields == {"salesforce_lead_id": make.lead_id}
    to_lead = by_key(plan)[f"salesforce:Lead:{make.lead_id}"].fields
    assert to_lead == {"FirstName": "Ann", "Website": "acme.example", "HubSpot_Contact_Id__c": "101"}
    (agreement,) = plan.agreements
    assert agreement.settled["employees"] == Decimal(50)
    assert "first_name" not in agreement.settled


def test_a_field_that_was_not_read_is_not_blank(make):
    lead = make.lead()
    fields = {name: value for name, value in lead.fields.items() if name != "Title"}
    plan = make.plan(in_step(make, make.contact(), make.record("salesforce", "Lead", lead.id, fields)))
    assert plan.writes == ()


def test_sales_owns_status_and_owner(make):
    plan = make.plan(in_step(make, make.contact(hs_lead_status="UNQUALIFIED", hubspot_owner_id="13")))
    assert by_key(plan)["hubspot:contacts:101"].fields == {"hs_lead_status": "NEW", "hubspot_owner_id": "11"}
    assert {conflict.losing_value for conflict in plan.conflicts} == {
        "Closed - Not Converted",
        "two.names@meridian.example",
    }


def test_marketings_finer_status_stays_while_sales_coarser_one_does(make):
    state = in_step(make, make.contact(hs_lead_status="OPEN"))
    assert make.plan(state).writes == ()


@pytest.mark.parametrize(
    ("owner_id", "kind"), [("005000000000002AAA", None), ("005000000000009AAA", "unmapped_owner")]
)
def test_an_owner_whom_hubspot_cannot_name_is_held(make, owner_id, kind):
    owners = owner_map([o for o in make.owner_list if o.id != "12"], make.mapping.owners)
    plan = make.plan(in_step(make, salesforce=make.lead(OwnerId=owner_id)), owners=owners)
    assert plan.writes == ()
    assert [hold.kind for hold in plan.holds] == ["unmapped_owner"]
    assert plan.holds[0].field == "owner"


def test_a_queue_that_hubspot_does_not_have_is_left_in_salesforce(make):
    plan = make.plan(in_step(make, salesforce=make.lead(OwnerId="00G000000000001EAA")))
    assert (plan.writes, plan.holds) == ((), ())


def test_owner_overrides_join_two_addresses(make):
    mapping = make.edited_mapping(
        ("overrides: {}", "overrides: {two.names@meridian.example: names@meridian.example}")
    )
    owners = owner_map(make.owner_list, mapping.owners)
    state = in_step(make, salesforce=make.lead(OwnerId="005000000000003AAA"))
    plan = make.plan(state, mapping=mapping, owners=owners)
    assert by_key(plan)["hubspot:contacts:101"].fields == {"hubspot_owner_id": "13"}


# ---- consent


def test_an_opt_out_in_salesforce_becomes_an_opt_out_of_the_address(make):
    plan = make.plan(in_step(make, salesforce=make.lead(HasOptedOutOfEmail=True, Title="COO")))
    assert [write.operation for write in plan.writes] == ["opt_out", "update"]
    assert plan.writes[0].external_key == ("email", "ann@acme.example")
    assert plan.writes[0].record_id == "101"
    assert "hs_email_optout" not in plan.writes[1].fields


def test_an_opt_out_in_hubspot_goes_to_salesforce_before_other_updates(make):
    quiet = in_step(make, make.contact(hs_email_optout="true"))
    other = in_step(make, make.contact("100", jobtitle="CEO"), make.lead("00Q000000000000EAA"))
    plan = make.plan(other, quiet)
    assert plan.writes[0].fields == {"HasOptedOutOfEmail": True}
    assert len(plan.writes) == 2


def test_an_opt_out_of_a_contact_without_address_is_held(make):
    base = make.agreed() | {"email": None}
    state = in_step(make, make.contact(email=None), make.lead(Email=None, HasOptedOutOfEmail=True), base=base)
    plan = make.plan(state)
    assert plan.writes == ()
    assert "has none" in plan.holds[0].why


def test_taking_an_opt_out_back_on_one_side_is_undone_and_recorded(make):
    base = make.agreed() | {"do_not_call": True}
    plan = make.plan(in_step(make, make.contact(do_not_call="false"), make.lead(DoNotCall=True), base=base))
    assert by_key(plan)["hubspot:contacts:101"].fields == {"do_not_call": "true"}
    assert plan.conflicts[0].losing_value is False


# ---- values that do not fit


def test_a_bad_value_is_held_and_the_good_ones_are_written(make):
    schemas = {
        "Lead": {
            name: FieldSchema(name, max_length=5 if name == "Title" else None) for name in make.lead().fields
        }
    }
    state = in_step(make, make.contact(jobtitle="Chief Financial Officer", city="Bonn", industry="Alchemy"))
    plan = make.plan(state, schemas=schemas)
    assert plan.writes[0].fields == {"City": "Bonn"}
    holds = {hold.field: hold for hold in plan.holds}
    assert holds["title"].kind == "invalid_value"
    assert "takes 5" in holds["title"].why
    assert holds["industry"].kind == "unmapped_value"
    assert "Banking" in holds["industry"].accepted
    assert plan.in_agreement == 0


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        (FieldSchema("Title", "picklist", options=("CFO", "CTO"), restricted=True), "invalid_value"),
        (FieldSchema("Title", "multi_picklist", options=("CFO", "CTO"), restricted=True), "invalid_value"),
        (FieldSchema("Title", writable_on_update=False), "not_writable"),
        (FieldSchema("Other"), "missing_field"),
    ],
)
def test_what_the_side_would_refuse_is_held_with_the_reason(make, schema, kind):
    plan = make.plan(in_step(make, make.contact(jobtitle="CEO")), schemas={"Lead": {schema.name: schema}})
    assert plan.writes == ()
    assert plan.holds[0].kind == kind
    assert plan.holds[0].accepted == schema.options
    assert plan.holds[0].remedy


@pytest.mark.parametrize("bad", ["ann", "ann@acme", "a b@acme.example", "ann@acme..example"])
def test_a_bad_address_is_held(make, bad):
    plan = make.plan(in_step(make, make.contact(email=bad)))
    assert plan.writes == ()
    assert (plan.holds[0].field, plan.holds[0].value) == ("email", bad)


def test_a_frozen_field_is_held_and_its_conflict_not_repeated(make):
    plan = make.plan(in_step(make, make.contact(jobtitle="CEO"), frozen_fields=frozenset({"title"})))
    assert (plan.writes, plan.conflicts) == ((), ())
    assert plan.holds[0].kind == "flapping"


# ---- computed values


def test_computed_values_go_to_both_sides_once(make):
    computed = {"stage": "MQL", "score": 42, "handoff_at": make.noon, "reason": "viewed pricing"}
    plan = make.plan(in_step(make, computed=computed))
    hubspot, lead = by_key(plan)["hubspot:contacts:101"], by_key(plan)[f"salesforce:Lead:{make.lead_id}"]
    assert hubspot.fields == {
        "accord_stage": "MQL",
        "accord_score": "42",
        "accord_handoff_at": "2026-03-02T12:00:00Z",
        "accord_reason": "viewed pricing",
        "lifecyclestage": "marketingqualifiedlead",
    }
    assert lead.fields["Accord_Score__c"] == 42
    after = in_step(
        make,
        make.contact(**hubspot.fields | {"accord_handoff_at": "2026-03-02T12:00:00.000Z"}),
        make.lead(
            **lead.fields | {"Accord_Score__c": 42.0, "Accord_Handoff_At__c": "2026-03-02T12:00:00.000+0000"}
        ),
        computed=computed,
    )
    assert make.plan(after).writes == ()


def test_a_computed_value_can_be_cleared_and_an_edit_of_it_is_put_right(make):
    state = in_step(
        make,
        make.contact(accord_missing="phone"),
        make.lead(Accord_Missing__c=None, Accord_SLA_Status__c="met"),
        computed={"missing": None, "sla_status": "breached"},
    )
    plan = make.plan(state)
    assert by_key(plan)["hubspot:contacts:101"].fields["accord_missing"] is None
    assert by_key(plan)[f"salesforce:Lead:{make.lead_id}"].fields == {"Accord_SLA_Status__c": "breached"}


def test_an_unknown_computed_name_is_a_mistake(make):
    with pytest.raises(ValueError, match="shoe_size"):
        make.plan(in_step(make, computed={"shoe_size": 43}))


@pytest.mark.parametrize(
    ("before", "stage", "back", "expected"),
    [
        ("lead", "SQL", False, ("salesqualifiedlead", "accord")),
        (None, "lead", False, ("lead", "accord")),
        ("opportunity", "MQL", False, None),
        ("opportunity", "MQL", True, ("marketingqualifiedlead", CLEAR_THEN_SET)),
        ("marketingqualifiedlead", "MQL", True, None),
        ("8812345", "SQL", True, None),
        ("lead", "go-nowhere", False, None),
    ],
)
def test_lifecycle_only_goes_forward_unless_told(make, before, stage, back, expected):
    state = in_step(make, make.contact(lifecyclestage=before), computed={"stage": stage}, lifecycle_back=back)
    changes = [c for w in make.plan(state).writes for c in w.changes if c.name == "lifecyclestage"]
    assert [(c.after, c.rule) for c in changes] == ([expected] if expected else [])


# ---- conversion and deletion


def test_a_converted_lead_is_never_written(make):
    state = in_step(
        make, make.contact(jobtitle="CEO"), make.lead(IsConverted=True, City="Bonn"), computed={"score": 1}
    )
    plan = make.plan(state)
    assert {write.side for write in plan.writes} == {"hubspot"}
    assert plan.writes[0].fields == {"city": "Bonn", "accord_score": "1"}


def test_after_conversion_the_person_goes_on_as_contact_and_hubspot_hears_of_it(make):
    link = make.link("101", "Contact", make.contact_id, lead_id=make.lead_id)
    contact = make.contact(jobtitle="CEO", salesforce_lead_id=make.lead_id)
    state = make.linked(contact, make.sf_contact(), link=link, base=make.agreed())
    plan = make.plan(state)
    assert by_key(plan)["hubspot:contacts:101"].fields == {
        "hs_lead_status": "OPEN_DEAL",
        "salesforce_contact_id": make.contact_id,
    }
    told = make.contact(jobtitle="CEO", hs_lead_status="OPEN_DEAL", salesforce_contact_id=make.contact_id)
    again = make.plan(make.linked(told, make.sf_contact(), link=link, base=make.agreed()))
    assert again.agreements[-1].settled["lead_status"] == "Closed - Converted"
    base = make.agreed() | {"lead_status": "Closed - Converted"}
    later = make.contact(hs_lead_status="CONNECTED", salesforce_contact_id=make.contact_id)
    quiet = make.sf_contact(HubSpot_Contact_Id__c="101")
    assert make.plan(make.linked(later, quiet, link=link, base=base)).writes == ()


def test_a_record_deleted_on_one_side_holds_the_person_and_keeps_the_other(make):
    plan = make.plan(in_step(make, make.contact(jobtitle="CEO"), make.lead(deleted=True)))
    assert plan.writes == ()
    assert [(hold.kind, hold.side) for hold in plan.holds] == [("deleted_other_side", "salesforce")]


# ---- creation


def hubspot_only(make, contact=None, **more):
    contact = contact or make.contact()
    return PersonState(make.link(contact.id, **NEW_LINK), contact, None, **more)


def test_people_who_are_not_admitted_are_only_judged(make):
    plan = make.plan(hubspot_only(make, computed={"stage": "lead"}))
    assert plan.counts() == {"hubspot contacts update": 1}


def test_an_admitted_person_becomes_a_lead_with_all_good_values(make):
    state = hubspot_only(make, admitted=True, computed={"stage": "MQL", "missing": None})
    plan = make.plan(state)
    create = by_key(plan)["salesforce:Lead:new:p1"]
    assert create.operation == "create"
    assert create.external_key == ("HubSpot_Contact_Id__c", "101")
    assert create.fields == {
        "Email": "ann@acme.example",
        "FirstName": "Ann",
        "LastName": "Lee",
        "Title": "CFO",
        "Phone": "+4930123456",
        "Company": "Acme",
        "Industry": "Technology",
        "NumberOfEmployees": 50,
        "City": "Berlin",
        "Country": "Germany",
        "LeadSource": "Webinar",
        "OwnerId": "005000000000001AAA",
        "Accord_Stage__c": "MQL",
    }
    reference = after_create(create, make.lead_id)
    assert (reference.side, reference.record_id, reference.fields) == (
        "hubspot",
        "101",
        {"salesforce_lead_id": make.lead_id},
    )
    assert after_create(plan.writes[0], "x") is None or plan.writes[0] is create


def test_without_the_minimum_the_person_is_held_by_name(make):
    plan = make.plan(hubspot_only(make, make.contact(company=" "), admitted=True))
    assert plan.writes == ()
    assert plan.holds[0].kind == "missing_minimum"
    assert "company" in plan.holds[0].why


def test_a_person_of_a_customer_becomes_a_contact_of_the_account(make):
    state = hubspot_only(
        make, make.contact(company=None), admitted=True, customer_account_id="001000000000001AAA"
    )
    create = by_key(make.plan(state))["salesforce:Contact:new:p1"]
    assert create.fields["AccountId"] == "001000000000001AAA"
    assert create.fields["MailingCity"] == "Berlin"
    as_lead = make.edited_mapping(("customers_become: contact", "customers_become: lead"))
    state = hubspot_only(make, admitted=True, customer_account_id="001000000000001AAA")
    assert "salesforce:Lead:new:p1" in by_key(make.plan(state, mapping=as_lead))


def test_a_created_lead_whose_owner_left_goes_to_the_fallback_and_is_told(make):
    mapping = make.edited_mapping(("fallback: assignment rules", "fallback: queue:Inbound Leads"))
    owners = owner_map(make.owner_list, mapping.owners)
    gone = hubspot_only(make, make.contact(hubspot_owner_id="12"), admitted=True)
    plan = make.plan(gone, mapping=mapping, owners=owners)
    assert by_key(plan)["salesforce:Lead:new:p1"].fields["OwnerId"] == "00G000000000001EAA"
    assert [(hold.kind, hold.field) for hold in plan.holds] == [("unmapped_owner", "owner")]
    nobody = hubspot_only(make, make.contact(hubspot_owner_id=None), admitted=True)
    plan = make.plan(nobody, mapping=mapping, owners=owners)
    assert by_key(plan)["salesforce:Lead:new:p1"].fields["OwnerId"] == "00G000000000001EAA"
    without = make.plan(gone)
    assert "OwnerId" not in by_key(without)["salesforce:Lead:new:p1"].fields
    assert [hold.kind for hold in without.holds] == ["unmapped_owner"]


def salesforce_only(make, record, **more):
    link = make.link(None, record.object_type, record.id)
    return PersonState(link, None, record, **more)


def test_a_person_only_in_salesforce_becomes_a_contact_in_hubspot(make):
    lead = make.lead(HasOptedOutOfEmail=True)
    plan = make.plan(salesforce_only(make, lead, computed={"stage": "SQL", "sales_status": "Open"}))
    assert [write.operation for write in plan.writes] == ["opt_out", "create", "update"]
    create = plan.writes[1]
    assert create.external_key == ("salesforce_lead_id", lead.id)
    assert create.fields["email"] == "ann@acme.example"
    assert create.fields["hs_lead_status"] == "NEW"
    assert create.fields["lifecyclestage"] == "salesqualifiedlead"
    assert create.fields["accord_sales_status"] == "Open"
    assert "hs_email_optout" not in create.fields
    assert "lead_source" not in create.fields
    reference = after_create(create, "777")
    assert (reference.object_type, reference.record_id) == ("Lead", lead.id)
    assert reference.fields == {"HubSpot_Contact_Id__c": "777"}


@pytest.mark.parametrize(
    ("rule", "fields", "created"),
    [
        ("never", {}, False),
        ("with_email", {"Email": None}, False),
        ("always", {"Email": None}, True),
        ("always", {"Email": None, "FirstName": None, "LastName": None}, False),
        ("always", {"IsConverted": True}, False),
    ],
)
def test_creation_in_hubspot_follows_the_rule(make, rule, fields, created):
    mapping = make.edited_mapping(("create_in_hubspot: with_email", f"create_in_hubspot: {rule}"))
    plan = make.plan(salesforce_only(make, make.lead(**fields)), mapping=mapping)
    assert any(write.operation == "create" for write in plan.writes) == created


def test_a_linked_record_that_was_not_read_is_not_created_again(make):
    half = PersonState(make.link(), make.contact(), None, admitted=True)
    other_half = PersonState(make.link(), None, make.lead())
    assert make.plan(half, other_half).writes == ()


def test_our_own_write_forgotten_in_a_crash_yields_to_the_person_who_went_back(make):
    ours = Stamp(make.noon, certain=True, ours=True)
    theirs = Stamp(make.noon + timedelta(hours=1), certain=True)
    state = in_step(
        make, make.contact(stamps={"jobtitle": theirs}), make.lead(Title="CEO", stamps={"Title": ours})
    )
    assert by_key(make.plan(state))[f"salesforce:Lead:{make.lead_id}"].fields == {"Title": "CFO"}


def test_fields_marked_dont_sync_never_move(make):
    mapping = make.edited_mapping(
        ("title: {type: text, rule: two_way,", "title: {type: text, rule: dont_sync,"),
        ("company: {type: text, rule: prefer_salesforce, hubspot: company, lead: Company}",
         "company: {type: text, rule: prefer_salesforce, on_create: false, hubspot: company, lead: Company}"),
        ("minimum: [email, last_name, company]", "minimum: [email, last_name]"),
    )  # fmt: skip
    assert make.plan(in_step(make, make.contact(jobtitle="CEO")), mapping=mapping).writes == ()
    (create,) = make.plan(hubspot_only(make, admitted=True), mapping=mapping).writes
    assert create.fields.keys() & {"Title", "Company"} == set()


def test_a_contact_is_told_of_nothing_that_it_has_no_field_for(make):
    state = hubspot_only(make, computed={"touches_owed": 3, "reason": " "})
    assert make.plan(state).writes == ()
    mapping = make.edited_mapping(("default_region: DE\n", ""))
    known = in_step(make, make.contact(country=None, phone="030 1"), make.lead(Country=None, Phone="0301"))
    assert [w.object_type for w in make.plan(known, mapping=mapping).writes] == []


def test_without_a_lead_status_in_the_mapping_conversion_is_silent(make):
    mapping = make.edited_mapping(("  converted_lead_status: Closed - Converted\n", ""))
    link = make.link("101", "Contact", make.contact_id, lead_id=make.lead_id)
    contact = make.contact(salesforce_contact_id=make.contact_id)
    state = make.linked(contact, make.sf_contact(HubSpot_Contact_Id__c="101"), link=link, base=make.agreed())
    assert make.plan(state, mapping=mapping).writes == ()


def test_the_address_opted_out_is_the_one_that_the_contact_will_have(make):
    base = make.agreed()
    state = in_step(make, salesforce=make.lead(Email="new@acme.example", HasOptedOutOfEmail=True), base=base)
    plan = make.plan(state)
    assert plan.writes[0].external_key == ("email", "new@acme.example")
    assert plan.writes[1].fields == {"email": "new@acme.example"}


def test_a_national_number_beside_a_new_country_is_the_same_number(make):
    state = in_step(make, make.contact(country="usa"), make.lead(Phone="030 123456", Country="United States"))
    plan = make.plan(state)
    assert plan.writes == ()
    assert {name for agreement in plan.agreements for name in agreement.settled} == {"country"}
    odd = in_step(make, make.contact(phone="+49 30 99"), make.lead(Phone="030 98"))
    assert odd.link.hubspot_id == "101"
    (write,) = make.plan(odd).writes
    assert write.fields == {"phone": "03098"}
