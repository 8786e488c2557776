"""Lead conversion and merging, by SOAP and by the org's python side."""

from xml.etree import ElementTree

import pytest
from simple_salesforce.exceptions import SalesforceMalformedRequest

from sandbox.salesforce.org import SalesforceFault

TEXT = {"label": "HubSpot Id", "type": "Text", "length": 32, "unique": True, "externalId": True}


def soap(served, body, token=None):
    token = served.org.token_of(served.rep_id) if token is None else token
    envelope = (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:urn="urn:partner.soap.sforce.com">'
        f"<soapenv:Header><urn:SessionHeader><urn:sessionId>{token}</urn:sessionId></urn:SessionHeader></soapenv:Header>"
        f"<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    )
    headers = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": "x"}
    answer = served.raw("POST", "/services/Soap/u/59.0", data=envelope.encode(), headers=headers)
    root = ElementTree.fromstring(answer.content)  # noqa: S314
    found = {}
    for node in root.iter():
        if node.text and node.text.strip():
            found.setdefault(node.tag.rpartition("}")[2], node.text)
    return answer.status_code, found


def convert(served, lead_id, **more):
    fields = {"convertedStatus": "Closed - Converted", "leadId": lead_id, **more}
    inside = "".join(f"<urn:{name}>{value}</urn:{name}>" for name, value in fields.items())
    return soap(served, f"<urn:convertLead><urn:leadConverts>{inside}</urn:leadConverts></urn:convertLead>")


@pytest.fixture
def lead(served):
    for sobject in ("Lead", "Contact"):
        served.org.add_field(f"{sobject}.HubSpot_Id__c", TEXT, visible_to_all=True)
    fields = {
        "LastName": "Ito", "FirstName": "Mai", "Company": "Acme", "Email": "mai@acme.example", "Title": "CTO",
        "Country": "DE", "Website": "acme.example", "LeadSource": "Webinar", "HubSpot_Id__c": "77",
        "HasOptedOutOfEmail": True,
    }  # fmt: skip
    return served.org.create("Lead", fields, user_id=served.rep_id)


def test_conversion_makes_account_contact_and_opportunity_and_maps_fields(served, sf, lead):
    status, found = convert(served, lead)
    assert (status, found["success"], found["leadId"]) == (200, "true", lead)
    contact = sf.Contact.get(found["contactId"])
    assert (contact["Email"], contact["Title"], contact["MailingCountry"]) == (
        "mai@acme.example",
        "CTO",
        "DE",
    )
    assert (contact["HubSpot_Id__c"], contact["HasOptedOutOfEmail"], contact["AccountId"]) == (
        "77",
        True,
        found["accountId"],
    )
    account = sf.Account.get(found["accountId"])
    assert (account["Name"], account["Website"], account["AccountSource"]) == (
        "Acme",
        "acme.example",
        "Webinar",
    )
    deal = sf.Opportunity.get(found["opportunityId"])
    assert (deal["Name"], deal["StageName"], deal["CloseDate"]) == ("Acme-", "Prospecting", "2026-12-31")
    role = sf.query("SELECT ContactId, IsPrimary FROM OpportunityContactRole")["records"][0]
    assert (role["ContactId"], role["IsPrimary"]) == (found["contactId"], True)
    frozen = sf.Lead.get(lead)
    assert (frozen["IsConverted"], frozen["ConvertedDate"], frozen["Status"]) == (
        True,
        "2026-11-20",
        "Closed - Converted",
    )
    assert frozen["ConvertedContactId"] == found["contactId"]
    assert frozen["LastModifiedById"] == contact["CreatedById"] == served.rep_id


def test_a_converted_lead_is_frozen_but_can_be_queried(served, sf, lead):
    convert(served, lead)
    with pytest.raises(SalesforceMalformedRequest, match="cannot reference converted lead"):
        sf.Lead.update(lead, {"Title": "CEO"})
    with pytest.raises(SalesforceMalformedRequest, match="CANNOT_UPDATE_CONVERTED_LEAD"):
        sf.Lead.upsert("HubSpot_Id__c/77", {"Title": "CEO"})
    with pytest.raises(SalesforceMalformedRequest, match="CANNOT_UPDATE_CONVERTED_LEAD"):
        sf.Task.create({"WhoId": lead, "Subject": "late"})
    assert sf.query("SELECT COUNT() FROM Lead WHERE IsConverted = true")["totalSize"] == 1
    assert sf.Contact.upsert("HubSpot_Id__c/77", {"Title": "CEO"}) == 200
    _, again = convert(served, lead)
    assert (again["success"], again["statusCode"]) == ("false", "CANNOT_UPDATE_CONVERTED_LEAD")


def test_activities_and_campaign_memberships_follow_to_the_contact(served, sf, lead):
    task = sf.Task.create({"WhoId": lead, "Subject": "Call", "Status": "Completed"})["id"]
    campaign = sf.Campaign.create({"Name": "Expo"})["id"]
    member = sf.CampaignMember.create({"CampaignId": campaign, "LeadId": lead})["id"]
    before = sf.Task.get(task)
    served.clock.advance(60)
    _, found = convert(served, lead)
    after = sf.Task.get(task)
    assert (after["WhoId"], after["AccountId"]) == (found["contactId"], found["accountId"])
    assert after["SystemModstamp"] > before["SystemModstamp"]
    assert after["LastModifiedDate"] == before["LastModifiedDate"]
    moved = sf.CampaignMember.get(member)
    assert (moved["ContactId"], moved["LeadId"]) == (found["contactId"], lead)
    assert sf.Opportunity.get(found["opportunityId"])["CampaignId"] == campaign
    assert sf.Campaign.get(campaign)["NumberOfConvertedLeads"] == 1


def test_converting_into_an_existing_contact_fills_blanks_only(served, sf, lead):
    account = sf.Account.create({"Name": "Acme GmbH"})["id"]
    contact = sf.Contact.create(
        {"LastName": "Ito", "AccountId": account, "Title": "VP", "LeadSource": "Web"}
    )["id"]
    _, found = convert(served, lead, accountId=account, contactId=contact, doNotCreateOpportunity="true")
    assert "opportunityId" not in found
    kept = sf.Contact.get(contact)
    assert (kept["Title"], kept["Email"], kept["HubSpot_Id__c"]) == ("VP", "mai@acme.example", "77")
    assert (kept["HasOptedOutOfEmail"], kept["LeadSource"]) == (True, "Web")
    assert sf.Account.get(account)["Name"] == "Acme GmbH"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"convertedStatus": "Working - Contacted"}, "INVALID_STATUS"),
        ({"leadId": "00Q5g00000zzzzz"}, "NOT_FOUND"),
        ({"leadId": "banana"}, "MALFORMED_ID"),
        ({"contactId": "0035g00000zzzzz"}, "REQUIRED_FIELD_MISSING"),
        ({"accountId": "0015g00000zzzzz"}, "INVALID_CROSS_REFERENCE_KEY"),
    ],
)
def test_refused_conversions_change_nothing(served, sf, lead, more, code):
    status, found = convert(served, lead, **more)
    assert (status, found["success"], found["statusCode"]) == (200, "false", code)
    assert sf.query("SELECT COUNT() FROM Account")["totalSize"] == 0


