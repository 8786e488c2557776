"""What a pass would write for companies and Accounts."""

from sync_rules.planner import after_create
from sync_rules.schema import FieldSchema
from sync_rules.state import CompanyState

ACCOUNT_ID = "001000000000001AAA"


def state(make, company=None, account=None, **more):
    hubspot = {
        "name": "Acme", "domain": "acme.example", "industry": "COMPUTER_SOFTWARE", "numberofemployees": "50",
        "annualrevenue": None, "city": None, "country": "Germany", "phone": None, "salesforce_account_id": ACCOUNT_ID,
    } | (company or {})  # fmt: skip
    salesforce = {
        "Name": "Acme", "Website": "https://www.acme.example", "Industry": "Technology", "NumberOfEmployees": 50,
        "AnnualRevenue": None, "BillingCity": "Berlin", "BillingCountry": "Deutschland", "Phone": None,
        "HubSpot_Company_Id__c": "9",
    } | (account or {})  # fmt: skip
    deleted = more.pop("deleted", False)
    return CompanyState(
        make.link("9", "Account", ACCOUNT_ID, kind="company", link_id="c1"),
        make.record("hubspot", "companies", "9", hubspot),
        make.record("salesforce", "Account", ACCOUNT_ID, salesforce, deleted=deleted),
        **more,
    )


def plan(make, *states, **more):
    return make.plan(companies=states, **more)


def test_linked_companies_are_merged_like_people(make):
    found = plan(make, state(make))
    (write,) = found.writes
    assert (write.object_type, write.fields) == ("companies", {"city": "Berlin"})
    base = dict(found.agreements[0].settled) | {"city": "Berlin"}
    assert base["domain"] == "acme.example"
    done = plan(make, state(make, {"city": "Berlin"}, base=base))
    assert (done.writes, done.agreements, done.in_agreement) == ((), (), 1)
    changed = plan(
        make, state(make, {"city": "Berlin", "numberofemployees": "60"}, {"Name": "Acme AG"}, base=base)
    )
    assert {w.object_type: w.fields for w in changed.writes} == {
        "companies": {"name": "Acme AG"},
        "Account": {"NumberOfEmployees": 60},
    }


def test_ids_are_stored_where_the_fields_exist(make):
    both = state(make, {"salesforce_account_id": None, "city": "Berlin"}, {"HubSpot_Company_Id__c": None})
    found = plan(make, both)
    assert {w.object_type: w.fields for w in found.writes} == {
        "companies": {"salesforce_account_id": ACCOUNT_ID},
        "Account": {"HubSpot_Company_Id__c": "9"},
    }
    bare = {"Account": {"Name": FieldSchema("Name")}, "companies": {"name": FieldSchema("name")}}
    assert plan(make, both, schemas=bare).writes == ()
    assert after_create(found.writes[0], "x") is None


def test_a_deleted_account_holds_and_a_company_alone_waits(make):
    found = plan(make, state(make, deleted=True))
    assert (found.writes, [hold.kind for hold in found.holds]) == ((), ["deleted_other_side"])
    alone = state(make)
    assert plan(make, CompanyState(alone.link, alone.hubspot, None)).writes == ()
