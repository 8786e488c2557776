"""The lead definition as a frozen value: criteria, points, gates, minimum information.

Here: the shape of the contract and what one item of it may say. Not here: reading YAML
(``definition_loading``), judging people (``qualify``), words for people (``reasons``, ``definition_text``).
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)

from sla_rules.attributes_words import Words
from sla_rules.yaml_lines import ContractError, did_you_mean

MAX_CRITERIA = 64
"""A judgement keeps one bit of a u64 for each criterion."""

Stage = Literal["go-nowhere", "lead", "MQL", "SQL"]
STAGES: tuple[Stage, ...] = get_args(Stage)
ActivityKind = Literal[
    "page_view",
    "form_submission",
    "email_open",
    "email_click",
    "email_sent_marketing",
    "call",
    "email",
    "meeting",
    "task",
    "note",
    "event_attended",
]
InformationField = Literal[
    "email",
    "first_name",
    "last_name",
    "title",
    "company",
    "industry",
    "employees",
    "revenue",
    "country",
    "region",
    "phone",
    "source",
    "function",
    "seniority",
]

T = TypeVar("T")


class DefinitionError(ContractError):
    """The lead definition cannot be used; ``problems`` names every ``file:line: what, and what to do``."""


def _one_or_many(value: Any) -> Any:
    if isinstance(value, list | tuple):
        if not value:
            raise ValueError("is an empty list; name at least one item or remove the line")
        return value
    return [value]


def _read_duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"\s*(\d{1,6})\s*(minute|hour|day|week)s?\s*", str(value))
    if not match or int(match[1]) == 0:
        raise ValueError(f"{value!r} is not a length of time; write it like '24 hours' or '7 days'")
    return timedelta(**{f"{match[2]}s": int(match[1])})


def _known_value(kind: str) -> AfterValidator:
    def check(value: str, info: ValidationInfo) -> str:
        words: Words = (info.context or {}).get("words") or Words.shipped()
        known = words.values(kind)
        if value not in known:
            raise ValueError(f"{value!r} is not a known {kind}; {did_you_mean(value, known)}")
        return value

    return AfterValidator(check)


def _read_domain(value: str) -> str:
    folded = value.strip().lower().removeprefix("@").removeprefix("www.")
    if not re.fullmatch(r"[^\s@/:]+\.[^\s@/:.]+", folded):
        raise ValueError(f"{value!r} is not a mail domain; write it like 'example.com'")
    return folded


def _read_page(value: str) -> str:
    if not value.startswith("/") or re.search(r"[?#\s]", value):
        raise ValueError(f"{value!r} is not a page; write its path, like '/pricing' or '/case-studies'")
    return value.lower().rstrip("/")


def _has_letters(value: str) -> str:
    if not any(sign.isalnum() for sign in value):
        raise ValueError(f"{value!r} has no letters or digits; write the words to look for")
    return value


Text = Annotated[str, Field(min_length=1)]
Word = Annotated[str, Field(min_length=1), AfterValidator(_has_letters)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Many = Annotated[tuple[T, ...], Field(strict=False), BeforeValidator(_one_or_many)]
Duration = Annotated[timedelta, BeforeValidator(_read_duration)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Amount(_Part):
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


class When(_Part):
    """What must be true of the person. Every key given must hold; of a list, one item is enough."""

    title_words: Many[Word] | None = None
    company_words: Many[Word] | None = None
    function: Many[Annotated[str, _known_value("function")]] | None = None
    seniority: Many[Annotated[str, _known_value("seniority")]] | None = None
    industry: Many[Annotated[str, _known_value("industry")]] | None = None
    country: Many[Annotated[str, _known_value("country")]] | None = None
    region: Many[Annotated[str, _known_value("region")]] | None = None
    source: Many[Text] | None = None
    employees: Amount | None = None
    revenue: Amount | None = None
    email_domain: Many[Annotated[str, AfterValidator(_read_domain)]] | None = None
    email_is: Many[Literal["malformed", "disposable", "personal", "role"]] | None = None
    name_is: Many[Literal["placeholder"]] | None = None
    phone_is: Many[Literal["valid", "invalid"]] | None = None
    email_opt_out: bool | None = None
    do_not_call: bool | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> "When":
        if not self.given:
            raise ValueError("says nothing; name at least one thing that must be true, like 'country: [DE]'")
        return self

    @cached_property
    def given(self) -> Mapping[str, Any]:
        """The tests that are written down, by key."""
        return {name: value for name in type(self).model_fields if (value := getattr(self, name)) is not None}


class Did(_Part):
    """What the person must have done: activities of a kind, how many, how recent.

    A window is half-open: an activity exactly ``within`` ago no longer counts, one at this moment does.
    """

    activity: Many[ActivityKind]
    page: Many[Annotated[str, AfterValidator(_read_page)]] | None = None
    form: Many[Text] | None = None
    detail_contains: Many[Text] | None = None
    direction: Many[Literal["inbound", "outbound"]] | None = None
    outcome: Many[Text] | None = None
    at_least: Annotated[int, Field(ge=1, le=10_000)] = 1
    within: Duration | None = None


class Disqualifier(_Part):
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


class FitCriterion(_Part):
    """Points for what the person and the company are."""

    id: Identifier
    label: Text
    points: Annotated[int, Field(ge=-1000, le=1000)]
    when: When

    @property
    def did(self) -> None:
        """Fit never looks at activities."""
        return


class BehaviourCriterion(_Part):
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


class FitSection(_Part):
    """Fit criteria; their sum is kept between 0 and ``cap``."""

    cap: Annotated[int, Field(ge=1, le=99_999)]
    criteria: Annotated[tuple[FitCriterion, ...], Field(strict=False)] = ()


class BehaviourSection(_Part):
    """Behaviour criteria; their sum is kept between 0 and ``cap``."""

    cap: Annotated[int, Field(ge=1, le=99_999)]
    criteria: Annotated[tuple[BehaviourCriterion, ...], Field(strict=False)] = ()


class Way(_Part):
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


class OwnWords(_Part):
    """Words of this business, added to the shipped tables."""

    functions: dict[str, Many[Word]] = Field(default_factory=dict)
    seniorities: dict[str, Many[Word]] = Field(default_factory=dict)
    industries: dict[str, Many[Word]] = Field(default_factory=dict)
    countries: dict[str, Many[Word]] = Field(default_factory=dict)
    personal_mail: Annotated[tuple[str, ...], Field(strict=False)] = ()


class LeadDefinition(_Part):
    """The whole contract. Bit i of a judgement's masks is ``criteria[i]``."""

    title: Text
    version: Text
    agreed_on: Annotated[date, Field(strict=False)]
    agreed_by: Many[Text]
    disqualify: Annotated[tuple[Disqualifier, ...], Field(strict=False)] = ()
    fit: FitSection
    behaviour: BehaviourSection
    mql: Many[Way]
    sql: Many[Way]
    minimum_information: Annotated[tuple[Many[InformationField], ...], Field(strict=False)] = ()
    words: OwnWords = Field(default_factory=OwnWords)

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria in the order of their bits: disqualify, fit, behaviour."""
        return (*self.disqualify, *self.fit.criteria, *self.behaviour.criteria)

    @cached_property
    def bits(self) -> Mapping[str, int]:
        """Criterion id -> its bit."""
        return {criterion.id: bit for bit, criterion in enumerate(self.criteria)}

    @cached_property
    def vocabulary(self) -> Words:
        """The shipped word tables with this business's own words added."""
        return Words.shipped().extended(**self.words.model_dump())
