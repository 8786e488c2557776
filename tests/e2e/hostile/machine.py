"""The hostile machine: people, a faulty world and a careless operator, in any order; then quiet, and the laws.

Each rule is one step of a history. `finish` is what every history ends with, also a fixed example.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from connectors.errors import ConfigError, ConnectorError
from connectors.store.lease import LeaseHeldError
from passes.context import PassOptions
from passes.run import StepRefusedError, run_pass
from tests.e2e.hostile import laws
from tests.e2e.hostile.hostile_world import LEASE_S, HostileWorld
from tests.e2e.hostile.killing import Executioner
from tests.e2e.hostile.ledger import FIELDS, Edit, Person, Side
from tests.e2e.hostile.people import People
from tests.e2e.hostile.perils import KilledError
from tests.e2e.hostile.troubles import EFFECTS, PLACES, VENDORS, Troubles

MOST_PEOPLE = 3
FORESEEN = (ConnectorError, ConfigError, LeaseHeldError, StepRefusedError)
WHO = st.integers(0, MOST_PEOPLE - 1)
SIDE = st.sampled_from(VENDORS)
FIELD = st.sampled_from([field.name for field in FIELDS])
BY_NAME = {field.name: field for field in FIELDS}


class ViolationError(AssertionError):
    """A law does not hold after quiet."""


class HostileMachine(RuleBasedStateMachine):
    """One history. ``world`` is shared by all histories of a process, one after the other.

    With an ``executioner`` real processes are killed too.
    """

    world: ClassVar[HostileWorld]
    executioner: ClassVar[Executioner | None] = None
    tally: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.world.begin()
        self.people = People(self.world)
        self.troubles = Troubles(self.world)
        self.tally["histories"] += 1
        self.told: set[laws.Told] = set()
        self._kept = False
        self._finished = False
        self._steps = 0

    def _step(self) -> None:
        self._steps += 1
        self.tally["steps"] += 1
        self.world.later(seconds=7)

    def _one(self, who: int) -> Person | None:
        everybody = self.people.everybody
        return everybody[who % len(everybody)] if everybody else None

    # ---- people

    @initialize(places=st.lists(SIDE, min_size=1, max_size=MOST_PEOPLE))
    def people_arrive(self, places: list[Side]) -> None:
        for side in places:
            self._step()
            if side == "hubspot":
                self.people.asks_for_demo(self.people.arrives_in_hubspot())
            else:
                self.people.arrives_in_salesforce()

    @rule(side=SIDE)
    def somebody_arrives(self, side: Side) -> None:
        self._step()
        if len(self.people.everybody) < MOST_PEOPLE:
            if side == "hubspot":
                self.people.arrives_in_hubspot()
            else:
                self.people.arrives_in_salesforce()

    @rule(who=WHO)
    def asks_for_demo(self, who: int) -> None:
        self._step()
        if person := self._one(who):
            self.people.asks_for_demo(person)

    @rule(who=WHO)
    def is_entered_on_the_other_side(self, who: int) -> None:
        self._step()
        if person := self._one(who):
            self.people.enters_other_side(person)

    @rule(who=WHO, side=SIDE, field=FIELD)
    def edits(self, who: int, side: Side, field: str) -> None:
        self._step()
        if person := self._one(who):
            self.people.edits(person, side, BY_NAME[field], self.people.word(field))

    @rule(who=WHO, field=FIELD, same=st.booleans())
    def both_edit(self, who: int, field: str, same: bool) -> None:
        self._step()
        if person := self._one(who):
            word = self.people.word(field)
            self.people.edits(person, "hubspot", BY_NAME[field], word)
            self.world.later(seconds=2)
            other = word if same else self.people.word(field)
            self.people.edits(person, "salesforce", BY_NAME[field], other)

    @rule(who=WHO, side=SIDE, field=FIELD)
    def clears(self, who: int, side: Side, field: str) -> None:
        self._step()
        if person := self._one(who):
            self.people.edits(person, side, BY_NAME[field], None)

    @rule(who=WHO, field=FIELD, seconds=st.integers(1, 240))
    def edit_is_committed_late(self, who: int, field: str, seconds: int) -> None:
        self._step()
        if person := self._one(who):
            self.people.edits_late(person, BY_NAME[field], seconds)
            self.tally["fault: late commit"] += 1

    @rule(who=WHO, side=SIDE, calls=st.booleans())
    def refuses(self, who: int, side: Side, calls: bool) -> None:
        self._step()
        if person := self._one(who):
            (self.people.refuses_calls if calls else self.people.opts_out)(person, side)

    @rule(who=WHO)
    def lead_is_converted(self, who: int) -> None:
        self._step()
        if person := self._one(who):
            self.people.converts(person)

    @rule(who=WHO, side=SIDE, what=st.sampled_from(["delete", "restore", "merge"]))
    def record_goes(self, who: int, side: Side, what: str) -> None:
        self._step()
        if person := self._one(who):
            act = {
                "delete": self.people.deletes,
                "restore": self.people.restores,
                "merge": self.people.merges,
            }
            act[what](person, side)

    @rule(who=WHO, side=SIDE)
    def logs_activity(self, who: int, side: Side) -> None:
        self._step()
        if person := self._one(who):
            self.people.logs(person, side)

    @rule(who=WHO, first=SIDE, passes=st.integers(0, 2), twice=st.booleans())
    def mail_is_logged(self, who: int, first: Side, passes: int, twice: bool) -> None:
        """By the tool of one side, and, it may be after passes, by that of the other too."""
        self._step()
        person = self._one(who)
        message_id = self.people.mails(person, first) if person else None
        if person and message_id and twice:
            for _ in range(passes):
                self._pass()
            self.people.mails(person, "salesforce" if first == "hubspot" else "hubspot", message_id)
            self.tally["mails logged by two tools"] += 1

    @rule(who=WHO)
    def edits_activity(self, who: int) -> None:
        self._step()
        if person := self._one(who):
            self.people.edits_activity(person)

    # ---- the world

    @rule(
        name=st.sampled_from(sorted(EFFECTS)),
        vendor=SIDE,
        place=st.integers(0, len(PLACES) - 1),
        times=st.integers(1, 3),
        skip=st.integers(0, 3),
    )
    def requests_will_fail(self, name: str, vendor: str, place: int, times: int, skip: int) -> None:
        self._step()
        self.troubles.request(name, vendor, place, times, skip)

    @rule(
        who=WHO,
        side=SIDE,
        field=FIELD,
        vendor=SIDE,
        place=st.integers(0, len(PLACES) - 1),
        skip=st.integers(0, 2),
        when=st.sampled_from(["before", "after"]),
    )
    def edit_meets_a_request(
        self, who: int, side: Side, field: str, vendor: str, place: int, skip: int, when: str
    ) -> None:
        self._step()
        person = self._one(who)
        if person is None:
            return
        if self.edit_to_come(person, side, field, vendor, place=place, skip=skip, when=when):
            self._pass()

    def edit_to_come(
        self, person: Person, side: Side, field: str, vendor: str, *, place: int, skip: int, when: str
    ) -> bool:
        """Have a person edit a record when a request comes; False: there is no such record."""
        word = self.people.word(field)
        edit = self.people.edit_to_come(person, side, BY_NAME[field], word)
        if edit is None:
            return False

        def made() -> None:
            person.edits[field] = Edit(BY_NAME[field], side, word)

        self.troubles.edit(edit, vendor, place, skip, when, made)
        return True

    @rule(
        kind=st.sampled_from(["locks", "sessions", "pages", "cursors", "lag", "no lag"]), n=st.integers(1, 4)
    )
    def world_gets_worse(self, kind: str, n: int) -> None:
        self._step()
        acts: dict[str, Callable[[], None]] = {
            "locks": lambda: self.troubles.row_locks(n),
            "sessions": self.troubles.sessions_expire,
            "pages": lambda: self.troubles.small_pages(n),
            "cursors": lambda: self.troubles.cursors_expire(n),
            "lag": lambda: self.troubles.search_lag(60.0 * n),
            "no lag": lambda: self.troubles.search_lag(0.0),
        }
        acts[kind]()

    # ---- the operator

    @rule()
    def a_pass(self) -> None:
        self._step()
        self._pass()

    @rule(dies_at=st.integers(1, 400))
    def a_pass_is_killed(self, dies_at: int) -> None:
        self._step()
        try:
            self.world.restart(dies_at=dies_at)
            self.world.one_pass()
        except KilledError:
            self.tally["kills in process"] += 1
        except FORESEEN:
            self.tally["passes that failed"] += 1
        self._forget_dead_process()

    @precondition(lambda self: self.executioner is not None)
    @rule(after_requests=st.integers(1, 45), then_ms=st.integers(0, 40))
    def a_process_is_killed(self, after_requests: int, then_ms: int) -> None:
        """SIGKILL of a real process in the middle of its pass."""
        self._step()
        assert self.executioner is not None
        self.world.leave()
        self.world.later(minutes=5)
        if self.executioner.kill(after_requests=after_requests, then_ms=then_ms):
            self.tally["kills by SIGKILL"] += 1
        self._forget_dead_process()

    @rule(
        step=st.sampled_from(["people_links", "sync_plan", "applied_writes", "reconciliation"]),
        late=st.booleans(),
    )
    def a_second_worker_comes(self, step: str, late: bool) -> None:
        """In the middle of a pass another worker wants to run one; ``late``: the first has slept too long."""
        self._step()
        first = self.world.bench

        def tell(name: str, result: object) -> None:
            if name == step and result is None:
                self._second_worker(late=late)

        self.world.later(minutes=5)
        self.tally["second workers"] += 1
        try:
            run_pass(first, f"first {self.tally['second workers']}", PassOptions(approve=True), progress=tell)
        except FORESEEN:
            self.tally["passes that failed"] += 1
        self.troubles.take_note()

    def _second_worker(self, *, late: bool) -> None:
        if late:
            self.world.later(seconds=LEASE_S)
        second = self.world.open_bench()
        try:
            run_pass(second, f"second {self.tally['second workers']}", PassOptions(approve=True))
        except LeaseHeldError:
            self.tally["second workers refused"] += 1
        except FORESEEN:
            self.tally["passes that failed"] += 1
        finally:
            second.store.close()

    @rule()
    def database_is_backed_up(self) -> None:
        self._step()
        self.world.leave()
        self.world.databases.keep()
        self._kept = True
        self.world.restart()

    @precondition(lambda self: self._kept)
    @rule()
    def database_is_put_back(self) -> None:
        self._step()
        # What was decided and told stays so, also where the record of it is thrown away now.
        self.told |= laws.on_record(self.world)
        self.world.leave()
        self.world.databases.put_back()
        self.tally["databases put back"] += 1
        self.world.restart()

    @rule(hours=st.sampled_from([-1, 0, 1]))
    def clock_changes(self, hours: int) -> None:
        self._step()
        self.world.skew = timedelta(hours=hours)
        self.tally["clock changes"] += 1

    # ---- quiet

    def _pass(self) -> None:
        try:
            self.world.one_pass()
        except FORESEEN:
            self.tally["passes that failed"] += 1
        self.troubles.take_note()

    def _forget_dead_process(self) -> None:
        self.troubles.take_note()
        self.world.restart()
        # Its lease runs out.
        self.world.later(seconds=LEASE_S)

    def finish(self) -> list[str]:
        """Quiet: nothing fails any more, passes come to rest, and the laws are looked at."""
        self._finished = True
        self.tally["histories of 30 steps or more"] += self._steps >= 30
        self.troubles.end()
        self.tally.update({f"fault: {name}": n for name, n in self.troubles.happened.items()})
        self.world.later(minutes=20)
        self.world.restart()
        return laws.come_to_rest(self.world) or laws.violations(self.world, self.people, self.told)

    def teardown(self) -> None:
        if not self._finished:
            found = self.finish()
            self.tally["violations"] += len(found)
            if found:
                raise ViolationError("; ".join(found))
