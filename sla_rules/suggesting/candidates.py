"""Criteria that could be asked: values and small groups of values, thresholds, things done.

Here: readable candidates from the examples, as criteria of the definition's own language, and who meets them by
the engine that judges everybody. Not here: which of them are worth asking (``choice``).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl

from sla_rules.attributes import OWN_NAMES, columns_needed, read_attributes
from sla_rules.definition import MAX_CRITERIA, BehaviourCriterion, FitCriterion, LeadDefinition
from sla_rules.definition_text import criterion_in_words
from sla_rules.qualify_behaviour import asked_by, behaviour_of
from sla_rules.qualify_fit import fit_of
from sla_rules.suggesting.examples import AS_OF, Examples, Flags

Asked = FitCriterion | BehaviourCriterion

_TEXTS = ("function", "seniority", "industry", "country", "region", "source")
_NUMBERS = ("employees", "revenue")
_FLAGS = ("email_opt_out", "do_not_call")
_FINDINGS = {"email_is": ("personal", "role"), "phone_is": ("valid", "invalid")}
_GROUP = 4
"""A criterion that names more values than this is no longer read at a glance."""
_MOST_DETAILS = 8
_PATH = r"^\s*(?:[a-zA-Z]+:)?(?://)?[^/?#]*(/[^/?#\s]+)"


def candidates(examples: Examples, definition: LeadDefinition | None = None) -> list[Asked]:
    """Criteria worth trying, each with points of 1; those that few people meet or fail are left out.

    Args:
        examples: people and outcomes; the outcomes decide which values are grouped.
        definition: whose own words are used to read titles, industries and countries.
    """
    least = max(10, round(0.003 * len(examples.outcome)))
    words = (definition or definition_of()).vocabulary
    people = examples.people
    wanted = [name for name in (*_TEXTS, *_NUMBERS, *_FLAGS) if columns_needed([name]) <= set(people.columns)]
    known = read_attributes(people, words, wanted)
    tests: list[dict[str, Any]] = []
    for name in wanted:
        tests += [{name: test} for test in _tests(known.get_column(name), examples.outcome, least)]
    for name in sorted(set(people.columns) - OWN_NAMES):
        tests += [
            {"fields": {name: test}} for test in _tests(people.get_column(name), examples.outcome, least)
        ]
    for name, findings in _FINDINGS.items():
        if columns_needed([name.removesuffix("_is")]) | {"country"} <= set(people.columns):
            tests += [{name: finding} for finding in findings]
    found: list[Asked] = [_fit(test) for test in tests]
    found += [_behaviour(did) for did in _dids(examples.activities)]
    met = meets(found, examples)
    telling: dict[bytes, int] = {}
    for place in range(len(found)):
        column = met[:, place]
        if min(column.sum(), len(column) - column.sum()) >= least:
            telling.setdefault(np.packbits(column).tobytes(), place)
    return [found[place] for place in sorted(telling.values())]


def meets(asked: Sequence[Asked], examples: Examples) -> Flags:
    """Who meets what: a row for each person, a column for each criterion. Unknown is not met."""
    columns: list[Flags] = []
    for start in range(0, len(asked), MAX_CRITERIA):
        part = asked[start : start + MAX_CRITERIA]
        named = [item.model_copy(update={"id": f"c{place}"}) for place, item in enumerate(part)]
        columns.append(_passed(definition_of(named), examples))
    return np.hstack(columns) if columns else np.zeros((len(examples.outcome), 0), dtype=bool)


def _passed(definition: LeadDefinition, examples: Examples) -> Flags:
    passed = fit_of(definition, examples.people).get_column("passed").to_numpy().astype(np.uint64)
    did = behaviour_of(
        asked_by(definition), examples.people.get_column("person_id"), examples.activities, now=AS_OF
    )
    passed = passed.copy()
    passed[did.get_column("person").to_numpy()] |= did.get_column("passed").to_numpy()
    # The definition puts fit before behaviour; the columns are wanted in the order asked.
    places = [definition.bits[f"c{place}"] for place in range(len(definition.criteria))]
    return (passed[:, None] >> np.array(places, dtype=np.uint64)[None, :] & np.uint64(1)).astype(bool)


def definition_of(criteria: Sequence[Asked] = ()) -> LeadDefinition:
    """These criteria and nothing else; everybody is an SQL."""
    return LeadDefinition.model_validate(
        {
            "title": "Candidates",
            "version": "0",
            "agreed_on": "2026-01-01",
            "agreed_by": "nobody",
            "fit": {"cap": 99_999, "criteria": [c for c in criteria if isinstance(c, FitCriterion)]},
            "behaviour": {
                "cap": 99_999,
                "criteria": [c for c in criteria if isinstance(c, BehaviourCriterion)],
            },
            "mql": {"way": "everybody", "points": 0},
            "sql": {"way": "everybody", "points": 0},
        }
    )


def identifier(text: str) -> str:
    """A criterion's id from its words."""
    plain = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:48].strip("_")
    return plain if plain[:1].isalpha() else f"criterion_{plain}"


