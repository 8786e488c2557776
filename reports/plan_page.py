"""A plan as one self-contained HTML page for whoever must approve it: summary first, then every row, grouped.

The plan comes decided and named; here it is only arranged. The look is in ``plan.html`` and ``plan.css``. Values of
people's fields are shown, so the page is for the admin's eyes: nothing of it goes to a scheduler's metadata.
"""

import base64
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from markupsafe import Markup

from reports import words
from sync_rules.plan import REMOVALS, WHOLE_RECORDS, FieldChange, Plan, Write
from sync_rules.price import Price

_OPEN_UP_TO = 25
_MACHINE_RULES = ("accord", "link", "clear_then_set")
_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("reports", ""),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
for _filter in (words.count, words.moment):
    _ENVIRONMENT.filters[_filter.__name__] = _filter


@dataclass(frozen=True, slots=True)
class Table:
    """One group of rows that opens by itself if it is short.

    Attributes:
        note: beside the title, in grey.
        head: column names.
        marks: columns of values by number: ``old``, ``new``, or ``pairs`` of a field's name and its value.
    """

    title: str
    note: str
    head: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    marks: Mapping[int, str] = field(default_factory=dict)

    @property
    def opened(self) -> bool:
        """Whether the group is short enough to be seen at once."""
        return len(self.rows) <= _OPEN_UP_TO


@dataclass(frozen=True, slots=True)
class About:
    """What surrounds a plan.

    Attributes:
        status: ``dry``, ``stopped``, ``applied``...
        tripped: the guard's caps that the plan exceeds: ``what``, ``count``, ``limit``, ``how_to_approve``.
        meeting: of a first pass: ``(what, how, number, some names)``.
        command: that carries it out, if it still waits.
    """

    plan_id: str
    status: str
    price: Price
    tripped: Sequence[Mapping[str, Any]] = ()
    meeting: Sequence[tuple[str, str, int, str]] = ()
    command: str | None = None


def plan_html(plan: Plan, about: About, *, names: Mapping[str, str], zone: ZoneInfo) -> str:
    """The page: one HTML document that needs nothing else, in light or dark as the reader's system is.

    Args:
        names: what people call the links, by link id.
    """
    script = files("reports").joinpath("plan.js").read_text(encoding="utf-8")
    changes = [(w, c) for w in plan.writes if w.operation not in ("create", *REMOVALS) for c in w.changes]
    kinds: Counter[str] = Counter(write.operation for write in plan.writes)
    return _ENVIRONMENT.get_template("plan.html").render(
        plan=plan,
        about=about,
        zone=zone,
        script=Markup(script),  # noqa: S704  # our own file
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        tiles=_tiles(plan, kinds, changes),
        lines=about.price.lines,
        fields=[
            _fields([pair for pair in changes if pair[1].rule not in _MACHINE_RULES]),
            _fields([pair for pair in changes if pair[1].rule in _MACHINE_RULES]),
        ],
        sections=[
            ("creates", "Creates", _creates(plan, names)),
            ("deletes", "Deletes, archives and restores", _deletes(plan, names)),
            ("changes", "Changes, field by field", _changes(changes, names)),
            ("conflicts", "Conflicts: both sides had changed", _conflicts(plan, names)),
            ("held", "Held back", _holds(plan, names)),
        ],
    )


def _tiles(
    plan: Plan, kinds: Mapping[str, int], changes: Sequence[tuple[Write, FieldChange]]
) -> list[tuple[str, int, str, str]]:
    """``(anchor, number, word, tone)``."""
    blanks = sum(_is_blank(c.after) and not _is_blank(c.before) for _, c in changes)
    gone = sum(kinds.get(name, 0) for name in REMOVALS)
    opt_outs = kinds.get("opt_out", 0)
    return [
        ("creates", kinds.get("create", 0), "records created", "good"),
        ("changes", kinds.get("update", 0), "records changed", "main"),
        ("changes", blanks, "values blanked", "bad" if blanks else "none"),
        ("deletes", gone, "deleted or archived", "bad" if gone else "none"),
        ("changes", opt_outs, "opted out", "warn" if opt_outs else "none"),
        ("conflicts", len(plan.conflicts), "conflicts", "warn" if plan.conflicts else "none"),
        ("held", len(plan.holds), "held back", "warn" if plan.holds else "none"),
    ]


def _fields(changes: Sequence[tuple[Write, FieldChange]]) -> list[dict[str, Any]]:
    """Each field on each object with how many are filled, changed and blanked, the most changed first."""
    tally: dict[tuple[str, str, str, str], Counter[str]] = defaultdict(Counter)
    for write, change in changes:
        tally[change.name, write.side, write.object_type, change.rule][_kind_of(change)] += 1
    most = max((sum(kinds.values()) for kinds in tally.values()), default=1)
    rows = [
        {
            "field": name,
            "side": side,
            "object_type": object_type,
            "rule": rule,
            "anchor": _anchor(name, side, object_type),
            "total": sum(kinds.values()),
            "kinds": [(kind, kinds[kind], round(kinds[kind] / most * 100, 2)) for kind in _KINDS],
        }
        for (name, side, object_type, rule), kinds in tally.items()
    ]
    return sorted(rows, key=lambda row: (-row["total"], row["field"], row["object_type"]))


