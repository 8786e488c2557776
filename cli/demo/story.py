"""The demo's story, step by step, as people see it. Each step's work is in the module beside it."""

import time
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from rich.rule import Rule
from rich.text import Text

from cli import auditing, passing, planning, scorecard, session
from cli import setup as setup_command
from cli.console import err, heading, out, say, table
from cli.demo import days as work_days
from cli.demo import outcome, ui, world
from cli.demo.dagster_run import JobRun, first_pass, prepare_home
from cli.demo.days import Weeks
from cli.demo.folder import Folder, fresh
from cli.exits import Exit
from cli.passing import Passed
from connectors import setup
from connectors.store import audits
from passes.context import PassOptions
from passes.workbench import Workbench
from sandbox.launch import Sandbox
from sla_rules.metrics.period import Period

MOST_CALLS_AT_REST = 20
_PLAN_ROWS = 6
_NAMES_WIDTH = 50
# In other words or another column already.
_SAID_ELSEWHERE = frozenset({"considered", "planned", "read", "seconds"})


def play(
    *, people: int, days: int, seed: int, ui_port: int | None, folder: Path, ports: tuple[int, int]
) -> Exit:
    """Play the demo; with ``ui_port`` serve its world afterwards until Ctrl-C."""
    began_s = time.monotonic()
    with ExitStack() as open_until_the_end:
        place = open_until_the_end.enter_context(fresh(folder))
        with err.status(f"starting two simulated CRMs with {people} people, {days} days ago"):
            started = world.started(people=people, days=days, seed=seed, ports=ports)
            sandbox = open_until_the_end.enter_context(started)
        ended = _story(sandbox, place, days=days)
        say(f"Done in {time.monotonic() - began_s:.0f} s.", style="bold")
        if ui_port is not None:
            _serve(sandbox, place, ui_port)
    return ended


def _story(sandbox: Sandbox, place: Folder, *, days: int) -> Exit:
    settings = world.settings_of(sandbox, place)
    world.write_environment(place, settings)
    prepare_home(place)
    began = sandbox.clock.now()
    _part(1, "Two simulated CRMs")
    say(f"HubSpot     {sandbox.hubspot.pages_url}")
    say(f"Salesforce  {sandbox.salesforce.pages_url}")
    say(f"Their clock shows {began:%d %B %Y}; the business has been running for a while.")

    _part(2, "Set up: what Accord needs in both")
    hubspot, salesforce = session.gateways(settings)
    missing = setup.missing(hubspot, salesforce)
    setup_command.show_items(missing, width=_NAMES_WIDTH)
    setup_command.install(hubspot, salesforce, missing)
    say(f"Added {len(missing)} things to both sides.")

    with session.syncing(settings, clock=sandbox.clock.now) as bench:
        _part(3, "The plan: what the first pass would write")
        planned = passing.run(bench, PassOptions(dry_run=True))
        what, names = planning.load(bench, planned.pass_id)
        planning.show(what.plan, names, redact=False, limit=_PLAN_ROWS, fields=3 * _PLAN_ROWS)
        planning.show_meeting(what, names)
        planning.show_price(what)
        planning.show_guard(planned.tripped)

        _part(4, "The first pass, as a Dagster job, with the plan approved")
        with err.status("running the Dagster job accord_pass"):
            job = first_pass(settings, place, clock=sandbox.clock.now)
        _show_job(job)

        _part(5, f"{days} days of reps' and marketers' work, a pass after each")
        weeks = work_days.play(sandbox, bench, days=days)
        _show_weeks(weeks, days)

        _part(6, "Nobody works any more")
        last, counted = _rest(sandbox, bench)
        unexplained = _audit(bench)

        _part(7, "What happened")
        period = Period.span(began, sandbox.clock.now(), settings.zone)
        outcome.show(bench, scorecard.measured(bench, period))
        scorecard.write_page(bench, period, place.scorecard)
        say(f"Scorecard: {place.scorecard}", style="bold", whole=True)
        _show_example(outcome.example(sandbox, bench), place)
    at_rest = last.written == 0 and counted <= MOST_CALLS_AT_REST
    return Exit.DONE if at_rest and not unexplained else Exit.UNEXPLAINED


def _part(number: int, title: str) -> None:
    out.print()
    out.print(Rule(Text(f"{number}  {title}", style="bold cyan"), align="left", style="cyan"))


