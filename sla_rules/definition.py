"""The lead definition as a frozen value: criteria, points, gates, minimum information.

Here: the shape of the contract. Not here: single values (``definition_values``), gates, steps and personas
(``definition_gates``), reading YAML (``definition_loading``), judging people (``qualify``), words for people
(``reasons``, ``definition_text``).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from contract_files.errors import ContractError
from sla_rules.attributes import OWN_NAMES
from sla_rules.attributes_words import Words
from sla_rules.definition_examples import Example
from sla_rules.definition_gates import Persona, Step, Way
from sla_rules.definition_values import (
    ActivityKind,
    Country,
    Duration,
    Function,
    Identifier,
    Industry,
    InformationField,
    MailDomain,
    Many,
    Page,
    Part,
    Region,
    Seniority,
    Text,
    Word,
)

MAX_CRITERIA = 64
"""A judgement keeps one bit of a u64 for each criterion."""


class DefinitionError(ContractError):
    """The lead definition cannot be used; ``problems`` names every ``file:line: what, and what to do``."""


class Amount(Part):
    """A range of a number, both ends included."""

    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> "Amount":
        if self.at_least is None and self.at_most is None:
            raise ValueError("give 'at_least', 'at_most' or both")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"nothing is at least {self.at_least:g} and at most {self.at_most:g}; swap them")
        return self


def _kind_of_test(value: object) -> str:
    if isinstance(value, bool):
        return "yes or no"
    return "range" if isinstance(value, dict | Amount) else "values"


def _not_ours(name: str) -> str:
    if name in OWN_NAMES:
        raise ValueError(
            f"{name!r} is read by Accord itself; use the key beside 'fields', like 'country: [DE]'"
        )
    return name


FieldName = Annotated[Identifier, AfterValidator(_not_ours)]
FieldTest = Annotated[
    Annotated[Amount, Tag("range")]
    | Annotated[bool, Tag("yes or no")]
    | Annotated[Many[Text], Tag("values")],
    Discriminator(_kind_of_test),
]
"""A range of a number, a yes or no, or values of which one is enough (capitals do not matter)."""


class When(Part):
    """What must be true of the person. Every key given must hold; of a list, one item is enough."""

    title_words: Many[Word] | None = None
    company_words: Many[Word] | None = None
    function: Many[Function] | None = None
    seniority: Many[Seniority] | None = None
    industry: Many[Industry] | None = None
    country: Many[Country] | None = None
    region: Many[Region] | None = None
    source: Many[Text] | None = None
    employees: Amount | None = None
    revenue: Amount | None = None
    email_domain: Many[MailDomain] | None = None
    email_is: Many[Literal["malformed", "disposable", "personal", "role"]] | None = None
    name_is: Many[Literal["placeholder", "typed_at_random"]] | None = None
    phone_is: Many[Literal["valid", "invalid"]] | None = None
    email_opt_out: bool | None = None
    do_not_call: bool | None = None
    fields: Annotated[dict[FieldName, FieldTest], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> "When":
        if not self.given:
            raise ValueError("says nothing; name at least one thing that must be true, like 'country: [DE]'")
        return self

    @cached_property
    def given(self) -> Mapping[str, Any]:
        """The tests that are written down, by key."""
        return {name: value for name in type(self).model_fields if (value := getattr(self, name)) is not None}

    @property
    def asks(self) -> tuple[str, ...]:
        """The keys given, with the names of the mapping's own fields in place of ``fields``."""
        return tuple(
            name for key in self.given for name in ((self.fields or {}) if key == "fields" else (key,))
        )


class Did(Part):
    """What the person must have done: activities of a kind, how many, how recent.

    A window is half-open: an activity exactly ``within`` ago no longer counts, one at this moment does.
    """

    activity: Many[ActivityKind]
    page: Many[Page] | None = None
    form: Many[Text] | None = None
    detail_contains: Many[Text] | None = None
    direction: Many[Literal["inbound", "outbound"]] | None = None
    outcome: Many[Text] | None = None
    at_least: Annotated[int, Field(ge=1, le=10_000)] = 1
    within: Duration | None = None


