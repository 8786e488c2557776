"""Every change of a field that the mapping depends on is found, told what to do about, and known to be over."""

from dataclasses import replace

import pytest

from sync_rules.mapping import load_shipped_mapping
from sync_rules.schema import FieldSchema
from sync_rules.schema_drift import (
    NOT_WRITABLE,
    OPTIONS_GONE,
    REMOVED,
    REQUIRED,
    SHORTENED,
    TYPE_CHANGED,
    Drift,
    drift_of,
    still_stands,
)

MAPPING = load_shipped_mapping()
TITLE = FieldSchema("Title", max_length=128, label="Title")
STATUS = FieldSchema("Status", type="picklist", options=("New", "Old"), restricted=True)
BEFORE = {"Title": TITLE, "Status": STATUS, "Other__c": FieldSchema("Other__c")}


def _found(**changed: FieldSchema | None) -> list[Drift]:
    after = {name: field for name, field in {**BEFORE, **changed}.items() if field is not None}
    return list(drift_of(MAPPING, "Lead", BEFORE, after))


@pytest.mark.parametrize(
    ("name", "now", "kind", "blocking", "told"),
    [
        ("Title", None, REMOVED, True, "gone"),
        (
            "Title",
            replace(TITLE, type="number", max_length=128),
            TYPE_CHANGED,
            True,
            "was of type text and is number",
        ),
        ("Title", replace(TITLE, type="email"), TYPE_CHANGED, False, "is email"),
        ("Title", replace(TITLE, max_length=40), SHORTENED, False, "takes 40 characters now"),
        ("Title", replace(TITLE, required=True), REQUIRED, False, "required"),
        ("Title", replace(TITLE, writable_on_update=False), NOT_WRITABLE, True, "cannot be written"),
        ("Status", replace(STATUS, options=("New", "Newer")), OPTIONS_GONE, False, "'Old'"),
        (
            "Other__c",
            FieldSchema("Other__c", required=True),
            REQUIRED,
            False,
            "creating records will be refused",
        ),
    ],
)
def test_a_change_is_found_and_over_when_it_is_put_right(
    name: str, now: FieldSchema | None, kind: str, blocking: bool, told: str
) -> None:
    (found,) = _found(**{name: now})
    assert (found.target, found.kind, found.blocking) == (name, kind, blocking)
    assert told in found.what
    assert found.remedy
    after = {key: field for key, field in {**BEFORE, name: now}.items() if field is not None}
    assert still_stands(found, MAPPING, after)
    assert not still_stands(found, MAPPING, BEFORE)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"Other__c": None},
        {"Title": replace(TITLE, max_length=255)},
        {"Status": replace(STATUS, options=("New", "Old", "Newest"))},
        {"Title": replace(TITLE, label="Job title")},
        {"New__c": FieldSchema("New__c")},
    ],
)
def test_what_concerns_nobody_is_not_told(changed: dict[str, FieldSchema | None]) -> None:
    assert _found(**changed) == []


def test_a_renamed_field_is_named_by_its_new_name() -> None:
    (found,) = _found(Title=None, Position__c=FieldSchema("Position__c", label="Title"))
    assert "Position__c" in found.remedy


def test_what_the_mapping_names_no_more_stands_no_more() -> None:
    (found,) = _found(Title=None)
    people = MAPPING.people.model_copy(
        update={"fields": {name: spec for name, spec in MAPPING.people.fields.items() if name != "title"}}
    )
    after = {name: field for name, field in BEFORE.items() if name != "Title"}
    assert not still_stands(found, MAPPING.model_copy(update={"people": people}), after)
