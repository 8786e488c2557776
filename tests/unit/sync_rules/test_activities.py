"""Activities: one canonical form, which records are one, and what is written about them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sync_rules.activities import Activity, activity_key, activity_of
from sync_rules.activity_pairs import pair_activities
from sync_rules.planner import after_create
from sync_rules.records import Link
from sync_rules.roll_up import roll_ups
from sync_rules.schema import FieldSchema
from sync_rules.state import ActivityState, MarketingEvent, RollUpState

AT = "2026-03-02T11:30:00Z"
CONNECTED = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
CUSTOM = "12345678-1234-1234-1234-123456789abc"
TASK_ID = "00T000000000001EAA"
EVENT_ID = "00U000000000001EAA"


def call(make, record_id="5", **fields):
    base = {
        "hs_timestamp": AT, "hs_call_title": "Intro", "hs_call_body": "<p>Hi &amp; bye</p>", "_contacts": ["101"],
        "hs_call_direction": "OUTBOUND", "hs_call_duration": "90500", "hs_call_disposition": CONNECTED,
        "hubspot_owner_id": "11", "salesforce_activity_id": None,
    }  # fmt: skip
    return make.record("hubspot", "calls", record_id, base | fields)


def task(make, record_id=TASK_ID, **fields):
    base = {
        "Subject": "Intro", "Description": "Hi & bye", "TaskSubtype": "Call", "CallType": "Outbound",
        "CallDurationInSeconds": 90, "CallDisposition": "Connected", "Status": "Completed", "WhoId": make.lead_id,
        "OwnerId": "005000000000001AAA", "CompletedDateTime": "2026-03-02T11:35:00.000+0000",
        "ActivityDate": "2026-03-02",
        "HubSpot_Activity_Id__c": None, "HubSpot_Activity_At__c": None,
    }  # fmt: skip
    return make.record("salesforce", "Task", record_id, base | fields)


def event(make, **fields):
    base = {
        "Subject": "Demo", "Description": None, "StartDateTime": AT, "EndDateTime": "2026-03-02T12:00:00Z",
        "WhoId": make.lead_id, "OwnerId": "005000000000001AAA", "HubSpot_Activity_Id__c": None,
    }  # fmt: skip
    return make.record("salesforce", "Event", EVENT_ID, base | fields)


def pairs(make, hubspot=(), salesforce=(), links=None, **more):
    return pair_activities(
        hubspot, salesforce, links or [make.link()], make.mapping.activities, make.owners, **more
    )


def planned(make, *states, **more):
    return make.plan(activities=states, **more)


def test_one_call_reads_the_same_from_both_sides(make):
    ours = activity_of(call(make), make.mapping.activities, make.owners)
    theirs = activity_of(task(make, HubSpot_Activity_At__c=AT), make.mapping.activities, make.owners)
    assert ours == Activity(
        kind="call",
        at=datetime(2026, 3, 2, 11, 30, tzinfo=UTC),
        person_ids=("101",),
        owner_email="rep@meridian.example",
        subject="Intro",
        body="Hi & bye",
        outcome="Connected",
        duration_s=90,
        direction="outbound",
        done=True,
    )
    assert theirs == Activity(
        **{name: getattr(ours, name) for name in Activity.__slots__} | {"person_ids": (make.lead_id,)}
    )


@pytest.mark.parametrize(
    ("object_type", "fields", "expected"),
    [
        ("emails", {"hs_email_direction": "INCOMING_EMAIL", "hs_email_subject": "Re", "hs_email_text": "a <b> c"},
         {"kind": "email", "direction": "inbound", "subject": "Re", "body": "a <b> c"}),
        ("emails", {"hs_email_html": "<div>one</div><div>two</div>"}, {"body": "one\ntwo", "direction": None}),
        ("meetings", {"hs_meeting_start_time": "2026-03-02T09:00:00Z", "hs_meeting_end_time": "2026-03-02T09:30:00Z"},
         {"kind": "meeting", "at": datetime(2026, 3, 2, 9, tzinfo=UTC), "duration_s": 1800, "done": True}),
        ("meetings", {"hs_meeting_outcome": "CANCELED", "hs_meeting_end_time": "2026-03-01T00:00:00Z"},
         {"done": False, "duration_s": None}),
        ("tasks", {"hs_task_status": "NOT_STARTED", "hs_task_subject": "Do"},
         {"kind": "task", "done": False, "subject": "Do"}),
        ("calls", {"hs_call_duration": "soon", "hs_call_disposition": CUSTOM, "hs_call_direction": "ODD"},
         {"duration_s": None, "outcome": CUSTOM, "direction": None, "owner_email": None}),
    ],
)  # fmt: skip
def test_hubspot_engagements_are_read(make, object_type, fields, expected):
    record = make.record("hubspot", object_type, "1", {"hs_timestamp": AT} | fields)
    activity = activity_of(record, make.mapping.activities, make.owners)
    assert {name: getattr(activity, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"TaskSubtype": "Email"}, {"kind": "email"}),
        ({"TaskSubtype": None, "Status": "Not Started"},
         {"kind": "task", "done": False, "at": datetime(2026, 3, 2, tzinfo=UTC)}),
        ({"TaskSubtype": "Task", "HubSpot_Activity_At__c": AT}, {"at": datetime(2026, 3, 2, 11, 30, tzinfo=UTC)}),
        ({"TaskSubtype": "Task", "HubSpot_Activity_At__c": AT, "ActivityDate": "2026-03-05"},
         {"at": datetime(2026, 3, 5, tzinfo=UTC)}),
        ({"IsClosed": True, "Status": "Done", "WhoId": None, "OwnerId": None},
         {"done": True, "person_ids": (), "owner_email": None}),
        ({"CompletedDateTime": "whenever"}, None),
        ({"TaskSubtype": "List Email"}, None),
        ({"HubSpot_Activity_Id__c": "rollup:101:2026-03-02"}, None),
    ],
)  # fmt: skip
def test_salesforce_tasks_are_read(make, fields, expected):
    activity = activity_of(task(make, **fields), make.mapping.activities, make.owners)
    if expected is None:
        assert activity is None
    else:
        assert {name: getattr(activity, name) for name in expected} == expected


def test_events_are_meetings_with_a_length(make):
    rules = make.mapping.activities
    assert activity_of(event(make), rules, make.owners).duration_s == 1800
    by_minutes = event(make, EndDateTime=None, DurationInMinutes=45)
    assert activity_of(by_minutes, rules, make.owners).duration_s == 2700
    assert activity_of(event(make, IsChild=True), rules, make.owners) is None
    timeless = make.record("hubspot", "calls", "1", {"hs_timestamp": None})
    assert activity_of(timeless, rules, make.owners) is None
    assert activity_of(make.record("hubspot", "notes", "1", {"hs_timestamp": AT}), rules, make.owners) is None


# ---- pairing


def test_a_copy_belongs_to_what_it_was_copied_from(make):
    copy = task(make, HubSpot_Activity_Id__c="calls:5")
    (state,) = pairs(make, [call(make)], [copy], bases={"calls:5": {"subject": "Intro"}})
    assert (state.key, state.hubspot.id, state.salesforce.id) == ("calls:5", "5", TASK_ID)
    assert state.base == {"subject": "Intro"}
    (state,) = pairs(make, [call(make, salesforce_activity_id=TASK_ID[:15])], [task(make)])
    assert state.key == f"Task:{TASK_ID}"


@pytest.mark.parametrize(
    ("fields", "together"),
    [
        ({}, True),
        ({"CompletedDateTime": "2026-03-02T11:45:00Z"}, True),
        ({"CompletedDateTime": "2026-03-02T11:46:00Z"}, False),
        ({"OwnerId": "005000000000003AAA"}, False),
        ({"OwnerId": None}, False),
        ({"TaskSubtype": "Email"}, False),
        ({"HubSpot_Activity_Id__c": "calls:77"}, False),
    ],
)
def test_one_touch_logged_in_both_systems_is_one_activity(make, fields, together):
    states = pairs(make, [call(make)], [task(make, **fields)])
    assert len(states) == (1 if together else 2)


def test_each_touch_is_matched_once_with_the_nearest(make):
    near = task(make)
    far = task(make, "00T000000000002EAA", CompletedDateTime="2026-03-02T11:40:00Z")
    states = pairs(make, [call(make)], [far, near])
    assert {(s.hubspot and s.hubspot.id, s.salesforce.id) for s in states} == {("5", TASK_ID), (None, far.id)}
    marked = call(make, salesforce_activity_id="00T000000000009EAA")
    assert len(pairs(make, [marked], [near])) == 2


def test_only_people_on_both_sides_have_activities_to_sync(make):
    one_sided = Link("h101", "person", "101", None, None, "new")
    assert pairs(make, [call(make)], [task(make)], [one_sided]) == []
    gone = make.record("hubspot", "calls", "5", {}, deleted=True)
    assert pairs(make, [gone, call(make, "6", _contacts=["999"])]) == []
    converted = make.link("101", "Contact", make.contact_id, lead_id=make.lead_id)
    assert len(pairs(make, [], [task(make)], [converted])) == 1


# ---- what is written


def test_a_hubspot_call_becomes_a_task_under_its_own_key(make):
    (write,) = planned(make, *pairs(make, [call(make)])).writes
    assert (write.object_type, write.operation, write.link_id) == ("Task", "create", "calls:5")
    assert write.external_key == ("HubSpot_Activity_Id__c", "calls:5")
    assert write.fields == {
        "WhoId": make.lead_id, "OwnerId": "005000000000001AAA", "Subject": "Intro", "Description": "Hi & bye",
        "HubSpot_Activity_At__c": AT, "ActivityDate": "2026-03-02", "CallType": "Outbound",
        "CallDurationInSeconds": 90, "CallDisposition": "Connected", "TaskSubtype": "Call", "Status": "Completed",
    }  # fmt: skip
    assert after_create(write, TASK_ID) is None


@pytest.mark.parametrize(
    ("record", "object_type", "fields"),
    [
        (lambda m: task(m), "calls", {
            "hubspot_owner_id": "11", "hs_call_title": "Intro", "hs_call_body": "Hi &amp; bye",
            "hs_call_status": "COMPLETED",
            "hs_timestamp": "2026-03-02T11:35:00Z", "hs_call_direction": "OUTBOUND", "hs_call_duration": "90000",
            "hs_call_disposition": CONNECTED}),
        (lambda m: task(m, TaskSubtype="Email", Description="a\nb"), "emails", {
            "hubspot_owner_id": "11", "hs_email_subject": "Intro", "hs_email_text": "a\nb",
            "hs_timestamp": "2026-03-02T11:35:00Z", "hs_email_direction": "EMAIL"}),
        (lambda m: task(m, TaskSubtype="Task", Status="Not Started", Description=None), "tasks", {
            "hubspot_owner_id": "11", "hs_task_subject": "Intro", "hs_timestamp": "2026-03-02T00:00:00Z",
            "hs_task_status": "NOT_STARTED", "hs_task_type": "TODO"}),
        (lambda m: event(m), "meetings", {
            "hubspot_owner_id": "11", "hs_meeting_title": "Demo", "hs_timestamp": AT, "hs_meeting_start_time": AT,
            "hs_meeting_end_time": "2026-03-02T12:00:00Z", "hs_meeting_outcome": "SCHEDULED"}),
    ],
)  # fmt: skip
def test_salesforce_work_becomes_an_engagement_of_the_contact(make, record, object_type, fields):
    source = record(make)
    (write,) = planned(make, *pairs(make, [], [source])).writes
    assert (write.side, write.object_type) == ("hubspot", object_type)
    assert write.external_key == ("salesforce_activity_id", source.id)
    assert write.associations == (("contacts", "101"),)
    assert write.fields == fields


@pytest.mark.parametrize("kind", ["emails", "meetings", "tasks"])
def test_every_kind_goes_over_and_comes_back_as_the_same_activity(make, kind):
    fields = {
        "hs_timestamp": AT,
        "_contacts": ["101"],
        "hs_meeting_end_time": "2026-03-02T12:00:00Z",
        "hs_task_status": "COMPLETED",
    }
    source = make.record("hubspot", kind, "8", fields)
    (write,) = planned(make, *pairs(make, [source])).writes
    made = make.record(
        "salesforce", write.object_type, TASK_ID, write.fields | {"HubSpot_Activity_Id__c": f"{kind}:8"}
    )
    state = ActivityState(f"{kind}:8", make.link(), source, made)
    plan = planned(make, state)
    assert plan.writes == ()
    assert plan.agreements[0].link_id == f"{kind}:8"
    known = ActivityState(state.key, state.link, source, made, dict(plan.agreements[0].settled))
    assert planned(make, known).agreements == ()


def follow_up(make, hubspot, salesforce, base=None):
    return planned(make, ActivityState("calls:5", make.link(), hubspot, salesforce, base))


def copied(make, **fields):
    return task(make, HubSpot_Activity_Id__c="calls:5", HubSpot_Activity_At__c=AT, **fields)


def test_an_edit_flows_to_the_copy_and_an_edit_of_the_copy_flows_back(make):
    base = {"subject": "Intro", "outcome": "Connected", "at": "2026-03-02T11:30:00+00:00"}
    (write,) = follow_up(
        make, call(make, hs_call_title="New", hs_timestamp="2026-03-02T11:31:00Z"), copied(make), base
    ).writes
    assert (write.side, write.record_id) == ("salesforce", TASK_ID)
    assert write.fields == {"Subject": "New", "HubSpot_Activity_At__c": "2026-03-02T11:31:00Z"}
    assert {c.name: c.value for c in write.changes}["at"] == "2026-03-02T11:31:00+00:00"
    (write,) = follow_up(make, call(make), copied(make, CallDisposition="No answer"), base).writes
    assert write.fields == {"hs_call_disposition": "73a0d17f-1163-4015-bdd5-ec830791da20"}
    assert write.changes[0].why == "outcome edited in Salesforce"
    (write,) = follow_up(make, call(make, hs_call_title="A"), copied(make, Subject="B"), base).writes
    assert write.fields == {"Subject": "A"}
    (write,) = follow_up(make, call(make, hs_call_disposition=None), copied(make)).writes
    assert write.fields == {"CallDisposition": None}


def test_an_outcome_that_hubspot_does_not_know_stays_in_salesforce(make):
    base = {"outcome": "Connected"}
    assert follow_up(make, call(make), copied(make, CallDisposition="Left at reception"), base).writes == ()
    (write,) = follow_up(make, call(make), copied(make, CallDisposition=CUSTOM), base).writes
    assert write.fields == {"hs_call_disposition": CUSTOM}


def test_engagements_copied_from_salesforce_follow_salesforce(make):
    copy = call(make, salesforce_activity_id=TASK_ID, hs_timestamp="2026-03-02T11:35:00Z")
    state = ActivityState(
        f"Task:{TASK_ID}", make.link(), copy, task(make, Subject="New", CallDurationInSeconds=120)
    )
    (write,) = planned(make, state).writes
    assert (write.side, write.fields) == ("hubspot", {"hs_call_title": "New", "hs_call_duration": "120000"})


def test_one_touch_logged_twice_is_marked_once_and_then_left_alone(make):
    plan = planned(make, *pairs(make, [call(make)], [task(make)]))
    assert {write.side: write.fields for write in plan.writes} == {
        "hubspot": {"salesforce_activity_id": TASK_ID},
        "salesforce": {"HubSpot_Activity_Id__c": "calls:5"},
    }
    marked = call(make, hs_call_title="Mine", salesforce_activity_id=TASK_ID)
    assert planned(make, *pairs(make, [marked], [copied(make)])).writes == ()


def email(make, record_id="7", **fields):
    base = {"hs_timestamp": AT, "hs_email_subject": "Offer", "_contacts": ["101"], "hubspot_owner_id": "11"}
    return make.record("hubspot", "emails", record_id, base | fields)


def mail(make, record_id=TASK_ID, **fields):
    return task(make, record_id, TaskSubtype="Email", Subject="Offer", **fields)


def paired(states):
    return sorted(
        (one.hubspot.id if one.hubspot else "", one.salesforce.id if one.salesforce else "") for one in states
    )  # fmt: skip


OTHER_TASK = "00T000000000002EAA"


def test_a_mail_is_known_by_its_message_id_whoever_owns_it_and_whenever_it_was_logged(make):
    ours = email(make, hs_email_message_id="<CAF=1@Mail.example>", hubspot_owner_id=None)
    late = mail(make, _message_id="caf=1@mail.example", CompletedDateTime="2026-03-04T08:00:00.000+0000")
    near = mail(make, OTHER_TASK)
    assert paired(pairs(make, [ours], [near, late])) == [("", OTHER_TASK), ("7", TASK_ID)]


def test_mails_of_two_message_ids_are_two_and_one_without_goes_by_time(make):
    ours = email(make, hs_email_message_id="a@x")
    assert paired(pairs(make, [ours], [mail(make, _message_id="b@x")])) == [("", TASK_ID), ("7", "")]
    assert paired(pairs(make, [ours], [mail(make)])) == [("7", TASK_ID)]
    assert paired(pairs(make, [email(make)], [mail(make, _message_id="b@x")])) == [("7", TASK_ID)]


def test_a_mail_that_is_on_both_sides_already_is_not_copied_again_when_a_tool_logs_it_late(make):
    ours = email(make, hs_email_message_id="a@x")
    copy = mail(make, OTHER_TASK, HubSpot_Activity_Id__c="emails:7")
    assert paired(pairs(make, [ours], [copy, mail(make, _message_id="a@x")])) == [("7", OTHER_TASK)]
    theirs, copied_back = mail(make, _message_id="a@x"), email(make, "8", salesforce_activity_id=TASK_ID)
    assert paired(pairs(make, [copied_back, ours], [theirs])) == [("8", TASK_ID)]


def cancelled_meeting(make):
    return make.record("hubspot", "meetings", "5", {"hs_timestamp": AT, "hs_meeting_outcome": "CANCELED"})


@pytest.mark.parametrize(
    "state",
    [
        lambda m: ActivityState("k", m.link(), call(m, salesforce_activity_id=TASK_ID), None),
        lambda m: ActivityState("k", m.link(), None, copied(m)),
        lambda m: ActivityState("k", m.link(), m.record("hubspot", "calls", "5", {}, deleted=True), copied(m)),
        lambda m: ActivityState("k", m.link(None), None, task(m)),
        lambda m: ActivityState("k", m.link(), cancelled_meeting(m), None),
        lambda m: ActivityState("k", m.link(), call(m), task(m, TaskSubtype="Email", HubSpot_Activity_Id__c="calls:5")),
        lambda m: ActivityState("k", m.link(), None, None),
    ],
)  # fmt: skip
def test_nothing_is_written_twice_or_in_the_wrong_direction(make, state):
    assert planned(make, state(make)).writes == ()


def test_kinds_can_be_copied_one_way_only(make):
    mapping = make.edited_mapping(
        (
            "call: {hubspot: calls, salesforce: Task}",
            "call: {hubspot: calls, salesforce: Task, copy_to: hubspot}",
        )
    )
    states = pairs(make, [call(make)], [task(make, CompletedDateTime="2026-03-01T08:00:00Z")])
    assert [write.side for write in planned(make, *states, mapping=mapping).writes] == ["hubspot"]
    edited = ActivityState("calls:5", make.link(), call(make, hs_call_title="New"), copied(make))
    assert planned(make, edited, mapping=mapping).writes == ()


def test_what_does_not_fit_is_held_and_the_rest_is_copied(make):
    schemas = {"Task": {name: FieldSchema(name, max_length=4) for name in ("Subject", "WhoId", "Status")}}
    plan = planned(make, *pairs(make, [call(make, hubspot_owner_id="12")]), schemas=schemas)
    assert plan.writes[0].fields.keys() == set()
    assert {"owner", "Subject"} <= {hold.field for hold in plan.holds}


# ---- roll-up


def events(*minutes, kind="page_view", detail="/pricing"):
    start = datetime(2026, 3, 2, 8, tzinfo=UTC)
    return [MarketingEvent("101", kind, start + timedelta(minutes=m), detail) for m in minutes]


def rolled(make, found, tasks=()):
    rules = make.mapping.activities.roll_up
    return make.plan(roll_ups=roll_ups(found, [make.link()], tasks, rules))


def test_a_day_of_marketing_is_one_task(make):
    found = [*events(0, 1, 30), *events(5, kind="form_submission", detail="Demo request"), *events(1000)]
    plan = rolled(make, found)
    first, second = plan.writes
    assert first.external_key == ("HubSpot_Activity_Id__c", "rollup:101:2026-03-02")
    assert first.fields == {
        "Subject": "Marketing: 1 form, 3 pages",
        "Description": "09:00 page: /pricing (x2)\n09:05 form: Demo request\n09:30 page: /pricing",
        "HubSpot_Activity_At__c": "2026-03-02T08:30:00Z",
        "WhoId": make.lead_id, "ActivityDate": "2026-03-02", "Status": "Completed", "TaskSubtype": "Task",
    }  # fmt: skip
    # 00:40 in Berlin is the next business day.
    assert second.external_key[1] == "rollup:101:2026-03-03"


def test_the_task_grows_with_the_day_and_rests_when_nothing_came(make):
    (write,) = rolled(make, events(0, 1)).writes
    fields = write.fields | {
        "HubSpot_Activity_Id__c": write.external_key[1],
        "HubSpot_Activity_At__c": "2026-03-02T08:01:00.000+0000",
    }
    made = make.record("salesforce", "Task", TASK_ID, fields)
    assert rolled(make, events(0, 1), [made]).writes == ()
    (update,) = rolled(make, events(0, 1, 2), [made]).writes
    assert (update.operation, update.record_id) == ("update", TASK_ID)
    assert update.fields.keys() == {"Subject", "Description", "HubSpot_Activity_At__c"}


def test_a_busy_day_is_cut_to_its_last_lines(make):
    found = [event for n in range(60) for event in events(n, detail=f"/page/{n}")]
    (write,) = rolled(make, found).writes
    lines = write.fields["Description"].splitlines()
    assert lines[0] == "(20 earlier lines are in HubSpot)"
    assert len(lines) == 41
    assert lines[-1] == "09:59 page: /page/59"


def test_only_configured_kinds_of_linked_people_are_rolled_up(make):
    stranger = MarketingEvent("999", "page_view", make.noon)
    other_kind = MarketingEvent("101", "email_bounce", make.noon)
    assert rolled(make, [stranger, other_kind]).writes == ()
    empty = RollUpState(make.link(), date(2026, 3, 2), (), None)
    unlinked = RollUpState(make.link(None), date(2026, 3, 2), tuple(events(0)), None)
    assert make.plan(roll_ups=(empty, unlinked)).writes == ()
    silent = make.edited_mapping(
        (
            "  roll_up:\n    kinds: [form_submission, page_view, email_open, email_click]\n"
            "    time_zone: Europe/Berlin\n    lines: 40\n",
            "",
        )
    )
    state = RollUpState(make.link(), date(2026, 3, 2), tuple(events(0, detail=None)), None)
    assert make.plan(roll_ups=(state,), mapping=silent).writes == ()
    assert make.plan(roll_ups=(state,)).writes[0].fields["Description"] == "09:00 page"


def test_activity_keys_name_the_side_where_it_began(make):
    assert activity_key(call(make)) == "calls:5"
    assert activity_key(task(make, "00T000000000001")) == f"Task:{TASK_ID}"
