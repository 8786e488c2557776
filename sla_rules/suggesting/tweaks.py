"""Single changes to the definition in force, with what each does to the ranking of people held out.

Here: which criteria to add, drop or weigh anew, and the raw values of the definition with changes made. Not here:
a definition from nothing (``suggestion``), the text of the file (``page``).
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from sla_rules.definition import BehaviourCriterion, LeadDefinition
from sla_rules.qualify_behaviour import asked_by, behaviour_of
from sla_rules.suggesting.candidates import Asked, candidates, definition_of, meets
from sla_rules.suggesting.choice import Points, ranking
from sla_rules.suggesting.examples import AS_OF, Examples, Flags
from sla_rules.suggesting.page import written
from sla_rules.suggesting.suggestion import FOLDS, folds

_WORTHS = (-15, -10, -5, 5, 10, 15, 20)
_LEAST = 0.002
"""Of ranking, that a change must bring; nobody meets about less."""
_ALIKE = 0.7


@dataclass(frozen=True)
class Tweak:
    """One change to a definition.

    Attributes:
        kind: ``add``, ``drop`` or ``points``.
        criterion: as it would be; for ``drop`` as it is.
        before: its points now; None for a new one.
        effect: what it adds to the ROC AUC of the score on people held out, mean of five folds.
        spread: standard deviation of that over the folds.
    """

    kind: Literal["add", "drop", "points"]
    criterion: Asked
    before: int | None
    effect: float
    spread: float

    @property
    def told(self) -> str:
        """The change and its effect in words."""
        item = self.criterion
        what = {
            "add": f"add “{item.label}” with {item.points:+d} points",
            "drop": f"drop “{item.label}” ({self.before or 0:+d} points)",
            "points": f"give “{item.label}” {item.points:+d} points instead of {self.before or 0:+d}",
        }[self.kind]
        return f"{what}: effect {self.effect:+.3f} (spread {self.spread:.3f})"


@dataclass(frozen=True)
class _Change:
    kind: Literal["add", "drop", "points"]
    item: Asked
    worth_each: Points
    tried: tuple[int, ...]


def top_tweaks(
    definition: LeadDefinition, examples: Examples, *, most: int = 3, seed: int = 0
) -> list[Tweak]:
    """The changes with the largest effect, each measured alone, largest first; none that chance explains.

    How many points a change is worth is found in the training part of each fold, and its effect in the rest.

    Raises:
        TooFewAnswers: when there is too little to learn from.
    """
    examples.check()
    sums = _sums(definition, examples)
    changes = list(_changes(definition, examples))
    splits = list(folds(examples.outcome, seed))
    found: list[tuple[Tweak, Points]] = []
    for change in changes:
        gains = []
        for train, test in splits:
            points = _best(definition, sums, change, examples.outcome, train)
            gains.append(
                _after(definition, sums, change, points, examples.outcome, test)
                - _after(definition, sums, change, 0, examples.outcome, test)
            )
        effect, spread = float(np.mean(gains)), float(np.std(gains))
        if effect < _LEAST or effect < 2 * spread / np.sqrt(FOLDS):
            continue
        points = _best(definition, sums, change, examples.outcome, np.arange(len(examples.outcome)))
        before = None if change.kind == "add" else change.item.points
        after = points if change.kind == "add" else change.item.points + points
        item = change.item if change.kind == "drop" else change.item.model_copy(update={"points": after})
        found.append((Tweak(change.kind, item, before, effect, spread), change.worth_each))
    found.sort(key=lambda pair: -pair[0].effect)
    return _unlike(found, most)


def ranking_of(definition: LeadDefinition, examples: Examples) -> float:
    """ROC AUC of the definition's score on these people."""
    sums = _sums(definition, examples)
    return ranking(_score(definition, sums), examples.outcome)


def tweaked(value: Mapping[str, Any], tweaks: Sequence[Tweak]) -> dict[str, Any]:
    """The raw values of a definition, as read from its file, with the changes made and the version marked."""
    changed: dict[str, Any] = copy.deepcopy(dict(value))
    changed["version"] = f"{value['version']} proposed"
    changed["agreed_by"] = ["nobody yet"]
    for tweak in tweaks:
        section = changed["behaviour" if isinstance(tweak.criterion, BehaviourCriterion) else "fit"]
        items: list[dict[str, Any]] = section.setdefault("criteria", [])
        if tweak.kind == "add":
            items.append(written(tweak.criterion))
            continue
        place = next(place for place, item in enumerate(items) if item["id"] == tweak.criterion.id)
        if tweak.kind == "drop":
            del items[place]
        else:
            items[place]["points"] = tweak.criterion.points
    return changed


