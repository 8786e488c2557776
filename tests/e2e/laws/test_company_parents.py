"""The company above a company: kept in agreement by the ids that each side has for it; trees stay trees."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.store import approvals, audits, holds
from passes.accounting import audit
from passes.applying.approve import approve
from passes.applying.undo import plan_undo
from tests.e2e.cli_world import shell_of
from tests.e2e.laws.world import World

CLEARING = {
    "hubspot: hs_parent_company_id, account: ParentId}": "hubspot: hs_parent_company_id, account: ParentId, "
    "blank: clear_if_newer}"
}


class Firms:
    """Companies and Accounts of one world, by a short name that is also their domain."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.company_ids: dict[str, str] = {}
        self.account_ids: dict[str, str] = {}

    def both(self, *names: str) -> None:
        for name in names:
            self.company(name)
            self.account(name)

    def company(self, name: str) -> None:
        values = {"name": name.title(), "domain": f"{name}.example"}
        self.company_ids[name] = self.world.portal.create("companies", values, actor=self.world.marketer).id

    def account(self, name: str) -> None:
        values = {"Name": name.title(), "Website": f"{name}.example"}
        self.account_ids[name] = self.world.org.create("Account", values, user_id=self.world.rep.user_id)

    def company_under(self, name: str, parent: str | None) -> None:
        """A marketer gives a company another parent, or none."""
        above = self.company_ids[parent] if parent is not None else None
        self.world.portal.hierarchy.put_under(self.company_ids[name], above, self.world.clock.now())

    def account_under(self, name: str, parent: str | None) -> None:
        """A rep gives an Account another parent, or none."""
        above = self.account_ids[parent] if parent is not None else None
        self.world.edit("Account", self.account_ids[name], ParentId=above)

    def above(self, name: str) -> tuple[str | None, str | None]:
        """What stands above the company and above the Account."""
        company = self.world.portal.record("companies", self.company_ids[name])
        assert company is not None
        above = company.properties.get("hs_parent_company_id") or None
        account = self.world.sf("Account", self.account_ids[name])["ParentId"]
        return (
            next((one for one, key in self.company_ids.items() if key == above), above),
            next((one for one, key in self.account_ids.items() if key == account), account),
        )

    def held(self, kind: str) -> list[tuple[str, str]]:
        """Open holds of a kind: side and remedy."""
        with self.world.bench.store.begin() as connection:
            return [(one.side, one.remedy) for one in holds.open_holds(connection) if one.kind == kind]


@pytest.fixture
def firms(world: World) -> Firms:
    return Firms(world)


def test_a_parent_flows_either_way_and_comes_to_rest(firms: Firms) -> None:
    firms.both("holding", "nordwerk", "suedwerk")
    firms.account_under("nordwerk", "holding")
    firms.company_under("suedwerk", "holding")
    firms.world.settle()
    assert firms.above("nordwerk") == ("holding", "holding")
    assert firms.above("suedwerk") == ("holding", "holding")
    firms.company_under("nordwerk", "suedwerk")
    firms.world.run()
    assert firms.above("nordwerk") == ("suedwerk", "suedwerk")
    firms.account_under("nordwerk", "holding")
    firms.world.run()
    assert firms.above("nordwerk") == ("holding", "holding")
    before = firms.world.writes()
    firms.world.run()
    assert firms.world.writes() == before


def test_a_parent_waits_until_it_is_linked(firms: Firms) -> None:
    firms.both("nordwerk")
    firms.company("holding")
    firms.company_under("nordwerk", "holding")
    firms.world.settle()
    assert firms.above("nordwerk") == ("holding", None)
    ((side, remedy),) = firms.held("parent_not_linked")
    assert side == "salesforce"
    assert "on the other side" in remedy
    firms.account("holding")
    firms.world.settle()
    assert firms.above("nordwerk") == ("holding", "holding")
    assert firms.held("parent_not_linked") == []


def test_a_circle_is_held_until_somebody_says_who_stands_above(firms: Firms) -> None:
    firms.both("nordwerk", "suedwerk")
    firms.world.settle()
    firms.company_under("nordwerk", "suedwerk")
    firms.account_under("suedwerk", "nordwerk")
    firms.world.settle()
    assert firms.above("nordwerk") == ("suedwerk", None)
    assert firms.above("suedwerk") == (None, "nordwerk")
    held = firms.held("parent_cycle")
    assert {side for side, _ in held} == {"hubspot", "salesforce"}
    assert all("correct the parent" in remedy for _, remedy in held)
    firms.account_under("suedwerk", None)
    firms.world.settle()
    assert firms.above("nordwerk") == ("suedwerk", "suedwerk")
    assert firms.above("suedwerk") == (None, None)
    assert firms.held("parent_cycle") == []


