"""Who is told of an event, and when it may be sent: queues, absences, escalations, what was before."""

from datetime import UTC, datetime, timedelta

from sla_rules.notices.decide import Notice, Reach, decide_notices
from sla_rules.notices.events import ClockLine, HotLead, Missed, State, Trouble, Visit
from sla_rules.notices.loading import load_notices
from sla_rules.sla_loading import load_sla
from tests.unit.sla_rules_sla.agreements import with_owners

NOW = datetime(2026, 11, 4, 10, tzinfo=UTC)  # a Wednesday, 11:00 in Berlin
INES, AWAY, BOSS, MARKET = "ines@m.example", "away@m.example", "boss@m.example", "market@m.example"
CONTRACT = load_sla(
    with_owners(f"owners:\n  - owner: {AWAY}\n    absences: [{{first: 2026-11-01, last: 2026-11-30}}]\n"),
    source="sla.yaml",
)
TEXT = (
    "recipients: {{manager: {{called: [Head of Sales], addresses: [boss@m.example]}}, "
    "marketing: {{called: [Head of Marketing], addresses: [market@m.example]}}, admin: {{addresses: [a@m.example]}}}}\n"
    "notices: {{watched: {{pages: {pages}}}}}\n"
)


def decided(
    *, pages: str = "[]", now: datetime = NOW, begun: datetime | None = None, **known: object
) -> list[Notice]:
    rules = load_notices(TEXT.format(pages=pages), source="notices.yaml")
    state = State(begun_at=begun or NOW - timedelta(days=9), at_work=frozenset({INES, AWAY}), **known)  # type: ignore[arg-type]
    return list(decide_notices(rules, CONTRACT, Reach(email=True), state, {}, now).new)


def told(notices: list[Notice]) -> list[tuple[str, str]]:
    return sorted((one.event.kind, one.recipient) for one in notices)


def hot(owner: str | None, *, minutes: float = 5) -> tuple[HotLead, ...]:
    at = NOW - timedelta(minutes=minutes)
    return (HotLead("h1", at, at, owner),)


def clock(commitment: str, status: str, owner: str | None = INES) -> tuple[ClockLine, ...]:
    at = NOW - timedelta(minutes=30)
    return (ClockLine("h1", commitment, at - timedelta(hours=1), owner, status, at, at),)


def test_a_lead_that_nobody_owns_is_the_managers() -> None:
    assert told(decided(hot=hot(INES))) == [("hot_lead", INES)]
    for nobody in ("queue:inbound", None, "left@m.example"):
        assert told(decided(hot=hot(nobody))) == [("hot_lead", BOSS)]


def test_whoever_is_away_for_long_is_told_at_once() -> None:
    (notice,) = decided(hot=hot(AWAY))
    assert notice.send_at == NOW


def test_at_night_it_waits_for_the_morning() -> None:
    late = NOW + timedelta(hours=10)
    (notice,) = decided(hot=hot(INES, minutes=-300), now=late)
    assert notice.send_at == datetime(2026, 11, 5, 8, tzinfo=UTC)


def test_an_escalation_reaches_whom_the_agreement_names() -> None:
    assert told(decided(clocks=clock("first_touch", "pending"))) == [("due", INES)]
    assert told(decided(clocks=clock("first_touch", "breached"))) == [("breach", INES), ("escalation", BOSS)]
    assert told(decided(clocks=clock("follow_up", "breached"))) == [("breach", INES)]
    assert told(decided(clocks=clock("no_early_disqualification", "breached"))) == [
        ("breach", INES),
        ("escalation", BOSS),
    ]
    for settled in ("met", "excused", "paused"):
        assert decided(clocks=clock("first_touch", settled)) == []


def test_a_missed_month_reaches_the_team_that_promised() -> None:
    missed = Missed("qualified_leads", "month", datetime(2026, 10, 1, tzinfo=UTC), NOW - timedelta(hours=1))
    assert told(decided(missed=(missed,))) == [("escalation", MARKET)]
    silent = Missed("minimum_information", "month", missed.start, missed.at)
    assert decided(missed=(silent,)) == []


def test_only_the_pages_that_count_and_only_since_the_watch() -> None:
    since = NOW - timedelta(hours=2)
    home = Visit("h1", NOW - timedelta(hours=1), "https://www.m.example/", INES, since)
    deep = Visit("h2", NOW - timedelta(hours=1), "https://www.m.example/pricing/teams?x=1", INES, since)
    early = Visit("h3", NOW - timedelta(hours=3), "/pricing", INES, since)
    assert len(decided(visits=(home, deep, early))) == 2
    (notice,) = decided(pages="[/pricing]", visits=(home, deep, early))
    assert notice.event.link_id == "h2"


def test_what_was_before_or_is_long_ago_is_not_told() -> None:
    assert decided(hot=hot(INES), begun=NOW - timedelta(minutes=1)) == []
    assert decided(hot=hot(INES, minutes=4 * 24 * 60)) == []
    assert decided(hot=hot(INES, minutes=-1)) == []


def test_a_trouble_does_not_wait() -> None:
    trouble = Trouble("failed", NOW + timedelta(hours=12), "p9", "p1")
    (notice,) = decided(troubles=(trouble,), now=NOW + timedelta(hours=13))
    assert notice.send_at == NOW + timedelta(hours=13)
