"""Raw values of both sides that mean the same, and what is written back."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from sync_rules.addresses import normal_domain
from sync_rules.countries import country_code, country_name
from sync_rules.mapping_model import CountryForm, FieldSpec, ValueMap, ValuePair
from sync_rules.merge import NO_BASE
from sync_rules.normalise import CannotWrite, Unreadable, canonical, to_raw
from sync_rules.owners import owner_map
from sync_rules.stored import base_from_json, base_to_json, to_json

WORDS = ValueMap(
    canonical="hubspot",
    pairs=(ValuePair(hubspot="web", salesforce="Web"), ValuePair(hubspot="b", salesforce="B")),
)


def spec(value_type, **more):
    return FieldSpec(type=value_type, rule="two_way", hubspot="x", lead="X", name="x", **more)


@pytest.mark.parametrize(
    ("value_type", "hubspot", "salesforce", "value"),
    [
        ("text", " Zoe\u0308 ", "Zo\u00eb", "Zo\u00eb"),
        ("text", "", None, None),
        ("text", "a\r\nb", "a\nb", "a\nb"),
        ("email", "Ann@ACME.example ", "ann@acme.example", "ann@acme.example"),
        ("phone", "030 / 123 456", "+49 (30) 123456", "+4930123456"),
        ("phone", "030 123456 ext. 12", "+4930123456 x12", "+4930123456 x12"),
        ("phone", "12 3", "12-3", "123"),
        ("phone", "+1 2", "+12", "+12"),
        ("phone", "+4930 123456)", "+4930123456", "+4930123456"),
        ("phone", "01 1", "011", "011"),
        ("phone", "call me", "call me", "call me"),
        ("phone", "()", "()", "()"),
        ("number", "50000", 50000.0, Decimal(50000)),
        ("number", "0.10", 0.1, Decimal("0.1")),
        ("number", "", None, None),
        ("boolean", None, False, False),
        ("boolean", "true", True, True),
        ("date", "1767225600000", "2026-01-01", date(2026, 1, 1)),
        ("datetime", "2026-01-01T12:00:00.123Z", "2026-01-01T12:00:00.000+0000", datetime(2026, 1, 1, 12, tzinfo=UTC)),
        ("datetime", "2026-01-01T13:00:00+01:00", "2026-01-01T12:00:00", datetime(2026, 1, 1, 12, tzinfo=UTC)),
        ("picklist", "Any", "Any ", "Any"),
        ("multi_picklist", "b;a", "a;b;a", ("a", "b")),
        ("multi_picklist", ";", None, None),
        ("country", "Deutschland", "DE", "DE"),
        ("country", "U.S.A.", "United States", "US"),
        ("country", "Atlantis", "Atlantis", "Atlantis"),
        ("domain", "https://WWW.acme.example/de?x=1", "acme.example.", "acme.example"),
    ],
)  # fmt: skip
def test_both_sides_ways_of_writing_one_value(value_type, hubspot, salesforce, value):
    field = spec(value_type)
    assert canonical(hubspot, field, "hubspot", region="DE") == value
    assert canonical(salesforce, field, "salesforce", region="DE") == value


@pytest.mark.parametrize(
    ("field", "value", "hubspot", "salesforce"),
    [
        (spec("text"), None, None, None),
        (spec("number"), Decimal(50000), "50000", 50000),
        (spec("number"), Decimal("0.5"), "0.5", 0.5),
        (spec("boolean"), True, "true", True),
        (spec("date"), date(2026, 1, 2), "2026-01-02", "2026-01-02"),
        (spec("datetime"), datetime(2026, 1, 2, 3, tzinfo=UTC), "2026-01-02T03:00:00Z", "2026-01-02T03:00:00Z"),
        (spec("picklist", values=WORDS), "web", "web", "Web"),
        (spec("multi_picklist", values=WORDS), ("b", "web"), "b;web", "B;Web"),
        (spec("multi_picklist"), ("a", "b"), "a;b", "a;b"),
        (spec("country"), "GB", "United Kingdom", "United Kingdom"),
        (spec("country", country_form=CountryForm(salesforce="code")), "GB", "United Kingdom", "GB"),
    ],
)  # fmt: skip
def test_each_side_is_given_its_own_form(field, value, hubspot, salesforce):
    assert to_raw(value, field, "hubspot") == hubspot
    written = to_raw(value, field, "salesforce")
    assert (written, type(written)) == (salesforce, type(salesforce))


@pytest.mark.parametrize(
    ("field", "raw", "kind"),
    [
        (spec("number"), "many", "invalid_value"),
        (spec("number"), "NaN", "invalid_value"),
        (spec("number"), "1e30", "invalid_value"),
        (spec("boolean"), "maybe", "invalid_value"),
        (spec("date"), "tomorrow", "invalid_value"),
        (spec("datetime"), "99999999999999999999", "invalid_value"),
        (spec("picklist", values=WORDS), "c", "unmapped_value"),
        (spec("multi_picklist", values=WORDS), "web;c", "unmapped_value"),
        (spec("owner"), "77", "unmapped_owner"),
    ],
)
def test_what_cannot_be_read_is_kept_apart_and_never_written(field, raw, kind):
    value = canonical(raw, field, "hubspot")
    assert isinstance(value, Unreadable)
    assert value.kind == kind
    assert value == canonical(raw, field, "hubspot")
    with pytest.raises(CannotWrite) as caught:
        to_raw(value, field, "salesforce")
    assert caught.value.kind == kind
    with pytest.raises(TypeError):
        to_json(value)


def test_a_value_without_a_word_on_the_other_side_names_those_that_have():
    with pytest.raises(CannotWrite) as caught:
        to_raw("z", spec("picklist", values=WORDS), "salesforce")
    assert caught.value.accepted == ("web", "b")


def test_unmapped_values_can_have_a_default_or_pass():
    default = ValueMap(unmapped="default", default="b", pairs=WORDS.pairs)
    passing = ValueMap(unmapped="pass", pairs=WORDS.pairs)
    assert canonical("Other", spec("picklist", values=default), "salesforce") == "b"
    assert canonical("Other", spec("picklist", values=passing), "salesforce") == "Other"
    assert to_raw("Other", spec("picklist", values=passing), "hubspot") == "Other"


def test_numbers_are_rounded_as_the_field_is():
    field = spec("number", decimals=0)
    assert [canonical(raw, field, "hubspot") for raw in ("12.4", "12.5", "-12.5")] == [12, 13, -13]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("germany", "DE"), ("Allemagne", "DE"), ("BRD", "DE"), ("uk", "GB"), ("England", "GB"), ("Holland", "NL"),
        ("Côte d’Ivoire", "CI"), ("Czech Republic", "CZ"), ("Türkiye", "TR"), ("österreich", "AT"), ("", None),
        ("X", None),
    ],
)  # fmt: skip
def test_countries_are_known_by_many_names(text, code):
    assert country_code(text) == code
    if code:
        assert country_code(country_name(code)) == code


def test_owners_are_one_by_address_and_only_active_ones_are_written(make):
    owners = make.owners
    assert owners.key_of("salesforce", "005000000000001") == "rep@meridian.example"
    assert owners.key_of("salesforce", "00G000000000001EAA") == "queue:Inbound Leads"
    assert owners.id_of("salesforce", "gone@meridian.example") is None
    assert owners.inactive["salesforce"] == {"gone@meridian.example"}
    nameless = type(make.owner_list[0])("hubspot", "99", None, "Nobody")
    assert owner_map([nameless], make.mapping.owners).key_of("hubspot", "99") is None
    with pytest.raises(CannotWrite, match="is inactive"):
        to_raw("gone@meridian.example", spec("owner"), "salesforce", owners=owners)


def test_a_base_survives_storing_and_forgets_fields_that_left_the_mapping():
    specs = {name: spec(name) for name in ("number", "date", "datetime", "multi_picklist", "text", "boolean")}
    base = {
        "number": Decimal("1.50"), "date": date(2026, 1, 1), "datetime": datetime(2026, 1, 1, tzinfo=UTC),
        "multi_picklist": ("a", "b"), "text": None, "boolean": True,
    }  # fmt: skip
    stored = base_to_json(base) | {"gone": "x"}
    assert base_from_json(stored, specs) == base


def test_signs_of_nothing():
    assert normal_domain("https://") is None
    assert repr(NO_BASE) == "NO_BASE"
