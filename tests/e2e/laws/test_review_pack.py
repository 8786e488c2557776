"""The review pack of a small business: what sales said, breaches with causes, decisions then and now, every table."""

import csv
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from passes.reviews import decided
from passes.reviews import pack as packs
from passes.reviews import step as review_step
from passes.reviews.decided import DecisionError
from reports.csv_tables import write_tables
from sla_rules.metrics.period import Period
from tests.e2e.cli_world import shell_of
from tests.e2e.laws.world import World


def a_month(world: World) -> Period:
    return Period.span(
        world.clock.now() - timedelta(days=30), world.clock.now(), world.bench.open("x").contracts.sla.zone
    )


def handed_over(world: World, number: int) -> str:
    contact = world.asks_for_demo(f"p{number}@nordwerk.example", lastname=f"=Nr{number}")
    world.settle()
    return str(world.lead_of(contact))


def test_a_review_shows_what_sales_said_what_was_decided_and_what_moved(world: World, tmp_path: Path) -> None:
    first = handed_over(world, 1)
    world.later(hours=2)
    world.edit(
        "Lead",
        first,
        Accord_Disposition__c="Too soon",
        Accord_Disposition_Reason__c="Bad timing",
        Accord_Objection__c="Come back in spring",
    )
    world.run()
    context = world.bench.open("review")
    kept = decided.decide(
        context,
        "Call within the hour",
        owner="Head of Sales",
        metric="first_touch",
        due=date(2026, 10, 20),
        by="ann",
    )
    # The next lead is called at once.
    world.later(days=31)
    second = handed_over(world, 2)
    task = {"Subject": "Call", "TaskSubtype": "Call", "CallType": "Outbound", "Status": "Completed"}
    world.org.create(
        "Task", {**task, "WhoId": second, "OwnerId": world.rep.user_id}, user_id=world.rep.user_id
    )
    world.settle()
    pack = packs.gather(context, a_month(world))

    (decision,) = pack.decisions
    assert (decision.decision_id, decision.metric) == (kept, "kept first_touch")
    assert (decision.value_then, decision.value_now, decision.moved, decision.overdue) == (
        0.0,
        1.0,
        "better",
        True,
    )

    decided.settle(context, kept, outcome="done, and it helped")
    page = review_step.kept(context, packs.gather(context, a_month(world)))
    assert "done, and it helped" in page
    earlier = packs.gather(context, a_month(world).before())
    page = packs.page_of(earlier, context.contracts.sla, now=world.clock.now())
    assert "“Come back in spring”" in page
    assert "Vera =Nr1" in page
    assert "no first touch yet; its owner had it most of that time" in page or "first touch came late" in page
    assert re.search(r"Nothing can be proposed: \w+", page)

    files = {path.stem: path for path in write_tables(tmp_path, packs.tables_of(earlier))}
    rows = list(csv.DictReader(files["said"].open(encoding="utf-8")))
    assert [(row["note"], row["person"]) for row in rows] == [("Come back in spring", "Vera =Nr1")]
    (rep,) = csv.DictReader(files["follow_up"].open(encoding="utf-8"))
    assert (rep["first_touch_kept"], rep["first_touch_due"]) == ("0", "1")
    assert {"figures", "deals", "decisions", "weeks", "distribution"} <= files.keys()


def test_every_action_on_every_lead_handed_over_is_listed(world: World, tmp_path: Path) -> None:
    called, forgotten = handed_over(world, 1), handed_over(world, 2)
    world.later(hours=1)
    call = {"Subject": "Call", "TaskSubtype": "Call", "CallType": "Outbound", "Status": "Completed"}
    world.org.create(
        "Task", {**call, "WhoId": called, "OwnerId": world.rep.user_id}, user_id=world.rep.user_id
    )
    world.later(hours=1)
    world.edit("Lead", called, Status="Working - Contacted")
    world.settle()
    world.later(hours=1)
    world.edit("Lead", called, Accord_Disposition__c="Accepted")
    world.settle()

    pack = packs.gather(world.bench.open("review"), a_month(world))
    (file,) = write_tables(tmp_path, {"actions": packs.tables_of(pack)["actions"]})
    rows = list(csv.DictReader(file.open(encoding="utf-8")))

    told = [
        (row["nth"], row["action"], row["told"], row["is_touch"]) for row in rows if "Nr1" in row["person"]
    ]
    assert told == [
        ("1", "call", "outbound", "true"),
        ("2", "status", "Working - Contacted", "false"),
        ("3", "answer", "Accepted", "false"),
    ]
    assert [row["by"] for row in rows if row["action"] == "call"] == [world.rep.email]
    assert forgotten
    assert [(row["nth"], row["action"]) for row in rows if "Nr2" in row["person"]] == [("", "")]


def test_the_commands_write_decide_and_settle(world: World, tmp_path: Path) -> None:
    world.run()
    shell = shell_of(world)
    page, folder = tmp_path / "review.html", tmp_path / "tables"

    made = shell.accord("review", "--days", "60", "--out", str(page), "--csv", str(folder))
    assert made.exit_code == 0, made.stderr
    assert "Review pack" in page.read_text("utf-8")
    assert (folder / "follow_up.csv").exists()

    (kept,) = shell.json(
        "review", "decide", "More webinars", "--owner", "ann", "--metric", "newly_qualified"
    ).values()
    assert shell.accord("review", "settle", kept, "--outcome", "held two").exit_code == 0
    (row,) = shell.json("review", "decisions")["decisions"]
    assert (row["decision"], row["metric"], row["outcome"]) == (
        "More webinars",
        "newly_qualified",
        "held two",
    )


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--days", "30", "--quarter", "2026Q4"), "not both"),
        (("--quarter", "2026Q5"), "no quarter"),
        (("decide", "x", "--owner", "ann", "--metric", "first_tuch"), "first_touch"),
        (("decide", " ", "--owner", "ann"), "needs words"),
        (("decide", "x", "--owner", "ann", "--due", "soon"), "is no day"),
        (("settle", "nothing", "--outcome", "x"), "no open decision"),
    ],
)
def test_what_cannot_be_reviewed_is_refused_with_the_reason(
    world: World, arguments: tuple[str, ...], why: str
) -> None:
    refused = shell_of(world).accord("review", *arguments)

    assert refused.exit_code != 0
    assert why in refused.stderr + refused.stdout


def test_a_decision_needs_a_metric_that_exists(world: World) -> None:
    with pytest.raises(DecisionError, match="did you mean"):
        decided.metric_named(world.bench.open("x").contracts.sla, "handed_ovr")
