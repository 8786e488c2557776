"""The lead definition as one self-contained HTML page that both teams can read, print and sign.

The contract's words come from ``sla_rules.definition_text``; here they are only arranged. The look is in
``definition.html`` and ``definition.css``.
"""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from sla_rules.definition import BehaviourCriterion, Criterion, LeadDefinition
from sla_rules.definition_check import check_examples
from sla_rules.definition_gates import Way
from sla_rules.definition_text import criterion_in_words, persona_in_words, way_in_words
from sla_rules.reasons import INFORMATION_WORDS

_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("reports", ""),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def definition_html(definition: LeadDefinition) -> str:
    """The page: stages and their gates, criteria with points, personas, minimum information, examples.

    Returns:
        One HTML document that needs nothing else: no script, no font, no file.
    """
    examples = check_examples(definition)
    sections = [
        ("Fit", "who they are and where they work", definition.fit.cap, _rows(definition.fit.criteria)),
        ("Behaviour", "what they did, and how recently", definition.behaviour.cap,
         _rows(definition.behaviour.criteria)),
    ]  # fmt: skip
    return _ENVIRONMENT.get_template("definition.html").render(
        definition=definition,
        # The style sheet is ours; nothing of it comes from the contract.
        css=Markup((files("reports") / "definition.css").read_text("utf-8")),  # noqa: S704
        nowhere=[(item.label, criterion_in_words(item)) for item in definition.disqualify],
        gates=[("SQL", _ways(definition, definition.sql)), ("MQL", _ways(definition, definition.mql))],
        steps=[(step.name, step.inside, _ways(definition, step.open)) for step in definition.steps],
        sections=sections,
        fades=any(item.half_life for item in definition.behaviour.criteria),
        personas=[
            (one.label, persona_in_words(definition, one).partition(": ")[2]) for one in definition.personas
        ],
        minimum=[
            " or ".join(INFORMATION_WORDS.get(name, name) for name in group)
            for group in definition.minimum_information
        ],
        examples=[(one, "; ".join(_labels(definition, one.example.because or ()))) for one in examples],
    )


def _rows(criteria: Sequence[Criterion]) -> list[dict[str, Any]]:
    most = max((abs(item.points) for item in criteria), default=1) or 1
    return [
        {
            "points": f"{item.points:+d}".replace("-", "−"),
            "against": item.points < 0,
            "width": round(100 * abs(item.points) / most),
            "label": item.label,
            "exactly": criterion_in_words(item),
            "fades": isinstance(item, BehaviourCriterion) and item.half_life is not None,
        }
        for item in sorted(criteria, key=lambda item: -item.points)
    ]


def _ways(definition: LeadDefinition, ways: Sequence[Way]) -> list[tuple[str, list[str]]]:
    return [(way.way, way_in_words(definition, way)) for way in ways]


def _labels(definition: LeadDefinition, names: Sequence[str]) -> list[str]:
    return [definition.criteria[definition.bits[name]].label for name in names]
