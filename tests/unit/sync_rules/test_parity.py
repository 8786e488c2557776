"""What the documented rules explain of a difference, and what they do not."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sync_rules.mapping import load_shipped_mapping
from sync_rules.owners import NO_OWNERS
from sync_rules.parity import LinkState, Parity
from sync_rules.parity_activities import TWICE, twice
from sync_rules.records import Link, Record, Side

NOW = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
MAPPING = load_shipped_mapping()
LINK = Link("h1", "person", "1", "Lead", "00Q", "e-mail")


def _record(side: Side, object_type: str, record_id: str, **fields: Any) -> Record:
    return Record(side, object_type, record_id, fields, NOW)


def _found(
    hubspot: dict[str, Any],
    salesforce: dict[str, Any],
    *,
    base: dict[str, Any] | None = None,
    held: dict[str, str] | None = None,
) -> list[tuple[str | None, str | None]]:
    state = LinkState(LINK, base or {}, {}, held or {})
    ours, theirs = (
        _record("hubspot", "contacts", "1", **hubspot),
        _record("salesforce", "Lead", "00Q", **salesforce),
    )
    return [(one.field, one.explained) for one in Parity(MAPPING, NO_OWNERS).fields(state, ours, theirs)]


@pytest.mark.parametrize(
    ("hubspot", "salesforce"),
    [
        ({"city": "Kiel "}, {"City": "Kiel"}),
        ({"country": "Germany"}, {"Country": "DE"}),
        ({"phone": "030 1234567"}, {"Phone": "+49 30 1234567"}),
        ({"hs_lead_status": "CONNECTED"}, {"Status": "Working - Contacted"}),
        ({"employee_count": "500"}, {"NumberOfEmployees": 500.0}),
        ({"do_not_call": None}, {"DoNotCall": False}),
        # dont_sync, and a field that one side does not show
        ({"linkedin_url": "x"}, {}),
        ({"city": "Kiel"}, {}),
    ],
)
def test_what_means_the_same_is_no_difference(hubspot: dict[str, Any], salesforce: dict[str, Any]) -> None:
    assert _found(hubspot, salesforce) == []


@pytest.mark.parametrize(
    ("hubspot", "salesforce", "base", "held", "why"),
    [
        ({"city": "Kiel"}, {"City": "Bonn"}, {}, {}, None),
        ({"city": "Kiel"}, {"City": "Bonn"}, {}, {"city": "undone"}, "held: undone"),
        ({"city": "Kiel"}, {"City": "Bonn"}, {}, {"": "deferred"}, "held: deferred"),
        ({"city": "Kiel"}, {"City": "Bonn"}, {}, {"title": "flapping"}, None),
        # A blank that does not erase, and one that should have been filled.
        ({"city": None}, {"City": "Bonn"}, {"city": "Bonn"}, {}, "a blank in hubspot"),
        ({"city": None}, {"City": "Bonn"}, {"city": "Kiel"}, {}, None),
        ({"city": None}, {"City": "Bonn"}, {}, {}, None),
        ({"jobtitle": None}, {"Title": "CEO"}, {"title": "CEO"}, {}, None),
        # An authority that says nothing, and the other side that says nothing.
        ({"lead_source": None}, {"LeadSource": "Messe"}, {}, {}, "a blank in hubspot"),
        ({"lead_source": "webinar"}, {"LeadSource": None}, {"lead_source": "webinar"}, {}, None),
        ({"accord_objection": "dear"}, {"Accord_Objection__c": None}, {"objection": "dear"}, {}, None),
        # Consent: yes on one side only.
        ({"hs_email_optout": "true"}, {"HasOptedOutOfEmail": False}, {}, {}, None),
        (
            {"hubspot_owner_id": "7"},
            {"OwnerId": "005"},
            {},
            {"owner": "unmapped_owner"},
            "held: unmapped_owner",
        ),
        ({"city": "Kiel"}, {"City": "Bonn", "IsConverted": True}, {}, {}, "the Lead was converted"),
    ],
)
def test_a_difference_is_explained_by_a_rule_a_hold_or_nothing(
    hubspot: dict[str, Any],
    salesforce: dict[str, Any],
    base: dict[str, Any],
    held: dict[str, str],
    why: str | None,
) -> None:
    ((_, explained),) = _found(hubspot, salesforce, base=base, held=held)
    assert (explained is None) == (why is None)
    assert why is None or (explained or "").startswith(why)


def test_two_copies_of_one_activity_are_found() -> None:
    records = [
        _record("salesforce", "Task", "00T1", HubSpot_Activity_Id__c="calls:1"),
        _record("salesforce", "Task", "00T2", HubSpot_Activity_Id__c="calls:1"),
        _record("salesforce", "Task", "00T3", HubSpot_Activity_Id__c="calls:2"),
        _record("salesforce", "Task", "00T4", HubSpot_Activity_Id__c=None),
        _record("salesforce", "Task", "00T5", HubSpot_Activity_Id__c=None),
        _record("hubspot", "calls", "1", salesforce_activity_id=None),
        _record("hubspot", "calls", "8", salesforce_activity_id="00T4"),
        _record("hubspot", "calls", "9", salesforce_activity_id="00T4"),
    ]
    assert [(one.kind, one.record_id) for one in twice(records)] == [(TWICE, "9"), (TWICE, "00T2")]