class Disqualifier(Part):
    """Makes a go-nowhere of whoever it is true of."""

    id: Identifier
    label: Text
    when: When | None = None
    did: Did | None = None

    @model_validator(mode="after")
    def _one_test(self) -> "Disqualifier":
        if (self.when is None) == (self.did is None):
            raise ValueError("needs either 'when' (what the person is) or 'did' (what the person did)")
        return self

    @property
    def points(self) -> int:
        """Disqualifiers carry no points."""
        return 0


class FitCriterion(Part):
    """Points for what the person and the company are."""

    id: Identifier
    label: Text
    points: Annotated[int, Field(ge=-1000, le=1000)]
    when: When

    @property
    def did(self) -> None:
        """Fit never looks at activities."""
        return


class BehaviourCriterion(Part):
    """Points for what the person did; with ``half_life`` they fade by whole days since the last time."""

    id: Identifier
    label: Text
    points: Annotated[int, Field(ge=-1000, le=1000)]
    did: Did
    half_life: Duration | None = None

    @property
    def when(self) -> None:
        """Behaviour never looks at attributes."""
        return


Criterion = Disqualifier | FitCriterion | BehaviourCriterion


class FitSection(Part):
    """Fit criteria; their sum is kept between 0 and ``cap``."""

    cap: Annotated[int, Field(ge=1, le=99_999)]
    criteria: Annotated[tuple[FitCriterion, ...], Field(strict=False)] = ()


class BehaviourSection(Part):
    """Behaviour criteria; their sum is kept between 0 and ``cap``."""

    cap: Annotated[int, Field(ge=1, le=99_999)]
    criteria: Annotated[tuple[BehaviourCriterion, ...], Field(strict=False)] = ()


class OwnWords(Part):
    """Words of this business, added to the shipped tables."""

    functions: dict[str, Many[Word]] = Field(default_factory=dict)
    seniorities: dict[str, Many[Word]] = Field(default_factory=dict)
    industries: dict[str, Many[Word]] = Field(default_factory=dict)
    countries: dict[str, Many[Word]] = Field(default_factory=dict)
    personal_mail: Annotated[tuple[str, ...], Field(strict=False)] = ()


class LeadDefinition(Part):
    """The whole contract. Bit i of a judgement's masks is ``criteria[i]``."""

    title: Text
    version: Text
    agreed_on: Annotated[date, Field(strict=False)]
    agreed_by: Many[Text]
    effective_from: Annotated[date, Field(strict=False)] | None = None
    disqualify: Annotated[tuple[Disqualifier, ...], Field(strict=False)] = ()
    fit: FitSection
    behaviour: BehaviourSection
    mql: Many[Way]
    sql: Many[Way]
    steps: Annotated[tuple[Step, ...], Field(strict=False)] = ()
    personas: Annotated[tuple[Persona, ...], Field(strict=False)] = ()
    minimum_information: Annotated[tuple[Many[InformationField], ...], Field(strict=False)] = ()
    words: OwnWords = Field(default_factory=OwnWords)
    examples: Annotated[tuple[Example, ...], Field(strict=False)] = ()

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria in the order of their bits: disqualify, fit, behaviour."""
        return (*self.disqualify, *self.fit.criteria, *self.behaviour.criteria)

    @cached_property
    def bits(self) -> Mapping[str, int]:
        """Criterion id -> its bit."""
        return {criterion.id: bit for bit, criterion in enumerate(self.criteria)}

    def mask(self, names: Iterable[str]) -> int:
        """The bits of these criteria, set."""
        return sum(1 << bit for bit in {self.bits[name] for name in names})

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The mapping's own fields that some ``when`` asks for, sorted; columns of people by these names."""
        tests = (item.when.fields for item in self.criteria if item.when and item.when.fields)
        return tuple(sorted({name for test in tests for name in test}))

    @cached_property
    def vocabulary(self) -> Words:
        """The shipped word tables with this business's own words added."""
        return Words.shipped().extended(**self.words.model_dump())
