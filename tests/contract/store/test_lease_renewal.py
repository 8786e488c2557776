"""A long pass keeps its lease from step to step, and learns when it has lost it."""

import pytest

from connectors.store import lease
from connectors.store.engine import Store


def test_a_renewed_lease_outlives_its_first_time(store: Store) -> None:
    now_s = [1000.0]
    with lease.hold(store, "pass", owner="one", ttl_s=60, read_s=lambda: now_s[0]) as held:
        now_s[0] = 1050.0
        lease.renew(store, held, ttl_s=60, read_s=lambda: now_s[0])
        now_s[0] = 1100.0

        with (
            pytest.raises(lease.LeaseHeldError),
            lease.hold(store, "pass", owner="two", ttl_s=60, read_s=lambda: now_s[0]),
        ):
            pass


def test_a_lease_that_another_took_is_not_renewed(store: Store) -> None:
    now_s = [1000.0]
    other = Store(store.url)
    slow = lease.hold(other, "pass", owner="slow", ttl_s=60, read_s=lambda: now_s[0])
    held = slow.__enter__()
    now_s[0] = 1100.0
    with lease.hold(store, "pass", owner="next", ttl_s=60, read_s=lambda: now_s[0]):
        with pytest.raises(lease.LeaseHeldError, match="another one has begun"):
            lease.renew(other, held, ttl_s=60, read_s=lambda: now_s[0])

        slow.__exit__(None, None, None)
        with (
            pytest.raises(lease.LeaseHeldError),
            lease.hold(store, "pass", owner="third", ttl_s=60, read_s=lambda: now_s[0]),
        ):
            pass
    other.close()
