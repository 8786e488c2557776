"""Whoever takes the place of a deleted record: nobody living is pushed out, and nothing stale makes anybody anew."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sync_rules.records import Link, Record
from sync_rules.returning import Grave, room_for

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_hours = st.integers(-3, 3)
_states = st.sampled_from(["none", "living", "deleted"])


@st.composite
def _graves(draw):
    states = {side: draw(_states) for side in ("hubspot", "salesforce")}
    link = Link(
        "p1",
        "person",
        None if states["hubspot"] == "none" else "101",
        None if states["salesforce"] == "none" else "Lead",
        None if states["salesforce"] == "none" else "00Q000000000001EAA",
        "e-mail",
    )
    deleted = {
        side: NOON + timedelta(hours=draw(_hours)) for side, state in states.items() if state == "deleted"
    }
    return states, Grave(link, deleted)


@st.composite
def _records(draw):
    side = draw(st.sampled_from(["hubspot", "salesforce"]))
    kind, name = ("contacts", "202") if side == "hubspot" else ("Contact", "003000000000009AAA")
    made = draw(st.none() | _hours)
    created_at = None if made is None else NOON + timedelta(hours=made)
    return Record(side, kind, name, {}, NOON, created_at=created_at)


@given(_graves(), _records())
def test_the_living_keep_their_places_and_the_stale_get_none(grave_and_states, record):
    states, grave = grave_and_states
    across = "salesforce" if record.side == "hubspot" else "hubspot"
    room = room_for(record, grave)
    newer = record.created_at is not None and all(record.created_at > at for at in grave.deleted.values())
    if states[record.side] == "living":
        assert room is None
    elif states[across] == "living":
        # Only the place is made free; who comes is found out by the keys.
        assert (room is not None) == (states[record.side] == "deleted")
        assert room is None or not room.taken
    else:
        assert (room is not None) == newer
        assert room is None or room.taken
    if room is None:
        return
    ids = {"hubspot": room.link.hubspot_id, "salesforce": room.link.salesforce_id}
    before = {"hubspot": grave.link.hubspot_id, "salesforce": grave.link.salesforce_id}
    assert ids[record.side] == (record.id if room.taken else None)
    assert ids[across] == (before[across] if states[across] == "living" else None)
    assert room.link.link_id == grave.link.link_id


@given(_graves(), _records())
def test_asking_again_changes_nothing(grave_and_states, record):
    _, grave = grave_and_states
    room = room_for(record, grave)
    if room is not None and room.taken:
        assert room_for(record, Grave(room.link, {})) is None