def _changes(definition: LeadDefinition, examples: Examples) -> Iterator[_Change]:
    """Every change worth a try: columns of what one point more is worth to each person."""
    kept = _named_elsewhere(definition)
    current: list[Asked] = [*definition.fit.criteria, *definition.behaviour.criteria]
    for item, column in zip(current, _contributions(current, examples), strict=True):
        if not item.points:
            continue
        if item.id not in kept:
            yield _Change("drop", item, -column, (1,))
        if not (isinstance(item, BehaviourCriterion) and item.half_life):
            # A new number of points must not turn the criterion round.
            steps = tuple(step for step in _WORTHS if (item.points + step) * item.points > 0)
            yield _Change("points", item, column // item.points, steps)
    possible = candidates(examples, definition)
    met = meets(possible, examples)
    taken = set(definition.bits)
    for place, item in enumerate(possible):
        name = next(
            name for name in (item.id, *(f"{item.id}_{n}" for n in range(2, 99))) if name not in taken
        )
        yield _Change("add", item.model_copy(update={"id": name}), met[:, place].astype(np.int64), _WORTHS)


def _named_elsewhere(definition: LeadDefinition) -> set[str]:
    """Criteria that gates, steps, personas or examples name; dropping one would break them."""
    ways = [*definition.mql, *definition.sql, *(way for step in definition.steps for way in step.open)]
    for persona in definition.personas:
        ways += [*(persona.mql or ()), *(persona.sql or ())]
    names = {name for way in ways for name in way.names}
    names |= {name for persona in definition.personas for name in persona.criteria}
    return names | {name for example in definition.examples for name in example.because or ()}


def _contributions(items: Sequence[Asked], examples: Examples) -> list[Points]:
    """What each criterion gives to each person, faded points included."""
    met = meets(items, examples)
    columns = []
    for place, item in enumerate(items):
        column = met[:, place].astype(np.int64) * item.points
        if isinstance(item, BehaviourCriterion) and item.half_life:
            ids = examples.people.get_column("person_id")
            did = behaviour_of(asked_by(definition_of([item])), ids, examples.activities, now=AS_OF)
            column = np.zeros(len(met), dtype=np.int64)
            column[did.get_column("person").to_numpy()] = did.get_column("points").to_numpy()
        columns.append(column)
    return columns


def _sums(definition: LeadDefinition, examples: Examples) -> dict[bool, Points]:
    """Points of fit (False) and of behaviour (True), before the caps."""
    nothing = np.zeros(len(examples.outcome), dtype=np.int64)
    return {
        False: sum(_contributions(definition.fit.criteria, examples), nothing),
        True: sum(_contributions(definition.behaviour.criteria, examples), nothing),
    }


def _score(definition: LeadDefinition, sums: Mapping[bool, Points]) -> Points:
    fit, did = (np.clip(sums[part], 0, section.cap) for part, section in _sections(definition))
    return np.asarray(fit + did, dtype=np.int64)


def _sections(definition: LeadDefinition) -> tuple[tuple[bool, Any], ...]:
    return ((False, definition.fit), (True, definition.behaviour))


def _after(
    definition: LeadDefinition,
    sums: Mapping[bool, Points],
    change: _Change,
    points: int,
    reached: Flags,
    rows: Points,
) -> float:
    part = isinstance(change.item, BehaviourCriterion)
    there = {name: column[rows] for name, column in sums.items()}
    there[part] = there[part] + points * change.worth_each[rows]
    return ranking(_score(definition, there), reached[rows])


def _best(
    definition: LeadDefinition, sums: Mapping[bool, Points], change: _Change, reached: Flags, rows: Points
) -> int:
    """The points that rank these rows best; 0, which changes nothing, if none may be tried."""
    return max(
        change.tried, key=lambda points: _after(definition, sums, change, points, reached, rows), default=0
    )


def _unlike(found: Sequence[tuple[Tweak, Points]], most: int) -> list[Tweak]:
    """The first ``most`` that do not ask nearly the same of nearly the same people."""
    kept: list[tuple[Tweak, Points]] = []
    for tweak, column in found:
        if len(kept) == most:
            break
        if all(abs(np.corrcoef(column, other)[0, 1]) < _ALIKE for _, other in kept):
            kept.append((tweak, column))
    return [tweak for tweak, _ in kept]
