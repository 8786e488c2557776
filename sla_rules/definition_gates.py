"""Where the criteria lead: ways through a gate, the steps that teams name inside a stage, personas.

Here: what a definition may say about them. Not here: criteria (``definition``), deciding (``qualify_gates``).
"""

from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from sla_rules.definition_values import Identifier, Many, Part, Text

Stage = Literal["go-nowhere", "lead", "MQL", "SQL"]
STAGES: tuple[Stage, ...] = get_args(Stage)


class Way(Part):
    """One way through a gate. Everything that is given must hold."""

    way: Text
    fit_points: Annotated[int, Field(ge=0)] | None = None
    behaviour_points: Annotated[int, Field(ge=0)] | None = None
    points: Annotated[int, Field(ge=0)] | None = None
    all_of: Many[str] | None = None
    any_of: Many[str] | None = None
    none_of: Many[str] | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> "Way":
        if all(getattr(self, name) is None for name in type(self).model_fields if name != "way"):
            raise ValueError("lets everybody through; give points or criteria, like 'fit_points: 30'")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The ids of all criteria that it looks at."""
        return (*(self.all_of or ()), *(self.any_of or ()), *(self.none_of or ()))


class Step(Part):
    """A stage in between, by the name that a team has for it: part of the way from one stage to the next.

    Records and history keep one of the four stages; the step is kept beside it. Of several open steps of a
    stage the last one written counts.
    """

    name: Annotated[str, Field(min_length=1, max_length=30)]
    inside: Literal["lead", "MQL", "SQL"]
    open: Many[Way]


class Persona(Part):
    """A kind of person that is sold to, told by fit criteria.

    A person has the persona of whose criteria they meet the most points (the first written, if several); none
    before ``at_least`` of them are met (all, if not given). With ``mql`` or ``sql`` the persona has a gate of
    its own in place of the general one.
    """

    id: Identifier
    label: Text
    criteria: Many[str]
    at_least: Annotated[int, Field(ge=1)] | None = None
    mql: Many[Way] | None = None
    sql: Many[Way] | None = None

    @model_validator(mode="after")
    def _can_be_met(self) -> "Persona":
        if len(set(self.criteria)) < len(self.criteria):
            raise ValueError("names a criterion twice; remove one of the two")
        if self.at_least is not None and self.at_least > len(self.criteria):
            raise ValueError(f"at_least is {self.at_least}, of {len(self.criteria)} criteria; lower it")
        return self

    @property
    def needed(self) -> int:
        """How many of the criteria must be met."""
        return len(self.criteria) if self.at_least is None else self.at_least
