"""Tombstones, renamed links: on both databases, with no personal data at rest."""

from dataclasses import replace
from datetime import UTC, datetime

import sqlalchemy as sa

from connectors.store import holds, links, mirror, tombstones
from connectors.store.rename import is_free, rename
from connectors.store.tables import cursors
from connectors.store.tables import tombstones as table
from sync_rules.plan import Hold
from sync_rules.records import Link, Record

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
ADA = ("hubspot", "contacts", "101")
BEN = ("salesforce", "Lead", "00Q000000000001EAA")
KEYS = [("hubspot_id", "101"), ("email", "ada@example.com")]


def test_the_deleted_are_known_by_any_key_until_they_live_again(store):
    with store.begin() as connection:
        assert tombstones.find(connection, {BEN: KEYS}, now=NOW) == {}
        tombstones.bury(connection, {ADA: ("h101", NOW, KEYS)}, now=NOW)
        tombstones.bury(connection, {ADA: ("h101", NOW, KEYS)}, now=NOW)
    with store.begin() as connection:
        found = tombstones.find(connection, {BEN: KEYS[1:], ADA: [("email", "else@example.com")]}, now=NOW)
        assert found == {BEN: [tombstones.Tombstone("hubspot", "h101", NOW)]}
        assert tombstones.clear(connection, [BEN], now=NOW) == 0
        assert tombstones.clear(connection, [ADA], now=NOW) == len(KEYS)
        assert tombstones.find(connection, {BEN: KEYS}, now=NOW) == {}


def test_a_tombstone_says_nothing_without_this_databases_secret(store):
    with store.begin() as connection:
        tombstones.bury(connection, {ADA: ("h101", NOW, KEYS)}, now=NOW)
        first = set(connection.execute(sa.select(table.c.key)).scalars())
        text = str(list(connection.execute(sa.select(table))))
        assert not any(word in text for word in ("ada@", "example.com"))  # a hash may spell ada
        connection.execute(sa.delete(cursors))
        connection.execute(sa.delete(table))
        tombstones.bury(connection, {ADA: ("h101", NOW, KEYS)}, now=NOW)
        assert first.isdisjoint(connection.execute(sa.select(table.c.key)).scalars())


def test_a_renamed_link_takes_everything_along_and_leaves_its_name_free(store):
    with store.begin() as connection:
        mirror.save(connection, [Record(*ADA, {"email": "ada@example.com"}, NOW)])
        links.save(
            connection,
            [
                Link("h101", "person", "101", None, None, "new"),
                Link("s1", "person", None, "Lead", "1", "new"),
            ],
            now=NOW,
        )
        mirror.assign(connection, {ADA: "h101"})
        tombstones.bury(connection, {ADA: ("h101", NOW, KEYS)}, now=NOW)
        links.merge(connection, "s1", "h101")
        # 202 was held as a duplicate while it belonged to nobody, as 101 once was.
        for link_id, why in (("h101", "then"), ("h202", "now")):
            held = Hold(link_id, "hubspot", "contacts", "duplicate", why, "")
            holds.add(connection, [held, replace(held, kind=why)], now=NOW)
        rename(connection, "h101", "h202")
        kept = {(row.link_id, row.kind, row.why) for row in holds.open_holds(connection)}
        assert kept == {("h202", "duplicate", "then"), ("h202", "then", "then"), ("h202", "now", "now")}
        assert is_free(connection, "h101")
        assert mirror.link_ids(connection, [ADA]) == {ADA: "h202"}
        assert links.living(connection, ["s1"])["s1"].link_id == "h202"
        assert tombstones.find(connection, {BEN: KEYS}, now=NOW)[BEN][0].link_id == "h202"
