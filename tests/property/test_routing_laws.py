"""Laws of the routing: the same leads get the same owners, nobody absent or full gets one, shares are kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sla_rules.routing.assign import Assignment, Floor, Lead, amount_of, assign
from sla_rules.routing.ledger import Given, Ledger
from sla_rules.routing.policy import RoutingPolicy

START = datetime(2026, 10, 5, 8, tzinfo=UTC)
REPS = [f"rep{number}@m.example" for number in range(6)]
FALLBACK = "queue:Inbound"
SOME = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def policies(draw: st.DrawFn) -> RoutingPolicy:
    teams: dict[str, Any] = {}
    for name in ("north", "south"):
        owners = draw(st.lists(st.sampled_from(REPS), min_size=1, max_size=5, unique=True))
        teams[name] = {
            "share_by": draw(st.sampled_from(["turns", "score"])),
            "capacity": draw(st.none() | st.integers(0, 8)),
            "members": [
                {
                    "owner": owner,
                    "weight": draw(st.integers(1, 5)),
                    "capacity": draw(st.none() | st.integers(0, 8)),
                }
                for owner in owners
            ],
        }
    territories = [
        {"id": "de", "team": "north", "country": ["DE"]},
        {"id": "big", "team": "south", "employees": {"at_least": 100}},
    ]
    if draw(st.booleans()):
        territories.append({"id": "rest", "team": "south"})
    return RoutingPolicy.model_validate(
        {
            "title": "T",
            "version": "1",
            "enabled": True,
            "same_company": draw(st.booleans()),
            "teams": teams,
            "territories": territories,
            "fallback": FALLBACK,
        }
    )


@st.composite
def leads(draw: st.DrawFn) -> list[Lead]:
    number = draw(st.integers(0, 12))
    return [
        Lead(
            f"p{index:02}",
            START + timedelta(minutes=draw(st.integers(0, 5))),
            score=draw(st.integers(0, 100)),
            country=draw(st.sampled_from(["DE", "US", None])),
            employees=draw(st.sampled_from([5, 500, None])),
            company=draw(st.sampled_from(["c1", "c2", None, None])),
            company_owner=draw(st.sampled_from([None, None, None, *REPS])),
        )
        for index in range(number)
    ]


@st.composite
def floors(draw: st.DrawFn) -> Floor:
    return Floor(
        active=frozenset(draw(st.sets(st.sampled_from(REPS), min_size=3))),
        away=frozenset(draw(st.sets(st.sampled_from(REPS), max_size=3))),
        open_leads=draw(st.dictionaries(st.sampled_from(REPS), st.integers(0, 6))),
    )


def entries(found: list[Assignment]) -> list[Given]:
    return [one.given for one in found if one.given is not None]


@SOME
@given(policies(), leads(), floors(), st.randoms())
def test_the_same_leads_get_the_same_owners_in_whatever_order(
    policy: RoutingPolicy, some: list[Lead], floor: Floor, chance: Any
) -> None:
    first = assign(policy, some, [], floor)
    mixed = list(some)
    chance.shuffle(mixed)
    assert assign(policy, mixed, [], floor) == first
    assert sorted(one.person_id for one in first) == sorted(lead.person_id for lead in some)
    assert all(one.reason and len(one.reason) <= 255 for one in first)


@SOME
@given(policies(), leads(), floors(), st.integers(0, 12))
def test_all_at_once_or_in_two_passes_is_the_same(
    policy: RoutingPolicy, some: list[Lead], floor: Floor, cut: int
) -> None:
    ordered = sorted(some, key=lambda lead: (lead.at, lead.person_id))
    whole = assign(policy, ordered, [], floor)
    one = assign(policy, ordered[:cut], [], floor)
    held = dict(floor.open_leads)
    companies: dict[str, str] = {}
    for lead, found in zip(ordered[:cut], one, strict=True):
        if not found.queued:
            held[found.owner] = held.get(found.owner, 0) + 1
            companies |= {lead.company: found.owner} if lead.company else {}
    # What the next pass knows: who has the company by now, and how many each has.
    rest = [
        lead if lead.company not in companies else _known(lead, companies[lead.company])
        for lead in ordered[cut:]
    ]
    other = assign(policy, rest, entries(one), Floor(floor.active, floor.away, held))
    assert [*one, *other] == whole


def _known(lead: Lead, owner: str) -> Lead:
    return Lead(
        lead.person_id, lead.at, lead.score, country=lead.country, employees=lead.employees,
        company=lead.company, company_owner=owner,
    )  # fmt: skip


@SOME
@given(policies(), leads(), floors())
def test_nobody_who_is_away_gone_or_full_gets_one(
    policy: RoutingPolicy, some: list[Lead], floor: Floor
) -> None:
    found = assign(policy, some, [], floor)
    got = [one for one in found if not one.queued]
    assert not {one.owner for one in got} & floor.away
    assert {one.owner for one in got} <= floor.active
    assert {one.owner for one in found if one.queued} <= {FALLBACK}
    for team in policy.teams.values():
        for member in team.members:
            capacity = team.capacity_of(member)
            number = sum(one.owner == member.owner for one in got)
            if capacity is not None and number:
                by_team = any(
                    one.owner == member.owner and one.team and policy.teams[one.team] == team for one in got
                )
                assert not by_team or floor.open_leads.get(member.owner, 0) < capacity + number


@SOME
@given(policies(), leads(), floors())
def test_capacity_is_never_passed_by_whoever_is_in_one_team(
    policy: RoutingPolicy, some: list[Lead], floor: Floor
) -> None:
    found = assign(policy, some, [], floor)
    limits: dict[str, list[int | None]] = {}
    for team in policy.teams.values():
        for member in team.members:
            limits.setdefault(member.owner, []).append(team.capacity_of(member))
    for owner, known in limits.items():
        number = sum(one.owner == owner and not one.queued for one in found)
        if len(known) == 1 and known[0] is not None and number:
            assert floor.open_leads.get(owner, 0) + number <= known[0]


WEIGHTS = st.lists(st.integers(1, 20), min_size=1, max_size=8)


@SOME
@given(WEIGHTS, st.integers(1, 120))
def test_turns_are_never_a_whole_lead_away_from_their_share(weights: list[int], number: int) -> None:
    pool = {f"r{index}": weight for index, weight in enumerate(weights)}
    total = sum(weights)
    ledger, got = Ledger(), dict.fromkeys(pool, 0)
    for served in range(1, number + 1):
        owner = ledger.next_turn(pool)
        ledger.book(owner, 1, pool)
        got[owner] += 1
        for name, weight in pool.items():
            assert abs(got[name] - served * weight / total) < 1


@SOME
@given(st.integers(1, 8), st.lists(st.integers(1, 100), min_size=1, max_size=80))
def test_scores_of_equal_reps_differ_by_no_more_than_one_lead(reps: int, scores: list[int]) -> None:
    pool = {f"r{index}": 1 for index in range(reps)}
    ledger, got = Ledger(), dict.fromkeys(pool, 0)
    for score in scores:
        owner = ledger.next_share(score, pool)
        ledger.book(owner, score, pool)
        got[owner] += score
        assert max(got.values()) - min(got.values()) <= max(scores)


@SOME
@given(WEIGHTS, st.lists(st.integers(1, 100), min_size=1, max_size=80))
def test_nobody_is_ahead_of_their_share_of_scores_by_more_than_one_lead(
    weights: list[int], scores: list[int]
) -> None:
    pool = {f"r{index}": weight for index, weight in enumerate(weights)}
    ledger = Ledger()
    for score in scores:
        ledger.book(ledger.next_share(score, pool), score, pool)
    assert all(-ledger.owed(name) < max(scores) for name in pool)


@SOME
@given(st.integers(2, 6), st.integers(1, 30))
def test_whoever_comes_back_is_owed_nothing_for_the_time_away(reps: int, missed: int) -> None:
    pool = {f"r{index}": 1 for index in range(reps)}
    ledger = Ledger()
    without = {name: weight for name, weight in pool.items() if name != "r0"}
    for _ in range(missed):
        ledger.book(ledger.next_turn(without), 1, without)
    back = []
    for _ in range(reps):
        back.append(ledger.next_turn(pool))
        ledger.book(back[-1], 1, pool)
    assert back.count("r0") <= 2


@SOME
@given(policies(), leads(), floors())
def test_a_lead_stays_with_whoever_has_the_company(
    policy: RoutingPolicy, some: list[Lead], floor: Floor
) -> None:
    for lead, found in zip(
        sorted(some, key=lambda one: (one.at, one.person_id)), assign(policy, some, [], floor), strict=True
    ):
        known = [m for team in policy.teams.values() for m in team.members if m.owner == lead.company_owner]
        free = policy.same_company and lead.company_owner in floor.active - floor.away and not known
        if free and lead.company is None:
            assert found.owner == lead.company_owner


def test_a_lead_of_no_score_counts_one() -> None:
    team = RoutingPolicy.model_validate(
        {
            "title": "T",
            "version": "1",
            "teams": {"one": {"share_by": "score", "members": [{"owner": "a@x"}]}},
            "territories": [{"id": "all", "team": "one"}],
            "fallback": FALLBACK,
        }
    ).teams["one"]
    assert (amount_of(team, 0.0), amount_of(team, 40.4)) == (1, 40)