def _fit(when: dict[str, Any]) -> FitCriterion:
    item = FitCriterion.model_validate({"id": "new", "label": "new", "points": 1, "when": when})
    return item.model_copy(
        update={"label": criterion_in_words(item), "id": identifier(criterion_in_words(item))}
    )


def _behaviour(did: dict[str, Any]) -> BehaviourCriterion:
    item = BehaviourCriterion.model_validate({"id": "new", "label": "new", "points": 1, "did": did})
    return item.model_copy(
        update={"label": criterion_in_words(item), "id": identifier(criterion_in_words(item))}
    )


def _tests(column: pl.Series, outcome: Flags, least: int) -> Iterator[Any]:
    if column.dtype == pl.Boolean:
        yield True
    elif column.dtype.is_numeric():
        for threshold in _thresholds(column.drop_nulls().to_numpy().astype(float)):
            yield {"at_least": threshold}
    elif column.dtype == pl.String:
        yield from _groups(column, outcome, least)


def _thresholds(values: Any) -> list[float]:
    """Tenths of the people, in numbers with two digits that tell."""
    if not len(values):
        return []
    tenths = np.quantile(values, np.arange(1, 10) / 10)
    return sorted({float(f"{value:.2g}") for value in tenths})


def _groups(column: pl.Series, outcome: Flags, least: int) -> Iterator[list[str]]:
    """Each frequent value, and the few that did best or worst together."""
    text = column.str.strip_chars()
    levels = (
        pl.DataFrame({"said": text, "key": text.str.to_lowercase(), "reached": outcome})
        .filter(pl.col("key") != "")
        .group_by("key")
        .agg(pl.len().alias("count"), pl.col("reached").sum(), pl.col("said").mode().sort().first())
        .filter(pl.col("count") >= least)
        .with_columns(rate=(pl.col("reached") + 20 * outcome.mean()) / (pl.col("count") + 20))
        .sort("rate", "key", descending=[True, False])
        .get_column("said")
        .to_list()
    )
    yield from ([level] for level in levels)
    for size in range(2, min(_GROUP, len(levels) - 1) + 1):
        yield levels[:size]
        yield levels[-size:]


def _dids(activities: pl.DataFrame) -> Iterator[dict[str, Any]]:
    for kind in sorted(activities.get_column("kind").unique()):
        whats: list[dict[str, Any]] = [{"activity": kind}]
        details = activities.filter(pl.col("kind") == kind).get_column("detail").drop_nulls()
        if kind == "page_view":
            paths = details.str.extract(_PATH).drop_nulls().str.to_lowercase()
            whats += [{"activity": kind, "page": page} for page in _commonest(paths)]
        elif kind == "form_submission":
            whats += [
                {"activity": kind, "form": form} for form in _commonest(details.str.strip_chars()) if form
            ]
        for what in whats:
            yield what
            yield {**what, "at_least": 3}
            yield {**what, "within": "7 days"}
            yield {**what, "within": "30 days"}


def _commonest(values: pl.Series) -> list[str]:
    counts = values.alias("value").value_counts().sort("count", "value", descending=[True, False])
    return counts.get_column("value").head(_MOST_DETAILS).to_list()
