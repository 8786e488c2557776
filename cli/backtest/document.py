"""The answer of ``accord backtest --json``."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from passes.backtest.run import Answer
from sla_rules.backtesting.backtest import Both
from sla_rules.backtesting.moves import Move, counted
from sla_rules.backtesting.trial import Rates


def document(answer: Answer, names: Mapping[str, str]) -> dict[str, Any]:
    """Everything, with every person who moves."""
    found = answer.backtest
    return {
        "since": found.since,
        "until": found.until,
        "versions": asdict(found.versions),
        "people": found.people,
        "qualified": {**asdict(found.volume), "quota": found.quota},
        "weeks": [
            {"start": week.start, "end": week.end, **asdict(week.qualified), "quota": week.quota}
            for week in found.weeks
        ],
        "outcomes": {goal: _both(both) for goal, both in found.rates.items()},
        "groups": [asdict(group) for group in found.groups],
        "causes": [{"why": why, "further": up, "less_far": down} for why, up, down in counted(found.moves)],
        "moves": [_move(one, names) for one in found.moves],
        "exact_from": answer.known.exact_from,
        "record": {
            "compared": answer.record.compared,
            "differences": [asdict(one) for one in answer.record.differences],
        },
        "notes": answer.caveats,
    }


def _both(both: Both[Rates]) -> dict[str, Any]:
    sides = {"in_force": both.in_force, "proposed": both.proposed}
    return {
        side: {**asdict(rates), "precision": rates.precision, "recall": rates.recall}
        for side, rates in sides.items()
    }


def _move(one: Move, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "link_id": one.person_id,
        "name": names.get(one.person_id),
        "at": one.at,
        "before": one.before,
        "after": one.after,
        "points_before": one.points_before,
        "points_after": one.points_after,
        "why": [cause.told for cause in one.causes],
    }
