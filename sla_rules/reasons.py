"""Say in one line why a person is at a stage, and in one line what is missing to the next.

Here: masks and scores to texts of at most 255 characters, made once for each distinct mask. Not here: the
decision (``qualify``) and the page that explains the definition itself (``definition_text``).

Texts use the labels of the criteria and no relative times, so that they change only when the judgement does.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import polars as pl

from sla_rules.definition import STAGES, BehaviourCriterion, Criterion, LeadDefinition, Way
from sla_rules.distinct import Distinct
from sla_rules.qualify_handoff import information, lacking

LINE_LIMIT = 255
"""A Salesforce text field holds no more."""
WHO_LIMIT = 80
_PREFIX_LIMIT = 26
_ALL = (1 << 64) - 1

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
    fit_points = _fit_points(definition)
    disqualifying = sum(1 << definition.bits[item.id] for item in definition.disqualify)
    nowhere = pl.col("stage") == "go-nowhere"
    told_of = pl.when(nowhere).then(pl.lit(disqualifying, pl.UInt64)).otherwise(pl.lit(~disqualifying & _ALL))
    frame = judgements.select(
        "person_id",
        "stage",
        "score",
        "unknown",
        number=pl.col("stage").cast(pl.Enum(STAGES)).to_physical(),
        shown=pl.col("passed") & told_of if disqualifying else pl.col("passed"),
        fit_points=fit_points,
        behaviour_points=pl.col("score") - fit_points,
        at_gate=pl.col("passed") & _gate_bits(definition),
    )
    room = LINE_LIMIT - _PREFIX_LIMIT - (WHO_LIMIT + 2 if people is not None else 0)
    told = _told(definition)
    gap_keys = ["number", "fit_points", "behaviour_points", "at_gate"]
    with ThreadPoolExecutor(1) as beside:  # Polars leaves the interpreter to the other thread
        about = beside.submit(_about, definition, judgements, people)
        because = _texts(frame, ["shown"], lambda shown: _because(told, shown, room))
        unknowns = _texts(
            frame, ["number", "unknown"], lambda at, key: _unknowns(definition, STAGES[at], key)
        )
        gap = _texts(frame, gap_keys, lambda at, *key: _gap(definition, STAGES[at], *key))
        who, needed = about.result()
    frame = frame.select("person_id", "stage", "score", who=who, because=because)
    head = pl.concat_str("stage", pl.lit(", "), "score", pl.lit(" points: "))
    return frame.select(
        "person_id",
        reason=pl.concat_str(
            pl.when(nowhere).then(pl.lit("go-nowhere: ")).otherwise(head),
            pl.concat_str("who", pl.lit("; ")).fill_null(""),
            "because",
        ),
        missing=pl.when(~nowhere)
        .then(_cut(_joined([needed, unknowns, gap], "; "), LINE_LIMIT))
        .otherwise(pl.lit("")),
    )


def _texts(frame: pl.DataFrame, keys: Sequence[str], write: Callable[..., str]) -> pl.Series:
    """What ``write`` says of each distinct combination of ``keys``, for each row; nothing is null."""
    distinct = frame.select(keys).unique()
    said = pl.Series("said", [write(*row) or None for row in distinct.iter_rows()], dtype=pl.String)
    texts = distinct.with_columns(said)
    return frame.select(keys).join(texts, on=keys, how="left", maintain_order="left").get_column("said")


def _joined(texts: Sequence[pl.Series], separator: str) -> pl.Series:
    named = [text.alias(f"{place}") for place, text in enumerate(texts)]
    return pl.select(pl.concat_str(named, separator=separator, ignore_nulls=True)).to_series()


def _cut(texts: pl.Series, limit: int) -> pl.Series:
    """Texts of at most ``limit`` characters; few are longer, and only those are touched."""
    long = (texts.str.len_chars() > limit).arg_true()
    return texts.scatter(long, texts.gather(long).str.slice(0, limit - 1) + "…") if len(long) else texts


def _about(
    definition: LeadDefinition, judgements: pl.DataFrame, people: pl.DataFrame | None
) -> tuple[pl.Series, pl.Series]:
    """Who they are in a few words, and what is needed for a handoff; nothing is null."""
    nothing = pl.repeat(None, judgements.height, dtype=pl.String, eager=True)
    if people is None:
        return nothing, nothing
    if not people.get_column("person_id").equals(judgements.get_column("person_id")):
        people = judgements.select("person_id").join(
            people, on="person_id", how="left", maintain_order="left"
        )
    lacks = lacking(definition, INFORMATION_WORDS)
    needed = pl.concat_str([pl.lit(None, pl.String), *lacks], separator=", ", ignore_nulls=True)
    needed = pl.when(needed != "").then(pl.format("needed for handoff: {}", needed))
    words = [_said(people, name) for name in ("title", "industry") if name in people.columns]
    if "employees" in people.columns:
        words.append(people.select(pl.format("{} people", "employees")).to_series())
    who = _cut(_joined(words, ", "), WHO_LIMIT) if words else nothing
    return (
        pl.select(pl.when(who != "").then(who)).to_series(),
        information(definition, people).select(needed).to_series(),
    )


def _said(people: pl.DataFrame, name: str) -> pl.Series:
    """A column of texts; blanks are null."""
    seen = Distinct.of(people.get_column(name))
    text = seen.values.str.strip_chars()
    return seen.spread(pl.select(pl.when(text != "").then(text)).to_series()).to_series()


def _fit_points(definition: LeadDefinition) -> pl.Expr:
    parts = [
        (pl.col("passed") & (1 << definition.bits[item.id]) != 0).cast(pl.Int32) * item.points
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
