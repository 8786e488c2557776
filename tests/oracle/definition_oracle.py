"""The lead definition, judged one person at a time by plain Python: slow, obvious, the measure of qualify.

It shares with the product the contract's types and how one title, country, industry, address, number or name
is read; all that follows from these (three values, windows, points, stages, next change, lines) is written a
second time here. Values that come often are remembered, so that it is an honest loop and not a slow one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sla_rules.attributes import country_code, industry_name
from sla_rules.attributes_junk import NameKind, email_is_malformed, is_disposable, name_kind, phone_is_valid
from sla_rules.attributes_mash import typed_at_random
from sla_rules.attributes_titles import TitleReading, read_title
from sla_rules.attributes_words import Words, fold
from sla_rules.definition import Amount, BehaviourCriterion, Did, LeadDefinition, When
from sla_rules.definition_gates import Persona, Way

DAY = timedelta(days=1)
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Judged:
    person_id: str
    stage: str
    score: int
    passed: int
    failed: int
    unknown: int
    next_change_at: datetime | None
    persona: str | None = None
    step: str | None = None
    reason: str = ""
    missing: str = ""


class Oracle:
    """Judges people by one definition."""

    def __init__(self, definition: LeadDefinition) -> None:
        self.definition = definition
        self.words: Words = definition.vocabulary
        self.title = cache(self._title)
        self.folded = cache(lambda text: f" {fold(text)} ")
        self.industry = cache(lambda text: industry_name(text, self.words))
        self.country = cache(lambda text: country_code(text, self.words))
        self.disposable = cache(is_disposable)
        self.domain_is_fine = cache(lambda domain: not email_is_malformed(f"a@{domain}"))
        self.name_kind = cache(lambda text: name_kind(text, self.words))
        self.phone = cache(phone_is_valid)
        self.page = cache(page_path)

    def _title(self, text: str) -> TitleReading:
        return read_title(text, self.words)

    # What is known of a person -------------------------------------------------------------------------

    def attribute(self, person: Row, key: str) -> Any:
        """Value for a key of ``when``; None is unknown."""
        if key in ("title_words", "function", "seniority"):
            title = text_of(person, "title")
            if title is None:
                return None
            if key == "title_words":
                return self.folded(title)
            return getattr(self.title(title), key)
        if key == "company_words":
            company = text_of(person, "company")
            return None if company is None else self.folded(company)
        if key == "industry":
            industry = text_of(person, "industry")
            return None if industry is None else self.industry(industry)
        if key in ("country", "region"):
            country = text_of(person, "country")
            code = None if country is None else self.country(country)
            if key == "country":
                return code
            region = text_of(person, "region")
            return region.upper() if region else self.words.region_of.get(code or "")
        if key == "email_domain":
            email = (text_of(person, "email") or "").lower()
            return email.rsplit("@", 1)[1] if "@" in email else None
        if key == "phone_is":
            phone = text_of(person, "phone")
            return None if phone is None else self.phone(phone, self.attribute(person, "country"))
        return text_of(person, key)

    def placeholder(self, person: Row) -> bool | None:
        parts = [text_of(person, name) for name in ("first_name", "last_name")]
        kinds = [NameKind.MISSING if part is None else self.name_kind(part) for part in parts]
        if max(kinds) == NameKind.MISSING:
            return None
        if NameKind.NEVER in kinds:
            return True
        if NameKind.DOUBTFUL in kinds and NameKind.FINE not in kinds:
            return True
        return None not in parts and " ".join(fold(part or "") for part in parts) in self.words.names["whole"]

    def typed_at_random(self, person: Row) -> bool | None:
        parts = [part for name in ("first_name", "last_name") if (part := text_of(person, name))]
        if all(self.name_kind(part) == NameKind.MISSING for part in parts):
            return None
        return any(typed_at_random(part, self.words) for part in parts)

    def email_finding(self, person: Row, finding: str) -> bool | None:
        email = text_of(person, "email")
        if email is None:
            return None
        email = email.lower()
        local, at, domain = email.rpartition("@")
        if finding == "malformed":
            plain = local.isascii() and local.replace("_", "").isalnum() and len(local) <= 64
            if plain and len(domain) <= 180 and domain.isascii() and self.domain_is_fine(domain):
                return False
            return email_is_malformed(email)
        if not at:
            return None
        if finding == "disposable":
            return self.disposable(domain)
        if finding == "personal":
            return domain in self.words.personal_mail
        return local in self.words.role_mail

    # Criteria ------------------------------------------------------------------------------------------

    def holds(self, when: When, person: Row) -> bool | None:
        answers = [self.part_holds(key, wanted, person) for key, wanted in when.given.items()]
        if False in answers:
            return False
        return None if None in answers else True

    def part_holds(self, key: str, wanted: Any, person: Row) -> bool | None:
        if key == "fields":
            answers = [field_holds(test, text_of(person, name)) for name, test in wanted.items()]
            if False in answers:
                return False
            return None if None in answers else True
        if key in ("email_is", "name_is"):
            of_names = {"placeholder": self.placeholder, "typed_at_random": self.typed_at_random}
            answers = [
                of_names[finding](person) if key == "name_is" else self.email_finding(person, finding)
                for finding in wanted
            ]
            if True in answers:
                return True
            return None if None in answers else False
        value = self.attribute(person, key)
        if value is None:
            return None
        if key in ("title_words", "company_words"):
            return any(f" {fold(word)} " in value for word in wanted)
        if key in ("employees", "revenue"):
            low = wanted.at_least is None or value >= wanted.at_least
            return low and (wanted.at_most is None or value <= wanted.at_most)
        if key == "email_domain":
            return any(value == domain or value.endswith(f".{domain}") for domain in wanted)
        if key == "phone_is":
            return ("valid" if value else "invalid") in wanted
        if key in ("email_opt_out", "do_not_call"):
            return bool(value == wanted)
        if key == "source":
            return value.lower() in [source.strip().lower() for source in wanted]
        return value in wanted

    def is_asked(self, did: Did, activity: Row) -> bool:
        if activity["kind"] not in did.activity:
            return False
        detail = activity["detail"]
        if did.page is not None:
            if detail is None:
                return False
            path = self.page(detail)
            if not any(path == page or (page and path.startswith(f"{page}/")) for page in did.page):
                return False
        if did.form is not None and (
            detail is None or detail.strip().lower() not in [form.strip().lower() for form in did.form]
        ):
            return False
        if did.detail_contains is not None and (
            detail is None or not any(text.lower() in detail.lower() for text in did.detail_contains)
        ):
            return False
        if did.direction is not None and activity["direction"] not in did.direction:
            return False
        return did.outcome is None or (
            activity["outcome"] is not None
            and activity["outcome"].strip().lower() in [outcome.strip().lower() for outcome in did.outcome]
        )

    # The judgement -------------------------------------------------------------------------------------

    def judge(self, person: Row, activities: Iterable[Row], *, now: datetime) -> Judged:
        """Judge one person with the person's own activities."""
        definition = self.definition
        activities = list(activities)
        answers: dict[str, bool | None] = {}
        worth: dict[str, int] = {}
        changes: list[datetime] = []
        for criterion in definition.criteria:
            if criterion.when is not None:
                answers[criterion.id] = self.holds(criterion.when, person)
                worth[criterion.id] = criterion.points
                continue
            did = criterion.did
            assert did is not None
            times = [activity["at"] for activity in activities if self.is_asked(did, activity)]
            changes += [at for at in times if at > now]
            counted = sorted(
                (at for at in times if at <= now and (did.within is None or at > now - did.within)),
                reverse=True,
            )
            passed = len(counted) >= did.at_least
            answers[criterion.id] = passed
            worth[criterion.id] = criterion.points
            if passed and did.within is not None:
                changes.append(counted[did.at_least - 1] + did.within)
            if passed and isinstance(criterion, BehaviourCriterion) and criterion.half_life:
                days = (now - counted[0]) // DAY
                left = faded(criterion.points, days, criterion.half_life)
                worth[criterion.id] = left
                while left:
                    days += 1
                    following = faded(criterion.points, days, criterion.half_life)
                    if following != left:
                        changes.append(counted[0] + days * DAY)
                        break
        fit, behaviour = (
            min(max(sum(worth[item.id] for item in section.criteria if answers[item.id]), 0), section.cap)
            for section in (definition.fit, definition.behaviour)
        )
        persona = self.persona(answers)
        sql, mql = self.gates(persona)
        stage = "lead"
        if any(answers[item.id] for item in definition.disqualify):
            stage = "go-nowhere"
        elif any(opens(way, fit, behaviour, answers) for way in sql):
            stage = "SQL"
        elif any(opens(way, fit, behaviour, answers) for way in mql):
            stage = "MQL"
        step = self.step(stage, fit, behaviour, answers)
        masks = {True: 0, False: 0, None: 0}
        for bit, criterion in enumerate(definition.criteria):
            masks[answers[criterion.id]] |= 1 << bit
        reason, missing = self.lines(person, stage, step, persona, fit, behaviour, answers)
        return Judged(
            person_id=person["person_id"],
            stage=stage,
            score=fit + behaviour,
            passed=masks[True],
            failed=masks[False],
            unknown=masks[None],
            next_change_at=min(changes, default=None),
            persona=persona.id if persona else None,
            step=step,
            reason=reason,
            missing=missing,
        )

    def persona(self, answers: Mapping[str, bool | None]) -> Persona | None:
        """The persona of whose criteria the person meets the most points; the first of equals."""
        points = {item.id: item.points for item in self.definition.criteria}
        found: list[tuple[int, int, Persona]] = []
        for persona in self.definition.personas:
            met = [name for name in persona.criteria if answers[name]]
            if len(met) >= (persona.at_least or len(persona.criteria)):
                found.append((sum(points[name] for name in met), len(met), persona))
        return max(found, key=lambda item: item[:2])[2] if found else None

    def step(self, stage: str, fit: int, behaviour: int, answers: Mapping[str, bool | None]) -> str | None:
        """The last step of the stage that is open."""
        names = [
            step.name
            for step in self.definition.steps
            if step.inside == stage and any(opens(way, fit, behaviour, answers) for way in step.open)
        ]
        return names[-1] if names else None

    def gates(self, persona: Persona | None) -> tuple[Iterable[Way], Iterable[Way]]:
        """Ways to SQL and to MQL."""
        own_sql, own_mql = (persona.sql, persona.mql) if persona else (None, None)
        return own_sql or self.definition.sql, own_mql or self.definition.mql

    # The lines -----------------------------------------------------------------------------------------

    def lines(
        self,
        person: Row,
        stage: str,
        step: str | None,
        persona: Persona | None,
        fit: int,
        behaviour: int,
        answers: Mapping[str, bool | None],
    ) -> tuple[str, str]:
        if stage == "go-nowhere":
            labels = [item.label for item in self.definition.disqualify if answers[item.id]]
        else:
            items = (*self.definition.behaviour.criteria, *self.definition.fit.criteria)
            told = sorted((item for item in items if answers[item.id]), key=lambda item: -abs(item.points))
            told.sort(key=lambda item: not isinstance(item, BehaviourCriterion))
            labels = [item.label for item in told if item.points >= 0]
            labels += [f"but {item.label}" for item in told if item.points < 0]
            if persona is not None:
                labels.insert(0, f"persona {persona.label}")
        longest_step = max((len(one.name) + 3 for one in self.definition.steps), default=0)
        because = (
            shortened(labels, 147 - longest_step) if labels else "nothing that we know speaks for them yet"
        )
        employees = person.get("employees")
        words = [
            person.get("title"),
            person.get("industry"),
            f"{employees} people" if employees is not None else "",
        ]
        who = ", ".join(word.strip() for word in words if word and word.strip())
        who = who if len(who) <= 80 else who[:79] + "…"
        named = f"{stage} ({step})" if step else stage
        head = stage if stage == "go-nowhere" else f"{named}, {fit + behaviour} points"
        reason = f"{head}: " + "; ".join(part for part in (who, because) if part)
        return reason, self.missing(person, stage, persona, fit, behaviour, answers)

    def missing(
        self,
        person: Row,
        stage: str,
        persona: Persona | None,
        fit: int,
        behaviour: int,
        answers: Mapping[str, bool | None],
    ) -> str:
        if stage == "go-nowhere":
            return ""
        parts = []
        words = {"last_name": "last name", "first_name": "first name", "employees": "number of employees"}
        needed = [
            " or ".join(words.get(name, name) for name in group)
            for group in self.definition.minimum_information
            if all(self.attribute(person, name) is None for name in group)
        ]
        if needed:
            parts.append(f"needed for handoff: {', '.join(needed)}")
        if stage != "SQL":
            gates = [*self.definition.mql, *self.definition.sql]
            for one in self.definition.personas:
                gates += [*(one.mql or ()), *(one.sql or ())]
            wanted = {
                name
                for way in gates
                for group in (way.all_of, way.any_of, way.none_of)
                for name in group or ()
            }
            most: dict[str, dict[str, int]] = {}
            for item in self.definition.criteria:
                if answers[item.id] is None and item.when and (item.points > 0 or item.id in wanted):
                    keys = [key for key in item.when.given if key != "fields"] + list(item.when.fields or {})
                    for key in keys:
                        best = most.setdefault(FIELD_WORDS.get(key, key.replace("_", " ")), {})
                        best[key] = max(best.get(key, 0), item.points, 0)
            told = []
            for word, best in most.items():
                points = min(sum(best.values()), self.definition.fit.cap)
                told.append(f"{word} (up to {points})" if points else word)
            if told:
                parts.append(f"unknown: {', '.join(told)}")
            sql, mql = self.gates(persona)
            target, ways = ("MQL", mql) if stage == "lead" else ("SQL", sql)
            needs = [self.needs(way, fit, behaviour, answers) for way in ways]
            nearest = min(distance for distance, _, _ in needs)
            text, of = next((text, of) for distance, text, of in needs if distance == nearest)
            parts.append(f"to {target}{of}: {text}")
        text = "; ".join(parts)
        return text if len(text) <= 255 else text[:254] + "…"

    def needs(
        self, way: Way, fit: int, behaviour: int, answers: Mapping[str, bool | None]
    ) -> tuple[int, str, str]:
        by_id = {item.id: item for item in self.definition.criteria}
        distance, words, all_in_all = 0, [], 0
        for wanted, have, name in (
            (way.fit_points, fit, "fit points"),
            (way.behaviour_points, behaviour, "behaviour points"),
            (way.points, fit + behaviour, "points"),
        ):
            if wanted is None:
                continue
            all_in_all += 1
            if wanted > have:
                distance += wanted - have
                words.append(f"{wanted - have} more {name}")
        for name in way.all_of or ():
            all_in_all += 1
            if not answers[name]:
                distance += max(by_id[name].points, 1)
                words.append(by_id[name].label)
        if way.any_of:
            all_in_all += 1
            if not any(answers[name] for name in way.any_of):
                distance += min(max(by_id[name].points, 1) for name in way.any_of)
                words.append(" or ".join(by_id[name].label for name in way.any_of))
        for name in way.none_of or ():
            all_in_all += 1
            if answers[name]:
                distance += 100
                words.append(f"must no longer be true: {by_id[name].label}")
        of = f" ({all_in_all - len(words)} of {all_in_all})" if all_in_all > 1 else ""
        return distance, ", ".join(words), of


