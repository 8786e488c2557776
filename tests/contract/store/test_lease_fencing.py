"""A holder that lives keeps its lease however long it works; one that lost it can commit nothing any more."""

import threading

import pytest
import sqlalchemy as sa

from connectors.store import cursors, lease
from connectors.store.engine import Store
from tests.contract.store.conftest import NOW


class Clock:
    """A clock in seconds that tells when it was read after it was moved."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.read = threading.Event()

    def __call__(self) -> float:
        self.read.set()
        return self.now_s

    def move(self, seconds: float) -> None:
        self.now_s += seconds
        self.read.clear()


def _try(store: Store, clock: Clock, owner: str = "other", ttl_s: float = 60) -> int:
    mine = Store(store.url)
    try:
        with lease.hold(mine, "pass", owner=owner, ttl_s=ttl_s, read_s=clock) as held:
            return held.fence
    finally:
        mine.close()


def test_a_holder_at_work_keeps_its_lease_without_doing_anything_for_it(store: Store) -> None:
    clock = Clock()
    with lease.hold(store, "pass", owner="slow", ttl_s=0.02, read_s=clock):
        for _ in range(3):
            clock.move(0.015)
            # Twice: the first reading may have been under way while the clock moved.
            assert clock.read.wait(30)
            clock.read.clear()
            assert clock.read.wait(30)
        with store.begin() as connection:
            cursors.put(connection, "position", 1, now=NOW)


def test_a_long_transaction_ends_with_the_lease_renewed(store: Store) -> None:
    clock = Clock()
    with lease.hold(store, "pass", owner="slow", ttl_s=60, read_s=clock):
        with store.begin() as connection:
            cursors.put(connection, "position", 1, now=NOW)
            clock.move(300)
        clock.move(50)
        with pytest.raises(lease.LeaseHeldError, match="another pass is running"):
            _try(store, clock)


def test_who_lost_the_lease_commits_nothing(store: Store) -> None:
    clock = Clock()
    other = Store(store.url)
    slept = lease.hold(store, "pass", owner="slept", ttl_s=60, read_s=clock)
    slept.__enter__()
    clock.move(61)
    with lease.hold(other, "pass", owner="next", ttl_s=60, read_s=clock) as held:
        assert held.fence == 2
        with other.begin() as connection:
            cursors.put(connection, "position", "next", now=NOW)
        with pytest.raises(lease.LeaseLostError, match="another one has begun"), store.begin() as connection:
            cursors.put(connection, "position", "slept", now=NOW)
        with store.begin() as connection:
            assert cursors.get(connection, "position") == "next", "reading is free"
    with pytest.raises(lease.LeaseLostError), store.begin() as connection:
        cursors.put(connection, "position", "slept", now=NOW)
    slept.__exit__(None, None, None)
    with store.begin() as connection:
        cursors.put(connection, "position", "without a lease", now=NOW)
    other.close()


def test_a_clock_put_back_an_hour_blocks_nobody_for_an_hour(store: Store) -> None:
    clock = Clock()
    dead = lease.hold(store, "pass", owner="dead", ttl_s=60, read_s=clock)
    dead.__enter__()
    clock.move(-3600)
    assert _try(store, clock) == 2
    dead.__exit__(None, None, None)


def test_of_many_workers_at_one_time_one_gets_it(store: Store) -> None:
    ready = threading.Barrier(4)
    inside = threading.Barrier(4)
    got: list[int] = []
    refused: list[str] = []

    def work(number: int) -> None:
        mine = Store(store.url)
        ready.wait(30)
        try:
            with lease.hold(mine, "pass", owner=f"worker {number}") as held:
                got.append(held.fence)
                inside.wait(30)
        except lease.LeaseHeldError as error:
            refused.append(str(error))
            inside.wait(30)
        mine.close()

    workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert (len(got), len(refused)) == (1, 3)
    with store.begin() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM leases")).scalar() == 1
