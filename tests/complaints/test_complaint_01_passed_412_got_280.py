"""Complaint 1: "We passed 412, you got 280", and nobody can explain the gap.

Accord's answer: `accord reconcile` names everybody between the two figures with one reason and what to do, by day and
source, and the figures add up to the last person.
"""

from tests.e2e.cli_world import shell_of
from tests.e2e.laws.world import World


def test_everybody_between_passed_and_got_is_named_with_a_reason_and_a_remedy(world: World) -> None:
    good = [world.asks_for_demo(f"good{n}@nordwerk.example", lastname=f"Gut {n}") for n in range(4)]
    world.asks_for_demo("nocompany@nordwerk.example", lastname="Ohnefirma", company="")
    world.asks_for_demo("forbidden@nordwerk.example", lastname="Verboten", company="Forbidden GmbH")
    world.contact("student@nordwerk.example", lastname="Student", jobtitle="Student")
    rule = {
        "active": True,
        "description": "no tests",
        "errorConditionFormula": 'Company = "Forbidden GmbH"',
        "errorMessage": "We do not sell there.",
    }
    world.org.add_validation_rule("Lead.No_Forbidden", rule)
    world.run()
    world.convert(str(world.lead_of(good[0])))
    loser = world.asks_for_demo("twin@nordwerk.example", lastname="Zwilling")
    world.settle()
    world.portal.merge("contacts", good[1], loser, actor=world.marketer)
    world.settle()
    shell = shell_of(world)

    told = shell.json("reconcile", "--day", "2026-10-05", "--source", "webinar")

    sums = told["sums"]
    in_salesforce = {row["Email"] for row in [*world.org.rows("Lead"), *world.org.rows("Contact")]}
    assert sums["handed_over"] == 8
    assert sums["received"] + sums["converted_or_merged"] == 5
    assert {f"good{n}@nordwerk.example" for n in (0, 2, 3)} <= in_salesforce
    assert sums["remainder"] == 0
    assert sums["handed_over"] - 5 == len(told["not_received"]) == 3
    by_name = {one["person"]: one for one in told["not_received"]}
    assert {name.split()[-1]: one["stands"] for name, one in by_name.items()} == {
        "Ohnefirma": "held",
        "Verboten": "held",
        "Student": "filtered",
    }
    assert "company" in by_name["Vera Ohnefirma"]["reason"]
    assert "We do not sell there." in by_name["Vera Verboten"]["reason"]
    assert "accord explain" in by_name["Vera Student"]["remedy"]
    assert all(one["reason"] and one["remedy"] for one in told["not_received"])

    page = shell.accord("reconcile", "--day", "2026-10-05")
    assert page.exit_code == 0
    assert "Marketing passed 8 on 2026-10-05, sales got 5." in page.stdout
    assert "Vera Ohnefirma" in page.stdout
    assert "Nobody was handed over then." in shell.accord("reconcile", "--day", "2026-09-01").stdout
    assert shell.accord("reconcile", "--day", "soon").exit_code == 2
