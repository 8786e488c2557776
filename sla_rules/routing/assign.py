"""The decision who gets each lead, from the policy, what the teams were given so far, and who is free.

Pure and deterministic: leads are taken by their time of handoff, then by id, in whatever order they come; the same
leads over the same history get the same owners, all at once or one by one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sla_rules.routing.ledger import Given, Ledger
from sla_rules.routing.policy import RoutingPolicy, Team, Territory


@dataclass(frozen=True, slots=True)
class Lead:
    """What the policy may ask of somebody who is handed over; None is not known.

    Attributes:
        at: aware; who comes first is served first.
        country: ISO code; ``region`` and ``industry`` are the lead definition's words.
        company: by which people of one company know each other.
        company_owner: the rep who has somebody of that company already.
    """

    person_id: str
    at: datetime
    score: float = 0.0
    stage: str | None = None
    country: str | None = None
    region: str | None = None
    industry: str | None = None
    employees: int | None = None
    source: str | None = None
    company: str | None = None
    company_owner: str | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """Who is there.

    Attributes:
        active: owners to whom Salesforce lets records be given.
        away: owners who are absent today.
        open_leads: how many open leads each owner has.
    """

    active: frozenset[str] = frozenset()
    away: frozenset[str] = frozenset()
    open_leads: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who gets one lead, and why.

    Attributes:
        queued: nobody was free, or no territory fits: the fallback has it.
        pool: who was free: owner to weight; empty where nobody was asked.
        amount: what the lead counts in the team's ledger.
    """

    person_id: str
    owner: str
    reason: str
    team: str | None = None
    territory: str | None = None
    queued: bool = False
    pool: Mapping[str, int] = field(default_factory=dict)
    amount: int = 1

    @property
    def given(self) -> Given | None:
        """The entry in the team's ledger, if it has one."""
        return Given(self.team, self.owner, self.amount, self.pool) if self.team and self.pool else None


def assign(
    policy: RoutingPolicy, leads: Iterable[Lead], given: Sequence[Given], floor: Floor
) -> list[Assignment]:
    """Who gets each lead, in the order in which they were served.

    Args:
        given: what the teams have been given so far, oldest first.
    """
    by_team: dict[str, list[Given]] = defaultdict(list)
    for one in given:
        by_team[one.team].append(one)
    desk = _Desk(policy, floor, {team: Ledger(by_team[team]) for team in policy.teams})
    return [desk.serve(lead) for lead in sorted(leads, key=lambda one: (one.at, one.person_id))]


def amount_of(team: Team, score: float) -> int:
    """What a lead counts in the team's ledger: nobody gets one for nothing."""
    return max(1, round(score)) if team.share_by == "score" else 1


class _Desk:
    """One round of assignments, with what it has given out so far."""

    def __init__(self, policy: RoutingPolicy, floor: Floor, ledgers: Mapping[str, Ledger]) -> None:
        self._policy, self._floor, self._ledgers = policy, floor, ledgers
        self._open: Counter[str] = Counter(floor.open_leads)
        self._companies: dict[str, str] = {}

    def serve(self, lead: Lead) -> Assignment:
        territory = next((one for one in self._policy.territories if fits(one, lead)), None)
        team = self._policy.teams[territory.team] if territory else None
        pool = self._pool(team) if team else {}
        found = self._of_company(lead, territory, team, pool)
        if found is None and territory is None:
            found = self._queued(lead, None, "no territory fits")
        elif found is None and not pool and territory is not None and team is not None:
            found = self._queued(lead, territory, f"nobody of {territory.team} is free: {self._why(team)}")
        elif found is None and territory is not None and team is not None:
            found = self._by_share(lead, territory, team, pool)
        if found is None:
            raise AssertionError("every lead is served")
        self._note(lead, found)
        return found

    def _pool(self, team: Team) -> dict[str, int]:
        return {
            member.owner: member.weight
            for member in team.members
            if self._is_there(member.owner) and self._has_room(member.owner, team.capacity_of(member))
        }

    def _is_there(self, owner: str) -> bool:
        return owner in self._floor.active and owner not in self._floor.away

    def _has_room(self, owner: str, capacity: int | None) -> bool:
        return capacity is None or self._open[owner] < capacity

    def _of_company(
        self, lead: Lead, territory: Territory | None, team: Team | None, pool: Mapping[str, int]
    ) -> Assignment | None:
        if not self._policy.same_company:
            return None
        owner = self._companies.get(lead.company or "") or lead.company_owner
        if owner is None or not self._is_there(owner) or not self._has_room(owner, self._capacity(owner)):
            return None
        member = owner in pool
        return Assignment(
            lead.person_id,
            owner,
            "has somebody of the same company already",
            territory.team if territory and member else None,
            territory.id if territory else None,
            pool=pool if member else {},
            amount=amount_of(team, lead.score) if team else 1,
        )

    def _capacity(self, owner: str) -> int | None:
        """The least that any team allows the owner."""
        known = [
            capacity
            for team in self._policy.teams.values()
            for member in team.members
            if member.owner == owner and (capacity := team.capacity_of(member)) is not None
        ]
        return min(known, default=None)

    def _by_share(self, lead: Lead, territory: Territory, team: Team, pool: Mapping[str, int]) -> Assignment:
        ledger, amount = self._ledgers[territory.team], amount_of(team, lead.score)
        if team.share_by == "score":
            owner, how = ledger.next_share(amount, pool), "has had the least score for their share"
        else:
            owner, how = ledger.next_turn(pool), "is next"
        free = f"of {len(pool)} free" if len(pool) > 1 else "the only one free"
        reason = f"territory {territory.id}: {how} in {territory.team}, {free}"
        return Assignment(
            lead.person_id, owner, reason, territory.team, territory.id, pool=pool, amount=amount
        )

    def _queued(self, lead: Lead, territory: Territory | None, why: str) -> Assignment:
        return Assignment(
            lead.person_id,
            self._policy.fallback,
            why,
            territory=territory.id if territory else None,
            queued=True,
        )

    def _why(self, team: Team) -> str:
        owners = [member.owner for member in team.members]
        gone = sum(owner not in self._floor.active for owner in owners)
        away = sum(owner in self._floor.active and owner in self._floor.away for owner in owners)
        told = [
            f"{number} {word}"
            for number, word in (
                (away, "away"), (len(owners) - gone - away, "at capacity"), (gone, "not active in Salesforce"),
            )
            if number
        ]  # fmt: skip
        return ", ".join(told)

    def _note(self, lead: Lead, found: Assignment) -> None:
        if found.queued:
            return
        self._open[found.owner] += 1
        if lead.company:
            self._companies[lead.company] = found.owner
        if found.team and found.pool:
            self._ledgers[found.team].book(found.owner, found.amount, found.pool)


def fits(territory: Territory, lead: Lead) -> bool:
    """Whether all that the territory asks is known of the lead and true."""
    for wanted, value in (
        (territory.country, lead.country),
        (territory.region, lead.region),
        (territory.industry, lead.industry),
        (territory.source, lead.source),
        (territory.stage, lead.stage),
    ):
        if wanted is not None and value not in wanted:
            return False
    room = territory.employees
    if room is None:
        return True
    if lead.employees is None:
        return False
    low = room.at_least is None or lead.employees >= room.at_least
    return low and (room.at_most is None or lead.employees <= room.at_most)
