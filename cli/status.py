"""``accord status``: the last passes, where everybody stands, what is held, API calls, freshness."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from cli import session
from cli.console import heading, moment, out, print_json, say, table
from cli.exits import Exit
from cli.held import WORDS
from connectors.store import drift, holds, journal, mapped_fields, outbox, overview, quotas, runs, spending
from connectors.store.mapped_fields import MappedField
from connectors.store.quotas import Quota
from connectors.store.spending import Spending
from passes.applying.consent_lag import CAUGHT_UP, MAX, P50, WAITING, WRITTEN
from passes.planning.new_fields import offer
from passes.planning.refusals import DEFERRED
from passes.workbench import Workbench

_PASSES = 8
_STATES = {outbox.FAILED: "given up", outbox.SENDING: "on their way"}
_STALE_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class PassLine:
    """One pass in a line; ``calls`` by side."""

    pass_id: str
    started_at: datetime
    finished_at: datetime | None
    status: str
    planned: int
    written: int
    failed: int
    calls: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Standing:
    """How Accord stands at one moment."""

    now: datetime
    passes: tuple[PassLine, ...]
    last_done: datetime | None
    stages: Mapping[str, int]
    classes: Mapping[str, int]
    clocks: Mapping[str, int]
    held: Mapping[str, int]
    oldest_hold_at: datetime | None
    drift: tuple[tuple[str, bool], ...]
    calls_last_day: Mapping[str, int]
    spending: Spending
    quotas: tuple[Quota, ...]
    deferred_until: str | None
    waiting_plan: str | None
    new_fields: tuple[MappedField, ...]
    opt_outs: Mapping[str, float]
    notices: Mapping[str, int]

    @property
    def age(self) -> timedelta | None:
        """How long ago the last complete pass ended."""
        return None if self.last_done is None else self.now - self.last_done


def command(*, as_json: bool) -> Exit:
    """Show how Accord stands."""
    with session.reading() as bench:
        standing = gather(bench)
    if as_json:
        print_json(_as_json(standing))
    else:
        show(standing)
    return Exit.DONE


def gather(bench: Workbench) -> Standing:
    """Read everything that the status shows."""
    now = bench.clock()
    with bench.store.begin() as connection:
        oldest = overview.oldest_hold(connection)
        plan = journal.latest_plan(connection)
        return Standing(
            now=now,
            passes=tuple(_line(connection, row) for row in runs.latest_passes(connection, _PASSES)),
            last_done=overview.last_done(connection),
            stages=overview.people_by_stage(connection),
            classes=overview.people_by_class(connection),
            clocks=overview.clocks_by_status(connection),
            held=overview.held_by_kind(connection),
            oldest_hold_at=oldest.first_seen_at if oldest is not None else None,
            drift=tuple(
                (f"{one.drift.object_type}.{one.drift.target} {one.drift.what}", one.drift.blocking)
                for one in drift.standing(connection)
            ),
            quotas=tuple(quotas.load(connection)),
            deferred_until=_deferred_until(holds.open_holds(connection)),
            spending=spending.since(connection, now - timedelta(hours=24)),
            calls_last_day=overview.calls_since(connection, now - timedelta(hours=24)),
            waiting_plan=plan.plan_id if plan is not None and plan.status == "stopped" else None,
            new_fields=tuple(mapped_fields.waiting(connection)),
            notices=outbox.counts(connection, now - timedelta(days=7)),
            opt_outs=_opt_outs(runs.passes_since(connection, now - timedelta(hours=24))),
        )


def _opt_outs(passes: Sequence[Any]) -> dict[str, float]:
    """What became of the opt-outs of these passes, newest first; the lags of the newest pass that had some."""
    steps = [row.counts.get("applied_writes", {}) for row in passes]
    figures = {name: sum(step.get(name, 0) for step in steps) for name in (WRITTEN, CAUGHT_UP)}
    figures[WAITING] = next((step[WAITING] for step in steps if WAITING in step), 0)
    figures |= next(({P50: step[P50]} for step in steps if P50 in step), {})
    return figures | {MAX: max(lags)} if (lags := [step[MAX] for step in steps if MAX in step]) else figures


def _line(connection: sa.Connection, row: Any) -> PassLine:
    def figure(step: str, name: str) -> int:
        return int(row.counts.get(step, {}).get(name, 0))

    return PassLine(
        pass_id=row.pass_id,
        started_at=row.started_at,
        finished_at=row.finished_at,
        status=row.status,
        planned=figure("sync_plan", "writes planned"),
        written=figure("applied_writes", "written"),
        failed=figure("applied_writes", "failed"),
        calls=runs.calls_of(connection, row.pass_id),
    )


def show(standing: Standing) -> None:
    """The status as text."""
    if not standing.passes:
        say("No pass has run on this database yet. `accord setup`, then `accord plan`, is the way to begin.")
        return
    age = standing.age
    if age is None:
        say("No pass has been completed yet.", style="bold yellow")
    else:
        fresh = age <= _STALE_AFTER
        say(f"Last complete pass: {_ago(age)} ago.", style="bold green" if fresh else "bold yellow")
    if standing.waiting_plan is not None:
        say(
            "The guard stopped the last plan: `accord plan` shows it, `accord sync --approve` goes on.",
            style="yellow",
        )
    for field in standing.new_fields:
        say(offer(field), style="yellow")
    head = (
        "Started (UTC)",
        "Pass",
        "Ended",
        "Planned",
        "Written",
        "Refused",
        "Held",
        "HubSpot",
        "Salesforce",
    )
    out.print(table(head, (_cells(line) for line in standing.passes), right=range(3, 8)))
    people = [*standing.stages.items(), *((f"({name})", n) for name, n in sorted(standing.classes.items()))]
    heading("People by stage, and (by where they are)")
    say("   ".join(f"{name} {number:,}" for name, number in people) or "nobody yet")
    heading("Clocks")
    say("   ".join(f"{name} {number:,}" for name, number in sorted(standing.clocks.items())) or "none yet")
    heading("Held")
    if standing.held:
        rows = [(number, kind, WORDS.get(kind, "")) for kind, number in standing.held.items()]
        out.print(table(("Things", "Kind", "Meaning"), rows, right=(0,)))
        say(f"The oldest since {moment(standing.oldest_hold_at)} UTC. `accord holds` names each.")
    else:
        say("nothing")
    heading("Opt-outs carried over in the last 24 hours")
    say(_told(standing.opt_outs))
    if standing.notices:
        heading("Notices of the last seven days")
        say("   ".join(f"{_STATES.get(name, name)} {number:,}" for name, number in standing.notices.items()))
        if standing.notices.get(outbox.FAILED):
            say("`accord notices --state failed` says why, and what to do.", style="yellow")
    if standing.drift:
        heading("Fields and rules that changed")
        for what, blocking in standing.drift[:_PASSES]:
            say(f"{what}{'; it does not sync meanwhile' if blocking else ''}", style="yellow")
        say(f"`accord drift` says of all {len(standing.drift)} what to do.")
    heading("API calls in the last 24 hours")
    say("   ".join(f"{side} {number:,}" for side, number in standing.calls_last_day.items()) or "none")
    _show_spending(standing.spending)
    for quota in standing.quotas:
        say(_left(quota))
    if standing.deferred_until is not None:
        say(f"Deferred writes are due again at {standing.deferred_until}; `accord holds` names each.")


def _left(quota: Quota) -> str:
    said = f"{quota.side}: {quota.remaining:,} of {quota.limit:,} calls of the day are left"
    if quota.runs_out_at is None:
        return f"{said}; at the present rate they last."
    return f"{said}; at the present rate they run out at {moment(quota.runs_out_at)} UTC."


def _deferred_until(standing: Sequence[Any]) -> str | None:
    """When the last of what waits for the day's API calls is due."""
    return max((str(row.value["due_at"]) for row in standing if row.kind == DEFERRED), default=None)


