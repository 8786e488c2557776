"""Say in one line why a person is at a stage, and in one line what is missing to the next.

Here: masks and scores to texts of at most 255 characters, made once for each distinct mask. Not here: the
decision (``qualify``) and the page that explains the definition itself (``definition_text``).

Texts use the labels of the criteria and no relative times, so that they change only when the judgement does.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import polars as pl

from sla_rules.definition import BehaviourCriterion, Criterion, LeadDefinition, Way
from sla_rules.qualify_handoff import information, lacking

LINE_LIMIT = 255
"""A Salesforce text field holds no more."""
WHO_LIMIT = 80
_PREFIX_LIMIT = 26

_FIELD_WORDS = {
    "title_words": "job title",
    "function": "job title",
    "seniority": "job title",
    "company_words": "company",
    "employees": "number of employees",
    "revenue": "revenue",
    "email_domain": "e-mail",
    "email_is": "e-mail",
    "name_is": "name",
    "phone_is": "phone",
    "source": "lead source",
    "email_opt_out": "whether they opted out",
    "do_not_call": "whether we may call",
}
INFORMATION_WORDS = {"last_name": "last name", "first_name": "first name", "employees": "number of employees"}
"""Fields whose name is not the word that people use for them."""


def reason_lines(
    definition: LeadDefinition, judgements: pl.DataFrame, people: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Texts for the people in ``judgements``.

    Args:
        definition: the definition that judged.
        judgements: rows of ``qualify.JUDGEMENT_SCHEMA``.
        people: the frame that was judged; with it the reason names title, industry and size, and ``missing``
            names what sales must still be given. It may hold more people.

    Returns:
        ``person_id``, ``reason``, ``missing``: texts of at most ``LINE_LIMIT`` characters, rows in the order
        of ``judgements``; ``missing`` is empty where nothing is, and for go-nowheres.
    """
    frame = judgements.select("person_id", "stage", "score", "passed", "unknown")
    fit_points = _fit_points(definition)
    disqualifying = sum(1 << definition.bits[item.id] for item in definition.disqualify)
    nowhere = pl.col("stage") == "go-nowhere"
    frame = frame.with_columns(
        shown=pl.when(nowhere)
        .then(pl.col("passed") & disqualifying)
        .otherwise(pl.col("passed") & ~disqualifying)
        if disqualifying
        else pl.col("passed"),
        fit_points=fit_points,
        behaviour_points=pl.col("score") - fit_points,
    )
    room = LINE_LIMIT - _PREFIX_LIMIT - (WHO_LIMIT + 2 if people is not None else 0)
    told = _told(definition)
    frame = _texts(frame, ["shown"], "because", lambda shown: _because(told, shown, room))
    frame = _texts(frame, ["stage", "unknown"], "unknowns", lambda *key: _unknowns(definition, *key))
    gates = _gate_bits(definition)
    frame = frame.with_columns(at_gate=pl.col("passed") & gates)
    keys = ["stage", "fit_points", "behaviour_points", "at_gate"]
    frame = _texts(frame, keys, "gap", lambda *key: _gap(definition, *key))
    head = pl.when(nowhere).then(pl.lit("go-nowhere")).otherwise(pl.format("{}, {} points", "stage", "score"))
    if people is None:
        frame = frame.with_columns(who=pl.lit(""), needed=pl.lit(""))
    else:
        frame = frame.join(_about(definition, people), on="person_id", how="left", maintain_order="left")
    return frame.select(
        "person_id",
        pl.format("{}: {}", head, _joined("who", "because")).alias("reason"),
        pl.when(nowhere)
        .then(pl.lit(""))
        .otherwise(_cut(_joined("needed", "unknowns", "gap"), LINE_LIMIT))
        .alias("missing"),
    )


def _texts(frame: pl.DataFrame, keys: Sequence[str], name: str, write: Callable[..., str]) -> pl.DataFrame:
    """Add the column ``name``: what ``write`` says of each distinct combination of ``keys``."""
    distinct = frame.select(keys).unique()
    texts = distinct.with_columns(
        pl.Series(name, [write(*row) for row in distinct.iter_rows()], dtype=pl.String)
    )
    return frame.join(texts, on=keys, how="left", maintain_order="left")


def _joined(*names: str) -> pl.Expr:
    filled = [pl.when(pl.col(name) != "").then(pl.col(name)) for name in names]
    return pl.concat_str(filled, separator="; ", ignore_nulls=True)


def _cut(text: pl.Expr, limit: int) -> pl.Expr:
    return pl.when(text.str.len_chars() > limit).then(text.str.slice(0, limit - 1) + "…").otherwise(text)


