"""Entering a rep's decision into Salesforce: disposition, reason, objection, status, conversion.

The Accord fields are used once they exist and the rep may see them; before that a decision is a status
or a conversion only.
"""

from datetime import datetime, timedelta

from sandbox.salesforce.errors import SalesforceFault
from sandbox.salesforce.org import Row
from sandbox.world.deals import convert, deal_amount, start_deal
from sandbox.world.draws import fraction, generator
from sandbox.world.pursuits import Pursuit
from sandbox.world.verdicts import CONVERTED, GREAT, REJECTIONS, objection_for, reason_for
from sandbox.world.world import World

DISPOSITION = "Accord_Disposition__c"
REASON = "Accord_Disposition_Reason__c"
OBJECTION = "Accord_Objection__c"
_FORGETS_REASON = 0.12


def can_answer(world: World, pursuit: Pursuit) -> bool:
    """Whether the rep sees the picklist to answer with."""
    org, sobject = world.org, pursuit.sobject
    return org.has_field(sobject, DISPOSITION) and org.visible_to(pursuit.rep.user_id, sobject, DISPOSITION)


def accept(world: World, pursuit: Pursuit, row: Row, at: datetime) -> None:
    """Answer "Accepted", unless something was answered before."""
    if (
        can_answer(world, pursuit)
        and row.get(DISPOSITION) is None
        and _save(world, pursuit, {DISPOSITION: "Accepted"}, at)
    ):
        world.counts["accepted"] += 1


def decide(world: World, pursuit: Pursuit, row: Row, at: datetime) -> bool:
    """Enter the pursuit's outcome; False when Salesforce refuses it for now."""
    if pursuit.outcome in (CONVERTED, GREAT):
        return _win(world, pursuit, row, at)
    changes: dict[str, object] = {}
    answers = pursuit.is_handoff and can_answer(world, pursuit)
    if answers:
        reason = reason_for(world.seed, pursuit.key, pursuit.outcome)
        changes = {DISPOSITION: pursuit.outcome, REASON: reason}
        if fraction(world.seed, "wordy", pursuit.key) < pursuit.rep.character.diligence:
            changes[OBJECTION] = objection_for(world.seed, pursuit.key, reason)
        if fraction(world.seed, "forgets reason", pursuit.key) < _FORGETS_REASON and pursuit.refusals == 0:
            del changes[REASON]
    if pursuit.outcome in REJECTIONS and pursuit.sobject == "Lead":
        changes["Status"] = "Closed - Not Converted"
    if not changes:
        return True
    if not _save(world, pursuit, changes, at):
        world.counts["refused_decisions"] += 1
        return False
    world.counts["dispositions"] += answers
    world.counts["disqualified"] += "Status" in changes
    return True


def _win(world: World, pursuit: Pursuit, row: Row, at: datetime) -> bool:
    if (
        pursuit.is_handoff
        and can_answer(world, pursuit)
        and _save(world, pursuit, {DISPOSITION: pursuit.outcome}, at)
    ):
        world.counts["dispositions"] += 1
    if pursuit.sobject == "Lead":
        return convert(world, pursuit.rep, pursuit.record_id, pursuit.key, at) is not None
    rep = pursuit.rep
    deal: dict[str, object] = {
        "Name": f"{row['Name']} - Analytics",
        "AccountId": row["AccountId"],
        "ContactId": row.id,
        "StageName": "Prospecting",
        "CloseDate": (at + timedelta(days=20)).date().isoformat(),
        "OwnerId": rep.user_id,
    }
    rng = generator(world.seed, "deal", pursuit.key)
    opportunity_id = world.org.create("Opportunity", deal, user_id=rep.user_id, at=at)
    start_deal(world, rep, opportunity_id, deal_amount(rng, None), rng, at)
    world.counts["opportunities"] += 1
    return True


def _save(world: World, pursuit: Pursuit, changes: dict[str, object], at: datetime) -> bool:
    try:
        world.org.update(pursuit.sobject, pursuit.record_id, changes, user_id=pursuit.rep.user_id, at=at)
    except SalesforceFault:
        return False
    return True
