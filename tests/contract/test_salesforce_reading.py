"""Reading Salesforce: nothing lost, tombstones and merges seen, sessions renewed within bounds."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.errors import AuthError, ConfigError, PermanentError, QuotaExhaustedError, RetryableError
from connectors.results import ChangeRequest
from connectors.salesforce.login import SalesforceCredentials


def all_changes(gateway, *requests):
    return [(kind, record) for kind, page in gateway.changes(requests) for record in page]


def leads_since(since, *fields):
    return ChangeRequest("Lead", ("LastName", *fields), since)


def test_changes_of_many_objects_cost_one_call_each_five(salesforce, salesforce_side, clock):
    since = clock.now()
    lead = salesforce_side.lead(LastName="Doe", Email="Doe@Acme.example")
    account = salesforce_side.org.create("Account", {"Name": "Acme"}, user_id=salesforce_side.rep_id)
    kinds = ["Lead", "Account", "Contact", "Task", "Event", "Opportunity", "OpportunityContactRole"]
    kinds += ["Campaign", "CampaignMember", "User"]
    salesforce.load_schemas(kinds)
    before = salesforce.usage().calls
    found = all_changes(salesforce, *(ChangeRequest(kind, ("Name", "Email"), since) for kind in kinds))
    assert salesforce.usage().calls - before == 2
    people = {(kind, record.id) for kind, record in found if kind in ("Lead", "Account")}
    assert people == {("Lead", lead), ("Account", account)}
    record = next(record for kind, record in found if kind == "Lead")
    assert record.fields["Email"] == "doe@acme.example"
    assert record.modified_by == salesforce_side.rep_id


def test_changes_pages_in_order_and_loses_nobody_at_ties(salesforce, salesforce_side, clock):
    since = clock.now()
    made = []
    for number in range(4_500):
        if number % 1_700 == 0:
            clock.advance(1)
        made.append(salesforce_side.lead(LastName=f"L{number}"))
    found = [record for _, record in all_changes(salesforce, leads_since(since))]
    assert len(found) == 4_500
    assert {record.id for record in found} == set(made)
    places = [(record.modified_at, record.id) for record in found]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "fault",
    [
        {"drop": "after"},
        {"drop": "before"},
        {"truncate": 5_000},
        {"status": 503, "body": "<html/>"},
        {"status": 200, "body": "<html>Please log in</html>"},
    ],
)
def test_a_lost_page_is_read_again_without_gap_or_repeat(salesforce, salesforce_side, clock, fault):
    since = clock.now()
    made = [salesforce_side.lead(LastName=f"L{number}") for number in range(4_100)]
    salesforce.load_schemas(["Lead"])
    salesforce_side.fail(path="*/composite", skip=1, **fault)
    found = [record.id for _, record in all_changes(salesforce, leads_since(since))]
    assert sorted(found) == sorted(made)


def test_deleted_and_merged_leads_are_tombstones(salesforce, salesforce_side, clock):
    org, rep = salesforce_side.org, salesforce_side.rep_id
    master, loser, gone = (salesforce_side.lead(LastName=name) for name in ("Master", "Loser", "Gone"))
    clock.advance(60)
    since = clock.now()
    org.merge("Lead", master, [loser], user_id=rep)
    org.delete("Lead", gone, user_id=rep)
    found = {record.id: record for _, record in all_changes(salesforce, leads_since(since))}
    assert found[loser].deleted
    assert found[loser].fields["_master_id"] == master
    assert found[gone].deleted
    assert "_master_id" not in found[gone].fields
    (record,) = salesforce.read("Lead", [loser, gone, "00Q000000000000AAA"], ["LastName"])
    assert (record.id, record.fields["_merged_ids"]) == (master, [loser])


def test_a_converted_lead_tells_what_it_became(salesforce, salesforce_side, clock):
    lead = salesforce_side.lead(Email="a@acme.example")
    clock.advance(60)
    since = clock.now()
    made = salesforce_side.org.convert_lead(
        lead, user_id=salesforce_side.rep_id, converted_status="Closed - Converted", opportunity_name="Deal"
    )
    requests = [
        leads_since(since),
        ChangeRequest(
            "OpportunityContactRole", ("ContactId", "OpportunityId", "Opportunity.StageName"), None
        ),
    ]
    found = all_changes(salesforce, *requests)
    record = next(record for kind, record in found if kind == "Lead")
    assert record.fields["IsConverted"]
    assert record.fields["ConvertedContactId"] == made.contact_id
    role = next(record for kind, record in found if kind == "OpportunityContactRole")
    assert role.fields["ContactId"] == made.contact_id
    assert role.fields["Opportunity.StageName"]


def test_fields_that_are_hidden_are_left_out_instead_of_failing(salesforce, salesforce_side, clock):
    salesforce_side.lead(Phone="123")
    salesforce_side.org.hide_field("Lead", "Phone")
    fields = ("Phone", "Nonsense__c", "Owner.Email", "Nobody.Email", "_fact")
    ((_, record),) = all_changes(salesforce, leads_since(None, *fields))
    assert "Phone" not in record.fields
    assert "Owner.Email" in record.fields
    assert "Phone" not in salesforce.schema("Lead")


def test_long_lists_of_keys_are_split(salesforce, salesforce_side):
    made = [salesforce_side.lead(LastName=f"L{n}", Email=f"person.{n}@acme.example") for n in range(1_500)]
    assert {record.id for record in salesforce.read("Lead", made, ["LastName"])} == set(made)
    emails = [f"person.{number}@acme.example" for number in range(1_500)]
    assert len(salesforce.read_by("Lead", "Email", emails, ["LastName"])) == 1_500


def test_values_with_quotes_cannot_break_a_query(salesforce, salesforce_side):
    lead = salesforce_side.lead(LastName='O\'Neil \\ "x"')
    found = salesforce.read_by("Lead", "LastName", ['O\'Neil \\ "x"', "') OR (Id != '"], ["Company"])
    assert [record.id for record in found] == [lead]


def test_owners_are_users_and_queues(salesforce, salesforce_side):
    org = salesforce_side.org
    gone = org.add_user(email="Gone@x.example", first_name="G", last_name="One", active=False)
    queue = org.add_group("Inbound")
    found = {owner.id: owner for owner in salesforce.owners()}
    assert (found[gone].email, found[gone].active, found[gone].queue) == ("gone@x.example", False, False)
    assert (found[queue].name, found[queue].active, found[queue].queue) == ("Inbound", True, True)


def test_schema_tells_required_lengths_and_picklists(salesforce):
    lead = salesforce.schema("Lead")
    assert lead["LastName"].required
    assert not lead["Status"].required
    assert lead["FirstName"].max_length == 40
    assert lead["OwnerId"].type == "owner"
    assert not lead["ConvertedContactId"].writable_on_update
    assert "Working - Contacted" in lead["Status"].options
    salesforce.schema("Lead")
    assert salesforce.usage().calls == 1


def test_account_names_the_org_and_our_own_user(salesforce, salesforce_side):
    account = salesforce.account()
    assert account["user_id"] == salesforce_side.org.integration_user_id
    assert account["time_zone"] == "Europe/Berlin"


@pytest.mark.parametrize("way", ["client credentials", "SOAP", "session"])
def test_each_way_of_logging_in_works(salesforce_side, way):
    org, url = salesforce_side.org, salesforce_side.server.base_url
    credentials = {
        "client credentials": salesforce_side.credentials(),
        "SOAP": SalesforceCredentials(
            url, username=org.username, password=org.password, security_token=org.security_token
        ),
        "session": SalesforceCredentials(url, session_id=org.token_of(org.integration_user_id)),
    }[way]
    lead = salesforce_side.lead()
    gateway = salesforce_side.gateway(credentials)
    assert [record.id for record in gateway.read("Lead", [lead], ["LastName"])] == [lead]


def test_an_expired_session_is_renewed_in_the_middle_of_a_walk(salesforce, salesforce_side):
    lead = salesforce_side.lead()
    salesforce.read("Lead", [lead], ["LastName"])
    salesforce_side.org.sessions.expire_all()
    assert [record.id for record in salesforce.read("Lead", [lead], ["LastName"])] == [lead]


def test_sessions_that_are_always_refused_end_in_an_auth_error(salesforce, salesforce_side):
    body = [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
    salesforce_side.fail(path="/services/data/*", status=401, body=body, times=None)
    with pytest.raises(AuthError, match="policies"):
        salesforce.read("Lead", ["00Q000000000000AAA"], ["LastName"])
    logins = salesforce_side.counters.of("salesforce").snapshot()["by_endpoint"][
        "POST /services/oauth2/token"
    ]
    assert logins <= 5


def test_wrong_credentials_are_told_without_showing_them(salesforce_side):
    wrong = SalesforceCredentials(
        salesforce_side.server.base_url, client_id="3MVGx", client_secret="hush-hush"
    )
    with pytest.raises(AuthError) as caught:
        salesforce_side.gateway(wrong).schema("Lead")
    assert "hush" not in str(caught.value)
    assert "client id and secret" in str(caught.value)


@pytest.mark.parametrize(
    ("credentials", "says"),
    [
        (SalesforceCredentials("http://acme.my.salesforce.com", client_id="a", client_secret="b"), "https"),
        (
            SalesforceCredentials("https://127.0.0.1.evil.example", client_id="a", client_secret="b"),
            "My Domain",
        ),
        (SalesforceCredentials("https://login.salesforce.com", client_id="a", client_secret="b"), "refuses"),
        (SalesforceCredentials("acme", client_id="a"), "incomplete"),
    ],
)
def test_settings_that_cannot_work_are_refused_before_any_call(salesforce_side, credentials, says):
    with pytest.raises(ConfigError, match=says):
        salesforce_side.gateway(credentials)


def test_a_login_server_that_is_down_is_retryable(salesforce_side):
    salesforce_side.fail(path="/services/oauth2/token", status=503, body="<html>down</html>", times=None)
    with pytest.raises(RetryableError, match="status page"):
        salesforce_side.gateway().schema("Lead")


def test_an_exhausted_day_stops_at_once(salesforce, salesforce_side):
    body = [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    salesforce_side.fail(path="*/composite", status=403, body=body, times=None)
    with pytest.raises(QuotaExhaustedError):
        salesforce.owners()
    assert salesforce_side.watch.slept == []


def test_query_errors_do_not_quote_the_values(salesforce, salesforce_side):
    with pytest.raises(PermanentError) as caught:
        salesforce.read_by("Lead", "No_Such__c", ["secret@acme.example"], ["LastName"])
    assert "secret" not in str(caught.value)
    assert caught.value.code == "INVALID_FIELD"


def test_one_call_tells_whether_anything_changed(salesforce, salesforce_side, clock):
    kinds = ["Lead", "Contact", "Task", "Event", "Opportunity"]
    lead = salesforce_side.lead()
    clock.advance(60)
    since = clock.now()
    assert salesforce.newest_change(kinds, since) is None
    clock.advance(60)
    salesforce_side.org.delete("Lead", lead, user_id=salesforce_side.rep_id)
    assert salesforce.newest_change(kinds, since) == clock.now()
    assert salesforce.usage().calls == 2


def test_many_threads_that_find_the_session_over_renew_it_once(salesforce, salesforce_side):
    lead = salesforce_side.lead()
    salesforce.read("Lead", [lead], ["LastName"])
    salesforce_side.org.sessions.expire_all()
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: salesforce.read("Lead", [lead], ["LastName"]), range(32)))
    assert all(len(records) == 1 for records in found)
    logins = salesforce_side.counters.of("salesforce").snapshot()["by_endpoint"][
        "POST /services/oauth2/token"
    ]
    assert logins == 2


def mail(side, task_id, message_id):
    values = {"ActivityId": task_id, "MessageIdentifier": message_id, "MessageDate": side.org.clock.now()}
    side.org.create("EmailMessage", values, user_id=side.rep_id)


def test_mails_are_told_by_their_task(salesforce, salesforce_side, clock):
    tasks = [
        salesforce_side.org.create("Task", {"Subject": "Mail"}, user_id=salesforce_side.rep_id)
        for _ in range(450)
    ]
    for number, task_id in enumerate(tasks[:-1]):
        mail(salesforce_side, task_id, f"<{number}@mail.example>")
    before = salesforce.usage().calls
    found = salesforce.mails_of(tasks)
    assert salesforce.usage().calls - before == 1
    assert {task_id: one.message_id for task_id, one in found.items()} == {
        task_id: f"<{number}@mail.example>" for number, task_id in enumerate(tasks[:-1])
    }
    assert found[tasks[0]].sent_at == clock.now().strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def test_an_org_without_enhanced_email_has_no_mails_and_one_that_fails_is_not_taken_for_one(
    salesforce, salesforce_side
):
    task_id = salesforce_side.org.create("Task", {"Subject": "Mail"}, user_id=salesforce_side.rep_id)
    mail(salesforce_side, task_id, "<1@mail.example>")
    ours = salesforce_side.org.integration_user_id
    salesforce_side.org.permissions.deny("EmailMessage", "read", ours)
    assert salesforce.mails_of([task_id]) is None
    salesforce_side.org.permissions.allow("EmailMessage", "read", ours)
    salesforce_side.org.permissions.hide("EmailMessage", "MessageIdentifier", ours)
    assert salesforce.mails_of([task_id]) is None
    salesforce_side.fail(status=403, body=[{"errorCode": "API_DISABLED_FOR_ORG", "message": "off"}])
    with pytest.raises((PermanentError, ConfigError)):
        salesforce.mails_of([task_id])
