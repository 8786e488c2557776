"""One round of telling: decide what is new, keep it, deliver what is due. By a lease of its own, beside any pass."""

import secrets
import time
from collections import Counter
from datetime import datetime, timedelta

import sqlalchemy as sa

from connectors.store import lease, outbox
from connectors.store.lease import LeaseHeldError
from passes.context import PassContext
from passes.notice_setup import NoticeSetup
from passes.notices import gather
from passes.notices.deliver import Sleep, deliver
from passes.step import Finding, StepResult
from passes.workbench import Workbench
from sla_rules.notices.decide import Decision, decide_notices
from sla_rules.notices.hours import Hours

_LEASE = "notices"
_LATE = timedelta(hours=1)
_LATELY = timedelta(days=7)


def tell(bench: Workbench, *, sleep: Sleep = time.sleep) -> StepResult:
    """Decide, keep and deliver; a round that runs elsewhere is left to do it.

    Raises:
        ConfigError: the rules, or what a channel needs, cannot be used.
    """
    setup = bench.notices()
    if setup.silent:
        with bench.store.begin() as connection:
            gather.end(connection)
        return StepResult(figures={"told": 0})
    context = bench.open("notices")
    try:
        with lease.hold(bench.store, _LEASE, owner=f"notices-{secrets.token_hex(5)}", read_s=bench.read_s):
            return _round(context, setup, sleep)
    except LeaseHeldError:
        return StepResult(figures={"told": 0})


def waiting(bench: Workbench) -> int:
    """How many notices a round would send now; writes nothing but since when people are told."""
    setup = bench.notices()
    if setup.silent:
        return 0
    context = bench.open("notices")
    now = context.now()
    with bench.store.begin() as connection:
        hours = Hours.of(setup.rules, context.contracts.sla, now)
        fresh = _decide(context, setup, hours, connection, now).new
        return outbox.due(connection, now) + sum(notice.send_at <= now for notice in fresh)


def _round(context: PassContext, setup: NoticeSetup, sleep: Sleep) -> StepResult:
    now = context.now()
    hours = Hours.of(setup.rules, context.contracts.sla, now)
    with context.store.begin() as connection:
        decision = _decide(context, setup, hours, connection, now)
        _keep(connection, decision, now)
    outcome: Counter[str] = deliver(context, setup, hours, sleep=sleep)
    with context.store.begin() as connection:
        counts = outbox.counts(connection, now - _LATELY)
        late = outbox.overdue(connection, now - _LATE)
    figures = {
        "told": outcome["sent"],
        "new": len(decision.new),
        "withdrawn": len(decision.withdrawn) + outcome["withdrawn"],
        "postponed": outcome["postponed"],
        "given up": outcome["failed"],
        "waiting": counts.get(outbox.QUEUED, 0) + counts.get(outbox.SENDING, 0),
    }
    return StepResult(figures=figures, findings=(_delivered(counts.get(outbox.FAILED, 0), late),))


def _decide(
    context: PassContext, setup: NoticeSetup, hours: Hours, connection: sa.Connection, now: datetime
) -> Decision:
    state = gather.state(context, connection, setup.rules, now)
    # Whatever stands has happened within this span, and was decided after it happened.
    already = outbox.known(connection, now - setup.rules.tell_within.elapsed - _LATE)
    return decide_notices(setup.rules, context.contracts.sla, setup.reach, state, already, now, hours)


def _keep(connection: sa.Connection, decision: Decision, now: datetime) -> None:
    outbox.withdraw(connection, decision.withdrawn, now=now)
    outbox.add(
        connection,
        [
            {
                "notice_id": notice.notice_id,
                "event": notice.event.key,
                "kind": notice.event.kind,
                "channel": notice.channel,
                "role": notice.role,
                "recipient": notice.recipient,
                "link_id": notice.event.link_id,
                "about": dict(notice.event.about),
                "happened_at": notice.event.at,
                "decided_at": now,
                "send_at": notice.send_at,
            }
            for notice in decision.new
        ],
    )


def _delivered(failed: int, late: int) -> Finding:
    why = "Every notice of the last days was taken."
    if failed or late:
        why = (
            f"{failed} notices were given up in the last seven days, {late} are late. `accord notices` names each with "
            "its remedy; `accord notices again` sends what was given up once more."
        )
    figures = {"given up": float(failed), "late": float(late)}
    return Finding(
        "notices_delivered", holds=not failed and not late, why=why, figures=figures, severity="warning"
    )
