"""What should never stay silent: leads that nobody works, sides that fall quiet, writes that are refused.

Findings only, of what the pass has just left in the store; the queue of holds is ``health.py``.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.store import cursors, links
from connectors.store.tables import clocks, passes
from passes import persons
from passes.context import PassContext
from passes.reading.integration_user import integration_user
from passes.step import Finding
from sync_rules.owners import QUEUE, OwnerMap
from sync_rules.records import Side
from sync_rules.silence import Heard, heard, judge

_PEOPLE_READ: Mapping[Side, tuple[str, tuple[str, ...]]] = {
    "hubspot": ("hubspot_people", ("contacts changed",)),
    "salesforce": ("salesforce_people", ("Lead changed", "Contact changed")),
}
_FEWEST_WRITES = 20


def owners_at_work(context: PassContext, connection: sa.Connection) -> Finding:
    """Whether everybody whose clock runs belongs to somebody who can act: an active user, or a queue."""
    running = (
        sa.select(clocks.c.link_id).where(clocks.c.status == "pending", clocks.c.team == "sales").distinct()
    )
    rows = links.load(connection, [row.link_id for row in connection.execute(running)]).values()
    people = persons.load(connection, [row for row in rows if not row.merged])
    owners, us = persons.load_owner_map(context, connection), integration_user(context, connection)
    found: Counter[str] = Counter()
    for person in people:
        if person.living_salesforce is not None:
            found[_state(persons.owner_of(person.living_salesforce, owners), owners, us)] += 1
    bad = {state: number for state, number in sorted(found.items()) if state != "at work"}
    told = ", ".join(f"{number} with {state}" for state, number in bad.items())
    why = (
        f"People whose clock runs while nobody can act: {told}. Give them another owner in Salesforce; "
        "`owners.fallback` says who gets new ones."
    )
    figures = {f"with {state}": float(number) for state, number in bad.items()}
    return Finding(
        "owners_at_work",
        holds=not bad,
        why=why if bad else "Everybody whose clock runs has an owner who can act.",
        figures={"people": sum(bad.values()), **figures},
    )


def _state(owner: str | None, owners: OwnerMap, us: str | None) -> str:
    if owner is None:
        return "an owner whom Salesforce does not list"
    if owner == us:
        return "Accord's own user"
    if owner in owners.inactive["salesforce"]:
        return "an inactive user"
    if not owner.startswith(QUEUE) and owner not in owners.ids["hubspot"]:
        return "an owner without a counterpart in HubSpot"
    return "at work"


def volume_as_usual(context: PassContext, connection: sa.Connection) -> Finding:
    """Whether both sides have something new about as often as they usually do; expected volume may be missing."""
    now, alarm = context.now(), context.mapping.holds.alarm
    counts = _counts(connection, context.pass_id)
    quiet = []
    figures: dict[str, float] = {}
    for side, (step, names) in _PEOPLE_READ.items():
        changed = int(sum(counts.get(step, {}).get(name, 0) for name in names))
        known = heard(_heard(cursors.get(connection, f"heard from {side}")), changed=changed, now=now)
        if known.last is not None:
            value = {"last": known.last.isoformat(), "longest_s": dict(known.longest_s)}
            cursors.put(connection, f"heard from {side}", value, now=now)
        verdict = judge(known, times=alarm.silence_times, at_least_hours=alarm.silence_hours, now=now)
        figures[f"{side} quiet for hours"] = round(verdict.hours, 1)
        if verdict.too_long:
            usual = f"{verdict.usual_hours:.0f}" if verdict.usual_hours is not None else "?"
            quiet.append(
                f"nothing new from {side} for {verdict.hours:.0f} hours (at most {usual} in the last weeks)"
            )
    why = f"{'; '.join(quiet)}. Look whether people still work there, and whether Accord may still read."
    return Finding(
        "volume_as_usual",
        holds=not quiet,
        why=why if quiet else "Both sides have something new as often as usual.",
        figures=figures,
    )


def _counts(connection: sa.Connection, pass_id: str) -> Mapping[str, Any]:
    return connection.execute(sa.select(passes.c.counts).where(passes.c.pass_id == pass_id)).scalar() or {}


def _heard(stored: Any) -> Heard:
    if stored is None:
        return Heard()
    return Heard(datetime.fromisoformat(stored["last"]), stored["longest_s"])


def writes_accepted(context: PassContext, connection: sa.Connection) -> Finding:
    """Whether the sides took what the pass wrote, but for a small share."""
    done = _counts(connection, context.pass_id).get("applied_writes", {})
    failed, written = int(done.get("failed", 0)), int(done.get("written", 0))
    share = failed / (failed + written) if failed else 0.0
    limit = context.mapping.holds.alarm.rejected_share
    fine = share <= limit or failed + written < _FEWEST_WRITES
    why = f"{failed} of {failed + written} writes were refused. `accord holds` names each with its remedy."
    return Finding(
        "writes_accepted",
        holds=fine,
        why="The sides took what was written." if fine else why,
        figures={"refused": failed, "refused share": round(share, 3)},
    )
