"""A small, believable business for the tests of clocks, metrics and reports: drawn by seed, frames out."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from sla_rules.sla_frames import (
    CAMPAIGNS,
    DISPOSITIONS,
    HANDOFFS,
    JUDGEMENT_HISTORY,
    OPPORTUNITIES,
    STATUSES,
    TOUCHES,
)

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
REPS = ("ines.roth", "jonas.berg", "mara.lind", "theo.falk", "dana.reyes")
SOURCES = ("webinar", "web_form", "trade_show", "paid_search", "content", "referral")
CAMPAIGN_COSTS = {
    "Autumn webinar": 8200.0,
    "BI Expo": 24500.0,
    "Search brand": 5100.0,
    "Pricing guide": 1900.0,
}
REASONS = (
    "No budget",
    "No need",
    "Bad timing",
    "Wrong contact details",
    "Student or job seeker",
    "Competitor",
)


@dataclass(frozen=True)
class Business:
    handoffs: pl.DataFrame
    touches: pl.DataFrame
    dispositions: pl.DataFrame
    statuses: pl.DataFrame
    opportunities: pl.DataFrame
    judgement_history: pl.DataFrame
    campaigns: pl.DataFrame


def small_business(people: int = 260, seed: int = 7) -> Business:
    draw = random.Random(seed)
    rows: dict[str, list[dict[str, object]]] = {
        name: [] for name in ("handoffs", "touches", "dispositions", "statuses", "opportunities", "history")
    }
    for number in range(people):
        _one_person(draw, f"P{number:04}", rows)
    costs = [{"campaign": name, "cost": cost} for name, cost in CAMPAIGN_COSTS.items()]
    return Business(
        handoffs=pl.DataFrame(rows["handoffs"], schema=HANDOFFS),
        touches=pl.DataFrame(rows["touches"], schema=TOUCHES),
        dispositions=pl.DataFrame(rows["dispositions"], schema=DISPOSITIONS),
        statuses=pl.DataFrame(rows["statuses"], schema=STATUSES),
        opportunities=pl.DataFrame(rows["opportunities"], schema=OPPORTUNITIES),
        judgement_history=pl.DataFrame(rows["history"], schema=JUDGEMENT_HISTORY),
        campaigns=pl.DataFrame(costs, schema=CAMPAIGNS),
    )


def _one_person(draw: random.Random, person: str, rows: dict[str, list[dict[str, object]]]) -> None:
    day = NOW - timedelta(days=draw.uniform(0, 54))
    qualified = day.replace(hour=draw.randint(7, 16), minute=draw.randint(0, 59), second=0, microsecond=0)
    stage = draw.choices(["go-nowhere", "lead", "MQL", "SQL"], [10, 35, 35, 20])[0]
    rows["history"].append({"person_id": person, "at": qualified, "stage": stage, "score": 40})
    if stage in {"go-nowhere", "lead"}:
        return
    index = draw.randrange(len(REPS))
    rep = f"{REPS[index]}@meridian-analytics.example"
    handed = qualified + timedelta(minutes=draw.choice([2, 3, 5, 6, 9]))
    queued = draw.random() < 0.12
    rows["handoffs"].append(
        {
            "person_id": person,
            "handed_off_at": handed,
            "stage": stage,
            "owner": "queue:inbound" if queued else rep,
            "source": draw.choice(SOURCES),
            "campaign": draw.choice([*CAMPAIGN_COSTS, None]),
            "qualified_at": qualified,
            "created_in_crm_at": handed,
            "minimum_missing": "phone" if draw.random() < 0.04 else None,
        }
    )
    delay = timedelta(minutes=draw.lognormvariate(3.1 + 0.35 * index + (1.2 if queued else 0), 1.0))
    at = handed + delay
    touches = draw.choices([0, 1, 2, 3, 4, 5, 6], [6, 8, 10, 14, 30, 20, 12])[0]
    for n in range(touches):
        kind = draw.choice(["call", "email", "meeting"])
        rows["touches"].append(
            {"touch_id": f"{person}-{n}", "person_id": person, "at": at, "kind": kind, "owner": rep}
        )
        at += timedelta(hours=draw.uniform(4, 50))
    answer = draw.choices(
        ["Converted", "Accepted", "Great example", "Too soon", "Poor quality", "Go-nowhere", None],
        [16, 26, 4, 10, 14, 6, 24],
    )[0]
    if answer is None:
        return
    told = handed + timedelta(hours=draw.uniform(1, 80))
    said_no = answer in {"Too soon", "Poor quality", "Go-nowhere"}
    reason = draw.choice(REASONS) if said_no and draw.random() < 0.9 else None
    rows["dispositions"].append(
        {"person_id": person, "at": told, "disposition": answer, "reason": reason, "owner": rep}
    )
    if answer == "Converted":
        won = draw.random() < 0.4
        amount = float(draw.randrange(8, 90) * 500)
        rows["opportunities"].append(
            {
                "opportunity_id": f"O-{person}",
                "person_id": person,
                "stage": "Closed Won" if won else "Proposal",
                "amount": amount,
                "currency": "EUR",
                "is_closed": won,
                "is_won": won,
                "created_at": told,
            }
        )
    elif said_no:
        closed = {"person_id": person, "at": told, "status": "Closed - Not Converted", "owner": rep}
        rows["statuses"].append(closed)