def test_a_queues_lead_needs_an_owner(served, sf, lead):
    keep = {"Sforce-Auto-Assign": "FALSE"}
    sf.Lead.update(lead, {"OwnerId": served.org.add_group("Inbound")}, headers=keep)
    assert convert(served, lead)[1]["statusCode"] == "REQUIRED_FIELD_MISSING"
    _, found = convert(served, lead, ownerId=served.rep_id)
    assert sf.Contact.get(found["contactId"])["OwnerId"] == served.rep_id


def test_a_contact_that_already_has_the_external_id_fails_the_conversion_as_a_whole(served, sf, lead):
    sf.Contact.create({"LastName": "Ito", "HubSpot_Id__c": "77"})
    assert convert(served, lead)[1]["statusCode"] == "DUPLICATE_VALUE"
    assert sf.query("SELECT COUNT() FROM Account")["totalSize"] == 0
    assert sf.Lead.get(lead)["IsConverted"] is False


def test_a_validation_rule_stops_a_conversion(served, lead):
    metadata = {
        "active": True,
        "errorConditionFormula": 'ISPICKVAL(Status, "Closed - Converted")',
        "errorMessage": "no",
    }
    served.org.add_validation_rule("Lead.Stop", metadata)
    with pytest.raises(SalesforceFault, match="FIELD_CUSTOM_VALIDATION_EXCEPTION"):
        served.org.convert_lead(lead, user_id=served.rep_id, converted_status="Closed - Converted")
    assert served.org.rows("Contact") == []


