"""How long an opt-out takes from the person's act to the write on the other side, in minutes.

The act is the change of the consent property by its HubSpot history, or the stamp of the Salesforce record (an
upper bound: Salesforce tells no field's own time). What was said before Accord's first pass, or before the other
record existed, could not be told sooner; it is counted as caught up and has no lag.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

import sqlalchemy as sa

from connectors.budget import urgent_calls
from connectors.errors import RetryableError
from connectors.store import journal, links, mirror, runs
from connectors.store.journal import JournalRow
from passes.context import PassContext
from passes.step import Finding
from sync_rules.consent import teller_of
from sync_rules.plan import Write
from sync_rules.records import Record, Side

CHECK = "opt_outs_in_time"
WRITTEN, P50, MAX = "opt-outs written", "opt-out lag p50 minutes", "opt-out lag max minutes"
CAUGHT_UP, WAITING, UNTIMED = "opt-outs caught up", "opt-outs waiting", "opt-outs untimed"
RecordKey = tuple[Side, str, str]


@dataclass(frozen=True, slots=True)
class _Told:
    """One opt-out that was written: where, when, the fields, and the record on which the person said it."""

    write: Write
    written_at: datetime
    fields: tuple[str, ...]
    source: Record | None
    target: Record | None


def measure(context: PassContext, plan_id: str) -> Finding:
    """Time the opt-outs of a plan that was carried out; the finding's figures are those of the step."""
    with context.store.begin() as connection:
        rows = [row for row in journal.of_plan(connection, plan_id) if row.write.consent]
        done = [row for row in rows if row.state == "done" and row.settled_at is not None]
        waiting = len(rows) - len(done)
        since = runs.first_done(connection)
        told = _told(connection, done)
    acts, untimed = _acts(context, told)
    lags: list[float] = []
    caught_up = 0
    for one in told:
        act = acts.get(one.write.key)
        if act is None:
            continue
        existed = one.target.created_at if one.target is not None else None
        if since is None or act < since or (existed is not None and act < existed):
            caught_up += 1
        else:
            lags.append(max(0.0, (one.written_at - act).total_seconds() / 60))
    figures: dict[str, float] = {WRITTEN: len(done), CAUGHT_UP: caught_up, WAITING: waiting}
    if lags:
        figures |= {P50: round(median(lags), 1), MAX: round(max(lags), 1)}
    if untimed:
        figures[UNTIMED] = untimed
    return _finding(figures, context.mapping.consent.lag_minutes)


def _finding(figures: Mapping[str, float], limit: float) -> Finding:
    slowest, waiting = figures.get(MAX, 0.0), figures[WAITING]
    problems = []
    if slowest > limit:
        problems.append(
            f"The slowest opt-out took {slowest:g} minutes; the mapping's consent.lag_minutes allows {limit:g}. "
            "Run passes more often, or find what held them up."
        )
    if waiting:
        problems.append(f"{waiting:g} opt-outs were not taken; `accord holds` names each with its remedy.")
    why = (
        " ".join(problems) or f"{figures[WRITTEN]:g} opt-outs written, the slowest after {slowest:g} minutes."
    )
    return Finding(CHECK, holds=not problems, why=why, figures=figures)


def _told(connection: sa.Connection, done: Sequence[JournalRow]) -> list[_Told]:
    known = links.load(connection, {row.write.link_id for row in done})
    sources: dict[int, RecordKey] = {}
    targets: dict[int, RecordKey] = {}
    for row in done:
        write = row.write
        if write.record_id is not None:
            targets[row.write_id] = (write.side, write.object_type, write.record_id)
        if (teller := teller_of(write.link_id)) is not None:
            sources[row.write_id] = teller
        elif (found := known.get(write.link_id)) is not None:
            link = found.link
            if write.side == "salesforce" and link.hubspot_id is not None:
                sources[row.write_id] = ("hubspot", "contacts", link.hubspot_id)
            elif write.side == "hubspot" and link.salesforce_id is not None:
                sources[row.write_id] = ("salesforce", link.salesforce_type or "", link.salesforce_id)
    records = mirror.load_many(connection, [*sources.values(), *targets.values()])
    return [
        _Told(
            write=row.write,
            written_at=row.settled_at,
            fields=tuple(
                made.name for made in row.write.changes if made.rule == "most_restrictive" and made.value
            ),
            source=records.get(sources[row.write_id]) if row.write_id in sources else None,
            target=records.get(targets[row.write_id]) if row.write_id in targets else None,
        )
        for row in done
        if row.settled_at is not None
    ]


def _acts(context: PassContext, told: Sequence[_Told]) -> tuple[dict[str, datetime], int]:
    """When each opt-out was said, by its write's key, and how many could not be timed."""
    specs = context.mapping.people.fields
    names = sorted({hubspot for one in told for name in one.fields if (hubspot := specs[name].hubspot)})
    contacts = {one.source.id for one in told if one.source is not None and one.source.side == "hubspot"}
    stamps: dict[str, Mapping[str, Any]] = {}
    if contacts and names:
        try:
            with urgent_calls():
                read = context.hubspot.read("contacts", contacts, names, history=names)
        except RetryableError:
            # The opt-outs are written; that they could not be timed is told as a figure.
            read = []
        stamps = {record.id: record.stamps for record in read}
    acts: dict[str, datetime] = {}
    for one in told:
        if one.source is None:
            continue
        if one.source.side == "salesforce":
            acts[one.write.key] = one.source.modified_at
            continue
        found = [
            stamps[one.source.id][target].at
            for name in one.fields
            if (target := specs[name].hubspot) and target in stamps.get(one.source.id, {})
        ]
        if found:
            acts[one.write.key] = min(found)
    return acts, len(told) - len(acts)
