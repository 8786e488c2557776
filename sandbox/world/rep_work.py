"""One step of a rep's work: a touch on a lead, a decision, or both.

Reps write as themselves, so that field-level security and validation rules bind them. Which lead comes
next is decided in ``pursuits``; decisions are entered by ``decisions``.
"""

from datetime import datetime
from random import Random

from sandbox.salesforce.errors import SalesforceFault
from sandbox.salesforce.org import Row
from sandbox.world import sales_log
from sandbox.world.decisions import accept, decide
from sandbox.world.dirt import draw_address
from sandbox.world.draws import generator
from sandbox.world.hours import add_minutes
from sandbox.world.places import tidy_phone
from sandbox.world.pursuits import Pursuit
from sandbox.world.roster import Rep
from sandbox.world.titles import odd_title, write_title
from sandbox.world.verdicts import REJECTIONS, SILENCE
from sandbox.world.world import World

_DAY_MIN = 480.0
_MAX_REFUSALS = 3
_SUBJECTS = (
    "Meridian Analytics and your reporting",
    "The guide you asked for",
    "Fifteen minutes next week?",
    "How Nordbank cut its month-end by three days",
)


def work(world: World, rep: Rep, at: datetime) -> None:
    """Let ``rep`` take the most urgent thing that is due at ``at`` and do one step of it."""
    pursuit = world.worklists.next(rep, at)
    if pursuit is None:
        return
    row = world.org.record(pursuit.sobject, pursuit.record_id)
    if row is None or row.deleted or row.get("IsConverted") or row["OwnerId"] != rep.user_id:
        pursuit.finished = True
        return
    since = pursuit.since.isoformat()
    rng = generator(world.seed, "step", pursuit.key, pursuit.touches, pursuit.refusals, since)
    try:
        _step(world, pursuit, row, rng, at)
    except SalesforceFault:
        world.counts["refused"] += 1
        _try_again(world, pursuit, rng, at)


def _step(world: World, pursuit: Pursuit, row: Row, rng: Random, at: datetime) -> None:
    if pursuit.touches < pursuit.planned_touches:
        _touch(world, pursuit, row, rng, at)
        if pursuit.touches < pursuit.planned_touches:
            _wait(world, pursuit, rng, at)
            return
    if pursuit.outcome == SILENCE or decide(world, pursuit, row, at):
        pursuit.finished = True
        return
    # The refusal says how many touches were agreed: the rep now makes them, and one more each time.
    pursuit.planned_touches = max(4, pursuit.touches + 1)
    _try_again(world, pursuit, rng, at)


def _wait(world: World, pursuit: Pursuit, rng: Random, at: datetime) -> None:
    pace = 1.0 if pursuit.is_handoff else 2.5
    days = rng.uniform(0.3, 1.6) * pace / max(pursuit.rep.character.diligence, 0.3)
    pursuit.ready_at = add_minutes(pursuit.rep.zone, at, _DAY_MIN * days)
    world.worklists.put(pursuit)


def _try_again(world: World, pursuit: Pursuit, rng: Random, at: datetime) -> None:
    pursuit.refusals += 1
    if pursuit.refusals > _MAX_REFUSALS:
        pursuit.finished = True
        return
    _wait(world, pursuit, rng, at)


def _touch(world: World, pursuit: Pursuit, row: Row, rng: Random, at: datetime) -> None:
    rep, name = pursuit.rep, str(row["Name"])
    point = rng.random()
    reachable = bool(row["Phone"] or row["MobilePhone"]) and not row["DoNotCall"]
    if point < 0.6 and reachable:
        call = sales_log.draw_call(rng, rep.character.honesty)
        sales_log.log_call(world, rep, row.id, name, call, at)
        if rng.random() < rep.character.logs_twice:
            sales_log.log_call_in_hubspot(world, rep, row["Email"], name, call, at)
    elif pursuit.touches > 0 and point > 0.85:
        starts_at = add_minutes(rep.zone, at, _DAY_MIN * rng.uniform(0.5, 3.0)).replace(minute=0, second=0)
        sales_log.book_meeting(world, rep, row.id, name, starts_at, at)
    elif row["Email"] and not row["HasOptedOutOfEmail"]:
        sales_log.log_email(world, rep, row.id, name, rng.choice(_SUBJECTS), at)
    else:
        sales_log.log_call(world, rep, row.id, name, sales_log.Call("Wrong number", 0), at)
    pursuit.touches += 1
    _close_follow_up(world, pursuit, at)
    _note_progress(world, pursuit, row, rng, at)
    if pursuit.touches < pursuit.planned_touches and rng.random() < 0.35 * rep.character.diligence:
        due_at = add_minutes(rep.zone, at, _DAY_MIN)
        pursuit.follow_up_id = sales_log.plan_follow_up(world, rep, row.id, name, due_at, at)


def _close_follow_up(world: World, pursuit: Pursuit, at: datetime) -> None:
    if pursuit.follow_up_id is None:
        return
    task = world.org.record("Task", pursuit.follow_up_id)
    if task is not None and not task.deleted and not task["IsClosed"]:
        world.org.update("Task", task.id, {"Status": "Completed"}, user_id=pursuit.rep.user_id, at=at)
    pursuit.follow_up_id = None


def _note_progress(world: World, pursuit: Pursuit, row: Row, rng: Random, at: datetime) -> None:
    changes: dict[str, object] = {}
    diligent = rng.random() < pursuit.rep.character.diligence
    if pursuit.sobject == "Lead" and row["Status"] == "Open - Not Contacted" and diligent:
        changes["Status"] = "Working - Contacted"
    if rng.random() < 0.08:
        changes |= corrections(world, row, pursuit.key, rng)
    if changes:
        save(world, pursuit.rep, pursuit.sobject, row.id, changes, at)
    if pursuit.is_handoff and diligent and pursuit.outcome not in REJECTIONS | {SILENCE}:
        accept(world, pursuit, row, at)


def corrections(world: World, row: Row, key: str, rng: Random) -> dict[str, object]:
    """What a rep learns on the telephone: a title, the right number, a new address, a typing error."""
    profile = world.profiles.get(key)
    if "exmaple" in (row["Email"] or ""):
        return {"Email": row["Email"].replace("exmaple", "example")}
    if profile is None or profile.title.function == "student":
        return {"Title": f"{row['Title'] or 'Contact'} (confirmed)"[:128]}
    point = rng.random()
    if point < 0.1 and row["Email"] == profile.salesforce_email:
        domain = row["Email"].partition("@")[2]
        address = draw_address(profile.first_name, profile.last_name, domain, profile.index, rng)
        return {"Email": address} if address != row["Email"] else {}
    if point < 0.5:
        return {"Phone": tidy_phone(profile.place, rng)}
    title = profile.title
    wording = (
        odd_title(title, rng) if rng.random() < 0.3 else write_title(title.function, title.seniority, rng)
    )
    return {"Title": wording}


def save(
    world: World, rep: Rep, sobject: str, record_id: str, changes: dict[str, object], at: datetime
) -> bool:
    """Save a record as the rep; False when Salesforce refuses, which the rep takes as it is."""
    try:
        world.org.update(sobject, record_id, changes, user_id=rep.user_id, at=at)
    except SalesforceFault:
        world.counts["refused"] += 1
        return False
    world.counts["rep_edits"] += 1
    return True
