"""Ids and validation formulas, apart from HTTP."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.salesforce.formula import Context, FormulaError, compile_formula
from sandbox.salesforce.ids import IdFactory, to_id18, with_checksum

ID15 = st.text(alphabet="0123456789ABCabcXYZxyz", min_size=15, max_size=15)


@pytest.mark.parametrize(
    ("id15", "id18"),
    [
        ("001ak00000OQTie", "001ak00000OQTieAAH"),
        ("003ak00000luKU1", "003ak00000luKU1AAM"),
        ("0035500001H9dBV", "0035500001H9dBVAAZ"),
    ],
)
def test_checksums_of_real_ids(id15, id18):
    assert with_checksum(id15) == to_id18(id15) == id18


@given(ID15)
def test_an_18_character_id_survives_any_change_of_case(id15):
    full = with_checksum(id15)
    assert to_id18(full.lower()) == to_id18(full.upper()) == to_id18(full) == full


@pytest.mark.parametrize("raw", ["", "x", "001ak00000OQTie!", "001ak00000OQTieAA", "001ak00000OQTie999"])
def test_what_is_no_id(raw):
    assert to_id18(raw) is None


def test_ids_ascend_and_differ_by_seed():
    first, second = IdFactory(0), IdFactory(1)
    made = [first.new("00Q") for _ in range(200)]
    assert made == sorted(set(made))
    assert second.new("00Q") not in made


NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FIELDS = ("Status", "Touches__c", "Note__c", "At__c", "Flag__c", "Colours__c")


def holds(formula, new, old=None):
    compiled = compile_formula(
        formula, lambda name: next((f for f in FIELDS if f.lower() == name.lower()), None)
    )
    return compiled.holds(Context(new, old, NOW, {"Alias": "rita"}))


@pytest.mark.parametrize(
    ("formula", "new", "old", "expected"),
    [
        ('ISPICKVAL(Status, "Closed")', {"Status": "Closed"}, None, True),
        ('ISPICKVAL(Status, "")', {"Status": None}, None, True),
        ("ISCHANGED(Status)", {"Status": "a"}, None, False),
        ("ISCHANGED(status)", {"Status": "a"}, {"Status": "b"}, True),
        ("ISNEW()", {}, None, True),
        ("ISNEW()", {}, {}, False),
        ('PRIORVALUE(Status) = "b"', {"Status": "a"}, {"Status": "b"}, True),
        ("BLANKVALUE(Touches__c, 0) < 4", {"Touches__c": None}, None, True),
        ("Touches__c < 4", {"Touches__c": None}, None, False),
        ("NOT(Touches__c >= 4)", {"Touches__c": 4.0}, None, False),
        ("Touches__c * 2 + 1 = 9 && !ISBLANK(Note__c)", {"Touches__c": 4.0, "Note__c": "x"}, None, True),
        ("Touches__c - 1 - 1 = 2", {"Touches__c": 4.0}, None, True),
        ("-Touches__c = 0 - 4", {"Touches__c": 4.0}, None, True),
        ("OR(Flag__c, FALSE) || 1 > 2", {"Flag__c": True}, None, True),
        ('TEXT(Touches__c) & "!" = "4!"', {"Touches__c": 4.0}, None, True),
        ("ISBLANK(TEXT(Status))", {"Status": None}, None, True),
        ('Note__c = ""', {"Note__c": None}, None, True),
        ('Note__c <> "x"', {"Note__c": "y"}, None, True),
        ('IF(LEN(Note__c) > 2, CONTAINS(Note__c, "bc"), FALSE)', {"Note__c": "abcd"}, None, True),
        ('INCLUDES(Colours__c, "Red")', {"Colours__c": "Blue;Red"}, None, True),
        ('CASE(Status, "a", 1, "b", 2, 0) = 2', {"Status": "b"}, None, True),
        ("NOW() - At__c > 1", {"At__c": datetime(2026, 11, 18, tzinfo=UTC)}, None, True),
        ("NOT($Permission.Bypass) && $User.Alias = 'rita'", {}, None, True),
        ("/* why */ TRUE", {}, None, True),
        ("1 / 0 = 1", {}, None, False),
    ],
)
def test_formulas(formula, new, old, expected):
    assert holds(formula, new, old) is expected


@pytest.mark.parametrize(
    "formula", ["", "AND(", "FOO(1)", "Nope__c = 1", "ISCHANGED(1)", "LEN()", "$Setup.X = 1"]
)
def test_broken_formulas(formula):
    with pytest.raises(FormulaError):
        holds(formula, {})
