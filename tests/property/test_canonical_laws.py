"""Canonical values survive the way to either side and back, and the way into a stored base and back."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sync_rules.mapping import load_shipped_mapping
from sync_rules.mapping_model import FieldSpec, Owners, ValueMap, ValuePair
from sync_rules.normalise import CannotWrite, Unreadable, canonical, to_raw
from sync_rules.owners import owner_map
from sync_rules.records import SIDES
from sync_rules.stored import from_json, to_json


class Owner:
    def __init__(self, side, id, email, *, active=True, queue=False):  # noqa: A002
        self.side, self.id, self.email, self.name, self.active, self.queue = (
            side,
            id,
            email,
            id,
            active,
            queue,
        )


OWNERS = owner_map(
    [
        Owner("hubspot", "11", "ann@us.example"),
        Owner("hubspot", "12", "bob@us.example"),
        Owner("salesforce", "005000000000001AAA", "Ann@us.example"),
        Owner("salesforce", "005000000000002AAA", "robert@us.example"),
        Owner("salesforce", "00G000000000001AAA", None, queue=True),
    ],
    Owners(overrides={"bob@us.example": "robert@us.example"}),
)
SHIPPED = load_shipped_mapping()
PAIRS = ValueMap(
    canonical="salesforce",
    unmapped="pass",
    pairs=(
        ValuePair(hubspot="NEW", salesforce="Open"),
        ValuePair(hubspot="OPEN", salesforce="Open"),
        ValuePair(hubspot="DONE", salesforce="Closed"),
    ),
)


def spec(value_type, **more):
    return FieldSpec(type=value_type, rule="two_way", hubspot="x", lead="X", name="x", **more)


text = st.text(max_size=12)
dates = st.dates(date(1971, 1, 1), date(2200, 1, 1))
moments = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12)
CASES = [
    (spec("text"), text),
    (spec("email"), st.one_of(text, st.emails())),
    (spec("phone"), st.one_of(text, st.text("+0123456789 ()-x", max_size=18))),
    (spec("number"), st.one_of(numbers, numbers.map(str), st.floats(-1e9, 1e9), st.integers(), text)),
    (spec("number", decimals=0), st.one_of(numbers.map(str), st.floats(-1e9, 1e9))),
    (spec("boolean"), st.sampled_from([True, False, None, "", "true", "FALSE", "yes", "maybe"])),
    (spec("date"), st.one_of(dates.map(str), text)),
    (spec("datetime"), st.one_of(moments.map(lambda m: m.isoformat()), st.integers(0, 10**13).map(str), text)),
    (spec("picklist"), text),
    (spec("picklist", values=PAIRS), st.one_of(text, st.sampled_from(["NEW", "open", "DONE ", "Closed"]))),
    (SHIPPED.people.fields["industry"], st.sampled_from(["SaaS", "technology", "Banking", "nothing", "Other"])),
    (spec("multi_picklist"), st.lists(text, max_size=4).map(";".join)),
    (spec("country"), st.one_of(text, st.sampled_from(["Deutschland", "usa", "UK", "Côte d’Ivoire", "DE"]))),
    (spec("owner"), st.sampled_from(["11", "12", "13", "005000000000001AAA", "005000000000002", None])),
    (spec("domain"), st.one_of(text, st.sampled_from(["https://www.a.example/x", "A.example", "http://a.example?q"]))),
]  # fmt: skip


@pytest.mark.parametrize(("field", "raws"), CASES, ids=lambda c: getattr(c, "type", "raws"))
def test_canonical_values_survive_the_round_trip(field, raws):
    @settings(max_examples=120)
    @given(raws, st.sampled_from(SIDES), st.sampled_from(SIDES), st.sampled_from([None, "DE", "US"]))
    def check(raw, came_from, goes_to, region):
        value = canonical(raw, field, came_from, owners=OWNERS, region=region)
        if isinstance(value, Unreadable):
            with pytest.raises(CannotWrite):
                to_raw(value, field, goes_to, owners=OWNERS)
            return
        written = to_raw(value, field, goes_to, owners=OWNERS)
        assert canonical(written, field, goes_to, owners=OWNERS, region=region) == value
        assert from_json(json.loads(json.dumps(to_json(value))), field.type) == value

    check()


@given(st.integers(0, 10**13))
@example(0)
def test_a_number_is_one_number_however_it_is_written(n):
    field = spec("number")
    forms = [n, str(n), f"{n}.0", f"{n}.00", float(n)]
    assert {canonical(form, field, "hubspot") for form in forms} == {Decimal(n)}
