"""A backtest as a step: figures for plots, and the page with names kept in the database."""

from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.errors import ConfigError
from connectors.store import links, runs
from passes import persons
from passes.backtest import run
from passes.backtest.run import Answer
from passes.context import PassContext
from passes.step import Finding, StepResult
from reports.backtest.page import backtest_html
from reports.markdown import table
from reports.words import percent
from sla_rules.backtesting.backtest import Both
from sla_rules.backtesting.trial import Rates
from sla_rules.definition import LeadDefinition
from sla_rules.suggesting.examples import Goal

PAGE = "backtest"


def backtest(context: PassContext, proposed: str, *, since: str, until: str | None) -> StepResult:
    """Try a proposed definition, given as its text or its file's path, and keep the page.

    Raises:
        ConfigError: the definition or the time cannot be used.
    """
    zone = ZoneInfo(context.time_zone)
    first, last = run.days(since, until, zone)
    answer = run.run(context, _definition(proposed), since=first, until=last)
    found = answer.backtest
    with context.store.begin() as connection:
        rows = links.load(connection, [one.person_id for one in found.moves])
        names = {one.link_id: persons.name_of(one) for one in persons.load(connection, list(rows.values()))}
        html = backtest_html(found, caveats=answer.caveats, names=names, zone=zone)
        runs.save_document(connection, PAGE, "text/html", html, now=context.now())
    up = sum(one.direction == "up" for one in found.moves)
    figures: dict[str, float] = {
        "people judged": found.people,
        "qualified in force": found.volume.in_force,
        "qualified proposed": found.volume.proposed,
        "come further": up,
        "come less far": len(found.moves) - up,
        "page bytes": len(html.encode()),
    }
    accepted = found.rates["accepted"]
    for side, rates in (("in force", accepted.in_force), ("proposed", accepted.proposed)):
        figures |= {f"precision {side}": rates.precision} if rates.precision is not None else {}
        figures |= {f"recall {side}": rates.recall} if rates.recall is not None else {}
    texts = {
        "right about": table(("Goal", "By", "Precision", "Recall", "Answered"), _rows(found.rates)),
        "how far to trust this": "\n".join(f"- {caveat}" for caveat in answer.caveats),
    }
    return StepResult(figures=figures, texts=texts, findings=(_on_record(answer),))


def _definition(proposed: str) -> LeadDefinition:
    given = proposed.strip()
    if not given:
        raise ConfigError(["no definition is proposed; give its file's path, or its text, as `proposed`"])
    if "\n" in given:
        return run.proposal(proposed, source="proposed")
    try:
        return run.proposal(Path(given).read_text("utf-8"), source=given)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            [f"{given} cannot be read ({error}); give a lead definition's YAML file"]
        ) from error


def _rows(rates: dict[Goal, Both[Rates]]) -> list[tuple[str, str, str, str, str]]:
    return [
        (goal, side, percent(one.precision), percent(one.recall), str(one.answered))
        for goal, both in rates.items()
        for side, one in (("in force", both.in_force), ("proposed", both.proposed))
    ]


def _on_record(answer: Answer) -> Finding:
    record = answer.record
    return Finding(
        "replay_equals_record",
        holds=record.unexplained == 0,
        why=f"{record.compared:,} stages held against the record, {len(record.differences):,} differ, "
        f"{record.unexplained:,} of them without a reason.",
        figures={"compared": record.compared, "unexplained": record.unexplained},
        severity="warning",
    )