def test_a_soap_call_with_a_dead_session_is_a_fault(served):
    status, found = soap(served, "<urn:getUserInfo/>", token="00D!dead")
    assert (status, found["exceptionCode"]) == (500, "INVALID_SESSION_ID")
    assert soap(served, "<urn:getUserInfo/>")[1]["userId"] == served.rep_id
    assert soap(served, "<urn:describeWorld/>")[1]["exceptionCode"] == "INVALID_OPERATION"


# -- merge --


def merge(served, sobject, master, *losers, **fields):
    inside = "".join(f"<urn:{name}>{value}</urn:{name}>" for name, value in fields.items())
    gone = "".join(f"<urn:recordToMergeIds>{loser}</urn:recordToMergeIds>" for loser in losers)
    return soap(
        served,
        f"<urn:merge><urn:request><urn:masterRecord><urn:type>{sobject}</urn:type><urn:Id>{master}</urn:Id>{inside}"
        f"</urn:masterRecord>{gone}</urn:request></urn:merge>",
    )


def test_losers_point_to_the_master_and_their_children_move(served, sf):
    org, rep = served.org, served.rep_id
    keep, lose = (org.create("Lead", {"LastName": name, "Company": "C"}, user_id=rep) for name in "AB")
    task = org.create("Task", {"WhoId": lose, "Subject": "Call"}, user_id=rep)
    campaign = org.create("Campaign", {"Name": "Expo"}, user_id=rep)
    for person in (keep, lose):
        org.create("CampaignMember", {"CampaignId": campaign, "LeadId": person}, user_id=rep)
    status, found = merge(served, "Lead", keep, lose, Title="CTO")
    assert (status, found["success"], found["mergedRecordIds"]) == (200, "true", lose)
    assert sf.Lead.get(keep)["Title"] == "CTO"
    assert sf.Task.get(task)["WhoId"] == keep
    assert sf.query("SELECT COUNT() FROM CampaignMember")["totalSize"] == 1
    assert sf.query("SELECT COUNT() FROM Lead")["totalSize"] == 1
    text = "SELECT Id, MasterRecordId FROM Lead WHERE IsDeleted = true AND MasterRecordId != null"
    (gone,) = sf.query(text, include_deleted=True)["records"]
    assert (gone["Id"], gone["MasterRecordId"]) == (lose, keep)
    with pytest.raises(SalesforceFault, match="UNDELETE_FAILED"):
        org.undelete("Lead", lose, user_id=rep)


def test_accounts_and_contacts_merge_too(served, sf):
    org, rep = served.org, served.rep_id
    keep, lose = (org.create("Account", {"Name": name}, user_id=rep) for name in "AB")
    contact = org.create("Contact", {"LastName": "C", "AccountId": lose}, user_id=rep)
    org.merge("Account", keep, [lose], user_id=rep)
    assert sf.Contact.get(contact)["AccountId"] == keep
    assert org.record("Account", lose)["MasterRecordId"] == keep


@pytest.mark.parametrize("losers", [0, 3])
def test_a_merge_takes_one_or_two_losers(served, losers):
    ids = [
        served.org.create("Lead", {"LastName": "A", "Company": "B"}, user_id=served.rep_id) for _ in range(4)
    ]
    assert merge(served, "Lead", ids[0], *ids[1 : 1 + losers])[1]["statusCode"] == "INVALID_ARGUMENT"


def test_undelete_by_soap(served, sf):
    lead_id = served.org.create("Lead", {"LastName": "A", "Company": "B"}, user_id=served.rep_id)
    sf.Lead.delete(lead_id)
    assert soap(served, f"<urn:undelete><urn:ids>{lead_id}</urn:ids></urn:undelete>")[1]["success"] == "true"
    assert sf.Lead.get(lead_id)["Id"] == lead_id
    assert (
        soap(served, "<urn:undelete><urn:ids>x</urn:ids></urn:undelete>")[1]["statusCode"] == "MALFORMED_ID"
    )
