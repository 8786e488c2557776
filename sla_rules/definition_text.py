"""The lead definition in plain words: one Markdown page that both teams can read and sign.

Here: criteria, gates and minimum information as sentences. Not here: words about one person (``reasons``).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sla_rules.definition import (
    Amount,
    BehaviourCriterion,
    Criterion,
    Did,
    FieldTest,
    LeadDefinition,
    When,
)
from sla_rules.definition_gates import Persona, Way
from sla_rules.reasons import INFORMATION_WORDS


def plain_language(definition: LeadDefinition) -> str:
    """Markdown of the whole contract, from heading to minimum information."""
    fit, behaviour = definition.fit, definition.behaviour
    parts = [
        f"# {definition.title}",
        f"Version {definition.version}, agreed on {definition.agreed_on.isoformat()} by "
        f"{_list(definition.agreed_by, 'and')}{_effective(definition)}.",
        "Every person is a **go-nowhere**, a **lead**, an **MQL** (marketing qualified) or an **SQL** (sales "
        "qualified). What we do not know gives no points and counts against nobody.",
        "## Go-nowhere: one of these is enough",
        "\n".join(f"- **{item.label}**: {criterion_in_words(item)}" for item in definition.disqualify)
        or "Nothing.",
        f"## Fit: who they are, at most {fit.cap} points",
        _table(fit.criteria),
        f"## Behaviour: what they did, at most {behaviour.cap} points",
        _table(behaviour.criteria),
        _fading_note(behaviour.criteria),
        "## MQL: one of these ways is enough",
        _ways(definition, definition.mql),
        "## SQL: one of these ways is enough",
        _ways(definition, definition.sql),
        _steps(definition),
        _personas(definition),
        "## What sales must receive with a lead",
        "\n".join(
            f"- {_list([INFORMATION_WORDS.get(name, name) for name in group], 'or')}"
            for group in definition.minimum_information
        )
        or "Nothing in particular.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(criteria: Sequence[Criterion]) -> str:
    rows = [
        f"| {item.points:+d} | {_cell(item.label)} | {_cell(criterion_in_words(item))} |"
        for item in sorted(criteria, key=lambda item: -item.points)
    ]
    return "\n".join(["| points | when | exactly |", "| ---: | --- | --- |", *rows]) if rows else "Nothing."


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _fading_note(criteria: Sequence[BehaviourCriterion]) -> str:
    if not any(item.half_life for item in criteria):
        return ""
    return "Points that fade are counted again each whole day after the last time, and rounded."


def criterion_in_words(item: Criterion) -> str:
    """What exactly is asked by a criterion."""
    if item.when is not None:
        return _when(item.when)
    text = _did(item.did) if item.did is not None else ""
    if not isinstance(item, BehaviourCriterion) or item.half_life is None:
        return text
    return f"{text}; half of the points are left after {_duration(item.half_life)}"


def _when(when: When) -> str:
    return "; and ".join(_WORDS[key](value) for key, value in when.given.items())


def _did(did: Did) -> str:
    what = _list([_KINDS.get(kind, kind.replace("_", " ")) for kind in did.activity], "or")
    text = f"at least {did.at_least} times {what}" if did.at_least > 1 else what
    if did.page is not None:
        text += f" of {_list([page or 'the home page' for page in did.page], 'or')}"
    if did.form is not None:
        text += f" {_quoted(did.form)}"
    if did.detail_contains is not None:
        text += f" naming {_quoted(did.detail_contains)}"
    if did.direction is not None:
        text += f", {_list(did.direction, 'or')}"
    if did.outcome is not None:
        text += f", outcome {_list(did.outcome, 'or')}"
    return text + (f", within {_duration(did.within)}" if did.within else ", at any time")


def _ways(definition: LeadDefinition, ways: Sequence[Way]) -> str:
    return "\n".join(f"- **{way.way}**: {'; '.join(way_in_words(definition, way))}" for way in ways)


def _effective(definition: LeadDefinition) -> str:
    begins = definition.effective_from
    return f", in force from {begins.isoformat()}" if begins else ""


def _steps(definition: LeadDefinition) -> str:
    if not definition.steps:
        return ""
    lines = [
        f"- **{step.name}** is a {step.inside} with one of: {_open(definition, step.open)}"
        for step in definition.steps
    ]
    return "\n".join(["## Stages in between\n", *lines])


def _personas(definition: LeadDefinition) -> str:
    if not definition.personas:
        return ""
    intro = "Everybody has the persona of which they meet the most, or none. It takes nothing from anybody's points."
    return "\n".join(
        [
            f"## Whom we sell to\n\n{intro}\n",
            *(persona_in_words(definition, one) for one in definition.personas),
        ]
    )


def persona_in_words(definition: LeadDefinition, persona: Persona) -> str:
    """A list item: the persona's name, then what makes it."""
    labels = _list(
        [f"“{definition.criteria[definition.bits[name]].label}”" for name in persona.criteria], "and"
    )
    share = "" if persona.needed == len(persona.criteria) else f"at least {persona.needed} of "
    gates = [
        f"; {stage} for them: {_open(definition, ways)}"
        for stage, ways in (("MQL", persona.mql), ("SQL", persona.sql))
        if ways
    ]
    return f"- **{persona.label}**: {share}{labels}{''.join(gates)}"


