"""The agreement in plain words, as a Markdown page that both managers can sign.

Wording only; the terms are those of ``sla.py``.
"""

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
    parts += ["## What counts as a touch", _touches(contract)]
    parts += ["## What an answer means", _answers(contract)]
    parts += ["## When people are at work"]
    parts += [_calendar(name, spec) for name, spec in contract.calendars.items()]
    if contract.owners:
        parts.append("\n".join(_owner(owner) for owner in contract.owners))
    return "\n\n".join(parts) + "\n"


def _commitment(contract: SlaContract, commitment: Commitment) -> str:
    lines = [f"- **{commitment.promise}**"]
    if commitment.measure is not None:
        lines.append(f"  - Measured: {commitment.measure}, {commitment.target}.")
    else:
        words = f"  - Measured: from {commitment.start} to {commitment.stop}, {commitment.target}"
        if isinstance(commitment.target, Duration) and commitment.target.business:
            words += f" on the calendar “{contract.calendar_name(commitment)}”"
        lines.append(f"{words}; to be kept for {number_text(commitment.goal * 100)} % of leads.")
    if commitment.is_clock:
        lines.append(f"  - A warning comes after {number_text(commitment.warn_at * 100)} % of the time.")
    if commitment.excused_by:
        lines.append(f"  - Excused when the lead was before that: {', '.join(commitment.excused_by)}.")
    if commitment.excused_reasons:
        lines.append(f"  - Excused for the reasons: {', '.join(commitment.excused_reasons)}.")
    lines += [f"  - When {step.when}, {step.tell} is told." for step in commitment.escalation]
    return "\n".join(lines)


def _touches(contract: SlaContract) -> str:
    rules = contract.touches
    lines = []
    for kind, rule in rules.kinds.items():
        words = f"- {kind}" + ("" if rule.inbound else ", made by sales")
        if rule.except_outcomes:
            words += f", unless {', '.join(rule.except_outcomes)}"
        lines.append(words)
    lines.append(f"- The same touch logged twice within {rules.same_touch_within} counts once.")
    if rules.not_people:
        lines.append(f"- Never counted, because they are not people: {', '.join(rules.not_people)}.")
    return "\n".join(lines).replace("*", r"\*")


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
        hours = ", ".join(f"{_clock(opens)}–{_clock(closes)}" for opens, closes in spans)
        lines.append(f"- {day.capitalize()}: {hours or 'closed'}")
    if spec.holidays is not None:
        place = "-".join(part for part in (spec.holidays.country, spec.holidays.subdivision) if part)
        lines.append(f"- Closed on the public holidays of {place}")
    if spec.closed:
        lines.append(f"- Closed on {', '.join(f'{day:%-d %B %Y}' for day in spec.closed)}")
    return "\n".join([lines[0], "", *lines[1:]])


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _owner(owner: OwnerHours) -> str:
    words = f"- {owner.owner}"
    if owner.calendar:
        words += f" works on the calendar “{owner.calendar}”"
    away = [f"{a.first:%-d %B %Y} to {a.last:%-d %B %Y} ({a.why})" for a in owner.absences]
    return words + (f"; away {', '.join(away)}" if away else "")