def _show_spending(spent: Spending) -> None:
    if spent.idle_passes:
        say(f"{spent.idle_passes:,} passes found nothing to do: {spent.idle_calls:,} calls.")
    if spent.calls_per_1000_changed is not None:
        say(f"The others: {spent.calls_per_1000_changed:,.1f} calls for each 1,000 people who changed.")


def _told(opt_outs: Mapping[str, float]) -> str:
    said = (
        f"{opt_outs[WRITTEN]:g}, {opt_outs[CAUGHT_UP]:g} of them from before; {opt_outs[WAITING]:g} not taken"
    )
    if MAX in opt_outs:
        said += f"; lag {opt_outs[P50]:g} minutes at the median of the last pass, {opt_outs[MAX]:g} at most"
    return said


def _cells(line: PassLine) -> tuple[Any, ...]:
    calls = line.calls
    return (
        moment(line.started_at),
        line.pass_id[:16],
        line.status,
        line.planned,
        line.written,
        line.failed,
        calls.get("hubspot", 0),
        calls.get("salesforce", 0),
    )


def _ago(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} days"


def _as_json(standing: Standing) -> dict[str, Any]:
    age = standing.age
    return {
        "now": standing.now,
        "last_done": standing.last_done,
        "age_s": None if age is None else round(age.total_seconds()),
        "waiting_for_approval": standing.waiting_plan,
        "new_fields": [
            {"field": one.key[1], "of": one.key[0], **(one.survey or {})} for one in standing.new_fields
        ],
        "passes": [{name: getattr(line, name) for name in PassLine.__slots__} for line in standing.passes],
        "stages": standing.stages,
        "classes": standing.classes,
        "clocks": standing.clocks,
        "held": standing.held,
        "oldest_hold_at": standing.oldest_hold_at,
        "drift": [{"what": what, "blocking": blocking} for what, blocking in standing.drift],
        "opt_outs_last_day": standing.opt_outs,
        "notices_last_week": standing.notices,
        "api_calls_last_day": standing.calls_last_day,
        "api_calls_left": {
            quota.side: {"limit": quota.limit, "left": quota.remaining, "runs_out_at": quota.runs_out_at}
            for quota in standing.quotas
        },
        "deferred_until": standing.deferred_until,
        "idle_passes_last_day": standing.spending.idle_passes,
        "idle_api_calls_last_day": standing.spending.idle_calls,
        "api_calls_per_1000_changed": standing.spending.calls_per_1000_changed,
    }
