"""Writing HubSpot: a result for every record, no duplicates after a lost answer, consent, setup."""

import pytest

from connectors.errors import OutcomeUnknownError, RetryableError
from connectors.results import RecordWrite
from sandbox.hubspot.portal import Actor

PERSON = Actor.user(7)
UNIQUE = {
    "name": "salesforce_lead_id",
    "label": "Lead id",
    "groupName": "contactinformation",
    "type": "string",
    "fieldType": "text",
    "hasUniqueValue": True,
}


def update(record_id, **fields):
    return RecordWrite(f"k{record_id}", record_id, None, fields)


def create(key, **fields):
    return RecordWrite(key, None, None, fields)


def by_key(results):
    return {result.key: result for result in results}


def test_update_writes_all_and_clears_with_none(hubspot, hubspot_side):
    ids = [hubspot_side.person(email=f"p{n}@x.example", jobtitle="CTO") for n in range(230)]
    results = hubspot.write("contacts", "update", [update(one, jobtitle=None, firstname="Z") for one in ids])
    assert all(result.ok for result in results)
    assert [result.record_id for result in results] == ids
    record = hubspot_side.portal.record("contacts", ids[200])
    assert not record.properties.get("jobtitle")
    assert record.properties["firstname"] == "Z"
    assert hubspot_side.calls("POST /crm/v3/objects/{type}/batch/update") == 3


def test_one_bad_record_never_blocks_the_others_and_its_field_is_named(hubspot, hubspot_side):
    ids = [hubspot_side.person(email=f"p{n}@x.example") for n in range(20)]
    writes = [update(one, firstname="Z") for one in ids]
    writes[3] = update(ids[3], firstname="Z", hs_lead_status="NOT_A_STATUS")
    writes[9] = update(ids[9], firstname="Z", no_such_property="1")
    writes[12] = update("99999999", firstname="Z")
    results = hubspot.write("contacts", "update", writes)
    assert [at for at, result in enumerate(results) if not result.ok] == [3, 9, 12]
    assert results[3].fields == ("hs_lead_status",)
    assert results[9].fields == ("no_such_property",)
    assert results[12].code == "NOT_FOUND"
    assert hubspot_side.portal.record("contacts", ids[4]).properties["firstname"] == "Z"


def test_a_whole_call_refusal_without_names_is_taken_apart(hubspot, hubspot_side):
    ids = [hubspot_side.person(email=f"p{n}@x.example") for n in range(16)]
    refusal = {"status": "error", "message": "Invalid input JSON", "category": "VALIDATION_ERROR"}
    bad = update(ids[5], firstname="poison")
    hubspot_side.fail(path="*/batch/update", contains="poison", status=400, body=refusal, times=None)
    writes = [bad if one == ids[5] else update(one, firstname="fine") for one in ids]
    results = hubspot.write("contacts", "update", writes)
    assert [result.key for result in results if not result.ok] == [bad.key]
    assert by_key(results)[bad.key].code == "VALIDATION_ERROR"


def test_two_writes_to_one_record_are_done_in_order(hubspot, hubspot_side):
    contact = hubspot_side.person(email="a@x.example", lifecyclestage="customer")
    clear = RecordWrite("clear", contact, None, {"lifecyclestage": None})
    back = RecordWrite("set", contact, None, {"lifecyclestage": "lead"})
    assert all(result.ok for result in hubspot.write("contacts", "update", [clear, back]))
    assert hubspot_side.portal.record("contacts", contact).properties["lifecyclestage"] == "lead"


def test_a_backward_stage_is_reported_as_not_applied(hubspot, hubspot_side):
    contact = hubspot_side.person(email="a@x.example", lifecyclestage="customer")
    (result,) = hubspot.write("contacts", "update", [update(contact, lifecyclestage="lead")])
    assert (result.ok, result.code, result.fields) == (True, "NOT_APPLIED", ("lifecyclestage",))


def test_a_duplicate_create_names_the_record_in_the_way(hubspot, hubspot_side):
    present = hubspot_side.person(email="here@x.example")
    results = by_key(
        hubspot.write(
            "contacts",
            "create",
            [
                create("dup", email="Here@X.example"),
                create("new", email="new@x.example"),
                create("bad", email="@"),
            ],
        )
    )
    assert (results["dup"].ok, results["dup"].code, results["dup"].record_id) == (False, "DUPLICATE", present)
    assert results["new"].ok
    assert results["new"].created
    assert results["bad"].fields == ("email",)
    assert "@" not in (results["dup"].message or "")


def test_the_same_address_twice_in_one_call_makes_one_contact(hubspot, hubspot_side):
    results = hubspot.write(
        "contacts", "create", [create("one", email="a@x.example"), create("two", email="A@x.example")]
    )
    assert [result.ok for result in results] == [True, False]
    assert results[1].record_id == results[0].record_id


