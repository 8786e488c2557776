"""The agreement in plain words, as a Markdown page that both managers can sign.

Wording only, also for ``reports/sla_page.py``; the terms are those of ``sla.py``.
"""

from collections.abc import Sequence

from sla_rules.enforcement import floor_refusal, needs_note, needs_reason
from sla_rules.recycling.language import recycling_words
from sla_rules.sla import WEEKDAYS, CalendarSpec, Commitment, OwnerHours, SlaContract
from sla_rules.sla_terms import Duration, number_text


def plain_language(contract: SlaContract) -> str:
    """The whole contract as Markdown: both halves, what counts, when people are at work."""
    parts = [
        f"# {contract.title}",
        f"Version {contract.version}, agreed on {contract.agreed_on:%-d %B %Y} by "
        f"{' and '.join(contract.agreed_by)}.",
    ]
    for team in ("marketing", "sales"):
        promises = [_commitment(contract, c) for c in contract.commitments if c.team == team]
        if promises:
            parts += [f"## What {team} promises", "\n".join(promises)]
    parts += ["## What counts as a touch", _listed(touch_words(contract)).replace("*", r"\*")]
    parts += ["## What an answer means", _answers(contract)]
    if sent_back := recycling_words(contract.recycling):
        parts += ["## Whom sales sends back", _listed(sent_back)]
    parts += ["## What Salesforce refuses", _listed(refusal_words(contract))]
    parts += ["## When people are at work"]
    parts += [_calendar(name, spec) for name, spec in contract.calendars.items()]
    if contract.owners:
        parts.append(_listed([owner_words(owner) for owner in contract.owners]))
    return "\n\n".join(parts) + "\n"


def _listed(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _commitment(contract: SlaContract, commitment: Commitment) -> str:
    lines = [f"- **{commitment.promise}**", f"  - Measured: {measured_words(contract, commitment)}."]
    if commitment.is_clock:
        lines.append(f"  - A warning comes after {number_text(commitment.warn_at * 100)} % of the time.")
    if commitment.paused_by:
        lines.append(f"  - The clock stands still while {' or '.join(commitment.paused_by)}.")
    if commitment.excused_by:
        lines.append(f"  - Excused when the lead was before that: {', '.join(commitment.excused_by)}.")
    if commitment.excused_reasons:
        lines.append(f"  - Excused for the reasons: {', '.join(commitment.excused_reasons)}.")
    lines += [f"  - When {step.when}, {step.tell} is told." for step in commitment.escalation]
    return "\n".join(lines)


def measured_words(contract: SlaContract, commitment: Commitment) -> str:
    """What is measured and against what, without a full stop."""
    if commitment.measure is not None:
        return _measure_words(contract, commitment)
    words = f"from {commitment.start} to {commitment.stop}, {commitment.target}"
    if isinstance(commitment.target, Duration) and commitment.target.business:
        words += f" on the calendar “{contract.calendar_name(commitment)}”"
    return f"{words}; to be kept for {number_text(commitment.goal * 100)} % of leads"


def _measure_words(contract: SlaContract, commitment: Commitment) -> str:
    if commitment.measure == "campaigns announced":
        return f"campaigns that sales was told of at least {commitment.target} before they began"
    words = f"{commitment.measure}, {commitment.target}"
    if commitment.segment is not None:
        words += f"; of {commitment.segment}"
    if (plan := commitment.from_sales_plan) is not None:
        rates = (
            ("the average deal", plan.average_deal, f"{contract.currency} {{:,.0f}}"),
            ("the share won", plan.win_rate, "{:.0%}"),
            ("the share of leads with an opportunity", plan.opportunity_rate, "{:.0%}"),
        )
        terms = [
            f"{name} ({'as measured' if value == 'measured' else form.format(value)})"
            for name, value, form in rates
        ]
        words += f": {contract.currency} {plan.revenue}, divided by {', '.join(terms)}"
    return words


def touch_words(contract: SlaContract) -> list[str]:
    """What counts as a touch, a line for each rule."""
    rules = contract.touches
    lines = []
    for kind, rule in rules.kinds.items():
        words = kind + ("" if rule.inbound else ", made by sales")
        if rule.except_outcomes:
            words += f", unless {', '.join(rule.except_outcomes)}"
        if rule.except_subjects:
            words += f", unless its subject is {' or '.join(rule.except_subjects)}"
        lines.append(words)
    lines.append(f"The same touch logged twice within {rules.same_touch_within} counts once.")
    if rules.not_people:
        lines.append(f"Never counted, because they are not people: {', '.join(rules.not_people)}.")
    return lines


def refusal_words(contract: SlaContract) -> list[str]:
    """What the validation rules refuse, and what becomes of an early disqualification that slipped in."""
    lines = []
    floor = floor_refusal(contract)
    if floor is not None:
        words = f"Setting {' or '.join(floor.statuses)} before {floor.touches} touches"
        if floor.reasons:
            words += f", except with the disposition reason {', '.join(floor.reasons)}"
        lines.append(f"{words}.")
        policy = {
            "flag": "it is flagged on both sides",
            "reopen": "it is flagged on both sides, and the lead status goes back to what it was",
            "escalate": "it is flagged on both sides, and those named under the promise are told",
        }[contract.on_early_disqualification]
        lines.append(f"Should one slip in all the same, {policy}.")
    for names, what in (
        (needs_reason(contract), "a reason"),
        (needs_note(contract), "a note of the objection"),
    ):
        if names:
            lines.append(f"The dispositions {', '.join(names)} without {what}.")
    return lines


def _answers(contract: SlaContract) -> str:
    answers = contract.answers
    rows = (
        ("Accepted", answers.accepted, answers.accepted_statuses),
        ("Converted", answers.converted, answers.converted_statuses),
        ("Back to marketing for later", answers.recycled, ()),
        ("Rejected", answers.rejected, answers.rejected_statuses),
    )
    lines = []
    for meaning, dispositions, statuses in rows:
        words = f"- {meaning}: {', '.join(dispositions)}"
        lines.append(words + (f"; or lead status {', '.join(statuses)}" if statuses else ""))
    return "\n".join(lines)


def _calendar(name: str, spec: CalendarSpec) -> str:
    lines = [f"**{name}** ({spec.time_zone})"]
    for day in WEEKDAYS:
        spans = spec.hours.get(day, ())
        lines.append(f"- {day.capitalize()}: {opening_words(spans) or 'closed'}")
    if spec.holidays is not None:
        place = "-".join(part for part in (spec.holidays.country, spec.holidays.subdivision) if part)
        lines.append(f"- Closed on the public holidays of {place}")
    if spec.closed:
        lines.append(f"- Closed on {', '.join(f'{day:%-d %B %Y}' for day in spec.closed)}")
    return "\n".join([lines[0], "", *lines[1:]])


def opening_words(spans: Sequence[tuple[int, int]]) -> str:
    """``09:00–12:00, 13:00–17:00``; nothing for a closed day."""
    return ", ".join(f"{_clock(opens)}–{_clock(closes)}" for opens, closes in spans)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def owner_words(owner: OwnerHours) -> str:
    """What differs for one owner."""
    words = owner.owner + (f" of the team “{owner.team}”" if owner.team else "")
    if owner.calendar:
        words += f" works on the calendar “{owner.calendar}”"
    away = [f"{a.first:%-d %B %Y} to {a.last:%-d %B %Y} ({a.why})" for a in owner.absences]
    return words + (f"; away {', '.join(away)}" if away else "")