_KINDS = ("filled", "changed", "blanked")


def _kind_of(change: FieldChange) -> str:
    if _is_blank(change.after):
        return "blanked"
    return "filled" if _is_blank(change.before) else "changed"


def _anchor(*parts: str) -> str:
    return "-".join("".join(sign if sign.isalnum() else "-" for sign in part) for part in parts)


def _creates(plan: Plan, names: Mapping[str, str]) -> list[tuple[str, Table]]:
    groups: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for write in plan.writes:
        if write.operation == "create":
            start = tuple((change.name, _text(change.after)) for change in write.changes)
            groups[write.side, write.object_type].append((_who(write.link_id, names), start))
    return [
        (
            _anchor("create", *key),
            Table(key[1], f"in {_SIDES[key[0]]}", ("For", "With"), tuple(rows), marks={1: "pairs"}),
        )
        for key, rows in sorted(groups.items())
    ]


def _deletes(plan: Plan, names: Mapping[str, str]) -> list[tuple[str, Table]]:
    groups: dict[tuple[str, str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for write in plan.writes:
        if write.operation in WHOLE_RECORDS:
            why = "; ".join(dict.fromkeys(change.why for change in write.changes if change.why))
            row = (_who(write.link_id, names), write.record_id, why)
            groups[write.operation, write.side, write.object_type].append(row)
    return [
        (
            _anchor(*key),
            Table(f"{key[0]} {key[2]}", f"in {_SIDES[key[1]]}", ("Who", "Record", "Why"), tuple(rows)),
        )
        for key, rows in sorted(groups.items())
    ]


def _changes(
    changes: Sequence[tuple[Write, FieldChange]], names: Mapping[str, str]
) -> list[tuple[str, Table]]:
    """By field and place, what people own before what Accord computes."""
    groups: dict[tuple[bool, str, str, str], list[tuple[Any, ...]]] = defaultdict(list)
    rules: dict[tuple[str, str, str], str] = {}
    for write, change in changes:
        place = (change.name, write.side, write.object_type)
        rules[place] = change.rule
        row = (_who(write.link_id, names), _text(change.before), _text(change.after), change.why)
        groups[change.rule in _MACHINE_RULES, *place].append(row)
    answer = []
    for (_, name, side, kind), rows in sorted(groups.items()):
        note = f"on {kind} in {_SIDES[side]}, rule {rules[name, side, kind]}"
        marks = {1: "old", 2: "new"}
        head = ("Who", "Before", "After", "Why")
        answer.append((_anchor(name, side, kind), Table(name, note, head, tuple(rows), marks=marks)))
    return answer


def _conflicts(plan: Plan, names: Mapping[str, str]) -> list[tuple[str, Table]]:
    groups: dict[tuple[str, str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for lost in plan.conflicts:
        when = f"{lost.losing_at:%Y-%m-%d %H:%M} UTC" if lost.losing_at else ""
        by = f"by {lost.losing_actor}" if lost.losing_actor else ""
        row = (
            _who(lost.link_id, names), _text(lost.winning_value), _text(lost.losing_value),
            " ".join(part for part in (when, by) if part), lost.why,
        )  # fmt: skip
        groups[lost.field, lost.rule, lost.winner].append(row)
    head = ("Who", "Kept", "Lost", "Lost value was set", "Why")
    return [
        (
            _anchor("conflict", *key),
            Table(
                key[0], f"rule {key[1]}, {_SIDES[key[2]]} wins", head, tuple(rows), marks={1: "new", 2: "old"}
            ),
        )
        for key, rows in sorted(groups.items())
    ]


def _holds(plan: Plan, names: Mapping[str, str]) -> list[tuple[str, Table]]:
    groups: dict[tuple[str, str, str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for hold in plan.holds:
        shown = _text(hold.value) if hold.field else ""
        row = (_who(hold.link_id, names), shown, hold.why, hold.remedy, ", ".join(hold.accepted[:12]))
        groups[hold.kind, hold.field or "whole record", hold.side, hold.object_type].append(row)
    head = ("Who", "Value", "Why", "What to do", "Accepted values")
    return [
        (
            _anchor("held", *key),
            Table(
                f"{key[0].replace('_', ' ')}: {key[1]}", f"on {key[3]} in {_SIDES[key[2]]}", head, tuple(rows)
            ),
        )
        for key, rows in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


_SIDES = {"hubspot": "HubSpot", "salesforce": "Salesforce"}


def _who(link_id: str, names: Mapping[str, str]) -> str:
    return names.get(link_id, link_id)


def _is_blank(value: Any) -> bool:
    return value is None or value == ""


def _text(value: Any) -> str:
    if _is_blank(value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_text(item) or 'blank'}" for name, item in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(str(item) for item in value)
    return str(value)
