"""Examples inside a lead definition: people of whom both teams know what they are. They are its tests.

Here: what an example may say, and how it becomes rows for the engine. Not here: judging them
(``definition_check``).
"""

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field, model_validator

from sla_rules.definition_gates import Stage
from sla_rules.definition_values import ActivityKind, Duration, Identifier, Many, Page, Part, Text

_PAST = timedelta(minutes=1)


class Somebody(Part):
    """A person in plain attributes, as a CRM has them; what is not given is unknown. `fields` are the mapping's."""

    email: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    title: Text | None = None
    company: Text | None = None
    industry: Text | None = None
    employees: Annotated[int, Field(ge=0)] | None = None
    revenue: Annotated[float, Field(ge=0)] | None = None
    country: Text | None = None
    region: Text | None = None
    phone: Text | None = None
    source: Text | None = None
    email_opt_out: bool | None = None
    do_not_call: bool | None = None
    fields: dict[Identifier, str | float | bool] = Field(default_factory=dict)


class Done(Part):
    """What the person did, and how long ago."""

    activity: ActivityKind
    ago: Duration
    times: Annotated[int, Field(ge=1, le=1000)] = 1
    page: Page | None = None
    form: Text | None = None
    detail: Text | None = None
    direction: Text | None = None
    outcome: Text | None = None

    @model_validator(mode="after")
    def _one_detail(self) -> "Done":
        if sum(value is not None for value in (self.page, self.form, self.detail)) > 1:
            raise ValueError("give one of 'page', 'form' and 'detail'")
        return self


class Example(Part):
    """A person, what they did, and what they are by this definition, because of which criteria."""

    who: Text
    person: Somebody = Field(default_factory=Somebody)
    did: Annotated[tuple[Done, ...], Field(strict=False)] = ()
    expect: Stage
    because: Many[str] | None = None
    persona: Identifier | None = None
    step: Text | None = None

    def person_row(self, person_id: str) -> dict[str, Any]:
        """The person as a row of the frame of people."""
        further = {
            name: str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in self.person.fields.items()
        }
        return {"person_id": person_id, **self.person.model_dump(exclude={"fields"}), **further}

    def activity_rows(self, person_id: str, now: datetime) -> list[dict[str, Any]]:
        """What they did as rows of the frame of activities; repeated ones a minute apart, further back."""
        return [
            {
                "person_id": person_id,
                "kind": done.activity,
                "at": now - done.ago - number * _PAST,
                "detail": next((v for v in (done.page, done.form, done.detail) if v is not None), None),
                "direction": done.direction,
                "outcome": done.outcome,
            }
            for done in self.did
            for number in range(done.times)
        ]
