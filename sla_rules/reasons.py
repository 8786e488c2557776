"""Say in one line why a person is at a stage, and in one line what is missing to the next.

Here: masks and scores to texts of at most 255 characters, made once for each distinct mask. Not here: the
decision (``qualify``), what one person lacks to the next stage (``reasons_missing``), and the page that explains
the definition itself (``definition_text``).

Texts use the labels of the criteria and no relative times, so that they change only when the judgement does.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import polars as pl

from sla_rules.definition import BehaviourCriterion, LeadDefinition
from sla_rules.definition_gates import STAGES
from sla_rules.distinct import Distinct
from sla_rules.qualify_gates import persona_number
from sla_rules.qualify_handoff import information, item_names, lacking
from sla_rules.reasons_missing import gate_bits, gated_persona, nearest_gate, unknown_fields

LINE_LIMIT = 255
"""A Salesforce text field holds no more."""
WHO_LIMIT = 80
_PREFIX_LIMIT = 26
_GROUP = 9
_ALL = (1 << 64) - 1

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
    steps = list(dict.fromkeys(step.name for step in definition.steps))
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
        at_gate=pl.col("passed") & gate_bits(definition),
        persona=gated_persona(definition),
        step=pl.col("step").cast(pl.Enum(steps)).to_physical().cast(pl.Int64).fill_null(-1),
    )
    prefix = _PREFIX_LIMIT + max((len(step.name) + 3 for step in definition.steps), default=0)
    room = LINE_LIMIT - prefix - (WHO_LIMIT + 2 if people is not None else 0)
    labels_of = _labels(definition)
    gap_keys = ["number", "persona", "fit_points", "behaviour_points", "at_gate"]
    with ThreadPoolExecutor(1) as beside:  # Polars leaves the interpreter to the other thread
        about = beside.submit(_about, definition, judgements, people)
        heads = _texts(
            frame,
            ["number", "step", "score"],
            lambda at, step, score: _head(STAGES[at], steps[step] if step >= 0 else "", score),
        )
        because = _texts(frame, ["shown"], lambda shown: _because(shown, room, labels_of))
        unknowns = _texts(
            frame, ["number", "unknown"], lambda at, key: unknown_fields(definition, STAGES[at], key)
        )
        gap = _texts(frame, gap_keys, lambda at, *key: nearest_gate(definition, STAGES[at], *key))
        who, needed = about.result()
    between = pl.when(pl.lit(who).is_not_null()).then(pl.lit("; "))
    lines = judgements.select(
        "person_id",
        reason=pl.concat_str(pl.lit(heads), pl.lit(who), between, pl.lit(because), ignore_nulls=True),
        missing=pl.concat_str(
            pl.lit(needed), pl.lit(unknowns), pl.lit(gap), separator="; ", ignore_nulls=True
        ),
    )
    return lines.with_columns(_cut(lines.get_column("missing"), LINE_LIMIT))


def _head(stage: str, step: str, score: int) -> str:
    if stage == "go-nowhere":
        return "go-nowhere: "
    return f"{stage} ({step}), {score} points: " if step else f"{stage}, {score} points: "


def _texts(frame: pl.DataFrame, keys: Sequence[str], write: Callable[..., str]) -> pl.Series:
    """What ``write`` says of each distinct combination of ``keys``, for each row; nothing is null."""
    distinct = frame.select(keys).unique()
    said = pl.Series("said", [write(*row) or None for row in distinct.iter_rows()], dtype=pl.String)
    texts = distinct.with_columns(said)
    return frame.select(keys).join(texts, on=keys, how="left", maintain_order="left").get_column("said")


def _cut(texts: pl.Series, limit: int) -> pl.Series:
    """Texts of at most ``limit`` characters; few are longer, and only those are touched."""
    long = (texts.str.len_chars() > limit).arg_true()
    return texts.scatter(long, texts.gather(long).str.slice(0, limit - 1) + "…") if len(long) else texts


def _about(
    definition: LeadDefinition, judgements: pl.DataFrame, people: pl.DataFrame | None
) -> tuple[pl.Series, pl.Series]:
    """Who they are in a few words, and what a handoff still needs of those who may come to one; nothing is null."""
    nothing = pl.repeat(None, judgements.height, dtype=pl.String, eager=True)
    if people is None:
        return nothing, nothing
    if not people.get_column("person_id").equals(judgements.get_column("person_id")):
        people = judgements.select("person_id").join(
            people, on="person_id", how="left", maintain_order="left"
        )
    words = [pl.lit(_said(people, name)) for name in ("title", "industry") if name in people.columns]
    if "employees" in people.columns:
        words.append(pl.format("{} people", "employees"))
    who = people.select(pl.concat_str(words, separator=", ", ignore_nulls=True)) if words else None
    return (
        nothing if who is None else _null_if_empty(_cut(who.to_series(), WHO_LIMIT)),
        _needed(definition, judgements.get_column("stage") == "go-nowhere", people),
    )


def _null_if_empty(texts: pl.Series) -> pl.Series:
    return pl.select(pl.when(texts != "").then(texts)).to_series()


def _needed(definition: LeadDefinition, nowhere: pl.Series, people: pl.DataFrame) -> pl.Series:
    """What a handoff still needs of each person; null for nothing, and for go-nowheres.

    Put into words once for each combination of what is lacking.
    """
    names = item_names(definition, INFORMATION_WORDS)

    def told(mask: int) -> str:
        lacks = [name for place, name in enumerate(names) if mask >> place & 1]
        return f"needed for handoff: {', '.join(lacks)}" if lacks else ""

    mask = pl.when(~nowhere).then(lacking(definition)).otherwise(pl.lit(0, pl.UInt64))
    return _texts(information(definition, people).select(mask=mask), ["mask"], told)


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


def _because(shown: int, room: int, labels_of: Callable[[int], list[str]]) -> str:
    labels = labels_of(shown)
    return _fitting(labels, room) if labels else "nothing that we know speaks for them yet"


def _labels(definition: LeadDefinition) -> Callable[[int], list[str]]:
    """The labels of a mask's criteria as they are told, the persona first.

    Tens of thousands of masks differ in a few criteria each, so a mask is looked up by groups of its bits.
    """
    told = _told(definition)
    groups = [told[start : start + _GROUP] for start in range(0, len(told), _GROUP)]
    of_personas = definition.mask(name for persona in definition.personas for name in persona.criteria)

    @cache
    def persona(mask: int) -> list[str]:
        number = persona_number(definition, mask)
        return [f"persona {definition.personas[number - 1].label}"] if number else []

    @cache
    def part(group: int, mask: int) -> list[str]:
        return [label for bit, label in groups[group] if mask & bit]

    masks = [(group, sum(bit for bit, _ in items)) for group, items in enumerate(groups)]

    def labels(shown: int) -> list[str]:
        found = list(persona(shown & of_personas))
        for group, mask in masks:
            found += part(group, shown & mask)
        return found

    return labels


def _fitting(labels: Sequence[str], room: int) -> str:
    """As many whole labels as there is room for, and how many more there are."""
    whole = "; ".join(labels)
    if len(whole) <= room:
        return whole
    text = labels[0] if len(labels[0]) <= room - 9 else labels[0][: room - 10] + "…"
    for count, label in enumerate(labels[1:], start=1):
        if len(text) + len(label) + 2 > room - 9:
            return f"{text}; +{len(labels) - count} more"
        text = f"{text}; {label}"
    return text
