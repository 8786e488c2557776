"""What reps find in their lists at the beginning of a period: new handoffs, new leads, leads taken away.

Turns records into pursuits. The Accord fields count only where they exist and the rep may see them.
"""

from datetime import datetime

from sandbox.salesforce.org import Row
from sandbox.world.draws import generator, lognormal
from sandbox.world.hours import add_minutes
from sandbox.world.pursuits import Pursuit
from sandbox.world.roster import Rep
from sandbox.world.verdicts import SILENCE, draw_outcome
from sandbox.world.world import World

HANDOFF = "Accord_Handoff_At__c"
STAGE = "Accord_Stage__c"
_CLOSED = frozenset({"Closed - Converted", "Closed - Not Converted"})
_PLAIN_LEAD_SLOWNESS = 8.0


def find_work(world: World, now: datetime) -> None:
    """Give each rep the pursuits that their open Leads and handed-over Contacts mean."""
    reps = {rep.user_id: rep for rep in world.roster.reps}
    for sobject in ("Lead", "Contact"):
        sees = {
            user_id: world.org.has_field(sobject, HANDOFF) and world.org.visible_to(user_id, sobject, HANDOFF)
            for user_id in reps
        }
        for row in world.org.rows(sobject):
            rep = reps.get(row["OwnerId"])
            if rep is not None:
                _consider(world, sobject, row, rep, sees[rep.user_id], now)


def _consider(world: World, sobject: str, row: Row, rep: Rep, sees_handoff: bool, now: datetime) -> None:
    handoff: datetime | None = row.get(HANDOFF) if sees_handoff else None
    stage = row.get(STAGE) if sees_handoff else None
    if sobject == "Lead" and (row["IsConverted"] or row["Status"] in _CLOSED):
        return
    if stage == "go-nowhere" or (sobject == "Contact" and (handoff is None or _was_won(world, row, handoff))):
        return
    known = world.worklists.by_record.get(row.id)
    if known is not None and known.rep is rep and (handoff is None or known.since >= handoff):
        return
    since = row["CreatedDate"] if handoff is None else handoff
    world.worklists.put(_pursuit(world, sobject, row, rep, since, handoff is not None, stage == "SQL", now))


def _was_won(world: World, contact: Row, handoff: datetime) -> bool:
    """Whether that handoff was answered by the conversion which made the Contact."""
    return handoff <= contact["CreatedDate"] and bool(
        world.org.find("Lead", "ConvertedContactId", contact.id)
    )


def _pursuit(
    world: World,
    sobject: str,
    row: Row,
    rep: Rep,
    since: datetime,
    is_handoff: bool,
    is_sql: bool,
    now: datetime,
) -> Pursuit:
    key = str(row["Email"] or row["Name"]).lower()
    character = rep.character
    rng = generator(world.seed, "pursuit", key, since.isoformat())
    profile = world.profiles.get(key)
    outcome = draw_outcome(
        world.seed,
        f"{key} {since.isoformat()}",  # a lead handed over again after a while may end otherwise
        is_handoff=is_handoff,
        is_sql=is_sql,
        interest=world.interest(key),
        is_target=None if profile is None else profile.is_target,
    )
    agreed = rng.randint(4, 6) if is_handoff else rng.randint(1, 3)
    if rng.random() > character.diligence:
        agreed = rng.randint(1, 2)
    delay = lognormal(
        character.first_touch_min, character.spread, world.seed, "first touch", key, since.isoformat()
    )
    if not is_handoff:
        delay *= _PLAIN_LEAD_SLOWNESS
    if outcome == SILENCE and not is_handoff and rng.random() < 0.5:
        delay *= 6
    return Pursuit(
        sobject=sobject,
        record_id=row.id,
        key=key,
        rep=rep,
        since=since,
        is_handoff=is_handoff,
        is_sql=is_sql,
        planned_touches=agreed,
        outcome=outcome,
        ready_at=add_minutes(rep.zone, max(since, now), delay),
    )
