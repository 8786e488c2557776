"""getUpdated, getDeleted, the daily allowance, record counts."""

from datetime import UTC, datetime, timedelta

import pytest
from simple_salesforce.exceptions import SalesforceMalformedRequest, SalesforceRefusedRequest

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
END = datetime(2026, 11, 20, 9, 40, 45, tzinfo=UTC)


def test_updated_and_deleted_ids(served, sf):
    kept, gone, old = (sf.Lead.create({"LastName": name, "Company": "B"})["id"] for name in "ABC")
    served.org.update("Lead", old, {}, user_id=served.rep_id, at=datetime(2026, 11, 20, 9, 59, tzinfo=UTC))
    sf.Lead.delete(gone)
    served.clock.advance(3600)
    updated = sf.Lead.updated(START, END)
    assert updated == {"ids": [kept], "latestDateCovered": "2026-11-20T09:40:00.000+0000"}
    deleted = sf.Lead.deleted(START, END)
    assert deleted["deletedRecords"] == [{"id": gone, "deletedDate": "2026-11-20T09:30:00.000+0000"}]
    assert deleted["earliestDateAvailable"] == "2026-11-05T10:30:00.000+0000"


def test_the_covered_date_lags_when_a_long_transaction_runs(served, sf):
    served.org.replication_lag = timedelta(minutes=20)
    assert sf.Lead.updated(START, END)["latestDateCovered"] == "2026-11-20T09:10:00.000+0000"


def test_a_merged_lead_looks_like_a_deleted_one(served, sf):
    keep, lose = (sf.Lead.create({"LastName": name, "Company": "B"})["id"] for name in "AB")
    served.org.merge("Lead", keep, [lose], user_id=served.rep_id)
    served.clock.advance(120)
    assert [one["id"] for one in sf.Lead.deleted(START, END)["deletedRecords"]] == [lose]


@pytest.mark.parametrize(
    ("start", "end"),
    [(END, START), (START, START + timedelta(seconds=50)), (START - timedelta(days=31), END)],
)
def test_bad_periods(sf, start, end):
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_REPLICATION_DATE"):
        sf.Lead.updated(start, end)


def test_deleted_reaches_back_15_days_only(sf):
    with pytest.raises(SalesforceMalformedRequest, match="15 days"):
        sf.Lead.deleted(START - timedelta(days=16), END)


def test_calls_are_counted_in_the_header_and_in_limits(served, sf):
    sf.query("SELECT Id FROM Lead")
    assert sf.api_usage["api-usage"].used == 1
    assert sf.limits()["DailyApiRequests"] == {"Max": 100_000, "Remaining": 99_998}
    served.clock.advance(25 * 3600)
    assert served.client().limits()["DailyApiRequests"]["Remaining"] == 99_999


def test_the_allowance_runs_out(served, sf):
    served.org.usage.limit = 2
    sf.limits()
    sf.limits()
    with pytest.raises(SalesforceRefusedRequest) as raised:
        sf.limits()
    assert raised.value.content == [
        {"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}
    ]


def test_callers_names_are_noted(served):
    served.raw("GET", "limits", headers={"Sforce-Call-Options": "client=Accord"})
    assert served.org.usage.clients == {"Accord": 1}


def test_record_counts_leave_deleted_rows_out(served, sf):
    ids = [sf.Lead.create({"LastName": name, "Company": "B"})["id"] for name in "AB"]
    sf.Lead.delete(ids[0])
    found = sf.restful("limits/recordCount", params={"sObjects": "Lead,Contact"})
    assert found == {"sObjects": [{"count": 1, "name": "Lead"}, {"count": 0, "name": "Contact"}]}


def test_a_records_stamp_never_runs_backwards(served, sf):
    lead = sf.Lead.create({"LastName": "A", "Company": "B"})["id"]
    served.org.update("Lead", lead, {"Title": "CTO"}, user_id=served.rep_id, at=START)
    assert sf.Lead.get(lead)["SystemModstamp"] == "2026-11-20T09:30:00.000+0000"


def test_a_late_commit_carries_an_older_stamp(served, sf):
    late = served.clock.now() - timedelta(minutes=7)
    served.org.create("Lead", {"LastName": "Late", "Company": "B"}, user_id=served.rep_id, at=late)
    found = sf.query("SELECT SystemModstamp FROM Lead")["records"][0]["SystemModstamp"]
    assert found == "2026-11-20T09:23:00.000+0000"
