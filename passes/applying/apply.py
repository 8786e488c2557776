"""Carries the plan out: sends its writes in batches, and stores what became of each before the next.

Nothing is decided here. Every write is marked as sent before it goes out; a process that dies in between leaves
it so, and the next pass finds out by reading what happened. Creates are upserts by an external id, so that a
repeat makes no second record.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from connectors.budget import urgent_calls
from connectors.errors import QuotaExhaustedError
from connectors.results import WriteResult
from connectors.store import frames, holds, journal, links, mirror
from connectors.store.journal import JournalRow
from connectors.store.tables import judgements
from passes import campaigns
from passes.applying import consent_lag, outcomes, races, sending
from passes.context import PassContext
from passes.planning import refusals
from passes.planning.activity_state import carried_out
from passes.planning.plan import storable_conflict, storable_write
from passes.planning.pricing import AT_ONCE
from passes.reading.deferring import due_at, lane_due_at, left_of_day
from passes.step import Finding, StepResult
from sync_rules.lanes import LANES, in_batches, lane_of
from sync_rules.overtaken import PUT_BACK
from sync_rules.plan import Hold, Write
from sync_rules.planner import after_create
from sync_rules.records import Side

_FIGURES = {"written": "done", "failed": "failed", "created": "created", "deferred": "deferred"}


def write(context: PassContext) -> StepResult:
    """Send the writes of this pass's plan."""
    with context.store.begin() as connection:
        stale = journal.unsettled(connection)
    replaced = races.look_after(context, stale)
    with context.store.begin() as connection:
        plan = journal.plan_row(connection, context.pass_id) or journal.latest_plan(connection)
        settle_interrupted(context, connection, plan.plan_id if plan is not None else None)
        if plan is not None:
            journal.take_over(connection, plan.plan_id, kept=PUT_BACK)
            _follow_up(connection, plan.plan_id, races.decide(context, connection, replaced))
            journal.add_writes(connection, plan.plan_id, races.unfinished(stale))
    if plan is None or plan.status not in {"planned", "approved"}:
        status = plan.status if plan is not None else "none"
        return StepResult(
            figures={"written": 0, "failed": 0},
            texts={"plan": f"nothing to do: plan is {status}"},
            findings=(Finding(consent_lag.CHECK, holds=True, why="No opt-out was to be written."),),
        )
    figures = send_all(context, plan.plan_id)
    with context.store.begin() as connection:
        journal.set_status(connection, plan.plan_id, "applied")
        carried_out(context, connection)
    in_time = consent_lag.measure(context, plan.plan_id)
    return StepResult(figures={**figures, **in_time.figures}, findings=(in_time,))


def settle_interrupted(context: PassContext, connection: sa.Connection, plan_id: str | None) -> None:
    """Settle what an interrupted pass had sent; reading has shown since what became of it.

    Of this very plan nothing has been read since: the next pass looks what became of it.
    """
    stale = journal.unsettled(connection)
    journal.settle(connection, [_superseded(row) for row in stale], now=context.now())
    doubtful = [row for row in stale if row.plan_id == plan_id]
    held = [refusals.interrupted(row.write, now=context.now()) for row in doubtful]
    holds.add(connection, held, now=context.now())


def send_all(context: PassContext, plan_id: str) -> dict[str, float]:
    """Send every open write of a plan, and those that follow from creates; answers what was done, in figures.

    Once a side's daily budget is spent, its writes are deferred, but for opt-outs, which have a reserve; while it runs
    short, the less urgent lanes wait first.
    """
    tally: Counter[str] = Counter()
    spent: dict[Side, QuotaExhaustedError] = {}
    # Writes that follow from creates are added on the way, so ask until none is open.
    while True:
        with context.store.begin() as connection:
            rows = journal.open_writes(connection, plan_id)
        if not rows:
            break
        for batch in in_batches(rows, lambda row: row.write, AT_ONCE):
            tally.update(_send_or_defer(context, plan_id, batch, spent))
    figures: dict[str, float] = {name: tally[key] for name, key in _FIGURES.items()}
    return figures | {name: number for name, number in sorted(tally.items()) if name.startswith("written ")}


def _superseded(row: JournalRow) -> dict[str, object]:
    return {
        "write_id": row.write_id,
        "state": "withdrawn",
        "record_id": None,
        "code": "INTERRUPTED",
        "message": "the pass that sent it was interrupted; a later pass has read what became of it",
    }


def _send_or_defer(
    context: PassContext, plan_id: str, batch: Sequence[JournalRow], spent: dict[Side, QuotaExhaustedError]
) -> Counter[str]:
    first = batch[0].write
    sent: Counter[str] = Counter()
    if first.consent:
        allowed, waiting = list(batch), []
    elif first.side in spent:
        allowed, waiting = [], list(batch)
    else:
        allowed, waiting = _by_lane(context, batch)
    now = context.now()
    due = lane_due_at(context, first.side, now)
    if allowed:
        try:
            with urgent_calls() if first.consent else nullcontext():
                sent = _send(context, plan_id, allowed)
        except QuotaExhaustedError as error:
            spent[first.side] = error
            waiting = list(batch)
    if not waiting:
        return sent
    if first.side in spent:
        due = due_at(spent[first.side], now)
    with context.store.begin() as connection:
        journal.settle(connection, [_deferred(row, due) for row in waiting], now=now)
        holds.add(connection, [refusals.deferred(row.write, due) for row in waiting], now=now)
    return sent + Counter({"deferred": len(waiting)})


