"""Each vendor's replies and the class of error that says what to do next; and what messages never show."""

import json

import pytest

from connectors.errors import (
    AuthError,
    MissingPermission,
    OutcomeUnknownError,
    PermanentError,
    QuotaExhaustedError,
    RetryableError,
    SessionExpiredError,
)
from connectors.hubspot.errors import blamed_fields
from connectors.hubspot.errors import classify as classify_hubspot
from connectors.redaction import redacted
from connectors.salesforce.errors import classify as classify_salesforce
from connectors.salesforce.errors import complaints, id18

BURST = {
    "status": "error",
    "errorType": "RATE_LIMIT",
    "policyName": "TEN_SECONDLY_ROLLING",
    "message": "limit",
}


@pytest.mark.parametrize(
    ("status", "body", "kind", "wait_s", "sent"),
    [
        (429, BURST, RetryableError, 10.0, False),
        (429, {**BURST, "policyName": "SECONDLY"}, RetryableError, 1.0, False),
        (429, {"category": "RATE_LIMITS", "message": "secondly limit"}, RetryableError, 10.0, False),
        (429, {"message": "daily limit", "policyName": "DAILY"}, QuotaExhaustedError, 86400.0, False),
        (423, {"message": "locked"}, RetryableError, 2.0, False),
        (477, {}, RetryableError, None, False),
        (502, "<html>Bad gateway</html>", RetryableError, None, True),
        (504, "", RetryableError, None, True),
        (525, "<html/>", PermanentError, None, None),
        (401, {"category": "INVALID_AUTHENTICATION", "message": "x"}, AuthError, None, None),
        (403, {"category": "MISSING_SCOPES", "message": "x"}, MissingPermission, None, None),
        (400, {"category": "VALIDATION_ERROR", "message": "x"}, PermanentError, None, None),
        (404, "<html>not found</html>", PermanentError, None, None),
    ],
)  # fmt: skip
def test_hubspot_replies(status, body, kind, wait_s, sent):
    text = body if isinstance(body, str) else json.dumps(body)
    error = classify_hubspot("POST /x", status, text)
    assert type(error) is kind
    assert getattr(error, "retry_after_s", None) == wait_s
    assert getattr(error, "sent", None) == sent
    assert "hubspot: POST /x failed" in str(error)
    assert str(status) in str(error)


def test_hubspot_hint_in_a_header_wins():
    error = classify_hubspot("POST /x", 429, BURST, {"Retry-After": "3"})
    assert isinstance(error, RetryableError)
    assert error.retry_after_s == 3.0


def array(code, message="text", **more):
    return [{"errorCode": code, "message": message, **more}]


@pytest.mark.parametrize(
    ("status", "content", "kind", "sent"),
    [
        (401, array("INVALID_SESSION_ID"), SessionExpiredError, False),
        (401, array("INVALID_AUTH_HEADER"), AuthError, None),
        (403, array("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), QuotaExhaustedError, False),
        (
            403,
            array("REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded."),
            RetryableError,
            False,
        ),
        (400, array("UNABLE_TO_LOCK_ROW"), RetryableError, False),
        (400, array("QUERY_TIMEOUT"), RetryableError, False),
        (503, array("SERVER_UNAVAILABLE"), RetryableError, False),
        (503, "<html>maintenance</html>", RetryableError, True),
        (500, array("UNKNOWN_EXCEPTION"), RetryableError, True),
        (403, array("INSUFFICIENT_ACCESS"), MissingPermission, None),
        (400, array("INSUFFICIENT_ACCESS_OR_READONLY"), MissingPermission, None),
        (400, array("FIELD_CUSTOM_VALIDATION_EXCEPTION"), PermanentError, None),
        (412, [], PermanentError, None),
        (
            400,
            {"error": "invalid_grant", "error_description": "authentication failure"},
            PermanentError,
            None,
        ),
        (404, array("NOT_FOUND"), PermanentError, None),
    ],
)
def test_salesforce_replies(status, content, kind, sent):
    error = classify_salesforce("GET query", status, content)
    assert type(error) is kind
    assert getattr(error, "sent", None) == sent


def test_an_error_says_what_to_do_about_it():
    scopes = {
        "message": "no",
        "errors": [{"context": {"requiredGranularScopes": ["crm.schemas.contacts.write"]}}],
    }
    assert "crm.schemas.contacts.write" in str(classify_hubspot("POST /x", 403, scopes))
    assert "field-level security" in str(classify_salesforce("GET query", 400, array("INVALID_FIELD")))
    assert "midnight" in str(classify_hubspot("POST /x", 429, {"policyName": "DAILY"}))


def test_hubspot_names_the_properties_at_fault_in_either_form():
    text = 'Property values were not valid: [{"isValid":false,"name":"phone"},{"name":"email"}]'
    structured = {
        "errors": [{"context": {"propertyName": ["city"]}}, {"context": {"propertyName": ["city"]}}]
    }
    assert blamed_fields({"message": text}) == ("phone", "email")
    assert blamed_fields(structured) == ("city",)
    assert blamed_fields({"message": "Property values were not valid: not json"}) == ()


@pytest.mark.parametrize("key", ["duplicateResult", "duplicateResut"])
def test_salesforce_duplicate_rules_name_records_under_either_spelling(key):
    match = {"matchRecords": [{"record": {"Id": "00Q5g00000AbCdEEAV"}}]}
    (found,) = complaints(array("DUPLICATES_DETECTED", **{key: {"matchResults": [match]}}))
    assert found.record_ids == ("00Q5g00000AbCdEEAV",)


def test_salesforce_query_errors_lose_the_query():
    text = (
        "\nSELECT Id FROM Lead WHERE Email = 'a@b.example'\n   ^\nERROR at Row:1:Column:8\nNo such column 'X'"
    )
    error = classify_salesforce("GET query", 400, array("INVALID_FIELD", text))
    assert error.message == "No such column 'X'"
    assert "SELECT" not in str(
        classify_salesforce("GET query", 400, array("MALFORMED_QUERY", "SELECT x FROM y"))
    )


@pytest.mark.parametrize(
    "text",
    [
        "Email address ann.o'hara+x@acme.example is invalid",
        "/contacts/ann%40acme.example not found",
        "Authorization: Bearer abc.def.ghi",
        "token pat-eu1-12345678-abcd",
        "session 00D5g00000AbCdE!AQEAQExample_.x",
    ],
)
def test_messages_show_neither_addresses_nor_tokens(text):
    shown = redacted(text)
    assert not {"acme.example", "abc.def", "12345678", "AQEAQ"} & {part for part in shown.split() if part}
    for secret in ("acme.example", "abc.def.ghi", "12345678-abcd", "AQEAQExample"):
        assert secret not in shown


def test_long_vendor_texts_are_cut():
    assert len(redacted("x" * 5000)) == 300


def test_ids_get_their_checksum():
    assert id18("00Q5g00000AbCdE") == "00Q5g00000AbCdEEAV"
    assert id18("00Q5g00000AbCdEEAV") == "00Q5g00000AbCdEEAV"


def test_an_unknown_outcome_carries_its_writes():
    error = OutcomeUnknownError("hubspot", "POST /x", writes=())
    assert error.writes == ()
    assert "Read the records back" in str(error)
