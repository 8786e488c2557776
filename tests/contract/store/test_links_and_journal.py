from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from connectors.store import absorb, holds, journal, lease, links, mirror, tables
from connectors.store.engine import Store, upsert
from sync_rules.plan import Conflict, FieldChange, Hold, Plan, Write
from sync_rules.records import Link, Record

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def person(link_id: str, *, hubspot: str | None = None, lead: str | None = None) -> Link:
    return Link(link_id, "person", hubspot, "Lead" if lead else None, lead, "e-mail")


def a_write(link_id: str = "h1", record_id: str | None = "00Q1", **changes: object) -> Write:
    fields = tuple(
        FieldChange(name, name.title(), None, value, value, "two_way", "changed in HubSpot")
        for name, value in (changes or {"title": "CTO"}).items()
    )
    return Write(
        f"salesforce:Lead:{record_id or link_id}", "salesforce", "Lead", "update", record_id, link_id, fields
    )


def a_plan(*writes: Write, holds: tuple[Hold, ...] = (), conflicts: tuple[Conflict, ...] = ()) -> Plan:
    return Plan(NOW, writes, holds, conflicts, (), considered=len(writes), in_agreement=0)


def a_hold(link_id: str = "h1", kind: str = "invalid_value", field: str | None = "title") -> Hold:
    return Hold(link_id, "salesforce", "Lead", kind, "too long", "shorten it", field, "x" * 3, ("a", "b"))


def test_a_link_that_is_saved_again_keeps_its_base_and_wishes(store):
    with store.begin() as connection:
        links.save(connection, [person("h1", hubspot="1")], now=NOW)
        links.set_bases(connection, {"h1": {"title": "CTO"}})
        links.set_computed(connection, {"h1": {"stage": "MQL"}})
        links.save(connection, [person("h1", hubspot="1", lead="00Q1")], now=NOW)
        row = links.load(connection, ["h1"])["h1"]
    assert (row.base, row.computed, row.link.salesforce_id) == ({"title": "CTO"}, {"stage": "MQL"}, "00Q1")


def test_only_a_changed_wish_makes_a_link_due(store):
    with store.begin() as connection:
        links.save(connection, [person("h1", hubspot="1"), person("h2", hubspot="2")], now=NOW)
        links.set_computed(connection, {"h1": {"stage": "MQL"}, "h2": {"stage": "lead"}})
        links.clear(connection, "plan_due", ["h1", "h2"])
        assert links.set_computed(connection, {"h1": {"stage": "SQL"}, "h2": {"stage": "lead"}}) == ["h1"]
        assert [row.link.link_id for row in links.due(connection, "plan_due", "person")] == ["h1"]


def test_bases_grow_field_by_field(store):
    with store.begin() as connection:
        links.save(connection, [person("h1", hubspot="1")], now=NOW)
        links.set_bases(connection, {"h1": {"title": "CTO"}})
        links.set_bases(connection, {"h1": {"phone": "+49301"}, "unknown": {"a": 1}})
        assert links.load(connection, ["h1"])["h1"].base == {"title": "CTO", "phone": "+49301"}


def test_two_links_become_one_person_with_both_histories(store):
    def status(link_id: str, hours: int, text: str) -> dict[str, object]:
        return {"link_id": link_id, "at": NOW + timedelta(hours=hours), "status": text, "owner": None}

    with store.begin() as connection:
        links.save(connection, [person("h1", hubspot="1"), person("s1", lead="00Q1")], now=NOW)
        links.set_bases(connection, {"s1": {"title": "CTO"}})
        mirror.save(connection, [Record("salesforce", "Lead", "00Q1", {}, NOW)])
        mirror.assign(connection, {("salesforce", "Lead", "00Q1"): "s1"})
        rows = [status("h1", 0, "Open"), status("s1", 0, "Other"), status("s1", 2, "Working")]
        upsert(connection, tables.sales_statuses, rows)
        absorb.absorb(connection, "s1", "h1")
        history = connection.execute(
            sa.select(tables.sales_statuses).order_by(tables.sales_statuses.c.at)
        ).all()
        kept = links.load(connection, ["h1", "s1"])
        assert mirror.link_ids(connection, [("salesforce", "Lead", "00Q1")]) == {
            ("salesforce", "Lead", "00Q1"): "h1"
        }
    assert [(row.link_id, row.status) for row in history] == [("h1", "Open"), ("h1", "Working")]
    assert kept["h1"].base == {"title": "CTO"}
    assert kept["s1"].merged