def _by_lane(context: PassContext, batch: Sequence[JournalRow]) -> tuple[list[JournalRow], list[JournalRow]]:
    """The rows whose lane may still be served, and those that leave what is left of the day to others."""
    share = left_of_day(context, batch[0].write.side)
    if share >= max(LANES.values()):
        return list(batch), []
    with context.store.begin() as connection:
        ids = [row.write.link_id for row in batch]
        stages = frames.read(connection, judgements, link_ids=ids).select("person_id", "stage").iter_rows()
        hot = {link_id for link_id, stage in stages if stage in context.mapping.admission.stages}
    served = [row for row in batch if LANES[lane_of(row.write, hot)] <= share]
    passed = {row.write_id for row in served}
    return served, [row for row in batch if row.write_id not in passed]


def _deferred(row: JournalRow, due: datetime) -> dict[str, object]:
    return {
        "write_id": row.write_id,
        "state": "withdrawn",
        "record_id": None,
        "code": "DEFERRED",
        "message": f"the day's API calls are used up; due again at {due.isoformat(timespec='minutes')}",
    }


def _send(context: PassContext, plan_id: str, batch: Sequence[JournalRow]) -> Counter[str]:
    with context.store.begin() as connection:
        journal.mark_sent(connection, [row.write_id for row in batch], now=context.now())
    sending.clear_first(context, batch)
    results = {result.key: result for result in sending.send(context, batch)}
    with context.store.begin() as connection:
        again = _take_over(context, connection, plan_id, [(row, results[row.write.key]) for row in batch])
    tally = Counter(_tally(batch, results, {row.write_id for row in again}))
    if again:
        tally.update(_send_reduced(context, plan_id, again))
    return tally


def _send_reduced(context: PassContext, plan_id: str, rows: Sequence[JournalRow]) -> Counter[str]:
    """The good fields of records whose bad fields were refused: once more without those."""
    results = {result.key: result for result in sending.send(context, rows)}
    with context.store.begin() as connection:
        _take_over(context, connection, plan_id, [(row, results[row.write.key]) for row in rows], final=True)
    return Counter(_tally(rows, results, set()))


def _take_over(
    context: PassContext,
    connection: sa.Connection,
    plan_id: str,
    answered: Sequence[tuple[JournalRow, WriteResult]],
    *,
    final: bool = False,
) -> list[JournalRow]:
    """Store what became of a batch, in few statements.

    Returns:
        Writes to be sent once more without the fields that were refused; none when ``final``.
    """
    now = context.now()
    done = [(row, result) for row, result in answered if result.ok]
    again: list[JournalRow] = []
    failed: list[tuple[JournalRow, WriteResult]] = []
    divided: list[tuple[JournalRow, WriteResult]] = []
    held: list[Hold] = []
    for row, result in answered:
        if result.ok:
            continue
        reduced = None if final else _without(row.write, result)
        if reduced is not None:
            held += refusals.refused_fields(row.write, result, now=now)
            again.append(replace(row, write=reduced))
        elif refusals.divisible(row.write, result):
            divided.append((row, result))
        else:
            held.append(refusals.refusal(row.write, result, now=now))
            failed.append((row, result))
    written = [(row.write, result) for row, result in done]
    decided = races.decide(context, connection, written)
    outcomes.remember(context, connection, written, now=now)
    done_writes = (row.write for row, _ in done)
    campaigns.note_shown(connection, done_writes, now=now, zone=ZoneInfo(context.time_zone))
    following = [
        after_create(row.write, result.record_id)
        for row, result in done
        if row.write.operation == "create" and result.record_id is not None
    ]
    journal.add_writes(
        connection, plan_id, [storable_write(write) for write in following if write is not None]
    )
    journal.add_writes(connection, plan_id, [half for row, _ in divided for half in _halves(row.write)])
    _follow_up(connection, plan_id, decided)
    links.clear(connection, "plan_due", [row.write.link_id for row, _ in done])
    # What was put back goes to the other side with the next plan.
    mirror.mark_due(connection, [w.link_id for w, _ in written if w.key.endswith(PUT_BACK)])
    settled = [_settled(row, "done", result) for row, result in done]
    settled += [_settled(row, "failed", result) for row, result in failed]
    settled += [_settled(row, "withdrawn", result) for row, result in divided]
    journal.settle(connection, settled, now=now)
    holds.add(connection, held, now=now)
    return again


def _follow_up(connection: sa.Connection, plan_id: str, decided: races.Decided) -> None:
    """Edits that a write replaced: put back by a write of their own, or on record as lost."""
    journal.add_writes(connection, plan_id, [storable_write(write) for write in decided.writes])
    journal.add_conflicts(connection, plan_id, [storable_conflict(lost) for lost in decided.conflicts])


def _tally(batch: Sequence[JournalRow], results: dict[str, WriteResult], again: set[int]) -> Iterator[str]:
    for row in batch:
        result = results[row.write.key]
        if result.ok:
            yield "done"
            yield f"written {row.write.side} {row.write.object_type}"
            if result.created:
                yield "created"
        elif row.write_id not in again and not refusals.divisible(row.write, result):
            yield "failed"


def _settled(row: JournalRow, state: str, result: WriteResult) -> dict[str, object]:
    return {
        "write_id": row.write_id,
        "state": state,
        "record_id": result.record_id if result.ok else None,
        "code": result.code,
        "message": result.message,
    }


def _halves(write: Write) -> tuple[Write, Write]:
    """A refused update in two, so that what is good in it is written and what is bad is found."""
    middle = len(write.changes) // 2
    parts = (write.changes[:middle], write.changes[middle:])
    first, second = (replace(write, changes=part, key=f"{write.key}/{n}") for n, part in enumerate(parts))
    return first, second


def _without(write: Write, result: WriteResult) -> Write | None:
    """The write without the fields that were refused, if the side named some and others remain."""
    kept = tuple(change for change in write.changes if change.target not in result.fields)
    if not result.fields or not kept or len(kept) == len(write.changes):
        return None
    return replace(write, changes=kept)
