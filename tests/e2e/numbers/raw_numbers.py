"""Every metric once more, person by person, from what the two systems hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import holidays

from sla_rules.sla import WEEKDAYS, SlaContract
from tests.e2e.numbers.raw_events import Person, Told

Figure = tuple[float, float | None, float | None, float | None]  # numerator, denominator, p50, p95
_EXCUSED_EARLY = 4


@dataclass
class Answered:
    """What sales' words come to."""

    accepted: bool = False
    rejected: bool = False
    recycled: bool = False
    converted_at: datetime | None = None

    @property
    def anything(self) -> bool:
        """Whether sales has answered."""
        return self.accepted or self.rejected or self.recycled


class Numbers:
    """The metrics of all people handed over up to now."""

    def __init__(self, contract: SlaContract, people: list[Person], now: datetime) -> None:
        self._contract, self._now = contract, now
        self._people = people
        self._calendar = contract.calendars["office"]
        place = self._calendar.holidays
        assert place is not None
        days = holidays.country_holidays(
            place.country, subdiv=place.subdivision, years=[now.year, now.year + 1]
        )
        self._closed = set(days) | set(self._calendar.closed)

    def of(self, owner: str | None = None) -> dict[str, Figure]:
        """By metric: everybody's, or those of the people whom one owner has."""
        handed = [one for one in self._people if one.handed_at and owner in (None, one.owner)]
        answers = [self._answered(one) for one in handed]
        touches = [self._touches(one) for one in handed]
        deals = [[d for d in one.deals if d["CreatedDate"] >= one.handed_at] for one in handed]
        won = [[d for d in found if d["IsWon"]] for found in deals]
        every = float(len(handed))
        answered = float(sum(one.anything for one in answers))
        scores = [s for one in handed if (s := self._score(one)) is not None]
        to_conversion = [
            (a.converted_at - p.handed_at) / timedelta(days=1)
            for a, p in zip(answers, handed, strict=True)
            if a.converted_at and p.handed_at
        ]
        to_win = [
            (min(d["SystemModstamp"] for d in found) - p.handed_at) / timedelta(days=1)
            for found, p in zip(won, handed, strict=True)
            if found and p.handed_at
        ]
        figures: dict[str, Figure] = {
            "handed_over": (every, None, None, None),
            "complete_at_handoff": (sum(not one.incomplete for one in handed), every, None, None),
            "score_at_handoff": (len(scores), every, *_spread(scores)),
            "touches_per_handoff": (sum(map(len, touches)), every, *_spread([len(one) for one in touches])),
            "touched": (sum(bool(one) for one in touches), every, None, None),
            "accepted": (sum(one.accepted for one in answers), answered, None, None),
            "rejected": (sum(one.rejected for one in answers), answered, None, None),
            "recycled": (sum(one.recycled for one in answers), answered, None, None),
            "converted": (sum(one.converted_at is not None for one in answers), every, None, None),
            "days_to_conversion": (len(to_conversion), every, *_spread(to_conversion)),
            "days_to_win": (len(to_win), every, *_spread(to_win)),
            "won": (sum(bool(one) for one in won), every, None, None),
            "opportunity_amount": (_amount(deals), None, None, None),
            "won_amount": (_amount(won), None, None, None),
        }
        if owner is None:
            newly = sum(bool(one.qualifications) for one in self._people)
            figures["newly_qualified"] = (newly, None, None, None)
        return figures | dict(self._clocks(handed, touches))

    # ---- promises

    def _clocks(self, handed: list[Person], touches: list[list[datetime]]) -> Iterator[tuple[str, Figure]]:
        status: dict[str, list[str]] = {}
        minutes: list[float] = []
        clocks = 0
        for person, made in zip(handed, touches, strict=True):
            begun = person.handed_at
            assert begun is not None
            told = self._told(person)
            first = made[0] if made else None
            said = [(one.at, self._meaning(one)) for one in told]
            refusals = [("opted out", person.no_mail_since), ("do not call", person.no_calls_since)]
            excuses = [(at, kind) for at, kind in said if kind]
            excuses += [(max(at, begun), kind) for kind, at in refusals if at]
            late = {
                "first_touch": lambda at, begun=begun: at > self._due(begun, 60),
                "answer": lambda at, begun=begun: at > self._due(begun, 960),
                "disposition": lambda at, begun=begun: at - begun > timedelta(days=14),
            }
            stops = {
                "first_touch": first,
                "answer": min((at for at, kind in said if kind), default=None),
                "disposition": min((one.at for one in told if self._is_complete(one)), default=None),
            }
            if first is not None:
                late["follow_up"] = lambda at, first=first: at - first > timedelta(days=7)
                stops["follow_up"] = made[3] if len(made) > 3 else None
            for name, stop in stops.items():
                commitment = next(one for one in self._contract.commitments if one.id == name)
                excused = min((at for at, kind in excuses if kind in commitment.excused_by), default=None)
                status.setdefault(name, []).append(self._judge(stop, excused, late[name]))
            if status["first_touch"][-1] != "excused":
                clocks += 1
                if first is not None:
                    minutes.append(self._open_minutes(begun, first))
            ended = min((at for at, kind in said if kind == "rejected"), default=None)
            if ended is not None:
                status.setdefault("no_early_disqualification", []).append(
                    self._early(person, made, told, ended)
                )
        for name in ("first_touch", "follow_up", "answer", "disposition", "no_early_disqualification"):
            found = status.get(name, [])
            kept = found.count("met")
            yield f"kept {name}", (kept, kept + found.count("breached"), None, None)
        yield "first_touch_minutes", (len(minutes), clocks, *_spread(minutes))
        for edge in self._contract.bands_minutes:
            yield f"touched_within {edge}", (sum(one <= edge for one in minutes), clocks, None, None)

    def _judge(self, stop: datetime | None, excused: datetime | None, late: Any) -> str:
        if stop is not None and not late(stop):
            return "met"
        if excused is not None and not late(excused):
            return "excused"
        return "breached" if stop is not None or late(self._now) else "pending"

    def _early(self, person: Person, made: list[datetime], told: list[Told], ended: datetime) -> str:
        if sum(at <= ended for at in made) >= _EXCUSED_EARLY:
            return "met"
        reasons = [one.reason for one in told if one.reason and self._meaning(one)]
        commitment = next(one for one in self._contract.commitments if one.id == "no_early_disqualification")
        refused = [
            at for at in (person.no_mail_since, person.no_calls_since) if at is not None and at <= ended
        ]
        in_order = bool(refused) or bool(reasons and reasons[-1] in commitment.excused_reasons)
        return "excused" if in_order else "breached"

    # ---- what the words come to

    def _told(self, person: Person) -> list[Told]:
        return [one for one in person.told if person.handed_at and person.handed_at <= one.at <= self._now]

    def _meaning(self, told: Told) -> str | None:
        rules = self._contract.answers
        if told.by_rep:
            names = {
                "accepted": rules.accepted,
                "converted": rules.converted,
                "recycled": rules.recycled,
                "rejected": rules.rejected,
            }
        else:
            names = {
                "accepted": rules.accepted_statuses,
                "converted": rules.converted_statuses,
                "rejected": rules.rejected_statuses,
            }
        return next((kind for kind, known in names.items() if told.said in known), None)

    def _is_complete(self, told: Told) -> bool:
        if not told.by_rep or self._meaning(told) is None:
            return False
        return told.said not in self._contract.answers.reason_needed or bool(told.reason)

    def _answered(self, person: Person) -> Answered:
        told = [(one, meaning) for one in self._told(person) if (meaning := self._meaning(one))]
        converted = [one.at for one, meaning in told if meaning == "converted"]
        said = [meaning for one, meaning in told if one.by_rep] or [meaning for _, meaning in told]
        fate = "converted" if converted else said[-1] if said else None
        return Answered(
            accepted=fate in ("accepted", "converted"),
            rejected=fate == "rejected",
            recycled=fate == "recycled",
            converted_at=min(converted, default=None),
        )

    def _touches(self, person: Person) -> list[datetime]:
        return [at for at, _ in person.touches if person.handed_at and at >= person.handed_at]

    def _score(self, person: Person) -> float | None:
        before = [score for at, _, score in person.stages if person.handed_at and at <= person.handed_at]
        return before[-1] if before else None

    # ---- time

    def _open_minutes(self, start: datetime, end: datetime) -> float:
        """Minutes of opening hours between two moments."""
        total = 0.0
        for since, until in self._openings(start):
            if since >= end:
                break
            total += max(0.0, (min(until, end) - max(since, start)).total_seconds() / 60)
        return total

    def _due(self, start: datetime, minutes: float) -> datetime:
        """The first moment by which so many minutes of opening hours have passed."""
        for since, until in self._openings(start):
            begins = max(since, start)
            if begins + timedelta(minutes=minutes) <= until:
                return begins + timedelta(minutes=minutes)
            minutes -= max(0.0, (until - begins).total_seconds() / 60)
        raise AssertionError("opening hours never end")

    def _openings(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """When the office is open, from the day of a moment on."""
        zone = self._calendar.zone
        day = start.astimezone(zone).date()
        while True:
            if day not in self._closed:
                for opens, closes in self._calendar.hours.get(WEEKDAYS[day.weekday()], ()):
                    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
                    since, until = (midnight + timedelta(minutes=one) for one in (opens, closes))
                    yield since.astimezone(UTC), until.astimezone(UTC)
            day += timedelta(days=1)


def _spread(values: list[float] | list[int]) -> tuple[float | None, float | None]:
    """p50 and p95, between neighbours in proportion."""
    if not values:
        return None, None
    ranked = sorted(values)

    def at(share: float) -> float:
        place = (len(ranked) - 1) * share
        low = int(place)
        high = min(low + 1, len(ranked) - 1)
        return ranked[low] + (ranked[high] - ranked[low]) * (place - low)

    return at(0.5), at(0.95)


def _amount(deals: list[list[Any]]) -> float:
    return float(sum(deal["Amount"] or 0 for found in deals for deal in found))