def test_a_plan_is_kept_whole_and_its_writes_come_back_as_they_were(store):
    write = a_write(title="CTO", phone=None)
    conflict = Conflict("h1", "title", "two_way", "hubspot", "CTO", "CIO", NOW, "0051", "HubSpot was later")
    with store.begin() as connection:
        journal.store_plan(connection, "p1", "p1", a_plan(write, conflicts=(conflict,)), status="planned")
        (row,) = journal.open_writes(connection, "p1")
        lost = connection.execute(sa.select(tables.conflicts)).one()
        plan = journal.latest_plan(connection)
    assert row.write == write
    assert (lost.losing_value, lost.losing_at, lost.losing_actor) == ("CIO", NOW, "0051")
    assert (plan.plan_id, plan.counts) == ("p1", {"salesforce Lead update": 1})


def test_a_sent_write_stays_open_until_somebody_knows_what_became_of_it(store):
    with store.begin() as connection:
        journal.store_plan(connection, "p1", "p1", a_plan(a_write()), status="planned")
        (row,) = journal.open_writes(connection, "p1")
        journal.mark_sent(connection, [row.write_id], now=NOW)
        assert [open_row.state for open_row in journal.unsettled(connection)] == ["sent"]
        outcome = {
            "write_id": row.write_id,
            "state": "done",
            "record_id": None,
            "code": None,
            "message": None,
        }
        journal.settle(connection, [outcome], now=NOW)
        assert journal.open_writes(connection, "p1") == []
        assert journal.counts(connection, "p1") == {"done": 1}
        (done,) = journal.of_links(connection, ["h1"])
    assert (done.state, done.write.record_id, done.settled_at) == ("done", "00Q1", NOW)


def test_a_newer_plan_voids_what_was_never_sent(store):
    with store.begin() as connection:
        journal.store_plan(connection, "p1", "p1", a_plan(a_write(), a_write("h2", "00Q2")), status="stopped")
        first, _ = journal.open_writes(connection, "p1")
        journal.mark_sent(connection, [first.write_id], now=NOW)
        assert journal.withdraw_open(connection, now=NOW, keep="/kept") == 1
        assert journal.counts(connection, "p1") == {"sent": 1, "withdrawn": 1}


def test_a_hold_keeps_the_time_at_which_it_was_first_seen_and_goes_when_its_cause_is_gone(store):
    later = NOW + timedelta(days=1)
    with store.begin() as connection:
        holds.replace(connection, ["h1"], [a_hold(), a_hold(kind="unmapped_owner", field="owner")], now=NOW)
        holds.replace(connection, ["h1"], [a_hold()], now=later)
        (open_hold,) = holds.open_holds(connection)
        assert holds.counts_by_kind(connection) == {"invalid_value": 1}
        holds.replace(connection, ["h2"], [], now=later)
        assert len(holds.open_holds(connection)) == 1
    assert (open_hold.first_seen_at, open_hold.last_seen_at, open_hold.accepted) == (NOW, later, ["a", "b"])


def test_only_one_worker_holds_the_lease_and_its_token_only_grows(store):
    clock_s = [1000.0]

    def hold(owner: str) -> lease.Lease:
        with lease.hold(store, "pass", owner=owner, ttl_s=60, read_s=lambda: clock_s[0]) as held:
            return held

    def try_while_held() -> None:
        with lease.hold(store, "pass", owner="one", ttl_s=60, read_s=lambda: clock_s[0]):
            hold("two")

    first = hold("one")
    with pytest.raises(lease.LeaseHeldError, match="another pass is running"):
        try_while_held()
    assert hold("two").fence > first.fence


def test_a_lease_of_a_dead_worker_runs_out(store):
    clock_s = [1000.0]
    its_own = Store(store.url)
    dead = lease.hold(its_own, "pass", owner="dead", ttl_s=60, read_s=lambda: clock_s[0])
    dead.__enter__()
    clock_s[0] += 61
    with lease.hold(store, "pass", owner="alive", ttl_s=60, read_s=lambda: clock_s[0]) as held:
        assert held.owner == "alive"
    # The dead worker wakes up and gives back what is no longer its own: nothing happens.
    with lease.hold(store, "pass", owner="third", ttl_s=60, read_s=lambda: clock_s[0]):
        dead.__exit__(None, None, None)
        with (
            pytest.raises(lease.LeaseHeldError),
            lease.hold(store, "pass", owner="fourth", ttl_s=60, read_s=lambda: clock_s[0]),
        ):
            pass
    its_own.close()
