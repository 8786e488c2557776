"""Time moves judgements by itself; an edited definition judges nobody before it is activated."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from connectors.errors import ConfigError
from connectors.store.tables import judgements, stage_history
from passes.context import Contracts
from passes.judging import activation, qualify
from sla_rules.definition_loading import load_definition
from tests.e2e.laws.world import World

HARDER = ("behaviour_points: 30", "behaviour_points: 50")


def rows(world: World, table: sa.Table) -> dict[str, sa.Row]:
    with world.bench.store.begin() as connection:
        return {row.link_id: row for row in connection.execute(sa.select(table))}


def edited(world: World, *changes: tuple[str, str]) -> Contracts:
    """The file in force, edited by somebody; the workbench finds it so from now on."""
    contracts = world.bench.open("edit").contracts
    text = contracts.definition_text
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    draft = replace(
        contracts,
        definition=load_definition(text, source="draft.yaml"),
        definition_text=text,
        definition_waiting="",
    )
    world.bench.close()
    world.reads = draft
    world.bench = world.open_bench()
    return draft


def test_a_window_that_closes_judges_exactly_those_whose_answer_can_change(world: World) -> None:
    world.asks_for_demo("first@nordwerk.example")
    world.contact("idle@nordwerk.example")
    world.run()
    world.later(hours=5)
    world.asks_for_demo("second@nordwerk.example")
    world.run()
    world.run()
    before = rows(world, judgements)
    moments = sorted(row.next_change_at for row in before.values() if row.next_change_at)
    assert len(moments) == 2
    idle = [link for link, row in before.items() if row.next_change_at is None]
    assert idle

    for moment in moments:
        world.later(seconds=(moment - world.clock.now()).total_seconds())
        ripe = {link for link, row in rows(world, judgements).items() if row.next_change_at == moment}
        result = world.bench.run(qualify.judge, "judge", f"at {moment}")
        after = rows(world, judgements)

        assert result.figures["judged"] == len(ripe) == 1
        assert {link for link, row in after.items() if row.judged_at == moment} == ripe
        assert (result.figures["hubspot_api_calls"], result.figures["salesforce_api_calls"]) == (0, 0)
        assert all(after[link].next_change_at > moment for link in ripe)
    assert {link: rows(world, judgements)[link] for link in idle} == {link: before[link] for link in idle}


def test_an_edited_definition_judges_nobody_before_it_is_activated(world: World) -> None:
    world.asks_for_demo("vera@nordwerk.example")
    world.run()
    world.run()
    (before,) = rows(world, judgements).values()
    assert (before.stage, before.definition_version) == ("SQL", "2026.1")

    draft = edited(world, ('"2026.1"', '"2026.2"'), HARDER)
    result = world.bench.run(qualify.judge, "judge", "edited")
    assert result.figures["judged"] == 0
    assert "version 2026.2 in the file is not active" in result.texts["another definition waits"]

    now = world.clock.now()
    with world.bench.store.begin() as connection:
        old = activation.in_force(connection, now)
        assert old is not None
        effect = activation.effect(connection, old, draft, now=now)
        assert effect.judged == 1
        assert effect.moves.select("before", "after").rows() == [("SQL", "MQL")]
    assert rows(world, judgements)[before.link_id] == before

    world.later(minutes=1)
    now = world.clock.now()
    with world.bench.store.begin() as connection, pytest.raises(ConfigError, match="example “a VP Finance"):
        activation.activate(connection, draft, now=now, zone="Europe/Berlin", by="anna")


def test_a_version_waits_for_its_day_and_history_stays(world: World) -> None:
    world.asks_for_demo("vera@nordwerk.example")
    world.settle()
    (history,) = rows(world, stage_history).values()
    contracts = world.bench.open("look").contracts
    text = contracts.definition_text.partition("examples:\n")[0]
    draft = edited(
        world,
        (contracts.definition_text, text),
        ('"2026.1"', '"2026.2"'),
        ("agreed_by:", "effective_from: 2026-10-09\nagreed_by:"),
        HARDER,
    )
    world.later(minutes=1)
    with world.bench.store.begin() as connection:
        begins = activation.activate(
            connection, draft, now=world.clock.now(), zone="Europe/Berlin", by="anna"
        )
    assert begins.isoformat() == "2026-10-09T00:00:00+02:00"

    waiting = world.bench.run(qualify.judge, "judge", "before its day")
    assert waiting.figures["judged"] == 0
    assert "version 2026.2 takes effect at 2026-10-08 22:00 UTC" in waiting.texts["another definition waits"]

    world.later(seconds=(begins - world.clock.now()).total_seconds())
    result = world.bench.run(qualify.judge, "judge", "its day")
    (after,) = rows(world, judgements).values()
    assert result.figures["judged"] == 1
    assert "another definition waits" not in result.texts
    assert (after.stage, after.definition_version) == ("MQL", "2026.2")
    with world.bench.store.begin() as connection:
        told = connection.execute(sa.select(stage_history).order_by(stage_history.c.at)).all()
    assert told[0] == history
    assert [(row.stage, row.definition_version) for row in told] == [("SQL", "2026.1"), ("MQL", "2026.2")]
    assert told[1].at - told[0].at > timedelta(days=3)

    taken = edited(world, ("fit_points: 34", "fit_points: 35"))
    refused = pytest.raises(ConfigError, match="give this one a version of its own")
    with world.bench.store.begin() as connection, refused:
        activation.activate(connection, taken, now=world.clock.now(), zone="Europe/Berlin", by="anna")


def test_an_edit_that_only_changes_words_needs_no_activation(world: World) -> None:
    world.asks_for_demo("vera@nordwerk.example")
    world.settle()
    edited(world, ("label: asked for a demo or for sales", "label: wants to talk"))
    world.later(minutes=1)
    result = world.bench.run(qualify.judge, "judge", "words")
    (after,) = rows(world, judgements).values()
    assert result.figures["stage changed"] == 0
    assert "wants to talk" in after.reason
