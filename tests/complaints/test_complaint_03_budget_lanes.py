"""Complaint 3: "Retries quietly switch off when the API budget is tight, just when they matter."

What is written has lanes: opt-outs, the agreement's fields and hot leads go first, opens and clicks wait first. What
waits is held with its due time, `accord status` says when the day's calls run out, and all of it goes by itself later.
"""

from datetime import timedelta

from cli import status
from tests.e2e.laws.world import World


def test_complaint_03_with_few_calls_left_the_hot_lead_goes_and_the_clicks_wait(world: World) -> None:
    known = world.contact("tom@nordwerk.example", lastname="Tom")
    world.lead("tom@nordwerk.example", LastName="Tom")
    world.settle()
    world.later(minutes=15)
    world.run()

    # A tenth of Salesforce's day is left, and a bit; all of these want to be written there.
    world.org.usage.count(3_000)
    world.org.usage.limit = int(world.org.usage.used / 0.88)
    hot = world.asks_for_demo("vera@hafen.example", lastname="Vera", company="Hafen AG")
    world.portal.unsubscribe_all("tom@nordwerk.example", actor=world.marketer)
    world.portal.visit_page(known, "https://www.meridian-analytics.example/pricing")
    call = {
        "hs_timestamp": world.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "hs_call_title": "Hello",
        "hubspot_owner_id": world.rep.owner_id,
    }
    world.portal.create("calls", call, actor=world.marketer, associations=[("contacts", known)])
    applied = world.run()["applied_writes"]

    (tom,) = [row for row in world.leads() if row["LastName"] == "Tom"]
    assert tom["HasOptedOutOfEmail"] is True
    assert world.lead_of(hot) is not None
    assert list(world.org.rows("Task")) == []
    assert applied.figures["deferred"] == len(world.holds()) == 2
    assert {row.kind for row in world.holds()} == {"deferred"}
    due = {row.value["due_at"] for row in world.holds()}
    standing = status.gather(world.bench)
    assert standing.deferred_until == max(due) > world.clock.now().isoformat(timespec="minutes")
    (quota,) = [one for one in standing.quotas if one.side == "salesforce"]
    assert quota.runs_out_at is not None
    assert quota.seen_at < quota.runs_out_at < quota.seen_at + timedelta(hours=24)

    # Nothing has to be switched on again: the next passes find more calls and send what waited.
    world.org.usage.limit *= 10
    world.settle()
    assert sorted(str(row["Subject"]) for row in world.org.rows("Task")) == [
        "Hello",
        "Marketing: 1 form",
        "Marketing: 1 page",
    ]
    assert world.holds() == []
    assert status.gather(world.bench).deferred_until is None
