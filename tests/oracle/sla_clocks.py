"""The clocks of one person, step by step in plain Python, as the agreement reads."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from sla_rules.calendars import BusinessTime, Calendars
from sla_rules.sla import Commitment, SlaContract
from sla_rules.sla_terms import Duration, TouchFloor

Row = dict[str, Any]


@dataclass
class Story:
    """All rows of one person, each list by time."""

    handoffs: list[Row]
    touches: list[Row]
    dispositions: list[Row]
    statuses: list[Row]
    excuses: list[Row]


def clocks_of(contract: SlaContract, story: Story, calendars: Calendars, now: datetime) -> list[Row]:
    """``commitment, started_at, due_at, stopped_at, status, owner`` of every clock."""
    found = []
    for index, handoff in enumerate(story.handoffs):
        if handoff["handed_off_at"] > now:
            continue
        later = story.handoffs[index + 1 :]
        ended = next((h["handed_off_at"] for h in later if h["handed_off_at"] <= now), None)
        for commitment in contract.commitments:
            if commitment.stop is not None:
                clock = _clock(contract, commitment, handoff, ended, story, calendars, now)
                if clock is not None:
                    found.append(clock)
    return found


def _clock(
    contract: SlaContract,
    commitment: Commitment,
    handoff: Row,
    ended: datetime | None,
    story: Story,
    calendars: Calendars,
    now: datetime,
) -> Row | None:
    begun = handoff["handed_off_at"]

    def within(rows: list[Row]) -> list[Row]:
        return [r for r in rows if begun <= r["at"] <= now and (ended is None or r["at"] < ended)]

    touches = within(story.touches)
    answers = _answers(contract, within(story.dispositions), within(story.statuses))
    owner = handoff["owner"]
    if owner is None or owner.startswith("queue:"):
        takers = sorted(within(story.touches + story.statuses), key=lambda r: r["at"])
        owner = next(
            (r["owner"] for r in takers if r["owner"] and not r["owner"].startswith("queue:")), owner
        )

    excused = _excuses(commitment, begun, ended, answers, story.excuses, now)
    started = begun
    if commitment.start == "first touch":
        if not touches:
            return None
        started = touches[0]["at"]
    stopped = _stopped(commitment, touches, answers)
    clock = {"commitment": commitment.id, "started_at": started, "owner": owner}

    if isinstance(commitment.target, TouchFloor):
        if stopped is None:
            return None
        reasons = [a["reason"] for a in answers if a["reason"]]
        made = sum(t["at"] <= stopped for t in touches)
        status = "breached"
        if made >= commitment.target.minimum:
            status = "met"
        elif (excused and excused <= stopped) or (reasons and reasons[-1] in commitment.excused_reasons):
            status = "excused"
        return {**clock, "due_at": None, "stopped_at": stopped, "status": status}

    assert isinstance(commitment.target, Duration)
    due = _due(commitment.target, started, calendars.of(contract.calendar_name(commitment), owner))
    if stopped is not None and stopped <= due:
        status = "met"
    elif excused is not None and excused <= due:
        status, stopped = "excused", max(excused, started)
    elif stopped is not None or due < now:
        status = "breached"
    else:
        status = "pending"
    return {**clock, "due_at": due, "stopped_at": stopped, "status": status}


def _stopped(commitment: Commitment, touches: list[Row], answers: list[Row]) -> datetime | None:
    stop = commitment.stop
    assert stop is not None
    if stop.kind in {"first touch", "further touches"}:
        wanted = 1 if stop.kind == "first touch" else 1 + stop.count
        return touches[wanted - 1]["at"] if len(touches) >= wanted else None
    fitting = {
        "acceptance or rejection": answers,
        "disposition with a reason": [
            a for a in answers if a["rep"] and (a["kind"] in {"accepted", "converted"} or a["reason"])
        ],
        "disqualification": [a for a in answers if a["kind"] == "rejected"],
    }[stop.kind]
    return min((a["at"] for a in fitting), default=None)


def _answers(contract: SlaContract, dispositions: list[Row], statuses: list[Row]) -> list[Row]:
    rules = contract.answers
    said = {
        **dict.fromkeys(rules.accepted, "accepted"),
        **dict.fromkeys(rules.converted, "converted"),
        **dict.fromkeys(rules.recycled, "recycled"),
        **dict.fromkeys(rules.rejected, "rejected"),
    }
    seen = {
        **dict.fromkeys(rules.accepted_statuses, "accepted"),
        **dict.fromkeys(rules.converted_statuses, "converted"),
        **dict.fromkeys(rules.rejected_statuses, "rejected"),
    }
    answers = [
        {"at": r["at"], "kind": said[r["disposition"]], "reason": r["reason"], "rep": True}
        for r in dispositions
        if r["disposition"] in said
    ]
    answers += [
        {"at": r["at"], "kind": seen[r["status"]], "reason": None, "rep": False}
        for r in statuses
        if r["status"] in seen
    ]
    return sorted(answers, key=lambda a: a["at"])


def _excuses(
    commitment: Commitment,
    begun: datetime,
    ended: datetime | None,
    answers: list[Row],
    given: list[Row],
    now: datetime,
) -> datetime | None:
    moments = [a["at"] for a in answers if a["kind"] in commitment.excused_by]
    moments += [
        max(e["at"], begun)
        for e in given
        if e["kind"] in commitment.excused_by and e["at"] <= now and (ended is None or e["at"] < ended)
    ]
    if ended is not None and "handed off again" in commitment.excused_by:
        moments.append(ended)
    return min(moments, default=None)


def _due(target: Duration, started: datetime, table: BusinessTime) -> datetime:
    if not target.business:
        return started + timedelta(minutes=target.minutes(0))
    start = pl.Series([started], dtype=pl.Datetime("us", "UTC"))
    due = table.add_business_minutes(start, target.minutes(table.day_minutes)).item()
    assert isinstance(due, datetime)
    return due
