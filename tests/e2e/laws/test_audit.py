"""The full audit finds what the rules do not explain, and nothing else."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.store import audits, mirror
from connectors.store.tables import links
from connectors.store.tables import mirror as mirror_table
from passes.accounting import audit
from passes.step import StepResult
from tests.e2e.cli_world import Shell
from tests.e2e.laws.world import World


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A small business with its usual dirt, after two days of work and passes until they rest."""
    folder = tmp_path_factory.mktemp("lived")
    world = World(f"sqlite:///{folder / 'accord.db'}", people=25, scenario="default", seed=7)
    world.settle()
    for _ in range(2):
        world.sandbox.act(24)
        world.run()
    world.settle()
    yield world
    world.stop()


def _audit(world: World, name: str) -> tuple[StepResult, list[Any]]:
    result = world.bench.run(audit.run, "parity_audit", name)
    world.bench.release()
    with world.bench.store.begin() as connection:
        return result, audits.differences(connection, name)


def _open(rows: list[Any]) -> list[tuple[Any, ...]]:
    return [(row.kind, row.object_type, row.record_id, row.field) for row in rows if row.explained is None]


def test_a_business_at_rest_has_no_difference_that_nothing_explains(lived: World) -> None:
    lived.clear_counters()
    result, rows = _audit(lived, "at rest")
    assert _open(rows) == []
    assert result.findings[0].holds
    assert result.figures["pairs compared"] > 15
    assert {row.explained.partition(":")[0] for row in rows} >= {"held", "filtered"}, "it has its usual dirt"
    assert result.figures["hubspot calls made"] == result.figures["hubspot calls expected"]
    assert result.figures["salesforce calls made"] <= result.figures["salesforce calls expected"]
    assert lived.writes() == {}


def test_the_command_lists_prices_and_ends_with_its_own_code(lived: World) -> None:
    shell = Shell(lived.sandbox, Path(str(sa.make_url(lived.database_url).database)))
    assert shell.json("audit", "--price")["api_calls_expected"].keys() == {"hubspot", "salesforce"}
    told = shell.json("audit")
    assert told["unexplained"] == 0
    assert told["explained"] == len(told["differences"]) > 0
    lead = next(row for row in lived.leads() if row["HubSpot_Contact_Id__c"] and not row["IsConverted"])
    _edit_unseen(lived, lead["Id"], City="Atlantis")
    try:
        page = shell.accord("audit")
        assert page.exit_code == 13
        assert "Atlantis" in page.stdout
        assert "1 that nothing explains" in " ".join(page.stdout.split())
        again = shell.accord("audit", "--json")
        assert again.exit_code == 13
        assert json.loads(again.stdout)["unexplained"] == 1
    finally:
        _edit_unseen(lived, lead["Id"], City=lead["City"])


def _edit_unseen(world: World, lead_id: str, **fields: Any) -> None:
    """An edit that Accord has read and forgotten to carry over: what a fault of Accord would look like."""
    author = world.org.integration_user_id if any(name.startswith("Accord_") for name in fields) else None
    world.org.update("Lead", lead_id, fields, user_id=author or world.rep.user_id)
    context = world.bench.open("looking")
    records = context.salesforce.read("Lead", [lead_id], [*fields])
    with world.bench.store.begin() as connection:
        mirror.save(connection, records, mark=False)


def test_an_edit_that_the_next_pass_will_read_is_no_fault(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.later(hours=3)
    world.edit("Lead", lead_id, City="Bremen")
    _, rows = _audit(world, "late")
    (row,) = [row for row in rows if row.field == "city"]
    assert row.explained == "changed since the last pass"
    _edit_unseen(world, lead_id, City="Kiel")
    _, rows = _audit(world, "lost")
    assert _open(rows) == [("differs", "Lead", lead_id, "city")]


def test_a_computed_value_that_somebody_overwrote_is_found(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    _edit_unseen(world, lead_id, Accord_Score__c=1)
    _, rows = _audit(world, "computed")
    assert _open(rows) == [("not as computed", "Lead", lead_id, "score")]


def test_records_that_belong_to_nobody_or_are_gone_are_found(world: World) -> None:
    first = world.asks_for_demo()
    second = world.asks_for_demo("otto@suedwerk.example", lastname="Klein")
    world.settle()
    lead_id, gone = str(world.lead_of(first)), str(world.lead_of(second))
    world.org.delete("Lead", gone, user_id=world.rep.user_id)
    with world.bench.store.begin() as connection:
        connection.execute(sa.delete(links).where(links.c.link_id == f"h{first}"))
    _, rows = _audit(world, "nobody's")
    assert _open(rows) == [("nobody's", "contacts", first, None), ("nobody's", "Lead", lead_id, None)]
    (late,) = [row for row in rows if row.kind == "gone"]
    assert (late.record_id, late.explained) == (gone, "changed since the last pass")
    world.run()
    _, rows = _audit(world, "seen")
    assert ("gone", "Lead", gone, None) not in _open(rows)


def test_activities_that_are_not_there_at_all_are_found(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    at = "2026-10-05T08:30:00Z"
    for title in ("First", "Second"):
        values = {"hs_timestamp": at, "hs_call_title": title, "hubspot_owner_id": world.rep.owner_id}
        world.portal.create("calls", values, actor=world.marketer, associations=[("contacts", contact_id)])
    world.settle()
    assert _open(_audit(world, "copied")[1]) == []
    tasks = {row["Subject"]: row for row in world.org.rows("Task")}
    world.org.delete("Task", tasks["First"]["Id"], user_id=world.rep.user_id)
    world.settle()
    _, rows = _audit(world, "deleted by a person")
    assert _open(rows) == []
    assert "its copy was deleted" in {row.explained for row in rows}
    with world.bench.store.begin() as connection:
        gone = mirror_table.c.record_id == tasks["First"]["Id"]
        connection.execute(sa.delete(mirror_table).where(gone))
    _, rows = _audit(world, "not there at all")
    assert [kind for kind, *_ in _open(rows)] == ["not copied"]
