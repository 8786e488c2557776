"""Who is who: links, candidates, duplicates, conversions and merges."""

from datetime import timedelta

import pytest

from sync_rules.external_ids import id18, same_id
from sync_rules.identity import Candidate, resolve
from sync_rules.links import follow
from sync_rules.record_keys import company_domain_of, company_name, keys_of
from sync_rules.records import Link

OTHER_LEAD = "00Q000000000002EAA"


def one(make, records, candidates=(), links=(), mapping=None):
    found = resolve(
        records,
        [c if isinstance(c, Candidate) else Candidate(c) for c in candidates],
        links,
        mapping or make.mapping,
    )
    return {resolution.record.id: resolution for resolution in found}


def test_a_stored_link_wins_whatever_the_address_says(make):
    link = make.link()
    found = one(
        make,
        [make.contact(email="new@acme.example")],
        [make.lead(OTHER_LEAD, Email="new@acme.example")],
        [link],
    )
    assert (found["101"].outcome, found["101"].link) == ("linked", link)


@pytest.mark.parametrize(
    ("contact", "lead"),
    [({"salesforce_lead_id": "00Q000000000001"}, {}), ({}, {"HubSpot_Contact_Id__c": "101"})],
)
def test_external_ids_win_over_the_address(make, contact, lead):
    named = make.lead(Email="else@acme.example", **lead)
    same_address = make.lead(OTHER_LEAD)
    found = one(make, [make.contact(**contact)], [named, same_address])["101"]
    assert (found.outcome, found.evidence, found.chosen) == ("joined", "external id", named)
    assert (found.link.salesforce_type, found.link.salesforce_id) == ("Lead", make.lead_id)


def test_a_lead_and_a_contact_named_by_ids_are_one_person_and_the_contact_stands(make):
    contact = make.contact(salesforce_lead_id=make.lead_id, salesforce_contact_id=make.contact_id)
    found = one(make, [contact], [make.lead(), make.sf_contact()])["101"]
    assert found.link.salesforce_type == "Contact"
    assert [record.object_type for record in found.duplicates] == ["Lead"]


def test_external_ids_that_disagree_are_held(make):
    candidates = [make.lead(), make.lead(OTHER_LEAD, HubSpot_Contact_Id__c="101")]
    found = one(make, [make.contact(salesforce_lead_id=make.lead_id)], candidates)["101"]
    assert (found.outcome, found.link) == ("hold", None)
    assert OTHER_LEAD in found.why


def test_additional_addresses_of_hubspot_count(make):
    contact = make.contact(email="private@gmail.com", hs_additional_emails="x@y.example; Ann@Acme.example")
    found = one(make, [contact], [make.lead()])["101"]
    assert (found.outcome, found.evidence) == ("joined", "e-mail")


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (lambda m: m.sf_contact(), lambda m: Candidate(m.lead(), open_opportunity=True)),
        (lambda m: Candidate(m.lead(OTHER_LEAD), open_opportunity=True), lambda m: m.lead()),
        (lambda m: m.lead(OTHER_LEAD), lambda m: Candidate(m.lead(), owner_active=False)),
        (
            lambda m: m.lead(OTHER_LEAD, created_at=m.noon - timedelta(days=9)),
            lambda m: m.lead(created_at=m.noon),
        ),
        (lambda m: m.lead(), lambda m: m.lead(OTHER_LEAD)),
    ],
)
def test_several_candidates_are_told_apart_by_the_fixed_order(make, better, worse):
    better, worse = better(make), worse(make)
    wanted = better.record if isinstance(better, Candidate) else better
    for candidates in ([better, worse], [worse, better]):
        found = one(make, [make.contact()], candidates)["101"]
        assert found.chosen == wanted
        assert len(found.duplicates) == 1


def test_several_candidates_can_be_left_to_a_person(make):
    mapping = make.edited_mapping(("several: pick", "several: hold"))
    found = one(make, [make.contact()], [make.lead(), make.lead(OTHER_LEAD)], mapping=mapping)["101"]
    assert found.outcome == "hold"
    assert len(found.duplicates) == 2


@pytest.mark.parametrize(
    ("name", "outcome"), [("Ann", "joined"), ("ANN", "joined"), ("Bob", "new"), (None, "new")]
)
def test_a_shared_mailbox_links_only_if_the_names_agree(make, name, outcome):
    contact = make.contact(email="info@acme.example")
    lead = make.lead(Email="info@acme.example", FirstName=name)
    assert one(make, [contact], [lead])["101"].outcome == outcome