def test_upsert_by_external_key_creates_once_then_updates(hubspot, hubspot_side):
    hubspot_side.portal.add_property("contacts", UNIQUE)
    write = RecordWrite("k", None, ("salesforce_lead_id", "00Q1"), {"email": "a@x.example", "firstname": "A"})
    (first,) = hubspot.write("contacts", "create", [write])
    (second,) = hubspot.write("contacts", "create", [write])
    assert (first.created, second.created, first.record_id) == (True, False, second.record_id)


def test_an_update_of_an_absorbed_id_gives_the_winner(hubspot, hubspot_side):
    kept, lost = hubspot_side.person(email="k@x.example"), hubspot_side.person(email="l@x.example")
    other = hubspot_side.person(email="o@x.example")
    winner = hubspot_side.portal.merge("contacts", kept, lost, actor=PERSON).id
    results = hubspot.write("contacts", "update", [update(lost, firstname="Z"), update(other, firstname="Z")])
    assert (results[0].ok, results[0].code, results[0].record_id) == (False, "ABSORBED", winner)
    assert results[1].ok


@pytest.mark.parametrize("kind", ["calls", "tasks", "meetings"])
def test_an_engagement_is_created_with_its_contact(hubspot, hubspot_side, kind):
    contact = hubspot_side.person(email="a@x.example")
    write = RecordWrite(
        "k", None, None, {"hs_timestamp": "2026-11-16T08:00:00Z"}, associations=(("contacts", contact),)
    )
    (result,) = hubspot.write(kind, "create", [write])
    assert result.ok
    assert hubspot.associations(kind, "contacts", [result.record_id]) == {result.record_id: [contact]}


def test_an_upserted_engagement_is_associated_too_and_a_bad_association_is_told(hubspot, hubspot_side):
    unique = {**UNIQUE, "name": "salesforce_activity_id", "groupName": "call"}
    hubspot_side.portal.add_property("calls", unique)
    contact = hubspot_side.person(email="a@x.example")

    def call(key, to):
        fields = {"hs_timestamp": "2026-11-16T08:00:00Z"}
        return RecordWrite(key, None, ("salesforce_activity_id", f"00T{key}"), fields, (("contacts", to),))

    good, bad = hubspot.write("calls", "create", [call("good", contact), call("bad", "99999999")])
    assert good.ok
    assert hubspot.associations("calls", "contacts", [good.record_id]) == {good.record_id: [contact]}
    assert (bad.ok, bad.code) == (False, "ASSOCIATION_FAILED")


@pytest.mark.parametrize("fault", [{"drop": "after"}, {"status": 502, "commit": True}, {"drop": "before"}])
@pytest.mark.parametrize("operation", ["create", "upsert", "update"])
def test_a_lost_answer_makes_no_duplicate_and_loses_no_write(hubspot, hubspot_side, fault, operation):
    portal = hubspot_side.portal
    portal.add_property("contacts", UNIQUE)
    if operation == "update":
        writes = [update(hubspot_side.person(email=f"p{n}@x.example"), firstname="Z") for n in range(5)]
    elif operation == "create":
        writes = [create(f"k{n}", email=f"p{n}@x.example", firstname="Z") for n in range(5)]
    else:
        fields = [{"email": f"p{n}@x.example", "firstname": "Z"} for n in range(5)]
        writes = [RecordWrite(f"k{n}", None, ("salesforce_lead_id", f"L{n}"), fields[n]) for n in range(5)]
    hubspot_side.fail(path=f"*/batch/{operation}", **fault)
    verb = "update" if operation == "update" else "create"
    results = hubspot.write("contacts", verb, writes)
    assert all(result.ok for result in results)
    assert len(portal.records("contacts")) == 5
    assert {record.properties["firstname"] for record in portal.records("contacts")} == {"Z"}
    committed = fault != {"drop": "before"}
    assert hubspot_side.calls(f"POST /crm/v3/objects/{{type}}/batch/{operation}") == (1 if committed else 2)


def test_a_lost_create_without_any_key_is_told_and_not_repeated(hubspot, hubspot_side):
    hubspot_side.fail(path="*/calls/batch/create", drop="after")
    (result,) = hubspot.write("calls", "create", [create("k", hs_timestamp="2026-11-16T08:00:00Z")])
    assert (result.ok, result.code) == (False, "OUTCOME_UNKNOWN")
    assert len(hubspot_side.portal.records("calls")) == 1


