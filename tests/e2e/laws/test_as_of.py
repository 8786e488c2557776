"""What a scorecard said on a day can be said again: computed from what was known then, whatever came to light later."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from passes.numbers import measure
from passes.numbers.as_of import AsOfError
from sla_rules.metrics.figures import Metrics
from sla_rules.metrics.period import Period
from tests.e2e.cli_world import shell_of
from tests.e2e.laws.world import World

# A campaign's cost is one figure for its whole life, and not kept by day.
TODAYS = {"campaigns"}
OCTOBER = datetime(2026, 10, 15, tzinfo=UTC)


def october(world: World) -> Period:
    return Period.month_of(OCTOBER, world.bench.open("x").contracts.sla.zone)


def now(world: World) -> Metrics:
    return measure.compute(world.bench.open("now"), "month", period=october(world))


def as_of(world: World, moment: datetime) -> Metrics:
    return measure.compute_as_of(world.bench.open("then"), october(world), moment)


def assert_same(one: Metrics, other: Metrics, *, but: Collection[str] = ()) -> None:
    for name in one.tables().keys() - TODAYS - set(but):
        assert_frame_equal(one.tables()[name], other.tables()[name], check_row_order=False)


def handed_over(world: World, number: int) -> str:
    contact = world.asks_for_demo(f"p{number}@nordwerk.example", lastname=f"Nr {number}")
    world.settle()
    return str(world.lead_of(contact))


def meeting(world: World, lead: str, began: datetime) -> str:
    values: dict[str, Any] = {
        "Subject": "Meeting",
        "StartDateTime": began,
        "EndDateTime": began + timedelta(minutes=30),
    }
    values |= {"WhoId": lead, "OwnerId": world.rep.user_id}
    return world.org.create("Event", values, user_id=world.rep.user_id)


def met_first_touches(metrics: Metrics) -> list[float]:
    return metrics.attainment.filter(pl.col("commitment") == "first_touch")["numerator"].to_list()


def test_a_day_is_told_again_as_it_stood_whatever_came_later(world: World) -> None:
    leads = [handed_over(world, number) for number in (1, 2, 3)]
    event = meeting(world, leads[0], world.clock.now() + timedelta(minutes=10))
    world.later(hours=3)
    world.run()
    stood, moment = now(world), world.clock.now()
    assert met_first_touches(stood) == [1.0]
    assert_same(as_of(world, moment), stood)

    # A touch written down late, one taken back, another owner, an answer, a conversion.
    world.later(days=1)
    meeting(world, leads[1], moment - timedelta(hours=3))
    world.org.delete("Event", event, user_id=world.rep.user_id)
    world.edit("Lead", leads[2], OwnerId=world.colleague.user_id)
    world.edit("Lead", leads[1], Accord_Disposition__c="Accepted")
    world.settle()
    world.convert(leads[1])
    world.settle()

    later = now(world)
    assert later.reps["owner"].n_unique() == 2
    assert later.funnel.filter(pl.col("step") == "converted")["people"].to_list() == [1]
    assert_same(as_of(world, moment), stood)
    assert_same(as_of(world, world.clock.now()), later)


def test_people_who_turn_out_to_be_one_are_counted_as_they_were_known(world: World) -> None:
    first = world.asks_for_demo("a@nordwerk.example", lastname="Nr 1")
    second = world.asks_for_demo("b@nordwerk.example", lastname="Nr 2")
    world.settle()
    world.run()
    stood, moment = now(world), world.clock.now()
    world.later(days=1)
    world.portal.merge("contacts", first, second, actor=world.marketer)
    world.settle()
    world.org.merge(
        "Lead", str(world.lead_of(first)), [row["Id"] for row in world.leads()][1:], user_id=world.rep.user_id
    )
    world.settle()

    # What a person is (country, source, persona) is told as it is known today; what became of them as it was known.
    assert_same(as_of(world, moment), stood, but={"figures"})
    assert_same(as_of(world, world.clock.now()), now(world))


def test_before_anything_was_kept_nothing_is_made_up(world: World) -> None:
    handed_over(world, 1)

    with pytest.raises(AsOfError, match="kept since 2026-10-05"):
        as_of(world, datetime(2026, 10, 1, tzinfo=UTC))
    refused = shell_of(world).accord("scorecard", "--as-of", "2026-10-01")
    assert refused.exit_code != 0
    assert "not on record" in refused.stderr
