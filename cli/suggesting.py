"""``accord suggest``: changes to the lead definition that the outcomes speak for, and the file to adopt."""

from pathlib import Path

import typer

from cli import session
from cli.console import out, print_json, say, table
from cli.exits import Exit
from contract_files.hints import did_you_mean
from contract_files.lines import parse_contract
from passes.backtest.suggest import read_examples
from sla_rules.definition_loading import load_definition
from sla_rules.suggesting.examples import GOALS, TooFewAnswers
from sla_rules.suggesting.page import with_comments
from sla_rules.suggesting.tweaks import Tweak, ranking_of, top_tweaks, tweaked

_WHAT = {"add": "add", "drop": "drop", "points": "weigh anew"}


def command(goal: str, *, most: int, file: Path | None, as_json: bool) -> Exit:
    """Find the changes, tell each with its effect, write the proposal.

    Raises:
        typer.BadParameter: for an unknown goal, or a file that cannot be written.
    """
    wanted = next((one for one in GOALS if one == goal), None)
    if wanted is None:
        raise typer.BadParameter(f"there is no goal {goal!r}; {did_you_mean(goal, GOALS)}")
    with session.reading() as bench:
        contracts = bench.open("suggest").contracts
        definition = contracts.definition
        with bench.store.begin() as connection:
            examples = read_examples(connection, contracts.mapping, definition, wanted)
    try:
        tweaks = top_tweaks(definition, examples, most=most)
    except TooFewAnswers as few:
        if as_json:
            print_json({"goal": goal, "changes": None, "why": str(few)})
        else:
            say(f"Nothing can be suggested for “{goal}”: {few}.")
        return Exit.NO
    now = ranking_of(definition, examples)
    proposal = proposed_text(contracts.definition_text, goal, now, tweaks)
    if file is not None and tweaks:
        try:
            file.write_text(proposal, "utf-8")
        except OSError as error:
            raise typer.BadParameter(f"{file} cannot be written ({error.strerror})") from error
    if as_json:
        print_json(
            {
                "goal": goal,
                "people": len(examples.outcome),
                "reached": int(examples.outcome.sum()),
                "ranking": now,
                "changes": [_document(tweak) for tweak in tweaks],
            }
        )
        return Exit.DONE
    say(
        f"{len(examples.outcome)} people with an answer, {int(examples.outcome.sum())} reached “{goal}”. The score in "
        f"force ranks them with an AUC of {now:.3f} (0.5 is chance, 1 is perfect)."
    )
    if not tweaks:
        say("No change does better on people held out than chance would.")
        return Exit.DONE
    rows = [
        (
            _WHAT[one.kind],
            one.criterion.label,
            "" if one.before is None else f"{one.before:+d}",
            "" if one.kind == "drop" else f"{one.criterion.points:+d}",
            f"{one.effect:+.3f} ± {one.spread:.3f}",
        )
        for one in tweaks
    ]
    out.print(table(("Change", "Criterion", "Points now", "Proposed", "AUC held out"), rows, right=(2, 3, 4)))
    if file is not None:
        say(f"The proposed definition, for both teams to read and agree to: {file}", whole=True)
    return Exit.DONE


def proposed_text(text: str, goal: str, now: float, tweaks: list[Tweak]) -> str:
    """The definition in force with the changes made, as a file that the loader accepts."""
    value = tweaked(parse_contract(text, source="definition").value, tweaks)
    head = [
        f"Proposed from what became of earlier people (goal: {goal}); nobody has agreed to it yet.",
        f"The definition in force ranks them with an AUC of {now:.3f}. Each change alone, on people held out:",
        *(f"  - {tweak.told}" for tweak in tweaks),
    ]
    proposal = with_comments(
        value, head, {one.criterion.id: one.told for one in tweaks if one.kind != "drop"}
    )
    load_definition(proposal, source="the proposal")
    return proposal


def _document(tweak: Tweak) -> dict[str, object]:
    return {
        "change": tweak.kind,
        "criterion": tweak.criterion.id,
        "label": tweak.criterion.label,
        "points_before": tweak.before,
        "points": None if tweak.kind == "drop" else tweak.criterion.points,
        "effect": tweak.effect,
        "spread": tweak.spread,
    }
