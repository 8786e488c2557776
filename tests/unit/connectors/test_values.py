"""Values on the wire and back, chunks and rounds, and SOQL that fits and cannot be broken out of."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.chunking import chunks, rounds
from connectors.delivery import deliver, done
from connectors.errors import RetryableError
from connectors.hubspot import records as hubspot
from connectors.results import RecordWrite
from connectors.salesforce import records as salesforce
from connectors.salesforce import soql

NOON = datetime(2026, 11, 16, 12, 0, 0, 334_000, tzinfo=UTC)
BERLIN_NOON = datetime(2026, 11, 16, 13, 0, 0, 334_000, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("value", "wire", "returned"),
    [
        (None, "", None),
        (True, "true", "true"),
        (47, "47", "47.0"),
        (Decimal("45000.00"), "45000.00", "45000"),
        (NOON, "2026-11-16T12:00:00.334Z", "2026-11-16T12:00:00.334Z"),
        (BERLIN_NOON, "2026-11-16T12:00:00.334Z", "1794830400334"),
        (date(2026, 11, 16), "2026-11-16", "2026-11-16"),
        ("Ann@Acme.example ", "Ann@Acme.example ", "ann@acme.example"),
        (("b", "a"), "b;a", "a;b"),
    ],
)
def test_hubspot_values_go_out_as_text_and_are_known_again(value, wire, returned):
    assert hubspot.wire_value(value) == wire
    assert hubspot.holds(value, returned)
    assert not hubspot.holds(value, "something else")


@pytest.mark.parametrize(
    ("value", "wire", "returned"),
    [
        (None, None, None),
        ("", "", None),
        (False, False, False),
        (Decimal(23), 23, 23.0),
        (Decimal("23.5"), 23.5, "23.50"),
        (NOON, "2026-11-16T12:00:00.334+0000", "2026-11-16T12:00:00.000+0000"),
        (BERLIN_NOON, "2026-11-16T12:00:00.334+0000", "2026-11-16T12:00:00.000+0000"),
        (date(2026, 11, 16), "2026-11-16", "2026-11-16"),
        ("Ann@Acme.example ", "Ann@Acme.example ", "ann@acme.example"),
        ("a\nb", "a\nb", "a\r\nb"),
    ],
)
def test_salesforce_values_go_out_typed_and_are_known_again(value, wire, returned):
    assert salesforce.wire_value(value) == wire
    assert salesforce.holds(value, returned)
    assert not salesforce.holds(value, "something else")


@pytest.mark.parametrize("wire_value", [hubspot.wire_value, salesforce.wire_value, soql.literal])
def test_a_time_without_a_zone_is_refused(wire_value):
    with pytest.raises(ValueError, match="naive"):
        wire_value(datetime(2026, 11, 16))  # noqa: DTZ001


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_milliseconds_survive_the_way_there_and_back(moment):
    aware = moment.replace(tzinfo=UTC, microsecond=moment.microsecond // 1000 * 1000)
    assert hubspot.moment(str(hubspot.epoch_ms(aware))) == aware
    assert hubspot.moment(hubspot.wire_value(aware)) == aware


def test_parents_fields_are_flat():
    row = {"attributes": {}, "Id": "1", "Owner": {"attributes": {}, "Email": "a"}, "Account": None}
    assert salesforce.flat(row) == {"Id": "1", "Owner.Email": "a", "Account": None}


@given(st.lists(st.integers()), st.integers(1, 7))
def test_chunks_keep_everything_in_order(items, size):
    parts = list(chunks(items, size))
    assert [item for part in parts for item in part] == items
    assert all(0 < len(part) <= size for part in parts)


@given(st.lists(st.sampled_from("abcd")))
def test_rounds_name_nothing_twice_and_keep_the_order_of_each_key(keys):
    items = list(enumerate(keys))
    made = rounds(items, keys)
    assert sorted(item for part in made for item in part) == items
    for part in made:
        assert len({key for _, key in part}) == len(part)
    for key in set(keys):
        assert [at for part in made for at, one in part if one == key] == [
            at for at, one in items if one == key
        ]


@given(st.lists(st.text(min_size=1, max_size=40), unique=True, max_size=300))
def test_key_lists_are_complete_and_fit_into_a_url(values):
    queries = list(soql.selects_in("Lead", ["Id", "Email"], "Email", values))
    assert all(len(quote_plus(query)) <= soql.LONGEST_ENCODED + 20 for query in queries)
    assert sum(query.count(soql.literal(value)) > 0 for value in values for query in queries) >= len(values)


@given(st.text())
def test_a_literal_cannot_be_broken_out_of(value):
    text = soql.literal(value)
    assert text.startswith("'")
    assert text.endswith("'")
    inner, escaped = text[1:-1], False
    for sign in inner:
        assert escaped or sign != "'"
        escaped = sign == "\\" and not escaped
    assert not escaped


def test_the_walk_goes_on_after_the_last_row_seen():
    condition = soql.after("SystemModstamp", NOON, ("2026-11-16T12:00:00.000+0000", "00Q1"))
    assert condition == (
        "SystemModstamp > 2026-11-16T12:00:00Z OR (SystemModstamp = 2026-11-16T12:00:00Z AND Id > '00Q1')"
    )
    query = soql.select("Event", ["Id"], [condition, "IsChild = false"], "SystemModstamp, Id")
    assert query.endswith(f"WHERE ({condition}) AND IsChild = false ORDER BY SystemModstamp, Id")


def test_delivery_keeps_what_is_settled_and_names_the_rest():
    writes = [RecordWrite(str(number), str(number), None, {}) for number in range(4)]

    def settle(results):
        results["0"] = done(writes[0])

    def half(results):
        results["1"] = done(writes[1])
        raise RetryableError("hubspot", "POST /x", status=503)

    batches = [(writes[:1], settle), (writes[1:3], half), (writes[3:], settle)]
    results = deliver(batches)
    assert [(results[str(at)].ok, results[str(at)].code) for at in range(4)] == [
        (True, None),
        (True, None),
        (False, "NOT_SENT"),
        (False, "NOT_SENT"),
    ]
    with pytest.raises(RetryableError):
        deliver([(writes[:2], lambda results: (_ for _ in ()).throw(RetryableError("hubspot", "x")))])
