"""The agreement as one self-contained HTML page for both teams; nothing measured stands on it.

Which words stand for what is here and in ``sla_rules/sla_language.py``; the look is in ``sla_page.html``, ``.css``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import jinja2

from sla_rules.enforcement import needs_note, needs_reason
from sla_rules.recycling.language import recycling_words
from sla_rules.sla import WEEKDAYS, CalendarSpec, Commitment, SlaContract
from sla_rules.sla_language import measured_words, opening_words, owner_words, refusal_words, touch_words
from sla_rules.sla_terms import Duration, number_text

_TEAMS = ("marketing", "sales")
_DAY_MINUTES = 1440


def day(value: date) -> str:
    """``12 January 2026``."""
    return f"{value:%-d %B %Y}"


_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("reports", ""),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters["day"] = day


@dataclass(frozen=True, slots=True)
class _Promise:
    """One commitment as it is shown; ``goal`` is None where nothing is counted per lead."""

    words: str
    target: str
    goal: str | None
    facts: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Calendar:
    """One calendar: by day its opening hours in words, and where they lie in the day in per cent."""

    name: str
    zone: str
    days: list[tuple[str, str, list[tuple[float, float]]]]
    lines: list[str]


def sla_html(contract: SlaContract) -> str:
    """One HTML document that needs nothing else: no script, no font, no file."""
    return _ENVIRONMENT.get_template("sla_page.html").render(
        contract=contract,
        halves=[
            (team, [_promise(contract, c) for c in contract.commitments if c.team == team]) for team in _TEAMS
        ],
        steps=list(_steps(contract)),
        touches=touch_words(contract),
        answers=_answers(contract),
        sent_back=recycling_words(contract.recycling),
        refused=refusal_words(contract),
        calendars=[_calendar(name, spec) for name, spec in contract.calendars.items()],
        owners=[owner_words(owner) for owner in contract.owners],
    )


def _promise(contract: SlaContract, commitment: Commitment) -> _Promise:
    facts = [("Measured", measured_words(contract, commitment).partition(";")[0])]
    if commitment.is_clock:
        facts.append(("Due soon", f"after {number_text(commitment.warn_at * 100)} % of the time"))
    if commitment.paused_by:
        facts.append(("Stands still", f"while {_or(commitment.paused_by)}"))
    if commitment.excused_by:
        facts.append(("Not held to it", f"if before that the lead was {_or(commitment.excused_by)}"))
    if commitment.excused_reasons:
        facts.append(("In order for", _or(commitment.excused_reasons)))
    facts += [(step.when.capitalize(), f"{step.tell} is told") for step in commitment.escalation]
    goal = None if commitment.measure else f"{number_text(commitment.goal * 100)} %"
    return _Promise(commitment.promise, str(commitment.target), goal, facts)


def _or(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _steps(contract: SlaContract) -> Iterator[tuple[str, str, str]]:
    """What happens to a lead in the order in which it is due."""
    clocks = [c for c in contract.commitments if c.is_clock]
    if not clocks:
        return
    yield "Handoff", "Marketing hands the lead over; the clocks start.", ""
    for commitment in sorted(clocks, key=lambda one: _rough_minutes(contract, one)):
        since = "after the first touch" if commitment.start == "first touch" else "after the handoff"
        yield str(commitment.target), str(commitment.stop).capitalize(), f"at the latest, {since}"


def _rough_minutes(contract: SlaContract, commitment: Commitment) -> float:
    """An order in clock time: a business day counts as a day."""
    target = commitment.target
    assert isinstance(target, Duration)  # noqa: S101  # only such are sorted
    return target.minutes(_DAY_MINUTES) if target.business else target.elapsed.total_seconds() / 60


def _answers(contract: SlaContract) -> list[tuple[str, str, str]]:
    answers = contract.answers
    reasons, notes = needs_reason(contract), needs_note(contract)
    meanings = (
        ("accepted", answers.accepted),
        ("converted", answers.converted),
        ("back to marketing for later", answers.recycled),
        ("rejected", answers.rejected),
    )
    rows = []
    for meaning, dispositions in meanings:
        for name in dispositions:
            needs = [word for word, names in (("a reason", reasons), ("a note", notes)) if name in names]
            rows.append((name, meaning, " and ".join(needs)))
    statuses = (
        ("accepted", answers.accepted_statuses),
        ("converted", answers.converted_statuses),
        ("rejected", answers.rejected_statuses),
    )
    return rows + [(f"lead status {name}", meaning, "") for meaning, names in statuses for name in names]


def _calendar(name: str, spec: CalendarSpec) -> _Calendar:
    days = []
    for weekday in WEEKDAYS:
        spans = spec.hours.get(weekday, ())
        bars = [
            (round(opens * 100 / _DAY_MINUTES, 2), round((closes - opens) * 100 / _DAY_MINUTES, 2))
            for opens, closes in spans
        ]
        days.append((weekday.capitalize(), opening_words(spans) or "closed", bars))
    lines = []
    if spec.holidays is not None:
        place = "-".join(part for part in (spec.holidays.country, spec.holidays.subdivision) if part)
        lines.append(f"Closed on the public holidays of {place}.")
    if spec.closed:
        lines.append(f"Closed on {', '.join(day(one) for one in spec.closed)}.")
    return _Calendar(name, spec.time_zone, days, lines)