def test_secondary_keys_only_where_switched_on(make):
    contact, lead = make.contact(email="a@gmail.com", phone="030 123456"), make.lead(Email=None)
    assert one(make, [contact], [lead])["101"].outcome == "new"
    mapping = make.edited_mapping(("secondary: []", "secondary: [phone_last_name]"))
    found = one(make, [contact], [lead], mapping=mapping)["101"]
    assert (found.outcome, found.evidence) == ("joined", "phone and last name")
    nameless = make.contact(lastname=None, email=None)
    assert one(make, [nameless], [lead], mapping=mapping)["101"].outcome == "new"


def test_both_new_in_one_batch_find_each_other_and_the_oldest_lead_stands(make):
    young = make.lead("00Q000000000000EAA", created_at=make.noon)
    old = make.lead(created_at=make.noon - timedelta(days=1))
    found = one(make, [young, old, make.contact()])
    assert found["101"].link.salesforce_id == make.lead_id
    assert found["101"].link.link_id == "h101"
    assert found[old.id].outcome == "linked"
    assert (found[young.id].outcome, found[young.id].link) == ("duplicate", None)
    assert "101" in found[young.id].why
    leads_only = one(make, [young, old], [make.contact()])
    assert leads_only[old.id].outcome == "joined"
    assert leads_only[young.id].outcome == "duplicate"


def test_two_one_sided_links_become_one(make):
    hubspot = Link("h101", "person", "101", None, None, "new")
    salesforce = Link("s1", "person", None, "Lead", make.lead_id, "new")
    for records, candidates in (([make.contact()], [make.lead()]), ([make.lead()], [make.contact()])):
        (found,) = one(make, records, candidates, [hubspot, salesforce]).values()
        assert (found.outcome, found.link.link_id, found.retired) == ("joined", "h101", "s1")
    (kept,) = one(make, [make.contact()], [make.lead()], [salesforce]).values()
    assert (kept.link.link_id, kept.link.hubspot_id, kept.retired) == ("s1", "101", None)


def test_new_people_get_the_same_link_id_each_time(make):
    assert one(make, [make.contact()])["101"].link.link_id == "h101"
    lead = one(make, [make.lead("00Q000000000001")])["00Q000000000001"]
    assert (lead.link.salesforce_id, lead.link.hubspot_id) == (make.lead_id, None)
    waiting = Link("h101", "person", "101", None, None, "new")
    assert one(make, [make.contact()], links=[waiting])["101"].outcome == "linked"


def test_the_dead_and_the_converted_link_nobody(make):
    assert one(make, [make.contact(deleted=True), make.lead(IsConverted=True)]) == {}
    assert (
        one(make, [make.contact()], [make.lead(deleted=True), make.lead(OTHER_LEAD, IsConverted=True)])[
            "101"
        ].outcome
        == "new"
    )
    one_sided = Link("h101", "person", "101", None, None, "new")
    assert one(make, [make.contact(deleted=True)], links=[one_sided])["101"].outcome == "linked"


# ---- companies


def company(make, record_id="9", **fields):
    return make.record(
        "hubspot",
        "companies",
        record_id,
        {"name": "Acme GmbH", "domain": "acme.example", "country": "Germany"} | fields,
    )


def account(make, record_id="001000000000001AAA", **fields):
    base = {"Name": "ACME", "Website": "https://www.acme.example/de", "BillingCountry": "DE"}
    return make.record("salesforce", "Account", record_id, base | fields)


@pytest.mark.parametrize(
    ("ours", "theirs", "evidence"),
    [
        ({"salesforce_account_id": "001000000000001"}, {"Website": None, "Name": "B"}, "external id"),
        ({}, {"HubSpot_Company_Id__c": "9", "Website": None, "Name": "B"}, "external id"),
        ({}, {"Name": "Something else"}, "domain"),
        ({"domain": None}, {}, "name and country"),
        ({"domain": None, "country": None}, {}, None),
        ({"domain": "gmail.com"}, {"Website": "gmail.com", "Name": "B"}, None),
    ],
)
def test_companies_match_by_id_then_domain_then_name_with_country(make, ours, theirs, evidence):
    found = one(make, [company(make, **ours)], [account(make, **theirs)])["9"]
    assert found.link.kind == "company"
    assert (found.evidence if found.outcome == "joined" else None) == evidence
    lonely = one(make, [account(make)])["001000000000001AAA"].link
    assert (lonely.salesforce_type, lonely.kind) == ("Account", "company")


