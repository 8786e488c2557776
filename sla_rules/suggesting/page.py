"""The proposed definition as a file that a person may adopt: YAML with the measured effects as comments.

Here: values to text that the loader accepts. Not here: what is proposed (``suggestion``, ``tweaks``).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import yaml

from sla_rules.definition import BehaviourCriterion
from sla_rules.definition_values import Part
from sla_rules.suggesting.candidates import Asked
from sla_rules.suggesting.gates import Gates
from sla_rules.suggesting.suggestion import Suggestion

_WIDTH = 108


def suggested_yaml(suggestion: Suggestion, gates: Gates, *, title: str, today: date) -> str:
    """A whole definition of the suggested criteria alone.

    Args:
        suggestion: criteria with points and effects.
        gates: the points that open MQL and SQL.
        title: of the definition.
        today: the date of the proposal, in its version.
    """
    comments = {worth.criterion.id: worth.told for worth in suggestion.criteria}
    items = [worth.criterion for worth in suggestion.criteria]
    fit = [item for item in items if not isinstance(item, BehaviourCriterion)]
    did = [item for item in items if isinstance(item, BehaviourCriterion)]
    value = {
        "title": title,
        "version": f"proposed {today.isoformat()}",
        "agreed_on": today,
        "agreed_by": ["nobody yet"],
        "fit": _section(fit),
        "behaviour": _section(did),
        "mql": [{"way": "more likely than others", "points": gates.mql}],
        "sql": [{"way": "among the best", "points": gates.sql}],
    }
    head = [
        "Proposed from what became of earlier people; nobody has agreed to it yet.",
        f"Ranking of people held out (ROC AUC, {len(suggestion.held_out)} folds): {suggestion.mean:.3f}.",
        "Each effect is what the ranking of people held out loses without the criterion.",
    ]
    return with_comments(value, head, comments)


def with_comments(value: Mapping[str, Any], head: Sequence[str], comments: Mapping[str, str]) -> str:
    """A definition's raw values as YAML, with lines on top and one above each criterion that ``comments`` names."""
    text = yaml.safe_dump(dict(value), sort_keys=False, allow_unicode=True, width=_WIDTH)

    def told(match: re.Match[str]) -> str:
        said = comments.get(match[2])
        return f"{match[1]}# {said}\n{match[0]}" if said else match[0]

    body = re.sub(r"^( *)- id: (\w+)$", told, text, flags=re.MULTILINE)
    return "".join(f"# {line}\n" for line in head) + "\n" + body


def written(item: Asked) -> dict[str, Any]:
    """A criterion as it is written in a file."""
    test = item.when or item.did
    name = "when" if item.when else "did"
    return {"id": item.id, "label": item.label, "points": item.points, name: _plain(test)}


def _section(items: Sequence[Asked]) -> dict[str, Any]:
    cap = max(sum(item.points for item in items if item.points > 0), 1)
    return {"cap": cap, "criteria": [written(item) for item in items]}


def _plain(value: Any) -> Any:
    if isinstance(value, Part):
        given = {name: getattr(value, name) for name in type(value).model_fields}
        defaults = {name: field.default for name, field in type(value).model_fields.items()}
        return {name: _plain(one) for name, one in given.items() if one != defaults[name]}
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "total_seconds"):
        return f"{round(value.total_seconds() / 3600)} hours"
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
