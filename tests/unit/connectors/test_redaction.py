"""Foreign texts are kept without secrets and without the values that they quote."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.hubspot.errors import classify as classify_hubspot
from connectors.redaction import VALUE, quiet_wire_logs, redacted, remember_secrets, values_in
from connectors.salesforce.errors import classify as classify_salesforce

SENT = {
    "inputs": [
        {
            "idProperty": "email",
            "id": "a@b.example",
            "properties": {"lastname": "O'Brien", "phone": "030 55577"},
        }
    ]
}


def test_values_are_told_from_names() -> None:
    assert list(values_in(SENT)) == ["O'Brien", "030 55577"]
    assert list(values_in({"attributes": {"type": "Lead"}, "id": "00Q", "LastName": "Ng"})) == ["Ng"]
    assert list(values_in({"properties": ["email"], "inputs": [{"id": "1"}]})) == []


@pytest.mark.parametrize("classify", [classify_hubspot, classify_salesforce])
def test_what_was_sent_is_not_repeated(classify) -> None:
    text = "could not set lastname to O'Brien (030 55577) on 6001"
    body = (
        {"message": text, "errorCode": "X"}
        if classify is classify_hubspot
        else [{"message": text, "errorCode": "X"}]
    )
    error = classify("POST /x", 400, body, sent=SENT)
    assert "lastname to" in error.message
    assert "6001" in error.message
    assert "Brien" not in str(error)
    assert "55577" not in str(error)


def test_a_value_that_hubspot_repeats_by_itself_is_not_repeated() -> None:
    text = (
        'Property values were not valid: [{"name":"lastname","propertyValue":"Quux","message":"Quux is bad"}]'
    )
    error = classify_hubspot("POST /x", 400, {"message": text})
    assert "Quux" not in str(error)
    assert error.fields == ("lastname",)


def test_a_long_value_is_found_by_its_beginning() -> None:
    note = "He said that his wife's cousin decides about everything that is bought"
    assert redacted(f"too long: {note[:45]}…", [note]) == f"too long: {VALUE}"


@given(st.text(alphabet="abcXYZ .*+?()[]{}^$|\\'\"é😀", min_size=3, max_size=60))
def test_no_value_survives_between_other_words(value: str) -> None:
    wanted = " ".join(value.split())
    if len(wanted) >= 3 and wanted not in VALUE:
        assert wanted not in redacted(f"1: {value} :2", [value]).replace(VALUE, "")


def test_a_known_secret_is_hidden_whatever_surrounds_it() -> None:
    remember_secrets("s3cr3t-of-this-test", None, "")
    assert redacted("body=s3cr3t-of-this-testX") == "body=‹secret›X"


@pytest.mark.parametrize(
    "text",
    ["postgresql://accord:hunter2@db/x", "?password=hunter2", "client_secret=hunter2", "Bearer hunter2"],
)
def test_secrets_are_known_by_their_place(text: str) -> None:
    assert "hunter2" not in redacted(text)


def test_the_wire_is_not_logged_even_when_everything_is() -> None:
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    try:
        quiet_wire_logs()
        for name in ("urllib3.connectionpool", "hubspot.crm.objects.rest", "simple_salesforce.api",
                     "sqlalchemy.engine.Engine"):  # fmt: skip
            assert not logging.getLogger(name).isEnabledFor(logging.INFO)
    finally:
        root.setLevel(before)
