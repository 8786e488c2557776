"""A plan for people: how much it would write, what, where, and what it holds back and why.

Rendering only. By default no personal value is shown, since metadata outlives the data it is about.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from reports.markdown import section, table
from sync_rules.plan import WHOLE_RECORDS, FieldChange, Plan, Write
from sync_rules.price import Price, PriceLine
from sync_rules.records import Side

TABLE = {
    "what": pl.String, "side": pl.String, "object_type": pl.String, "record": pl.String, "field": pl.String,
    "before": pl.String, "after": pl.String, "rule": pl.String, "why": pl.String,
}  # fmt: skip

_SIDES: dict[Side, str] = {"hubspot": "HubSpot", "salesforce": "Salesforce"}


def plan_markdown(
    plan: Plan, *, redact: bool = True, names: Mapping[str, str] | None = None, limit: int = 200
) -> str:
    """The plan as Markdown: counts, then creates, updates by field, holds with reasons, conflicts.

    Args:
        plan: what would be written.
        redact: show counts and field names only; no value, no reason that quotes one, nobody's name.
        names: how to call a link, by link id; used only where values are shown.
        limit: rows per table where values are shown; the rest is counted.
    """
    head = (
        f"**{len(plan.writes)} writes, {len(plan.holds)} holds, {len(plan.conflicts)} conflicts** for "
        f"{plan.considered} links looked at; {plan.in_agreement} needed nothing.\n"
    )
    parts = [head, section("Writes", _counts(plan))]
    if redact:
        parts += [
            section("Fields", _fields_counted(plan)),
            section("Held back", _holds_counted(plan)),
            section("Conflicts", _conflicts_counted(plan)),
        ]
    else:
        called = names or {}
        parts += [
            section("Creates", _creates(plan, called, limit)),
            section("Changes", _changes(plan, called, limit)),
            section("Deletions and restores", _removals(plan, called, limit)),
            section("Held back", _holds(plan, called, limit)),
            section("Conflicts", _conflicts(plan, called, limit)),
        ]
    return "\n".join(part for part in parts if part)


def price_markdown(price: Price) -> str:
    """What carrying the plan out costs in API calls."""
    rows = [(*_place(line), line.records, line.calls) for line in price.lines]
    head = ("Side", "Object", "Operation", "Records", "API calls")
    named = " and ".join(f"{number:,} {_SIDES[side]}" for side, number in price.calls.items())
    return f"{named} API calls to write it.\n\n{table(head, rows, right=(3, 4))}"


def _place(line: PriceLine) -> tuple[str, str, str]:
    return line.side, line.object_type, line.operation


def plan_table(plan: Plan, *, redact: bool = True) -> pl.DataFrame:
    """Every change, hold and conflict as a row of ``TABLE``.

    ``what`` is the operation, ``hold`` or ``conflict``; ``record`` the record's id, else the link's. For a
    conflict ``before`` is the losing value and ``after`` the winning one. With ``redact`` values become
    ``(value)`` or ``(blank)``, and reasons of holds and conflicts give way to the kind of hold or the winner.
    """

    def shown(value: Any) -> str:
        return _redacted(value) if redact else _text(value)

    rows: list[tuple[str | None, ...]] = []
    for write in plan.writes:
        record = (write.operation, write.side, write.object_type, write.record_id or write.link_id)
        if not write.changes:
            rows.append((*record, *[None] * 5))
        rows += [
            (*record, c.name, shown(c.before), shown(c.after), c.rule, c.rule if redact else c.why)
            for c in write.changes
        ]
    rows += [
        (
            "hold", hold.side, hold.object_type, hold.link_id, hold.field, None, shown(hold.value), hold.kind,
            hold.kind if redact else hold.why,
        )
        for hold in plan.holds
    ]  # fmt: skip
    rows += [
        (
            "conflict", lost.winner, None, lost.link_id, lost.field, shown(lost.losing_value),
            shown(lost.winning_value), lost.rule, f"{lost.winner} won" if redact else lost.why,
        )
        for lost in plan.conflicts
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=TABLE, orient="row")


def _counts(plan: Plan) -> str:
    rows = Counter((w.side, w.object_type, w.operation) for w in plan.writes)
    return table(
        ("Side", "Object", "Operation", "Records"), [(*key, n) for key, n in sorted(rows.items())], right=(3,)
    )


def _fields_counted(plan: Plan) -> str:
    tally: dict[tuple[str, str, str, str], Counter[str]] = defaultdict(Counter)
    for write, change in _each_change(plan):
        key = (write.side, write.object_type, change.name, change.rule)
        tally[key][_kind_of_change(change)] += 1
    rows = [
        (*key, sum(kinds.values()), kinds["filled"], kinds["changed"], kinds["cleared"])
        for key, kinds in sorted(tally.items())
    ]
    head = ("Side", "Object", "Field", "Rule", "Records", "Filled", "Changed", "Cleared")
    return table(head, rows, right=(4, 5, 6, 7))


def _kind_of_change(change: FieldChange) -> str:
    if _is_blank(change.after):
        return "cleared"
    return "filled" if _is_blank(change.before) else "changed"


def _holds_counted(plan: Plan) -> str:
    tally = Counter((h.kind, h.side, h.object_type, h.field or "(whole record)") for h in plan.holds)
    rows = [(*key, n) for key, n in sorted(tally.items(), key=lambda item: (-item[1], item[0]))]
    return table(("Why", "Side", "Object", "Field", "Records"), rows, right=(4,))


def _conflicts_counted(plan: Plan) -> str:
    tally = Counter((c.field, c.rule, c.winner) for c in plan.conflicts)
    return table(
        ("Field", "Rule", "Winner", "Times"), [(*key, n) for key, n in sorted(tally.items())], right=(3,)
    )


def _creates(plan: Plan, names: Mapping[str, str], limit: int) -> str:
    made = [write for write in plan.writes if write.operation == "create"]
    rows = [
        (
            names.get(write.link_id, write.link_id),
            write.side,
            write.object_type,
            "; ".join(f"{change.name}: {_text(change.after)}" for change in write.changes),
        )
        for write in made[:limit]
    ]
    return _limited(table(("Who", "Side", "Object", "Fields"), rows), len(made), limit)


def _removals(plan: Plan, names: Mapping[str, str], limit: int) -> str:
    gone = [write for write in plan.writes if write.operation in WHOLE_RECORDS]
    rows = [
        (
            names.get(write.link_id, write.link_id),
            f"{write.side} {write.object_type} {write.record_id}",
            removal_words(write),
        )
        for write in gone[:limit]
    ]
    return _limited(table(("Who", "Record", "What"), rows), len(gone), limit)


_BINS: Mapping[Side, str] = {
    "hubspot": "archived; HubSpot's bin keeps it for 90 days",
    "salesforce": "deleted; Salesforce's recycle bin keeps it for 15 days",
}


def removal_words(write: Write) -> str:
    """How a record goes, and whether it can come back; or that it comes back."""
    if write.operation == "restore":
        return "taken out of the recycle bin"
    how = "deleted for good" if write.operation == "purge" else _BINS[write.side]
    return how if write.operation == "archive" else f"{how}; its other record was deleted"


def _changes(plan: Plan, names: Mapping[str, str], limit: int) -> str:
    changes = [(w, c) for w, c in _each_change(plan) if w.operation != "create"]
    changes.sort(key=lambda pair: (pair[1].name, pair[0].side))
    rows = [
        (
            change.name,
            names.get(write.link_id, write.link_id),
            f"{write.side} {write.object_type}",
            _text(change.before),
            _text(change.after),
            change.rule,
            change.why,
        )
        for write, change in changes[:limit]
    ]
    return _limited(
        table(("Field", "Who", "Where", "Before", "After", "Rule", "Why"), rows), len(changes), limit
    )


def _holds(plan: Plan, names: Mapping[str, str], limit: int) -> str:
    rows = [
        (
            names.get(hold.link_id, hold.link_id),
            f"{hold.side} {hold.object_type}",
            hold.field or "(whole record)",
            _text(hold.value),
            hold.why,
            hold.remedy,
            ", ".join(hold.accepted[:12]),
        )
        for hold in plan.holds[:limit]
    ]
    head = ("Who", "Where", "Field", "Value", "Why", "What to do", "Accepted values")
    return _limited(table(head, rows), len(plan.holds), limit)


def _conflicts(plan: Plan, names: Mapping[str, str], limit: int) -> str:
    rows = [
        (
            names.get(lost.link_id, lost.link_id),
            lost.field,
            lost.winner,
            _text(lost.winning_value),
            _text(lost.losing_value),
            " ".join(
                part
                for part in (
                    f"{lost.losing_at:%Y-%m-%d %H:%M} UTC" if lost.losing_at else "",
                    f"by {lost.losing_actor}" if lost.losing_actor else "",
                )
                if part
            ),
            lost.why,
        )
        for lost in plan.conflicts[:limit]
    ]
    head = ("Who", "Field", "Winner", "Kept", "Lost", "Lost value was set", "Why")
    return _limited(table(head, rows), len(plan.conflicts), limit)


def _limited(text: str, total: int, limit: int) -> str:
    return f"{text}\nand {total - limit} more\n" if total > limit else text


def _each_change(plan: Plan) -> Iterator[tuple[Write, FieldChange]]:
    for write in plan.writes:
        for change in write.changes:
            yield write, change


def _is_blank(value: Any) -> bool:
    return value is None or value == ""


def _text(value: Any) -> str:
    if _is_blank(value):
        return "(blank)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _redacted(value: Any) -> str:
    return "(blank)" if _is_blank(value) else "(value)"
