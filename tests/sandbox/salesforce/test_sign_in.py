"""Signing in, sessions, versions."""

import pytest
import requests
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceExpiredSession

from sandbox.salesforce.sessions import IDLE_LIMIT


def test_client_credentials_sign_in_and_carry_the_org_in_the_token(served):
    client = served.client()
    assert client.session_id.startswith(served.org.organization_id[:15] + "!")
    assert client.query("SELECT Id FROM User")["totalSize"] == 3


def test_the_token_answer_has_the_vendors_keys(served):
    form = {
        "grant_type": "client_credentials",
        "client_id": served.org.client_id,
        "client_secret": served.org.client_secret,
    }
    body = served.raw("POST", "/services/oauth2/token", data=form).json()
    assert set(body) == {
        "access_token", "signature", "scope", "instance_url", "id", "token_type", "issued_at", "token_format",
    }  # fmt: skip
    assert body["id"].endswith(f"/{served.org.organization_id}/{served.org.integration_user_id}")
    assert not body["instance_url"].endswith("/")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_id": "x"}, "invalid_client_id"),
        ({"client_secret": "x"}, "invalid_client"),
        ({"grant_type": "magic"}, "unsupported_grant_type"),
        ({"grant_type": "password"}, "invalid_grant"),
    ],
)
def test_a_refused_token_is_an_object_with_status_400(served, change, error):
    form = {
        "grant_type": "client_credentials",
        "client_id": served.org.client_id,
        "client_secret": served.org.client_secret,
    }
    answer = served.raw("POST", "/services/oauth2/token", data=form | change)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert "error_description" in answer.json()


def test_soap_sign_in_by_user_name_password_and_security_token(served):
    org = served.org
    client = Salesforce(
        username=org.username,
        password=org.password,
        security_token=org.security_token,
        session=served.session(),
    )
    assert client.Lead.create({"LastName": "A", "Company": "B"})["success"]


def test_a_wrong_password_is_a_soap_fault_that_the_client_understands(served):
    with pytest.raises(SalesforceAuthenticationFailed, match="INVALID_LOGIN"):
        Salesforce(username=served.org.username, password="no", security_token="no", session=served.session())


def test_soap_sign_in_is_gone_from_version_65(served):
    with pytest.raises(SalesforceAuthenticationFailed, match="UNSUPPORTED_API_VERSION"):
        Salesforce(
            username=served.org.username,
            password="x",
            security_token="x",
            version="65.0",
            session=served.session(),
        )


def test_the_client_signs_in_again_after_sessions_were_expired(served):
    client = served.client()
    served.org.sessions.expire_all()
    assert client.query("SELECT Id FROM Lead")["totalSize"] == 0


def test_a_session_ends_by_idleness_and_a_users_token_does_not(served):
    client = served.client()
    token = client.session_id
    served.clock.advance(IDLE_LIMIT.total_seconds() + 60)
    url = f"http://127.0.0.1:{served.port}/services/data/v59.0/limits/"
    answer = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=5)
    assert answer.status_code == 401
    assert answer.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
    assert served.raw("GET", "limits/", user_id=served.rep_id).status_code == 200


def test_an_expired_session_without_a_way_back_raises(served):
    client = Salesforce(
        session_id=served.org.sessions.issue(served.rep_id),
        instance_url=f"http://127.0.0.1:{served.port}",
        session=served.session(),
    )
    served.org.sessions.expire_all()
    with pytest.raises(SalesforceExpiredSession):
        client.query("SELECT Id FROM Lead")


def test_a_missing_header_is_refused(served):
    answer = requests.get(f"http://127.0.0.1:{served.port}/services/data/v59.0/limits", timeout=5)
    assert answer.status_code == 401
    assert answer.json() == [{"message": "INVALID_HEADER_TYPE", "errorCode": "INVALID_AUTH_HEADER"}]


def test_versions_need_no_token_and_retired_ones_are_gone(served):
    versions = requests.get(f"http://127.0.0.1:{served.port}/services/data/", timeout=5).json()
    assert {"label": "Winter '24", "url": "/services/data/v59.0", "version": "59.0"} in versions
    assert versions[-1] == {"label": "Summer '26", "url": "/services/data/v67.0", "version": "67.0"}
    assert served.raw("GET", "limits", version="30.0").status_code == 410


def test_a_person_acts_under_their_own_name(served):
    lead_id = served.client(served.rep_id).Lead.create({"LastName": "A", "Company": "B"})["id"]
    row = served.org.record("Lead", lead_id)
    assert row["CreatedById"] == row["OwnerId"] == row["LastModifiedById"] == served.rep_id


def test_user_info_names_user_and_org(served):
    info = served.raw("GET", "/services/oauth2/userinfo", user_id=served.rep_id).json()
    assert (info["user_id"], info["organization_id"]) == (served.rep_id, served.org.organization_id)
