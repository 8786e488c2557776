"""``accord plan``: a dry run, shown, or a stored plan shown again. Nothing is written to either CRM."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa
from rich.text import Text

from cli import passing, plan_page, session
from cli.console import heading, out, plain, print_json, say, short, table
from cli.exits import Exit
from cli.naming import names_of
from cli.passing import Passed
from passes.context import PassOptions
from passes.planning import named, stored
from passes.planning.new_fields import CHECK
from passes.planning.stored import StoredPlan
from passes.workbench import Workbench
from reports.plan import plan_table, removal_words
from sync_rules.plan import WHOLE_RECORDS, Plan

_CELL = 60
_MACHINE_RULES = ("accord", "link")


def command(
    *, as_json: bool, redact: bool, limit: int, html: Path | None = None, show_plan: str | None = None
) -> Exit:
    """Plan and show the plan, or show one that is stored."""
    if show_plan is not None:
        with session.reading() as bench:
            with bench.store.begin() as connection:
                plan_id = named.plan_id(connection, show_plan)
            what, names = load(bench, plan_id)
            zone = bench.open(plan_id).time_zone
        _tell(what, names, zone, None, as_json=as_json, redact=redact, limit=limit, html=html)
        return Exit.DONE
    with session.syncing() as bench:
        passed = passing.run(bench, PassOptions(dry_run=True), quiet=as_json)
        what, names = load(bench, passed.pass_id)
        zone = bench.open(passed.pass_id).time_zone
    _tell(what, names, zone, passed, as_json=as_json, redact=redact, limit=limit, html=html)
    return Exit.DONE


def load(bench: Workbench, plan_id: str) -> tuple[StoredPlan, dict[str, str]]:
    """A plan as it was stored, and what people call the links in it."""
    with bench.store.begin() as connection:
        what = stored.load(connection, plan_id, bench.open(plan_id).mapping)
        return what, _names_in(connection, what)


def _names_in(connection: sa.Connection, what: StoredPlan) -> dict[str, str]:
    plan = what.plan
    links = {write.link_id for write in plan.writes} | {hold.link_id for hold in plan.holds}
    links |= {lost.link_id for lost in plan.conflicts} | {
        one for group in what.meeting for one in group.sample
    }
    return names_of(connection, links)


def _tell(
    what: StoredPlan,
    names: Mapping[str, str],
    zone: str,
    passed: Passed | None,
    *,
    as_json: bool,
    redact: bool,
    limit: int,
    html: Path | None,
) -> None:
    if html is not None:
        plan_page.write(html, what, names, zone)
    if as_json:
        print_json(_as_json(what, passed, redact=redact))
        return
    show(what.plan, names, redact=redact, limit=limit)
    show_meeting(what, {} if redact else names)
    show_price(what)
    show_guard(what.tripped)
    if passed is not None:
        for finding in passed.results["sync_plan"].findings:
            if finding.name == CHECK and not finding.holds:
                heading("New in the mapping")
                say(finding.why)
    if html is not None:
        plan_page.tell(html)
    if what.waits:
        say(f"`accord apply {what.plan_id}` carries out exactly this plan, while it still fits.")


def show(
    plan: Plan, names: Mapping[str, str], *, redact: bool, limit: int, fields: int | None = None
) -> None:
    """The plan as tables: counts, changes by field with before and after, creates, holds, conflicts.

    Args:
        names: what people call the links.
        redact: counts and field names only, no values and no names.
        limit: rows a table at most.
        fields: rows of the table of fields at most, those that people own first; None shows all.
    """
    say(
        f"{len(plan.writes):,} writes planned for {plan.considered:,} people and companies looked at; "
        f"{plan.in_agreement:,} needed nothing. {len(plan.holds):,} things are held.",
        style="bold",
    )
    counts = [(*name.split(" "), number) for name, number in plan.counts().items()]
    if counts:
        out.print(table(("Side", "Object", "Operation", "Records"), counts, right=(3,)))
    rows = plan_table(plan, redact=redact)
    _show_fields(rows, fields)
    if not redact:
        _show_changes(plan, names, limit)
        _show_creates(plan, names, limit)
        show_removals(plan, names, limit)
    _show_holds(plan, names, redact=redact, limit=limit)
    _show_conflicts(plan, names, redact=redact, limit=limit)


def show_guard(tripped: tuple[Mapping[str, Any], ...]) -> None:
    """The caps that a pass with this plan would run into."""
    if not tripped:
        return
    heading("The guard would stop this plan until somebody approves it")
    rows = [(item["what"], item["count"], item["limit"], item["how_to_approve"]) for item in tripped]
    out.print(table(("What", "Planned", "At most", "How to go on"), rows, right=(1, 2)))


def _show_fields(rows: pl.DataFrame, limit: int | None) -> None:
    blank = pl.col("before") == "(blank)", pl.col("after") == "(blank)"
    fields = (
        rows.filter(pl.col("what").is_in(["update", "opt_out"]))
        .group_by("field", "side", "object_type", "rule")
        .agg(
            pl.len().alias("records"),
            (blank[0] & ~blank[1]).sum().alias("filled"),
            (~blank[0] & ~blank[1]).sum().alias("changed"),
            blank[1].sum().alias("cleared"),
        )
        .sort(pl.col("rule").is_in(_MACHINE_RULES), "field", "side", "object_type")
    )
    if fields.is_empty():
        return
    heading("Updates by field")
    head = ("Field", "Side", "Object", "Rule", "Records", "Filled", "Changed", "Cleared")
    out.print(table(head, fields.head(limit or fields.height).iter_rows(), right=(4, 5, 6, 7)))
    if limit is not None and fields.height > limit:
        say(f"… and {fields.height - limit} more, most of them computed by Accord", style="dim")


def _show_changes(plan: Plan, names: Mapping[str, str], limit: int) -> None:
    changes = [(w, c) for w in plan.writes if w.operation != "create" for c in w.changes]
    # What people own before what Accord computes, as in the table of fields.
    changes.sort(key=lambda pair: (pair[1].rule in _MACHINE_RULES, pair[1].name, pair[0].side, pair[0].key))
    rows = [
        (
            change.name,
            names.get(write.link_id, write.link_id),
            f"{write.side} {write.object_type}",
            short(plain(change.before), _CELL),
            Text(short(plain(change.after), _CELL), style="green"),
            change.why,
        )
        for write, change in changes[:limit]
    ]
    _limited("Changes", ("Field", "Who", "Where", "Before", "After", "Why"), rows, len(changes), limit)


def _show_creates(plan: Plan, names: Mapping[str, str], limit: int) -> None:
    made = [write for write in plan.writes if write.operation == "create"]
    rows = [
        (
            f"{write.side} {write.object_type}",
            names.get(write.link_id, write.link_id),
            short("; ".join(f"{c.name}: {plain(c.after)}" for c in write.changes), 2 * _CELL),
        )
        for write in made[:limit]
    ]
    _limited("Creates", ("Where", "For", "With"), rows, len(made), limit)


def show_removals(plan: Plan, names: Mapping[str, str], limit: int) -> None:
    """The records that would go, and what keeps them."""
    gone = [write for write in plan.writes if write.operation in WHOLE_RECORDS]
    rows = [
        (
            names.get(write.link_id, write.link_id),
            f"{write.side} {write.object_type} {write.record_id}",
            removal_words(write),
        )
        for write in gone[:limit]
    ]
    _limited("Deletions and restores", ("Who", "Record", "What"), rows, len(gone), limit)


def _show_holds(plan: Plan, names: Mapping[str, str], *, redact: bool, limit: int) -> None:
    if redact:
        tally = Counter((h.kind, f"{h.side} {h.object_type}", h.field or "(record)") for h in plan.holds)
        rows: list[tuple[Any, ...]] = [(*key, number) for key, number in tally.most_common()]
        _limited("Held", ("Kind", "Where", "Field", "Records"), rows[:limit], len(rows), limit)
        return
    rows = [
        (
            names.get(hold.link_id, hold.link_id),
            f"{hold.side} {hold.object_type}",
            hold.field or "(record)",
            short(plain(hold.value), _CELL) if hold.field else None,
            hold.why,
            hold.remedy,
        )
        for hold in plan.holds[:limit]
    ]
    _limited("Held", ("Who", "Where", "Field", "Value", "Why", "What to do"), rows, len(plan.holds), limit)


def _show_conflicts(plan: Plan, names: Mapping[str, str], *, redact: bool, limit: int) -> None:
    if redact:
        tally = Counter((c.field, c.rule, c.winner) for c in plan.conflicts)
        rows: list[tuple[Any, ...]] = [(*key, number) for key, number in tally.most_common()]
        _limited("Conflicts", ("Field", "Rule", "Winner", "Times"), rows[:limit], len(rows), limit)
        return
    rows = [
        (
            names.get(lost.link_id, lost.link_id),
            lost.field,
            lost.winner,
            short(plain(lost.winning_value), _CELL),
            short(plain(lost.losing_value), _CELL),
            lost.why,
        )
        for lost in plan.conflicts[:limit]
    ]
    head = ("Who", "Field", "Winner", "Kept", "Lost", "Why")
    _limited("Conflicts: both sides changed", head, rows, len(plan.conflicts), limit)


def _limited(title: str, head: tuple[str, ...], rows: list[tuple[Any, ...]], total: int, limit: int) -> None:
    if not rows:
        return
    heading(f"{title} ({total:,})")
    numbers = [index for index, name in enumerate(head) if name in {"Records", "Times"}]
    out.print(table(head, rows, right=numbers))
    if total > limit:
        say(f"… and {total - limit:,} more (--limit shows more, --json shows all)", style="dim")


def show_meeting(what: StoredPlan, names: Mapping[str, str]) -> None:
    """Who was matched, would be created, is unclear, when two systems meet for the first time."""
    if not what.meeting:
        return
    heading("The first meeting of these two systems")
    rows = [
        (one.what, one.how, one.count, ", ".join(names.get(link, link) for link in one.sample))
        for one in what.meeting
    ]
    out.print(table(("What", "How", "Number", "Such as"), rows, right=(2,)))


def show_price(what: StoredPlan) -> None:
    """What carrying the plan out costs."""
    calls = what.price.calls
    say(
        f"Writing it takes {calls['hubspot']:,} HubSpot and {calls['salesforce']:,} Salesforce API calls.",
    )


def _as_json(what: StoredPlan, passed: Passed | None, *, redact: bool) -> dict[str, Any]:
    plan = what.plan
    answer: dict[str, Any] = {
        "pass_id": what.plan_id,
        "status": what.status,
        "made_at": plan.made_at,
        "considered": plan.considered,
        "in_agreement": plan.in_agreement,
        "writes": len(plan.writes),
        "counts": plan.counts(),
        "held": len(plan.holds),
        "conflicts": len(plan.conflicts),
        "price": {**what.price.calls, "lines": [asdict(line) for line in what.price.lines]},
        "first_meeting": [asdict(group) for group in what.meeting],
        "guard": [dict(item) for item in what.tripped],
        "rows": plan_table(plan, redact=redact).to_dicts(),
    }
    if passed is not None:
        answer |= {"api_calls": passed.calls, "seconds": passed.seconds}
    return answer
