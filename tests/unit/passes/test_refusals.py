"""Which refused writes are the same write again, and which may be taken apart."""

import pytest

from connectors.results import WriteResult
from passes.planning.refusals import divisible, fingerprint, refusal
from sync_rules.plan import FieldChange, Write
from tests.unit.passes.test_mirror_stamps import AT


def _change(name: str, after: object, rule: str = "two_way") -> FieldChange:
    return FieldChange(name, name.title(), None, after, after, rule, "")


def _write(*changes: FieldChange, operation: str = "update") -> Write:
    return Write(
        key="salesforce:Lead:1",
        side="salesforce",
        object_type="Lead",
        operation=operation,  # type: ignore[arg-type]
        record_id="1",
        link_id="h1",
        changes=changes,
    )


def _answer(code: str) -> WriteResult:
    return WriteResult("salesforce:Lead:1", False, None, code=code, message="no")


CITY, TITLE = _change("city", "Bremen"), _change("title", "CDO")


def test_the_order_of_fields_says_nothing() -> None:
    assert fingerprint(_write(CITY, TITLE)) == fingerprint(_write(TITLE, CITY))
    assert fingerprint(_write(CITY)) != fingerprint(_write(_change("city", "Kiel")))


def test_what_accord_computes_makes_no_new_create_but_a_new_update() -> None:
    early, late = (_change("score", score, "accord") for score in (40, 41))
    assert fingerprint(_write(CITY, early, operation="create")) == fingerprint(
        _write(CITY, late, operation="create")
    )
    assert fingerprint(_write(CITY, early)) != fingerprint(_write(CITY, late))


@pytest.mark.parametrize(
    ("code", "parts", "expected"),
    [
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", 2, True),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", 1, False),
        ("NOT_FOUND", 2, False),
        ("NOT_SENT", 2, False),
        ("OUTCOME_UNKNOWN", 2, False),
    ],
)
def test_only_a_refusal_of_values_is_taken_apart(code: str, parts: int, expected: bool) -> None:
    assert divisible(_write(*(CITY, TITLE)[:parts]), _answer(code)) is expected


@pytest.mark.parametrize(
    ("code", "changes", "kind", "field"),
    [
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", (CITY,), "rejected", "city"),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", (CITY, TITLE), "rejected", None),
        ("NOT_FOUND", (CITY,), "rejected", None),
        ("NOT_SENT", (CITY,), "unsent", None),
        ("UNABLE_TO_LOCK_ROW", (CITY, TITLE), "unsent", None),
    ],
)
def test_a_hold_names_what_it_holds(
    code: str, changes: tuple[FieldChange, ...], kind: str, field: str | None
) -> None:
    hold = refusal(_write(*changes), _answer(code), now=AT)
    assert (hold.kind, hold.field) == (kind, field)
    assert hold.why.startswith(code)