def test_both_changed_salesforce_stands_and_the_loss_is_on_record(firms: Firms) -> None:
    firms.both("holding", "nordwerk", "suedwerk")
    firms.world.settle()
    firms.company_under("nordwerk", "suedwerk")
    firms.account_under("nordwerk", "holding")
    firms.world.settle()
    assert firms.above("nordwerk") == ("holding", "holding")
    assert [lost.field for lost in firms.world.losses()] == ["parent"]


def test_a_removed_parent_follows_the_blank_policy(make_world: Callable[..., World]) -> None:
    firms = Firms(make_world())
    firms.both("holding", "nordwerk", "suedwerk")
    for name in ("nordwerk", "suedwerk"):
        firms.account_under(name, "holding")
    firms.world.settle()
    firms.account_under("nordwerk", None)
    firms.world.settle()
    assert firms.above("nordwerk") == ("holding", None), "as shipped, a blank does not erase"
    firms.world.remap(CLEARING)
    firms.company_under("suedwerk", None)
    firms.world.settle()
    assert firms.above("suedwerk") == (None, None)


def test_a_parent_is_planned_journalled_and_taken_back_like_any_field(firms: Firms) -> None:
    world = firms.world
    firms.both("holding", "old", "nordwerk")
    firms.company_under("nordwerk", "old")
    world.settle()
    firms.account_under("nordwerk", "holding")
    world.run(dry_run=True)
    assert firms.above("nordwerk") == ("old", "holding")
    world.run()
    assert firms.above("nordwerk") == ("holding", "holding")
    written = f"pass {world._passes}"
    with world.bench.store.begin() as connection:
        (write,) = approvals.confirmed(connection, written)
    (change,) = write.changes
    ids = (firms.company_ids["old"], firms.company_ids["holding"])
    assert (change.name, change.before, change.after) == ("parent", *ids)
    world.later(minutes=1)
    made = plan_undo(world.bench, written, "undo-parent")
    approve(world.bench, made.plan_id)
    world.settle()
    assert firms.above("nordwerk") == ("old", "holding")
    assert [hold.field for hold in world.holds() if hold.kind == "undone"] == ["parent"]


def test_a_company_is_explained_with_its_parent(firms: Firms) -> None:
    firms.both("holding", "nordwerk")
    firms.company("newcomer")
    firms.account_under("nordwerk", "holding")
    firms.world.settle()
    firms.company_under("nordwerk", "newcomer")
    firms.world.run()
    shell = shell_of(firms.world)
    told = {who: shell.json("explain", who) for who in ("nordwerk.example", *_ids(firms, "nordwerk"))}
    assert len({one["link_id"] for one in told.values()}) == 1
    (line,) = [line for line in told["nordwerk.example"]["fields"] if line["name"] == "parent"]
    assert line["hubspot"] == firms.company_ids["newcomer"]
    assert line["salesforce"] == firms.account_ids["holding"]
    assert line["state"].startswith("held: ")
    shown = " ".join(shell.accord("explain", "nordwerk.example").stdout.split())
    assert "Linked by domain" in shown
    assert "Make the parent" in shown


def _ids(firms: Firms, name: str) -> tuple[str, str]:
    return firms.company_ids[name], firms.account_ids[name]


@pytest.mark.parametrize("fault", [{"drop": "after"}, {"drop": "before"}])
def test_a_lost_call_leaves_no_company_without_its_parent(firms: Firms, fault: dict[str, Any]) -> None:
    """The old parent is taken away first: what comes after may fail, and is repeated."""
    firms.both("holding", "old", "nordwerk")
    firms.company_under("nordwerk", "old")
    firms.world.settle()
    firms.account_under("nordwerk", "holding")
    firms.world.fault("hubspot", path="*/companies/companies/batch/create", times=1, **fault)
    firms.world.settle()
    assert firms.above("nordwerk") == ("holding", "holding")


def test_a_refused_parent_leaves_the_company_where_it_stood(firms: Firms) -> None:
    firms.both("holding", "old", "nordwerk")
    firms.company_under("nordwerk", "old")
    firms.world.settle()
    firms.account_under("nordwerk", "holding")
    firms.world.fault("hubspot", path="*/companies/companies/batch/create", status=400)
    firms.world.run()
    assert firms.above("nordwerk") == ("old", "holding")
    assert [side for side, _ in firms.held("rejected")] == ["hubspot"]


def test_the_audit_explains_a_parent_that_only_one_side_keeps(firms: Firms) -> None:
    firms.both("holding", "nordwerk")
    firms.account_under("nordwerk", "holding")
    firms.world.settle()
    firms.account_under("nordwerk", None)
    firms.world.settle()
    firms.world.bench.run(audit.run, "parity_audit", "whole")
    firms.world.bench.release()
    with firms.world.bench.store.begin() as connection:
        (said,) = [one.explained for one in audits.differences(connection, "whole") if one.field == "parent"]
    assert "a blank in salesforce does not erase" in said
