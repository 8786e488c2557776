"""Judge the examples of a lead definition by the definition itself, and trace those that come out otherwise.

Here: what each example turned out to be and why. Not here: how that is shown, and where in the file it stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from sla_rules.definition import LeadDefinition
from sla_rules.definition_examples import Example, Somebody
from sla_rules.qualify import qualify
from sla_rules.qualify_behaviour import ACTIVITY_COLUMNS, MOMENT
from sla_rules.reasons import reason_lines

_ANY_MOMENT = datetime(2026, 1, 15, 12, tzinfo=UTC)
"""Examples say how long ago; the moment itself has no part in the answer."""
_PEOPLE = pl.Schema(
    {
        "person_id": pl.String(),
        **{name: pl.String() for name in Somebody.model_fields if name != "fields"},
        "employees": pl.Int64(),
        "revenue": pl.Float64(),
        "email_opt_out": pl.Boolean(),
        "do_not_call": pl.Boolean(),
    }
)
_ACTIVITIES = pl.Schema({name: MOMENT if name == "at" else pl.String() for name in ACTIVITY_COLUMNS})


@dataclass(frozen=True)
class Checked:
    """One example and what it is by the definition.

    Attributes:
        place: its index in ``examples``.
        stage, persona, step, score: as judged.
        passed, unknown: ids of criteria.
        reason, missing: the two lines that the CRMs would get.
    """

    place: int
    example: Example
    stage: str
    persona: str | None
    step: str | None
    score: int
    passed: tuple[str, ...]
    unknown: tuple[str, ...]
    reason: str
    missing: str

    @property
    def differences(self) -> list[str]:
        """What is otherwise than the example says; empty if nothing is."""
        wanted = self.example
        found = []
        if self.stage != wanted.expect:
            found.append(f"expected {wanted.expect}, is {self.stage} with {self.score} points")
        for name, expected, got in (
            ("persona", wanted.persona, self.persona),
            ("step", wanted.step, self.step),
        ):
            if expected is not None and expected != got:
                found.append(f"expected the {name} {expected}, has {got or 'none'}")
        for name in wanted.because or ():
            if name not in self.passed:
                how = "is unknown" if name in self.unknown else "is not true"
                found.append(f"expected because of {name}, which {how} of this person")
        return found


def check_examples(definition: LeadDefinition) -> list[Checked]:
    """All examples, judged; in the order of the file."""
    examples = definition.examples
    schema = {**_PEOPLE, **{name: pl.String() for name in definition.fields}}
    people = pl.DataFrame([one.person_row(f"{n}") for n, one in enumerate(examples)], schema=schema)
    rows = [row for n, one in enumerate(examples) for row in one.activity_rows(f"{n}", _ANY_MOMENT)]
    activities = pl.DataFrame(rows, schema=_ACTIVITIES)
    judged = qualify(definition, people, activities, now=_ANY_MOMENT)
    lines = reason_lines(definition, judged, people).drop("person_id")
    answers = pl.concat([judged, lines], how="horizontal").to_dicts()
    return [
        Checked(
            place=place,
            example=example,
            stage=row["stage"],
            persona=row["persona"],
            step=row["step"],
            score=row["score"],
            passed=_ids(definition, row["passed"]),
            unknown=_ids(definition, row["unknown"]),
            reason=row["reason"],
            missing=row["missing"],
        )
        for place, (example, row) in enumerate(zip(examples, answers, strict=True))
    ]


def failed(checked: Sequence[Checked]) -> list[Checked]:
    """Those that are otherwise than they say."""
    return [one for one in checked if one.differences]


def _ids(definition: LeadDefinition, mask: int) -> tuple[str, ...]:
    return tuple(name for name, bit in definition.bits.items() if mask >> bit & 1)