FIELD_WORDS = {
    **dict.fromkeys(("title_words", "function", "seniority"), "job title"),
    **dict.fromkeys(("email_domain", "email_is"), "e-mail"),
    "company_words": "company",
    "employees": "number of employees",
    "name_is": "name",
    "phone_is": "phone",
    "source": "lead source",
    "email_opt_out": "whether they opted out",
    "do_not_call": "whether we may call",
}


def field_holds(test: Any, value: Any) -> bool | None:
    """The answer of one of the mapping's own fields, of whatever type."""
    if value is None:
        return None
    if isinstance(test, Amount):
        try:
            number = float(value)
        except ValueError:
            return None
        low = test.at_least is None or number >= test.at_least
        return low and (test.at_most is None or number <= test.at_most)
    text = (str(value).lower() if isinstance(value, bool) else str(value)).lower()
    if isinstance(test, bool):
        return {"true": test, "false": not test}.get(text)
    return text in [one.strip().lower() for one in test]


def text_of(person: Row, name: str) -> Any:
    """A value as it is, None for a blank text and for the signs that stand for one."""
    value = person.get(name)
    if not isinstance(value, str):
        return value
    value = value.strip()
    if name in ("first_name", "last_name", "company"):
        if not any(sign.isalnum() for sign in value):
            return None
        if value.lower() in ("[not provided]", "not provided", "[[unknown]]", "[unknown]", "n/a"):
            return None
    return value or None


