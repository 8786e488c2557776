"""The lease that keeps two passes apart: one row in the database, with a fencing token that only grows.

Whoever holds it renews it from a thread, so that it can be short: a step may take as long as it needs, and a
holder that dies blocks the others for a minute at most. Every transaction of the holder proves the lease in the
moment of its commit; whoever has lost it meanwhile (a machine that slept) can write nothing any more.
"""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from connectors.errors import ConfigError
from connectors.store.engine import Store
from connectors.store.tables import leases

TTL_S = 60.0
_BEATS = 4
# Part of every transaction of a pass, so it is built once.
_RENEWING = (
    sa.update(leases)
    .where(
        leases.c.name == sa.bindparam("held"),
        leases.c.owner == sa.bindparam("holder"),
        # A larger fence of the same owner is another step of the same run, in a process of its own.
        leases.c.fence >= sa.bindparam("least"),
    )
    .values(expires_at_s=sa.bindparam("until_s"))
)


class LeaseHeldError(Exception):
    """Another worker is running a pass; try again after it, or after its lease runs out."""


class LeaseLostError(LeaseHeldError):
    """The lease ran out and another worker has taken it; what was not committed before is not there."""

    def __init__(self) -> None:
        super().__init__(
            "this pass was out of reach for so long that another one has begun; nothing more is written by this one"
        )


@dataclass(frozen=True, slots=True)
class Lease:
    """What the holder knows: ``fence`` is larger than that of every earlier holder."""

    name: str
    owner: str
    fence: int


@contextmanager
def hold(
    store: Store,
    name: str,
    *,
    owner: str | None = None,
    ttl_s: float = TTL_S,
    read_s: Callable[[], float] = time.time,
) -> Iterator[Lease]:
    """Hold a lease while the block runs, renewed all the while; the same owner may enter again.

    Inside, every transaction of ``store`` that writes is fenced: it is committed only while the lease is held.

    Args:
        owner: who holds it, e.g. a Dagster run id; None makes one up.
        read_s: the clock, in seconds since the epoch; workers on one database must agree on it.

    Raises:
        LeaseHeldError: another owner has it and it has not run out.
        LeaseLostError: from a transaction inside, after another owner took it.
    """
    me = owner if owner is not None else uuid.uuid4().hex
    lease = _take(store, name, me, ttl_s, read_s())
    done = threading.Event()
    beat = threading.Thread(
        target=_beat, args=(store, lease, ttl_s, read_s, done), name=f"lease:{name}", daemon=True
    )
    try:
        with store.guarded(partial(_prove, lease=lease, ttl_s=ttl_s, read_s=read_s)):
            beat.start()
            yield lease
    finally:
        done.set()
        beat.join()
        with store.begin() as connection:
            connection.execute(
                sa.update(leases)
                .where(leases.c.name == name, leases.c.owner == me, leases.c.fence == lease.fence)
                .values(expires_at_s=0.0)
            )


def _beat(
    store: Store, lease: Lease, ttl_s: float, read_s: Callable[[], float], done: threading.Event
) -> None:
    while not done.wait(ttl_s / _BEATS):
        try:
            renew(store, lease, ttl_s=ttl_s, read_s=read_s)
        except LeaseLostError:
            # The holder's next transaction finds it out by itself.
            return
        except ConfigError:
            # The database is busy or away for a moment: there are more beats before the lease runs out, and
            # a holder that cannot reach it at all fails by its own transactions.
            continue


def renew(
    store: Store, lease: Lease, *, ttl_s: float = TTL_S, read_s: Callable[[], float] = time.time
) -> None:
    """Hold a lease for another ``ttl_s`` seconds from now.

    Raises:
        LeaseLostError: it ran out meanwhile and somebody else has taken it.
    """
    with store.begin() as connection:
        _prove(connection, lease=lease, ttl_s=ttl_s, read_s=read_s)


def _prove(connection: sa.Connection, *, lease: Lease, ttl_s: float, read_s: Callable[[], float]) -> None:
    """Renew within a transaction: it keeps others from taking the lease until the commit."""
    ours = {"held": lease.name, "holder": lease.owner, "least": lease.fence, "until_s": read_s() + ttl_s}
    renewed = connection.execute(_RENEWING, ours)
    if renewed.rowcount == 0:
        raise LeaseLostError


def _take(store: Store, name: str, owner: str, ttl_s: float, now_s: float) -> Lease:
    with store.begin() as connection:
        make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        free = sa.or_(
            leases.c.expires_at_s < now_s,
            # Nobody can have asked for that much: the clock was put back since.
            leases.c.expires_at_s > now_s + 2 * ttl_s,
            leases.c.owner == owner,
        )
        statement = (
            make(leases)
            .values(name=name, owner=owner, fence=1, expires_at_s=now_s + ttl_s)
            .on_conflict_do_update(
                index_elements=["name"],
                set_={"owner": owner, "fence": leases.c.fence + 1, "expires_at_s": now_s + ttl_s},
                where=free,
            )
            .returning(leases.c.fence)
        )
        fence = connection.execute(statement).scalar()
        if fence is None:
            holder = connection.execute(sa.select(leases).where(leases.c.name == name)).one()
            raise LeaseHeldError(
                f"another pass is running (holder {holder.owner}, for at most "
                f"{max(0, round(holder.expires_at_s - now_s))} s more unless it renews); wait for it to end"
            )
    return Lease(name, owner, int(fence))
