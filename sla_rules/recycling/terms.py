"""The terms of recycling as the SLA's file has them. What follows for a person is in ``standing.py``."""

from collections import Counter
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sla_rules.sla_plan import Part
from sla_rules.sla_terms import Duration, parse_duration


def _clock_time(value: Duration) -> Duration:
    if value.business:
        raise ValueError("a cool-off is clock time; write for example '60 days'")
    return value


CoolOff = Annotated[Duration, BeforeValidator(parse_duration), AfterValidator(_clock_time)]


class SentBack(Part):
    """What one answer of sales does to the person.

    Attributes:
        answer: the disposition.
        stage: where the person stays while the cool-off lasts.
        cool_off: how long they are not handed over again; None: for good, until sales changes the answer.
        cool_off_by_reason: another length for a disposition reason.
        at_most: how often a person may be sent back and still come again; None: as often as it happens.
    """

    answer: str
    stage: Literal["lead", "go-nowhere"] = "lead"
    cool_off: CoolOff | None = None
    cool_off_by_reason: dict[str, CoolOff] = Field(default_factory=dict)
    at_most: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _reasons_need_a_length(self) -> "SentBack":
        if self.cool_off is None and (self.cool_off_by_reason or self.at_most is not None):
            raise ValueError(
                "'cool_off_by_reason' and 'at_most' are for people who may come again; give 'cool_off' too, "
                "for example '60 days'"
            )
        return self


class Recycling(Part):
    """Which answers send a person back, and how they come again.

    Attributes:
        answers: those that send back; other answers change no stage.
        handed_again_status: the lead status of somebody who is handed over again; None leaves it.
    """

    answers: tuple[SentBack, ...] = ()
    handed_again_status: str | None = None

    @model_validator(mode="after")
    def _each_once(self) -> "Recycling":
        twice = sorted(name for name, n in Counter(one.answer for one in self.answers).items() if n > 1)
        if twice:
            raise ValueError(f"{', '.join(twice)} stands twice under 'recycling'; keep one")
        return self

    def of(self, answer: str) -> SentBack | None:
        """What an answer does, None if it sends nobody back."""
        return next((one for one in self.answers if one.answer == answer), None)
