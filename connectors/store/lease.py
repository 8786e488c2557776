"""The lease that keeps two passes apart: one row in the database, with a fencing token that only grows."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from connectors.store.engine import Store
from connectors.store.tables import leases


class LeaseHeldError(Exception):
    """Another worker is running a pass; try again after it, or after its lease runs out."""


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
    ttl_s: float = 900.0,
    read_s: Callable[[], float] = time.time,
) -> Iterator[Lease]:
    """Hold a lease while the block runs; the same owner may enter again.

    Args:
        owner: who holds it, e.g. a Dagster run id; None makes one up.
        read_s: the clock, in seconds since the epoch; workers on one database must agree on it.

    Raises:
        LeaseHeldError: another owner has it and it has not run out.
    """
    me = owner if owner is not None else uuid.uuid4().hex
    lease = _take(store, name, me, ttl_s, read_s())
    try:
        yield lease
    finally:
        with store.begin() as connection:
            connection.execute(
                sa.update(leases)
                .where(leases.c.name == name, leases.c.owner == me, leases.c.fence == lease.fence)
                .values(expires_at_s=0.0)
            )


def renew(
    store: Store, lease: Lease, *, ttl_s: float = 900.0, read_s: Callable[[], float] = time.time
) -> None:
    """Hold a lease for another ``ttl_s`` seconds from now.

    Raises:
        LeaseHeldError: it ran out meanwhile and somebody else has taken it.
    """
    with store.begin() as connection:
        renewed = connection.execute(
            sa.update(leases)
            # Not the fence: another step of the same run may have entered since, in a process of its own.
            .where(leases.c.name == lease.name, leases.c.owner == lease.owner)
            .values(expires_at_s=read_s() + ttl_s)
        )
    if renewed.rowcount == 0:
        raise LeaseHeldError(
            "this pass took so long that another one has begun; nothing more is written by this one"
        )


def _take(store: Store, name: str, owner: str, ttl_s: float, now_s: float) -> Lease:
    with store.begin() as connection:
        make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        statement = (
            make(leases)
            .values(name=name, owner=owner, fence=1, expires_at_s=now_s + ttl_s)
            .on_conflict_do_update(
                index_elements=["name"],
                set_={"owner": owner, "fence": leases.c.fence + 1, "expires_at_s": now_s + ttl_s},
                where=sa.or_(leases.c.expires_at_s < now_s, leases.c.owner == owner),
            )
            .returning(leases.c.fence)
        )
        fence = connection.execute(statement).scalar()
        if fence is None:
            holder = connection.execute(sa.select(leases).where(leases.c.name == name)).one()
            raise LeaseHeldError(
                f"another pass is running (holder {holder.owner}, for at most "
                f"{max(0, round(holder.expires_at_s - now_s))} s more); wait for it to end"
            )
    return Lease(name, owner, int(fence))