def _show_job(job: JobRun) -> None:
    rows = [
        (name, f"{figures.get('seconds', 0.0):.1f}", int(_calls(figures)), _figures(figures))
        for name, figures in job.figures.items()
    ]
    out.print(table(("Asset", "Seconds", "API calls", "Figures"), rows, right=(1, 2)))
    passed = job.checks - len(job.not_passed)
    say(f"Run {job.run_id}: {passed} of {job.checks} asset checks passed.")
    for name, why in job.not_passed:
        say(f"Not passed: {name}. {why}", style="yellow")


def _calls(figures: Mapping[str, float]) -> float:
    return figures.get("hubspot_api_calls", 0.0) + figures.get("salesforce_api_calls", 0.0)


def _figures(figures: Mapping[str, float]) -> str:
    shown = [
        f"{name} {value:,.0f}"
        for name, value in figures.items()
        if value and name not in _SAID_ELSEWHERE and not name.endswith("api_calls") and name.count(" ") < 3
    ]
    return ", ".join(shown[:6])


def _show_weeks(weeks: Weeks, days: int) -> None:
    done = ", ".join(f"{number:,} {kind.replace('_', ' ')}" for kind, number in weeks.acts.most_common(8))
    say(f"In the two CRMs: {done}.")
    seconds = sorted(passed.seconds for passed in weeks.passes)
    say(
        f"Accord: {days} passes wrote {weeks.written:,} records with {weeks.api_calls:,} API calls, "
        f"{weeks.failed:,} writes were refused; a pass took {seconds[len(seconds) // 2]:.1f} s."
    )
    if weeks.stopped:
        say(f"The guard stopped {weeks.stopped} plans that exceeded a cap; they were then approved.")


def _rest(sandbox: Sandbox, bench: Workbench) -> tuple[Passed, int]:
    """Settle, then one pass over unchanged systems, counted by the CRMs themselves."""
    with err.status("letting the last day's writes settle"):
        rest = work_days.settle(bench)
    say(f"To settle, {_passes(len(rest))} wrote {sum(passed.written for passed in rest):,} records.")
    sandbox.counters.clear()
    last = passing.run(bench)
    counted = sandbox.counters.api_calls
    style = "bold green" if last.written == 0 and counted <= MOST_CALLS_AT_REST else "bold red"
    say(f"Last pass over unchanged systems: {last.written} writes, {counted} API calls.", style=style)
    return last, counted


def _audit(bench: Workbench) -> int:
    """Both systems read whole and held against each other; how many differences nothing explains."""
    audit_id, result = auditing.run(bench)
    with bench.store.begin() as connection:
        rows = audits.differences(connection, audit_id)
    heading("The audit: both systems read whole and held against each other")
    auditing.show(result, rows, {}, everything=False, limit=12)
    return sum(row.explained is None for row in rows)


def _passes(number: int) -> str:
    return "one pass" if number == 1 else f"{number} passes"


def _show_example(person: outcome.Example | None, place: Folder) -> None:
    if person is None:
        return
    database = f"ACCORD_DATABASE_URL=sqlite:///{place.path / 'accord.db'}"
    say(f"Ask about anybody:  {database} accord explain {person.email}", whole=True)


def _serve(sandbox: Sandbox, place: Folder, wanted: int) -> None:
    settings = world.settings_of(sandbox, place)
    port = ui.free_port(wanted)
    if port != wanted:
        say(f"Port {wanted} is taken; using {port}.", style="yellow")
    with ui.dagster(place, world.environment_of(settings), port=port) as child:
        with session.reading(settings) as bench:
            person = outcome.example(sandbox, bench)
        out.print()
        say(f"Dagster       http://{ui.HOST}:{port}", style="bold green", whole=True)
        say(f"  schedules   http://{ui.HOST}:{port}/automation", whole=True)
        if person is not None:
            say(f"Salesforce    {person.salesforce_page}   ({person.name})", whole=True)
            say(f"HubSpot       {person.hubspot_page}   ({person.name})", whole=True)
        say(f"Scorecard     {place.scorecard}", whole=True)
        say(f"In a shell    . {place.environment} && accord status", whole=True)
        say(f"The CRMs' clock is the real one now ({datetime.now(UTC):%H:%M} UTC). Ctrl-C ends it all.")
        ui.until_stopped(child, place)
