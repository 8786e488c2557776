from dataclasses import replace
from datetime import UTC, datetime, timedelta

from connectors.store import links, mirror
from sync_rules.records import Link, Record, Stamp

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
ADA = Record(
    "hubspot",
    "contacts",
    "101",
    {"email": "ada@example.com", "jobtitle": "CTO"},
    NOW,
    created_at=NOW - timedelta(days=3),
    stamps={"jobtitle": Stamp(NOW, certain=True, actor="userId:7")},
)
LINK = Link("h101", "person", "101", None, None, "new")


def test_what_a_side_said_comes_back_whole(store):
    with store.begin() as connection:
        mirror.save(connection, [ADA])
        assert mirror.load(connection, "hubspot", "contacts", ["101", "999"]) == {"101": ADA}


def test_saying_the_same_again_changes_nothing_and_wakes_nobody(store):
    with store.begin() as connection:
        mirror.save(connection, [ADA])
        links.save(connection, [LINK], now=NOW)
        mirror.assign(connection, {("hubspot", "contacts", "101"): "h101"})
        links.clear(connection, "plan_due", ["h101"])
        _, reached = mirror.since(connection, 0, [("hubspot", "contacts")])
        assert mirror.save(connection, [ADA]) == []
        assert mirror.since(connection, reached, [("hubspot", "contacts")])[0] == []
        assert links.due(connection, "plan_due", "person") == []


def test_a_change_wakes_the_link_unless_it_is_our_own(store):
    changed = replace(ADA, fields={"jobtitle": "CEO"})
    with store.begin() as connection:
        mirror.save(connection, [ADA])
        links.save(connection, [LINK], now=NOW)
        mirror.assign(connection, {("hubspot", "contacts", "101"): "h101"})
        links.clear(connection, "plan_due", ["h101"])
        mirror.save(connection, [changed], mark=False)
        assert links.due(connection, "plan_due", "person") == []
        mirror.save(connection, [replace(changed, fields={"jobtitle": "CIO"})])
        assert [row.link.link_id for row in links.due(connection, "plan_due", "person")] == ["h101"]


def test_a_partial_read_keeps_what_it_does_not_name(store):
    with store.begin() as connection:
        mirror.save(connection, [ADA])
        mirror.save(connection, [replace(ADA, fields={"email": None}, stamps={})])
        found = mirror.load(connection, "hubspot", "contacts", ["101"])["101"]
    assert found.fields == {**ADA.fields, "email": None}
    assert found.stamps == ADA.stamps


def test_a_moved_stamp_alone_is_kept_without_waking_anybody(store):
    later = NOW + timedelta(minutes=5)
    with store.begin() as connection:
        mirror.save(connection, [ADA])
        assert mirror.save(connection, [replace(ADA, modified_at=later)]) == []
        assert mirror.stamps_of(connection, "hubspot", "contacts", ["101"]) == {"101": later}


def test_a_tombstone_is_a_change(store):
    with store.begin() as connection:
        mirror.save(connection, [ADA])
        assert [record.deleted for record in mirror.save(connection, [replace(ADA, deleted=True)])] == [True]


def test_a_record_is_found_by_its_present_keys_only(store):
    key = ("hubspot", "contacts", "101")
    with store.begin() as connection:
        mirror.index(
            connection, {key: [("email", "ada@example.com"), ("email", "a@example.com")]}, prefix="person:"
        )
        mirror.index(connection, {key: [("person", "55")]}, prefix="activity:")
        mirror.index(connection, {key: [("email", "ada@new.example")]}, prefix="person:")
        assert mirror.find(connection, "person:email", ["ada@example.com", "ada@new.example"]) == {
            "ada@new.example": [key]
        }
        assert mirror.find(connection, "activity:person", ["55"]) == {"55": [key]}
