"""Writing Salesforce: a result for every record, no duplicates after a lost answer, no re-assignment."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connectors.errors import OutcomeUnknownError, QuotaExhaustedError
from connectors.results import RecordWrite

EXTERNAL = {"label": "H", "type": "Text", "length": 32, "unique": True, "externalId": True, "required": False}


def update(record_id, **fields):
    return RecordWrite(f"k{record_id}", record_id, None, fields)


def create(key, **fields):
    return RecordWrite(key, None, None, {"LastName": "Doe", "Company": "Acme", **fields})


def upsert(key, value, **fields):
    return RecordWrite(
        key, None, ("HubSpot_Contact_Id__c", value), {"LastName": "Doe", "Company": "Acme", **fields}
    )


def keyed(side):
    side.org.add_field("Lead.HubSpot_Contact_Id__c", EXTERNAL, visible_to_all=True)


def test_update_writes_every_kind_of_value_and_clears_with_none(salesforce, salesforce_side):
    ids = [salesforce_side.lead(Phone="1") for _ in range(430)]
    fields = {"Phone": None, "AnnualRevenue": Decimal(1000), "HasOptedOutOfEmail": True, "Title": "CTO"}
    results = salesforce.write("Lead", "update", [update(one, **fields) for one in ids])
    assert [result.record_id for result in results] == ids
    assert all(result.ok for result in results)
    row = salesforce_side.org.record("Lead", ids[429])
    assert (row["Phone"], float(row["AnnualRevenue"]), row["Title"]) == (None, 1000.0, "CTO")
    assert salesforce.usage().calls == 3


def test_one_bad_record_never_blocks_the_others_and_its_field_is_named(salesforce, salesforce_side):
    ids = [salesforce_side.lead() for _ in range(8)]
    salesforce_side.org.add_validation_rule(
        "Lead.No_X",
        {
            "active": True,
            "errorConditionFormula": 'Title = "X"',
            "errorMessage": "no X",
            "errorDisplayField": "Title",
        },
    )
    writes = [update(one, Title="fine") for one in ids]
    writes[1] = update(ids[1], Title="fine", FirstName="x" * 41)
    writes[2] = update(ids[2], Title="X")
    writes[3] = update(ids[3], Title="fine", Email="nonsense")
    writes[4] = update(ids[4], Title="fine", Nonsense__c="1")
    writes[5] = update("00Q000000000000AAA", Title="fine")
    results = salesforce.write("Lead", "update", writes)
    assert [at for at, result in enumerate(results) if not result.ok] == [1, 2, 3, 4, 5]
    assert [result.fields for result in results[1:5]] == [
        ("FirstName",),
        ("Title",),
        ("Email",),
        ("Nonsense__c",),
    ]
    assert results[2].code == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert "no X" in results[2].message


def test_creating_by_key_twice_makes_one_record(salesforce, salesforce_side):
    keyed(salesforce_side)
    first = salesforce.write(
        "Lead", "create", [upsert("a", "1"), upsert("b", "2"), upsert("c", "1", Title="CTO")]
    )
    assert [(result.ok, result.created) for result in first] == [(True, True), (True, True), (True, False)]
    assert first[0].record_id == first[2].record_id
    assert len(salesforce_side.org.rows("Lead")) == 2


def test_two_writes_to_one_record_are_done_in_order(salesforce, salesforce_side):
    lead = salesforce_side.lead()
    writes = [
        RecordWrite("one", lead, None, {"Title": "A"}),
        RecordWrite("two", lead[:15], None, {"Title": "B"}),
    ]
    assert all(result.ok for result in salesforce.write("Lead", "update", writes))
    assert salesforce_side.org.record("Lead", lead)["Title"] == "B"


def test_a_locked_row_is_tried_again_alone(salesforce, salesforce_side):
    ids = [salesforce_side.lead() for _ in range(3)]
    salesforce_side.org.row_locks.lock([ids[1]], times=2)
    results = salesforce.write("Lead", "update", [update(one, Title="CTO") for one in ids])
    assert all(result.ok for result in results)
    assert len(salesforce_side.watch.slept) == 2


def test_a_row_that_stays_locked_fails_by_itself(salesforce, salesforce_side):
    ids = [salesforce_side.lead() for _ in range(2)]
    salesforce_side.org.row_locks.lock([ids[0]], times=1_000)
    results = salesforce.write("Lead", "update", [update(one, Title="CTO") for one in ids])
    assert [(result.ok, result.code) for result in results] == [(False, "UNABLE_TO_LOCK_ROW"), (True, None)]


def test_a_duplicate_rule_names_the_record_in_the_way(salesforce, salesforce_side):
    present = salesforce_side.lead(Email="here@acme.example")
    salesforce_side.org.duplicates.mode = "block"
    results = salesforce.write(
        "Lead", "create", [create("dup", Email="here@acme.example"), create("new", Email="new@acme.example")]
    )
    assert (results[0].code, results[0].record_id) == ("DUPLICATES_DETECTED", present)
    assert results[1].ok


def test_a_unique_value_that_is_taken_names_its_holder(salesforce, salesforce_side):
    keyed(salesforce_side)
    holder, other = salesforce_side.lead(HubSpot_Contact_Id__c="1"), salesforce_side.lead()
    (result,) = salesforce.write("Lead", "update", [update(other, HubSpot_Contact_Id__c="1")])
    assert (result.ok, result.code, result.record_id) == (False, "DUPLICATE", holder)


def test_a_converted_lead_is_refused_by_code(salesforce, salesforce_side):
    lead = salesforce_side.lead()
    salesforce_side.org.convert_lead(
        lead, user_id=salesforce_side.rep_id, converted_status="Closed - Converted", create_opportunity=False
    )
    (result,) = salesforce.write("Lead", "update", [update(lead, Title="CTO")])
    assert (result.ok, result.code) == (False, "CANNOT_UPDATE_CONVERTED_LEAD")


def test_writing_never_lets_assignment_rules_take_the_lead_away(salesforce, salesforce_side):
    org = salesforce_side.org
    for number in range(5):
        org.add_user(email=f"rep{number}@x.example", first_name="R", last_name=str(number))
    leads = {
        country: salesforce_side.lead(Country=country, OwnerId=salesforce_side.rep_id)
        for country in ("Germany", "France", "Spain", "Italy", "Japan")
    }
    org.sessions.expire_all()
    salesforce.write("Lead", "update", [update(one, Title="CTO") for one in leads.values()])
    org.sessions.expire_all()
    salesforce.write("Lead", "update", [update(one, Title="CEO") for one in leads.values()])
    assert {org.record("Lead", one)["OwnerId"] for one in leads.values()} == {salesforce_side.rep_id}


@pytest.mark.parametrize("fault", [{"drop": "after"}, {"status": 500, "commit": True}, {"drop": "before"}])
@pytest.mark.parametrize("operation", ["upsert", "update"])
def test_a_lost_answer_makes_no_duplicate_and_loses_no_write(salesforce, salesforce_side, fault, operation):
    keyed(salesforce_side)
    if operation == "update":
        writes = [update(salesforce_side.lead(), Title="CTO", AnnualRevenue=5) for _ in range(4)]
    else:
        writes = [upsert(f"k{n}", str(n), Title="CTO", Email=f"P{n}@X.example") for n in range(4)]
    salesforce_side.fail(method="PATCH", path="*/composite/sobjects*", **fault)
    results = salesforce.write("Lead", "update" if operation == "update" else "create", writes)
    assert all(result.ok for result in results)
    assert {row["Title"] for row in salesforce_side.org.rows("Lead")} == {"CTO"}
    assert len(salesforce_side.org.rows("Lead")) == 4
    sent = [count for name, count in salesforce.usage().by_endpoint.items() if name.startswith("PATCH")]
    assert sent == [1 if fault != {"drop": "before"} else 2]


def test_a_lost_create_without_any_key_is_told_and_not_repeated(salesforce, salesforce_side):
    salesforce_side.fail(path="*/composite/sobjects", drop="after")
    (result,) = salesforce.write("Lead", "create", [create("k")])
    assert (result.ok, result.code) == (False, "OUTCOME_UNKNOWN")
    assert len(salesforce_side.org.rows("Lead")) == 1


def test_when_reading_back_fails_too_the_doubtful_writes_are_carried_out_of_it(salesforce, salesforce_side):
    lead = salesforce_side.lead()
    salesforce_side.fail(path="*/composite/sobjects", drop="after")
    salesforce_side.fail(path="*/composite", status=503, times=None)
    with pytest.raises(OutcomeUnknownError) as caught:
        salesforce.write("Lead", "update", [update(lead, Title="CTO")])
    assert [write.record_id for write in caught.value.writes] == [lead]


def _known(lead: str, since: datetime, **fields: Any) -> RecordWrite:
    return RecordWrite(lead, lead, None, fields, expected=dict.fromkeys(fields), unmodified_since=since)


def test_a_conditional_update_leaves_a_field_alone_that_somebody_changed(salesforce, salesforce_side, clock):
    lead, other = salesforce_side.lead(), salesforce_side.lead()
    seen = clock.now()
    clock.advance(60)
    salesforce_side.org.update("Lead", lead, {"Title": "Chief"}, user_id=salesforce_side.rep_id)
    salesforce_side.org.update("Lead", other, {"City": "Kiel"}, user_id=salesforce_side.rep_id)
    salesforce_side.org.sessions.expire_all()
    moved, free = salesforce.write(
        "Lead", "update", [_known(lead, seen, Title="CTO"), _known(other, seen, Title="CTO")]
    )
    assert (moved.ok, moved.code) == (False, "MODIFIED_SINCE")
    assert free.ok, "another field than ours was changed"
    assert salesforce_side.org.record("Lead", lead)["Title"] == "Chief"
    assert salesforce_side.org.record("Lead", other)["Title"] == "CTO"


@pytest.mark.parametrize("others", [0, 40])
def test_an_update_tells_whose_edit_it_replaced(salesforce, salesforce_side, clock, others):
    """Of a collection always; of a single record where the edit came in the very second of the reading."""
    lead = salesforce_side.lead()
    rest = [salesforce_side.lead() for _ in range(others)]
    salesforce_side.org.update("Lead", lead, {"Title": "Chief"}, user_id=salesforce_side.rep_id)
    writes = [_known(one, clock.now(), Title="CTO") for one in [lead, *rest]]
    first, *untouched = salesforce.write("Lead", "update", writes)
    assert first.ok
    assert (first.overtaken["Title"].value, first.overtaken["Title"].actor) == (
        "Chief",
        salesforce_side.rep_id,
    )
    assert all(result.ok and not result.overtaken for result in untouched)


def test_archive_is_idempotent_and_activities_are_written(salesforce, salesforce_side):
    lead = salesforce_side.lead()
    moment = datetime(2026, 11, 16, 8, 30, tzinfo=UTC)
    task = RecordWrite("t", None, None, {"WhoId": lead, "Subject": "Call", "Status": "Completed"})
    event = RecordWrite(
        "e",
        None,
        None,
        {
            "WhoId": lead,
            "Subject": "Demo",
            "StartDateTime": moment,
            "EndDateTime": moment + timedelta(hours=1),
        },
    )
    (made,) = salesforce.write("Task", "create", [task])
    assert made.ok
    assert salesforce.write("Event", "create", [event])[0].ok
    for _ in range(2):
        assert salesforce.write("Task", "archive", [update(made.record_id)])[0].ok
    assert salesforce_side.org.rows("Task") == []


def test_the_reserve_is_kept_for_opt_outs(salesforce_side):
    lead = salesforce_side.lead()
    salesforce_side.org.usage.limit = 20
    gateway = salesforce_side.gateway(reserve_share=0.99)
    gateway.schema("Lead")
    with pytest.raises(QuotaExhaustedError, match="reserved"):
        gateway.write("Lead", "update", [update(lead, Title="CTO")])
    assert gateway.write("Lead", "update", [update(lead, HasOptedOutOfEmail=True)], urgent=True)[0].ok


def test_salesforce_is_never_asked_to_delete_for_good(salesforce, salesforce_side):
    with pytest.raises(ValueError, match="for good"):
        salesforce.write("Lead", "purge", [update("00Q000000000001EAA")])