def test_when_reading_back_fails_too_the_doubtful_writes_are_carried_out_of_it(hubspot, hubspot_side):
    hubspot_side.fail(path="*/batch/create", drop="after")
    hubspot_side.fail(path="*/batch/read", status=503, times=None)
    with pytest.raises(OutcomeUnknownError) as caught:
        hubspot.write("contacts", "create", [create("k", email="a@x.example")])
    assert [write.key for write in caught.value.writes] == ["k"]


def test_results_in_hand_survive_a_vendor_that_goes_down(hubspot, hubspot_side):
    ids = [hubspot_side.person(email=f"p{n}@x.example") for n in range(250)]
    hubspot_side.fail(path="*/batch/update", status=429, skip=1, times=None, body={"policyName": "DAILY"})
    results = hubspot.write("contacts", "update", [update(one, firstname="Z") for one in ids])
    assert [result.ok for result in results] == [True] * 100 + [False] * 150
    assert {result.code for result in results[100:]} == {"NOT_SENT"}


def test_a_vendor_that_is_down_from_the_start_raises(hubspot, hubspot_side):
    hubspot_side.fail(path="*/batch/archive", status=503, times=None)
    with pytest.raises(RetryableError):
        hubspot.write("contacts", "archive", [update("1")])


def test_archive_is_idempotent(hubspot, hubspot_side):
    contact = hubspot_side.person(email="a@x.example")
    for _ in range(2):
        assert hubspot.write("contacts", "archive", [update(contact)])[0].ok
    assert hubspot_side.portal.record("contacts", contact).archived


def test_a_purge_is_for_good_and_a_lost_answer_is_no_failure(hubspot, hubspot_side):
    contact, other = (hubspot_side.person(email=f"{name}@x.example") for name in "ab")
    hubspot_side.fail(path="*/gdpr-delete", drop="after")
    results = hubspot.write("contacts", "purge", [update(contact), update("4711")])
    assert [result.ok for result in results] == [True, True]
    assert hubspot_side.portal.record("contacts", contact) is None
    assert [record.id for record in hubspot_side.portal.records("contacts")] == [other]
    assert hubspot.archived("contacts") == []


def test_opt_out_goes_by_address_and_shows_on_the_contact(hubspot, hubspot_side):
    contact = hubspot_side.person(email="a+b@x.example")
    results = by_key(hubspot.opt_out(["A+b@x.example", "not an address"]))
    assert results["A+b@x.example"].ok
    assert not results["not an address"].ok
    (record,) = hubspot.read("contacts", [contact], ["hs_email_optout"])
    assert record.fields["hs_email_optout"] == "true"


def test_an_upsert_whose_address_is_taken_names_the_holder(hubspot, hubspot_side):
    hubspot_side.portal.add_property("contacts", UNIQUE)
    holder = hubspot_side.person(email="a@x.example")
    taken = RecordWrite("taken", None, ("salesforce_lead_id", "00Q1"), {"email": "a@x.example"})
    free = RecordWrite("free", None, ("salesforce_lead_id", "00Q2"), {"email": "b@x.example"})
    results = by_key(hubspot.write("contacts", "create", [taken, free]))
    assert (results["taken"].ok, results["taken"].code, results["taken"].record_id) == (
        False,
        "DUPLICATE",
        holder,
    )
    assert results["free"].ok


def test_a_list_can_be_loaded_by_address_again_and_again(hubspot, hubspot_side):
    present = hubspot_side.person(email="p7@x.example")
    writes = [
        RecordWrite(f"row {number}", None, ("email", f"P{number}@X.example"), {"firstname": f"N{number}"})
        for number in range(250)
    ]
    first, second = hubspot.write("contacts", "create", writes), hubspot.write("contacts", "create", writes)
    assert all(result.ok for result in first + second)
    assert sum(result.created for result in first) == 249
    assert sum(result.created for result in second) == 0
    assert first[7].record_id == present
    assert len(hubspot_side.portal.records("contacts")) == 250


def test_a_create_that_lands_after_we_looked_is_known_as_our_own(hubspot_side):
    portal, written = hubspot_side.portal, {"email": "a@x.example", "firstname": "A"}
    waits = []

    def land_meanwhile(seconds):
        waits.append(seconds)
        if len(waits) == 1:
            # The read back sees nothing yet; the repeat meets what the first call made.
            hubspot_side.fail(path="*/batch/read", status=207, body={"status": "COMPLETE", "results": []})
            portal.create("contacts", written, actor=Actor.integration(portal.app_id))

    hubspot_side.fail(path="*/batch/create", status=504, body="<html/>")
    (result,) = hubspot_side.gateway(sleep=land_meanwhile).write(
        "contacts", "create", [create("k", **written)]
    )
    assert result.ok
    assert len(portal.records("contacts")) == 1
