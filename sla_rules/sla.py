"""The SLA as typed values: calendars, touches, answers and the commitments of both teams.

Models and their cross-checks only. Reading YAML with line numbers is in ``sla_loading.py``; running clocks in
``clocks.py``; the page in plain words in ``sla_language.py``.
"""

from collections import Counter
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

import holidays
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sla_rules.recycling.terms import Recycling
from sla_rules.sla_plan import Part as _Part
from sla_rules.sla_plan import SalesPlan, Segment
from sla_rules.sla_terms import (
    Duration,
    PlannedQuota,
    Quota,
    ShareLimit,
    Stop,
    Target,
    TouchFloor,
    parse_duration,
    parse_opening,
    parse_share,
    parse_stop,
    parse_target,
)

Team = Literal["marketing", "sales"]
StartEvent = Literal["handoff", "first touch"]
Measure = Literal[
    "qualified leads", "minimum information at handoff", "rejected by sales", "campaigns announced"
]
ExcuseKind = Literal[
    "opted out", "do not call", "duplicate", "erased", "handed off again", "recycled", "converted", "rejected"
]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip

Share = Annotated[float, BeforeValidator(parse_share)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Length = Annotated[Duration, BeforeValidator(parse_duration)]
Opening = Annotated[tuple[int, int], BeforeValidator(parse_opening)]


def _zone_exists(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not a time zone; write an IANA name such as 'Europe/Berlin'")
    return name


def _lower(text: str) -> str:
    return text.strip().lower()


def _rising(edges: tuple[int, ...]) -> tuple[int, ...]:
    if not edges or edges[0] < 1 or any(later <= earlier for earlier, later in pairwise(edges)):
        raise ValueError("the edges must be positive and rise; write for example [5, 15, 60, 240]")
    return edges


Zone = Annotated[str, AfterValidator(_zone_exists)]
Email = Annotated[str, AfterValidator(_lower)]


class HolidaySource(_Part):
    """A country (ISO-3166) and, where holidays differ inside it, its subdivision (``BE`` for Berlin)."""

    country: str
    subdivision: str | None = None

    @model_validator(mode="after")
    def _known(self) -> "HolidaySource":
        countries = holidays.list_supported_countries()
        if self.country not in countries:
            raise ValueError(f"no holidays known for {self.country!r}; write an ISO code such as 'DE'")
        if self.subdivision is not None and self.subdivision not in countries[self.country]:
            known = ", ".join(countries[self.country]) or "none: leave it out"
            raise ValueError(f"{self.country} has no subdivision {self.subdivision!r}; known are {known}")
        return self


class CalendarSpec(_Part):
    """When a team is at work: opening minutes by weekday in local time, less holidays and closed days."""

    time_zone: Zone
    hours: dict[Weekday, tuple[Opening, ...]]
    holidays: HolidaySource | None = None
    closed: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _hours_in_order(self) -> "CalendarSpec":
        if not any(self.hours.values()):
            raise ValueError("a calendar without opening hours stops every clock; give a weekday hours")
        for day, spans in self.hours.items():
            if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
                raise ValueError(f"the opening hours of {day} overlap or are in disorder; sort them")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.time_zone)

    @property
    def business_day_minutes(self) -> float:
        """Opening minutes of the usual day: the commonest length, the longer at a tie."""
        lengths = Counter(sum(b - a for a, b in spans) for spans in self.hours.values() if spans)
        return float(max(lengths, key=lambda minutes: (lengths[minutes], minutes)))


class Absence(_Part):
    """Days (both included, in the calendar's zone) on which an owner's clocks stand still."""

    first: date
    last: date
    why: str = "away"

    @model_validator(mode="after")
    def _in_order(self) -> "Absence":
        if self.last < self.first:
            raise ValueError("an absence ends before it begins; swap 'first' and 'last'")
        return self


class OwnerHours(_Part):
    """What differs for one owner: another calendar, days away; and the team whose figures theirs are added to."""

    owner: Email
    team: str | None = None
    calendar: str | None = None
    absences: tuple[Absence, ...] = ()


class TouchKind(_Part):
    """Which activities of one kind count as a touch.

    Attributes:
        inbound: whether a call or e-mail that the person began counts too.
        except_outcomes: outcomes (case and ``_`` ignored) that do not count, such as a cancelled meeting.
        except_subjects: subjects (case ignored, ``*`` stands for anything) that do not count, such as those by
            which a tool marks what a sequence has sent.
    """

    inbound: bool = False
    except_outcomes: tuple[str, ...] = ()
    except_subjects: tuple[str, ...] = ()


class TouchRules(_Part):
    """What counts as a human touch.

    Attributes:
        not_people: actors that never count; ``*`` stands for anything.
    """

    kinds: dict[Literal["call", "email", "meeting", "task", "note"], TouchKind] = Field(min_length=1)
    same_touch_within: Length
    not_people: tuple[Email, ...] = ()

    @model_validator(mode="after")
    def _window_is_clock_time(self) -> "TouchRules":
        if self.same_touch_within.business:
            raise ValueError("'same_touch_within' is clock time; write for example '10 minutes'")
        return self


class Answers(_Part):
    """How dispositions and Salesforce lead statuses are read.

    Attributes:
        reason_needed: dispositions that need a reason; None is all that reject or recycle.
        note_needed: dispositions that need a note of the objection.
    """

    accepted: tuple[str, ...]
    converted: tuple[str, ...]
    recycled: tuple[str, ...]
    rejected: tuple[str, ...]
    accepted_statuses: tuple[str, ...] = ()
    converted_statuses: tuple[str, ...] = ()
    rejected_statuses: tuple[str, ...] = ()
    reason_needed: tuple[str, ...] | None = None
    note_needed: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> "Answers":
        for names in (
            (*self.accepted, *self.converted, *self.recycled, *self.rejected),
            (*self.accepted_statuses, *self.converted_statuses, *self.rejected_statuses),
        ):
            twice = sorted(name for name, n in Counter(names).items() if n > 1)
            if twice:
                raise ValueError(f"{', '.join(twice)} stands in two lists; an answer has one meaning")
        return self

    @model_validator(mode="after")
    def _known_answers(self) -> "Answers":
        known = (*self.accepted, *self.converted, *self.recycled, *self.rejected)
        for name in (*(self.reason_needed or ()), *self.note_needed):
            if name not in known:
                raise ValueError(f"{name!r} is none of the dispositions above ({', '.join(known)})")
        return self


class Pause(_Part):
    """A named reason for which clocks stand still while a lead has one of these statuses."""

    name: str
    statuses: tuple[str, ...] = Field(min_length=1)


class Escalation(_Part):
    """Who is told, and when."""

    when: Literal["warned", "breached"]
    tell: str


class Commitment(_Part):
    """One promise of one team: either a clock (``start``, ``stop``) or a ``measure`` of a period.

    Attributes:
        calendar: whose business time counts, unless the owner has a calendar of their own.
        warn_at: share of the time after which a clock is due soon.
        goal: share of the clocks that are to be met.
        excused_by: what ends the obligation when it happens before the due time.
        excused_reasons: disposition reasons with which an early disqualification is in order.
        paused_by: names among the contract's ``pauses`` while which its clocks stand still.
        segment: the leads that a quota is about; None is all.
        from_sales_plan: what a quota of the target "from the sales plan" follows from.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    team: Team
    promise: str
    target: Annotated[Target, BeforeValidator(parse_target)]
    start: StartEvent | None = None
    stop: Annotated[Stop, BeforeValidator(parse_stop)] | None = None
    measure: Measure | None = None
    calendar: str | None = None
    warn_at: Share = 0.75
    goal: Share = 1.0
    excused_by: tuple[ExcuseKind, ...] = ()
    excused_reasons: tuple[str, ...] = ()
    escalation: tuple[Escalation, ...] = ()
    paused_by: tuple[str, ...] = ()
    segment: Segment | None = None
    from_sales_plan: SalesPlan | None = None

    @model_validator(mode="after")
    def _quota_of_its_own(self) -> "Commitment":
        if self.measure != "qualified leads" and (self.segment or self.from_sales_plan):
            raise ValueError("'segment' and 'from_sales_plan' belong to 'measure: qualified leads'")
        if isinstance(self.target, PlannedQuota) != (self.from_sales_plan is not None):
            raise ValueError("'target: from the sales plan' and 'from_sales_plan' go together")
        return self

    @model_validator(mode="after")
    def _one_shape(self) -> "Commitment":
        if self.measure is not None:
            if self.start is not None or self.stop is not None:
                raise ValueError("give either 'measure' or 'start' and 'stop', not both")
            if self.measure == "campaigns announced":
                if not isinstance(self.target, Duration) or self.target.business:
                    raise ValueError("campaigns are announced a time before they start, for example '5 days'")
                return self
            quota = self.measure == "qualified leads"
            form = "'at least 120 per month'" if quota else "'at most 25 %'"
            if not isinstance(self.target, Quota | PlannedQuota if quota else ShareLimit):
                raise ValueError(f"{self.measure!r} is measured against a target such as {form}")
            return self
        if self.start is None or self.stop is None:
            raise ValueError("give 'start' and 'stop' (a clock), or 'measure' (a number of the period)")
        if (self.stop.kind == "disqualification") != isinstance(self.target, TouchFloor):
            raise ValueError("'stop: disqualification' and a target such as 'at least 4 touches' go together")
        if isinstance(self.target, Quota | PlannedQuota | ShareLimit):
            raise ValueError("a clock needs a length of time as target, for example '1 business hour'")  # noqa: TRY004
        if (self.start == "first touch") != (self.stop.kind == "further touches"):
            raise ValueError("'start: first touch' and 'stop: 3 further touches' go together")
        return self

    @property
    def is_clock(self) -> bool:
        """Whether each handoff gets a clock with a due time."""
        return self.measure is None and isinstance(self.target, Duration)


class SlaContract(_Part):
    """The whole agreement.

    Attributes:
        currency: ISO-4217; amounts in other currencies are left out of sums, unless they have a rate.
        currency_rates: what one unit of another currency is worth in this one, for as long as the file says so.
        bands_minutes: upper edges, in business minutes, of the bands of first-touch times.
        on_early_disqualification: what becomes of one that slipped past the validation rule: it is flagged on
            both sides in any case, its status goes back (``reopen``), or the manager is told (``escalate``).
        reopened_status: the status that such a lead goes back to if none is known from before.
        recycling: whom sales sends back to marketing, and when they may come again.
    """

    title: str
    version: str
    agreed_on: date
    agreed_by: tuple[str, ...] = Field(min_length=1)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    currency_rates: dict[Currency, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    calendars: dict[str, CalendarSpec] = Field(min_length=1)
    owners: tuple[OwnerHours, ...] = ()
    touches: TouchRules
    answers: Answers
    bands_minutes: Annotated[tuple[int, ...], AfterValidator(_rising)] = (5, 15, 60, 240)
    pauses: tuple[Pause, ...] = ()
    commitments: tuple[Commitment, ...] = Field(min_length=1)
    on_early_disqualification: Literal["flag", "reopen", "escalate"] = "flag"
    reopened_status: str | None = None
    recycling: Recycling = Recycling()

    @model_validator(mode="after")
    def _own_currency_needs_no_rate(self) -> "SlaContract":
        if self.currency in self.currency_rates:
            raise ValueError(
                f"'currency_rates' has a rate for {self.currency}, the agreement's own; leave it out"
            )
        return self

    @model_validator(mode="after")
    def _recycling_fits_the_answers(self) -> "SlaContract":
        known = (*self.answers.recycled, *self.answers.rejected)
        for one in self.recycling.answers:
            if one.answer not in known:
                raise ValueError(
                    f"'recycling' sends back {one.answer!r}, which is none of the answers that recycle or reject "
                    f"({', '.join(known)})"
                )
        begun = (*self.answers.rejected_statuses, *self.answers.converted_statuses)
        if self.recycling.handed_again_status in begun:
            raise ValueError("'handed_again_status' closes the lead; write an open lead status")
        return self

    @model_validator(mode="after")
    def _pauses_are_known(self) -> "SlaContract":
        known = [pause.name for pause in self.pauses]
        for commitment in self.commitments:
            for name in commitment.paused_by:
                if name not in known:
                    said = ", ".join(known) or "none: add it under 'pauses'"
                    raise ValueError(
                        f"{commitment.id} is paused by {name!r}, which is not known; known are {said}"
                    )
        return self

    @model_validator(mode="after")
    def _policy_is_complete(self) -> "SlaContract":
        floor = self.stopping_at("disqualification")
        if self.on_early_disqualification == "reopen" and (
            self.reopened_status is None or self.reopened_status in self.answers.rejected_statuses
        ):
            raise ValueError(
                "'on_early_disqualification: reopen' needs an open lead status as 'reopened_status'"
            )
        if self.on_early_disqualification == "escalate" and not (
            floor and any(step.when == "breached" for step in floor.escalation)
        ):
            raise ValueError(
                "'on_early_disqualification: escalate' needs whom to tell: give the commitment that stops at "
                "'disqualification' an escalation such as {when: breached, tell: Head of Sales}"
            )
        return self

    def stopping_at(self, kind: str) -> Commitment | None:
        """The one commitment whose clock stops at this kind of event, if the agreement has it."""
        return next((c for c in self.commitments if c.stop is not None and c.stop.kind == kind), None)

    def calendar_name(self, commitment: Commitment) -> str:
        """The calendar of a commitment: its own, or the first of the agreement."""
        return commitment.calendar or next(iter(self.calendars))

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which periods begin and end: that of the first calendar."""
        return next(iter(self.calendars.values())).zone
