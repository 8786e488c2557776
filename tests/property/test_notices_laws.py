"""Whatever passes decide, in whatever order and however often: nobody is told twice, or outside of their hours."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from sla_rules.notices.decide import Decision, Reach, decide_notices
from sla_rules.notices.events import Answer, ClockLine, HotLead, State, Visit
from sla_rules.notices.hours import Hours
from sla_rules.notices.loading import load_notices
from sla_rules.sla_loading import load_sla
from tests.unit.sla_rules_sla.agreements import with_owners

MONDAY = datetime(2026, 11, 2, 6, tzinfo=UTC)
DANA, INES, GONE = "dana@m.example", "ines@m.example", "gone@m.example"
CONTRACT = load_sla(with_owners(f"owners:\n  - owner: {DANA}\n    calendar: new_york\n"), source="sla.yaml")
RULES = load_notices(
    "recipients: {manager: {called: [Head of Sales], addresses: [boss@m.example]}, "
    "marketing: {called: [Head of Marketing], addresses: [market@m.example]}, admin: {addresses: [a@m.example]}}",
    source="notices.yaml",
)
REACH = Reach(email=True, slack=frozenset({"owner", "manager"}))
HOURS = Hours.of(RULES, CONTRACT, MONDAY)
ZONES = {DANA: ZoneInfo("America/New_York")}

minutes = st.integers(0, 4 * 24 * 60)
owners = st.sampled_from([DANA, INES, GONE, "queue:in", None])


@dataclass(frozen=True)
class Lead:
    """A lead that is handed over, perhaps called, visited and answered, some minutes after Monday morning."""

    number: int
    handed: int
    owner: str | None
    called: int | None
    visit: int
    answer: int | None

    def clock(self, now: datetime) -> ClockLine:
        due = at(self.handed + 60)
        stop = at(self.handed + self.called) if self.called is not None else None
        late = "breached" if now > due else "pending"
        status = "met" if stop is not None and stop <= min(now, due) else late
        return ClockLine(
            f"h{self.number}", "first_touch", at(self.handed), self.owner, status, at(self.handed + 45), due
        )


def at(minute: int) -> datetime:
    return MONDAY + timedelta(minutes=minute)


leads = st.lists(
    st.builds(
        Lead,
        number=st.integers(0, 10**6),
        handed=minutes,
        owner=owners,
        called=st.none() | st.integers(0, 200),
        visit=minutes,
        answer=st.none() | minutes,
    ),
    max_size=5,
    unique_by=lambda lead: lead.number,
)


def known(some: list[Lead], now: datetime) -> State:
    """What is known of the leads at a moment."""
    here = [lead for lead in some if at(lead.handed) <= now]
    hot = [
        HotLead(f"h{one.number}", at(one.handed), at(one.handed), one.owner)
        for one in here
        if one.called is None or at(one.handed + one.called) > now
    ]
    return State(
        begun_at=MONDAY,
        hot=tuple(hot),
        clocks=tuple(one.clock(now) for one in here),
        answers=tuple(
            Answer(f"h{one.number}", at(one.answer), one.owner)
            for one in here
            if one.answer is not None and at(one.answer) <= now
        ),
        visits=tuple(
            Visit(f"h{one.number}", at(one.visit), "/pricing", one.owner, MONDAY)
            for one in here
            if at(one.visit) <= now
        ),
        at_work=frozenset({DANA, INES}),
    )


class Outbox:
    """The outbox as the store keeps it: states by id, and what was sent when."""

    def __init__(self) -> None:
        self.states: dict[str, str] = {}
        self.waiting: dict[str, tuple[datetime, str, str, str]] = {}
        self.sent: list[tuple[str, datetime, str, str, str]] = []

    def take(self, decision: Decision, now: datetime) -> None:
        for gone in decision.withdrawn:
            self.states[gone] = "withdrawn"
        for one in decision.new:
            assert self.states.get(one.notice_id) in (None, "withdrawn")
            self.states[one.notice_id] = "queued"
            self.waiting[one.notice_id] = (
                one.send_at,
                one.event.kind,
                one.event.link_id or "",
                one.recipient,
            )
        for notice_id, state in list(self.states.items()):
            send_at, kind, link_id, recipient = self.waiting[notice_id]
            if state == "queued" and send_at <= now:
                self.states[notice_id] = "sent"
                self.sent.append((notice_id, now, kind, link_id, recipient))


def told(some: list[Lead], passes: list[int]) -> Outbox:
    outbox = Outbox()
    for minute in sorted(passes):
        now = at(minute)
        state = known(some, now)
        outbox.take(decide_notices(RULES, CONTRACT, REACH, state, outbox.states, now, HOURS), now)
    return outbox


def is_open(recipient: str, now: datetime) -> bool:
    local = now.astimezone(ZONES.get(recipient, ZoneInfo("Europe/Berlin")))
    return local.weekday() < 5 and 9 <= local.hour < 17


@settings(deadline=None, max_examples=25)
@given(leads, st.lists(minutes, min_size=1, max_size=12))
def test_nobody_is_told_twice_however_often_it_is_decided(some: list[Lead], passes: list[int]) -> None:
    outbox = told(some, passes + passes)
    ids = [notice_id for notice_id, *_ in outbox.sent]
    assert len(ids) == len(set(ids))


@settings(deadline=None, max_examples=25)
@given(leads, st.lists(minutes, min_size=1, max_size=12))
def test_a_message_leaves_within_the_recipients_hours(some: list[Lead], passes: list[int]) -> None:
    outbox = told(some, passes)
    for state, (send_at, _, _, recipient) in zip(
        outbox.states.values(), outbox.waiting.values(), strict=True
    ):
        assert is_open(recipient, send_at), (state, recipient, send_at)


@settings(deadline=None, max_examples=25)
@given(leads, st.lists(minutes, min_size=1, max_size=12))
def test_what_is_settled_is_told_no_more(some: list[Lead], passes: list[int]) -> None:
    by_id = {f"h{lead.number}": lead for lead in some}
    for _, now, kind, link_id, _ in told(some, passes).sent:
        status = by_id[link_id].clock(now).status
        assert kind not in {"due", "breach", "escalation"} or status == {"due": "pending"}.get(kind, status)
        assert status != "met" or kind in {"watched", "feedback"}


@settings(deadline=None, max_examples=15)
@given(leads, st.lists(minutes, max_size=12), st.integers(0, 2**32))
def test_the_order_in_which_things_are_known_tells_the_same(
    some: list[Lead], passes: list[int], seed: int
) -> None:
    turned = some[seed % (len(some) or 1) :] + some[: seed % (len(some) or 1)]
    one, other = told(some, passes), told(turned, passes)
    assert one.states == other.states
    assert sorted(one.sent) == sorted(other.sent)


@settings(deadline=None, max_examples=15)
@given(st.lists(minutes, max_size=6))
def test_what_stands_for_a_working_day_reaches_everybody_once(passes: list[int]) -> None:
    lead = Lead(1, 240, INES, None, 10, 30)
    # Tuesday at noon everybody has had hours since.
    outbox = told([lead], [*passes, 30 * 60])
    outbox.take(
        decide_notices(RULES, CONTRACT, REACH, known([lead], at(31 * 60)), outbox.states, at(31 * 60), HOURS),
        at(31 * 60),
    )
    kinds = sorted(
        (kind, recipient) for _, _, kind, _, recipient in outbox.sent if kind in {"breach", "escalation"}
    )
    assert kinds == [
        ("breach", INES),
        ("breach", INES),
        ("escalation", "boss@m.example"),
        ("escalation", "manager"),
    ]
