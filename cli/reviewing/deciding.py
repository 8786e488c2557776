"""``accord review decide``, ``settle`` and ``decisions``: what reviews decided, and what became of it."""

from datetime import date

import typer

from cli import session
from cli.console import out, plain, print_json, say, table
from cli.errors import Problem
from cli.errors import show as show_problem
from cli.exits import Exit
from cli.review.deciding import user_of
from connectors.store import review_decisions as store
from passes.reviews import decided
from passes.reviews.decided import DecisionError
from passes.reviews.pack import figure_words


def decide(
    decision: str, *, owner: str, metric: str | None, due: str | None, by: str | None, as_json: bool
) -> Exit:
    """Keep a decision.

    Raises:
        typer.BadParameter: the due day is none.
    """
    day = _day(due)
    with session.reading() as bench, bench.alone("review") as context:
        try:
            decision_id = decided.decide(
                context, decision, owner=owner, metric=metric, due=day, by=user_of(by)
            )
        except DecisionError as error:
            return _refused(error)
    if as_json:
        print_json({"decision_id": decision_id})
    else:
        say(f"Written down as {decision_id}. The next `accord review` shows what became of it.")
    return Exit.DONE


def settle(decision_id: str, *, outcome: str, as_json: bool) -> Exit:
    """Say what became of a decision."""
    with session.reading() as bench, bench.alone("review") as context:
        try:
            decided.settle(context, decision_id, outcome=outcome)
        except DecisionError as error:
            return _refused(error)
    if as_json:
        print_json({"decision_id": decision_id, "outcome": outcome})
    else:
        say(f"Written down: {plain(decision_id)} is settled.")
    return Exit.DONE


def decisions(*, as_json: bool) -> Exit:
    """Every decision."""
    with session.reading() as bench:
        currency = bench.open("review").contracts.sla.currency
        with bench.store.begin() as connection:
            rows = store.all_decisions(connection)
    if as_json:
        print_json({"decisions": [dict(row._mapping) for row in rows]})
        return Exit.DONE
    if not rows:
        say("No review has decided anything yet.")
        return Exit.DONE
    shown = [
        (
            row.decision_id,
            f"{row.decided_at:%Y-%m-%d}",
            row.decision,
            row.owner,
            row.due_on.isoformat() if row.due_on else "",
            row.metric,
            figure_words(row.metric, row.value_then, currency),
            row.outcome or "open",
        )
        for row in rows
    ]
    out.print(
        table(
            ("Id", "Decided", "Decision", "Owner", "Due", "Figure", "Then", "What became of it"),
            shown,
            right=(6,),
        )
    )
    return Exit.DONE


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write for example 2026-12-31") from None


def _refused(error: DecisionError) -> Exit:
    show_problem(Problem(Exit.NO, "Nothing was written down", (plain(str(error)),), ""))
    return Exit.NO