def page_path(detail: str) -> str:
    """Path of an address, lower case, without query and closing slash; empty for the home page."""
    address = detail.strip().lower()
    for sign in "?#":
        address = address.split(sign, 1)[0]
    if "://" in address:
        address = address.split("://", 1)[1]
    return "/" + address.split("/", 1)[1].rstrip("/") if address.rstrip("/").count("/") else ""


def faded(points: int, days: int, half_life: timedelta) -> int:
    """Points left after whole days, rounded to the nearest."""
    left = int(abs(points) * 0.5 ** (days * (DAY / half_life)) + 0.5)
    return left if points > 0 else -left


def opens(way: Way, fit: int, behaviour: int, answers: Mapping[str, bool | None]) -> bool:
    """Whether a person comes through this way."""
    return (
        fit >= (way.fit_points or 0)
        and behaviour >= (way.behaviour_points or 0)
        and fit + behaviour >= (way.points or 0)
        and all(answers[name] for name in way.all_of or ())
        and (way.any_of is None or any(answers[name] for name in way.any_of))
        and not any(answers[name] for name in way.none_of or ())
    )


def shortened(labels: list[str], room: int) -> str:
    """All labels if there is room for all, else whole labels as far as there is, then how many more there are."""
    if len("; ".join(labels)) <= room:
        return "; ".join(labels)
    text = labels[0] if len(labels[0]) <= room - 9 else labels[0][: room - 10] + "…"
    for position in range(1, len(labels)):
        rest = len(labels) - position
        longer = f"{text}; {labels[position]}"
        if len(longer) > (room if rest == 1 else room - 9):
            return f"{text}; +{rest} more"
        text = longer
    return text