def _about(definition: LeadDefinition, people: pl.DataFrame) -> pl.DataFrame:
    """``who`` they are in a few words, and what is ``needed`` for a handoff."""
    lacks = [pl.lit(None, pl.String), *lacking(definition, INFORMATION_WORDS)]
    needed = pl.concat_str(lacks, separator=", ", ignore_nulls=True)
    needed = pl.when(needed != "").then(pl.format("needed for handoff: {}", needed)).otherwise(pl.lit(""))
    words = [
        pl.col(name).cast(pl.String).str.strip_chars()
        for name in ("title", "industry")
        if name in people.columns
    ]
    if "employees" in people.columns:
        words.append(pl.format("{} people", "employees"))
    filled = [pl.when(word != "").then(word) for word in words]
    who = pl.concat_str(filled, separator=", ", ignore_nulls=True) if filled else pl.lit("")
    frame = information(definition, people).select("person_id", needed=needed)
    return frame.with_columns(people.select(who=_cut(who, WHO_LIMIT)))


def _fit_points(definition: LeadDefinition) -> pl.Expr:
    parts = [
        (pl.col("passed") // (1 << definition.bits[item.id]) % 2).cast(pl.Int32) * item.points
        for item in definition.fit.criteria
    ]
    return pl.sum_horizontal(pl.lit(0, pl.Int32), *parts).clip(0, definition.fit.cap)


def _told(definition: LeadDefinition) -> list[tuple[int, str]]:
    """Mask and label of each criterion as they are told: behaviour first, weighty first, against last."""
    items = sorted(
        enumerate(definition.criteria),
        key=lambda pair: (
            pair[1].points < 0,
            not isinstance(pair[1], BehaviourCriterion),
            -abs(pair[1].points),
        ),
    )
    return [(1 << bit, f"but {item.label}" if item.points < 0 else item.label) for bit, item in items]


def _because(told: Sequence[tuple[int, str]], shown: int, room: int) -> str:
    labels = [label for mask, label in told if shown & mask]
    return _fitting(labels, room) if labels else "nothing that we know speaks for them yet"


def _fitting(labels: Sequence[str], room: int) -> str:
    """As many whole labels as there is room for, and how many more there are."""
    text = labels[0] if len(labels[0]) <= room - 9 else labels[0][: room - 10] + "…"
    for count, label in enumerate(labels[1:], start=1):
        rest = len(labels) - count
        tail = f"; +{rest} more"
        longer = f"{text}; {label}"
        if len(longer) > room - (9 if rest > 1 else 0):
            return text + tail
        text = longer
    return text


def _unknowns(definition: LeadDefinition, stage: str, unknown: int) -> str:
    """Fields that nobody filled in and that could bring points or a gate; empty for who needs none."""
    if stage not in ("lead", "MQL"):
        return ""
    wanted = _gate_bits(definition)
    fields = [
        _FIELD_WORDS.get(key, key)
        for bit, item in enumerate(definition.criteria)
        if unknown >> bit & 1 and item.when and (item.points > 0 or wanted >> bit & 1)
        for key in item.when.given
    ]
    return f"unknown: {', '.join(dict.fromkeys(fields))}" if fields else ""


def _gate_bits(definition: LeadDefinition) -> int:
    names = {
        name
        for way in (*definition.mql, *definition.sql)
        for group in (way.all_of, way.any_of, way.none_of)
        for name in group or ()
    }
    return sum(1 << definition.bits[name] for name in names)


def _gap(definition: LeadDefinition, stage: str, fit: int, behaviour: int, passed: int) -> str:
    """What is lacking on the shortest way to the next stage."""
    if stage not in ("lead", "MQL"):
        return ""
    target, ways = ("MQL", definition.mql) if stage == "lead" else ("SQL", definition.sql)
    needs = [_needs(definition, way, fit, behaviour, passed) for way in ways]
    _, text = min(needs, key=lambda need: need[0])
    return f"to {target}: {text}"


def _needs(definition: LeadDefinition, way: Way, fit: int, behaviour: int, passed: int) -> tuple[int, str]:
    """How far a way is in points (a criterion counts what it is worth), and what it needs in words."""

    def lacking(names: Iterable[str]) -> list[Criterion]:
        bits = [definition.bits[name] for name in names]
        return [definition.criteria[bit] for bit in bits if not passed >> bit & 1]

    distance, words = 0, []
    for wanted, have, name in (
        (way.fit_points, fit, "fit points"),
        (way.behaviour_points, behaviour, "behaviour points"),
        (way.points, fit + behaviour, "points"),
    ):
        if wanted is not None and have < wanted:
            distance += wanted - have
            words.append(f"{wanted - have} more {name}")
    for item in lacking(way.all_of or ()):
        distance += _worth(item)
        words.append(item.label)
    if way.any_of and len(choices := lacking(way.any_of)) == len(way.any_of):
        distance += min(_worth(item) for item in choices)
        words.append(" or ".join(item.label for item in choices))
    for name in way.none_of or ():
        if passed >> definition.bits[name] & 1:
            distance += 100
            words.append(f"must no longer be true: {definition.criteria[definition.bits[name]].label}")
    return distance, ", ".join(words)


def _worth(item: Any) -> int:
    return max(int(item.points), 1)