def _open(definition: LeadDefinition, ways: Sequence[Way]) -> str:
    return " or ".join(f"{way.way} ({', '.join(way_in_words(definition, way))})" for way in ways)


def way_in_words(definition: LeadDefinition, way: Way) -> list[str]:
    """What a way needs, each a phrase; all of them must hold."""

    def labels(names: Sequence[str], word: str) -> str:
        return _list([f"“{definition.criteria[definition.bits[name]].label}”" for name in names], word)

    parts = []
    if way.fit_points is not None:
        parts.append(f"at least {way.fit_points} fit points")
    if way.behaviour_points is not None:
        parts.append(f"at least {way.behaviour_points} behaviour points")
    if way.points is not None:
        parts.append(f"at least {way.points} points in all")
    if way.all_of is not None:
        parts.append(f"all of {labels(way.all_of, 'and')}")
    if way.any_of is not None:
        parts.append(f"one of {labels(way.any_of, 'or')}")
    if way.none_of is not None:
        parts.append(f"none of {labels(way.none_of, 'or')}")
    return parts


def _list(items: Sequence[str], word: str) -> str:
    if len(items) == 1:
        return items[0]
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def _quoted(items: Sequence[str]) -> str:
    return _list([f"“{item}”" for item in items], "or")


def _duration(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    for unit, size in (("day", 24 * 60), ("hour", 60), ("minute", 1)):
        # Windows such as 24 hours are agreed and spoken of in hours.
        if minutes % size == 0 and (unit != "day" or minutes > 2 * size):
            count = minutes // size
            break
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _amount(name: str) -> Callable[[Amount], str]:
    def text(amount: Amount) -> str:
        low, high = amount.at_least, amount.at_most
        if low is not None and high is not None:
            return f"{name} from {low:,.15g} to {high:,.15g}"
        return f"{name} at least {low:,.15g}" if low is not None else f"{name} at most {high:,.15g}"

    return text


def _is(name: str) -> Callable[[Sequence[str]], str]:
    return lambda values: (
        f"{name} is {_list([_VALUES.get(value, value.replace('_', ' ')) for value in values], 'or')}"
    )


def _says(name: str) -> Callable[[Sequence[str]], str]:
    return lambda values: f"{name} has the words {_quoted(values)}"


def _yes(true: str, false: str) -> Callable[[bool], str]:
    return lambda value: true if value else false


def _fields(tests: Mapping[str, FieldTest]) -> str:
    return "; and ".join(_field(name.replace("_", " "), test) for name, test in tests.items())


def _field(name: str, test: FieldTest) -> str:
    if isinstance(test, Amount):
        return _amount(name)(test)
    if isinstance(test, bool):
        return f"{name} is {'yes' if test else 'no'}"
    return f"{name} is {_quoted(test)}"


_VALUES: Mapping[str, str] = {
    "c_level": "C-level",
    "vp": "VP",
    "it": "IT",
    "hr": "HR",
    "placeholder": "a placeholder",
    "typed_at_random": "typed at random",
    "malformed": "not well formed",
    "disposable": "a throw-away one",
    "personal": "a private one",
    "role": "that of a desk",
}
_KINDS: Mapping[str, str] = {
    "page_view": "a page view",
    "form_submission": "a form sent",
    "email_open": "a marketing mail opened",
    "email_click": "a click in a marketing mail",
    "email_sent_marketing": "a marketing mail sent to them",
    "call": "a call",
    "email": "an e-mail",
    "meeting": "a meeting",
    "task": "a task",
    "note": "a note",
    "event_attended": "an event attended",
}
_WORDS: Mapping[str, Callable[[Any], str]] = {
    "title_words": _says("the job title"),
    "company_words": _says("the company's name"),
    "function": _is("the function in the job title"),
    "seniority": _is("the level in the job title"),
    "industry": _is("the industry"),
    "country": _is("the country"),
    "region": _is("the region"),
    "source": _is("the lead source"),
    "employees": _amount("employees"),
    "revenue": _amount("yearly revenue"),
    "email_domain": _is("the mail domain"),
    "email_is": _is("the e-mail address"),
    "name_is": _is("the name"),
    "phone_is": _is("the phone number"),
    "email_opt_out": _yes("has opted out of e-mail", "has not opted out of e-mail"),
    "do_not_call": _yes("asked not to be called", "did not ask not to be called"),
    "fields": _fields,
}