def test_names_and_domains_are_compared_without_their_dressing(make):
    assert company_name("Müller & Söhne GmbH & Co. KG") == company_name("MULLER SOHNE")
    assert company_name("The AG") == "the ag"
    assert company_domain_of("ann@mail.acme.example", make.mapping) == "mail.acme.example"
    assert company_domain_of("ann@GMAIL.com", make.mapping) is None
    assert company_domain_of("ann", make.mapping) == "ann"


def test_keys_say_what_to_index(make):
    contact = make.contact(salesforce_contact_id="003000000000001", salesforce_lead_id=make.lead_id)
    assert keys_of(contact, make.mapping) == [
        ("hubspot_id", "101"),
        ("contact_id", make.contact_id),
        ("lead_id", make.lead_id),
        ("email", "ann@acme.example"),
    ]
    assert keys_of(account(make), make.mapping)[1:] == [
        ("domain", "acme.example"),
        ("name_country", "acme|DE"),
    ]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("00Q000000000001", "00Q000000000001EAA"),
        ("0013000000abcDE", None),
        ("101", "101"),
        ("00Q-00000000001", None),
    ],
)
def test_salesforce_ids_of_both_lengths_are_one(given, wanted):
    full = id18(given)
    assert full.startswith(given)
    assert same_id(given, full)
    assert wanted in (None, full)
    assert not same_id(given, None)


# ---- conversions and merges


def test_conversion_moves_the_link_and_keeps_the_person(make):
    link = make.link()
    converted = make.lead(IsConverted=True, ConvertedContactId="003000000000001")
    (change,) = follow([link], [converted])
    assert (change.kind, change.after.link_id) == ("converted", link.link_id)
    assert (change.after.salesforce_type, change.after.salesforce_id) == ("Contact", make.contact_id)
    assert change.after.lead_id == make.lead_id
    assert follow([change.after], [converted]) == []
    assert follow([], [converted]) == []


def test_conversion_into_a_contact_seen_alone_takes_its_link_over(make):
    lone = Link("s3", "person", None, "Contact", make.contact_id, "new")
    changes = follow([make.link(), lone], [make.lead(IsConverted=True, ConvertedContactId=make.contact_id)])
    assert [(c.before.link_id, c.into, c.after and c.after.salesforce_type) for c in changes] == [
        ("s3", "p1", None),
        ("p1", None, "Contact"),
    ]


def test_conversion_of_a_lead_without_hubspot_joins_the_contacts_person(make):
    lone = Link("s1", "person", None, "Lead", make.lead_id, "new")
    holder = make.link("7", "Contact", make.contact_id, link_id="p7")
    (change,) = follow([lone, holder], [make.lead(IsConverted=True, ConvertedContactId=make.contact_id)])
    assert (change.after, change.into) == (None, "p7")


def test_two_hubspot_contacts_for_one_contact_need_a_person(make):
    holder = make.link("7", "Contact", make.contact_id, link_id="p7")
    converted = make.lead(IsConverted=True, ConvertedContactId=make.contact_id)
    (change,) = follow([make.link(), holder], [converted])
    assert change.kind == "ambiguous"
    assert (change.after.hubspot_id, change.after.salesforce_id) == ("101", None)
    assert follow([change.after, holder], [converted]) == []


def test_merges_in_salesforce_lead_to_the_winner(make):
    loser = make.lead(deleted=True, _master_id=OTHER_LEAD)
    (change,) = follow([make.link()], [loser])
    assert (change.kind, change.after.salesforce_id) == ("merged", OTHER_LEAD)
    assert follow([make.link()], [make.lead(deleted=True, _master_id=make.lead_id)]) == []


def test_merges_in_hubspot_lead_to_the_winner(make):
    winner = make.contact("300", _merged_ids=["101", "202", "300"])
    second = Link("h202", "person", "202", None, None, "new")
    changes = follow([make.link(), second], [winner])
    assert [(c.kind, c.before.link_id, c.into) for c in changes] == [
        ("merged", "p1", None),
        ("merged", "h202", "p1"),
    ]
    assert changes[0].after.hubspot_id == "300"
    new_first = Link("h300", "person", "300", None, None, "new")
    changes = follow([make.link(), new_first], [winner])
    assert [(c.before.link_id, c.into) for c in changes] == [("h300", "p1"), ("p1", None)]


def test_a_hubspot_merge_of_two_linked_people_needs_a_person(make):
    other = make.link("300", "Lead", OTHER_LEAD, link_id="p3")
    (change,) = follow([make.link(), other], [make.contact("300", _merged_ids=["101"])])
    assert change.kind == "ambiguous"
    assert change.after.hubspot_id is None
    assert change.after.salesforce_id == make.lead_id
