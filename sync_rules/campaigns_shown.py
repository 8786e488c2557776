"""What a rep reads on the Lead or Contact of marketing's upcoming and running campaigns.

Which campaigns a person is in comes from Salesforce; when sales was told first is kept by the store.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

MOST_LINES = 8
MOST_LETTERS = 1000
_OVER = frozenset({"completed", "aborted"})
_WORDS = {"sent": "invited", "responded": "responded"}


@dataclass(frozen=True, slots=True)
class Membership:
    """One person in one campaign.

    Attributes:
        state: the campaign's own status, as Salesforce has it.
        active: Salesforce's checkbox, which counts for campaigns without a last day.
        status: the member's.
    """

    campaign_id: str
    name: str
    starts: date | None
    ends: date | None
    state: str | None = None
    active: bool = True
    status: str | None = None
    responded: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of one person's campaigns.

    Attributes:
        text: one line for each campaign, the next to begin first; None for none.
        campaign_ids: those in the text.
        changes_on: the first day on which the text is another without anybody doing anything.
    """

    text: str | None = None
    campaign_ids: tuple[str, ...] = ()
    changes_on: date | None = None


def shown(memberships: Iterable[Membership], *, today: date) -> Shown:
    """Upcoming campaigns by their first day, then the running ones by their last.

    A campaign without a first day is not shown; one without a last day runs while it is active.

    Args:
        today: in the business's time zone.
    """
    known = {one.campaign_id: one for one in memberships if one.starts and not _is_over(one)}
    ahead = sorted(
        (one for one in known.values() if _starts(one) > today),
        key=lambda o: (_starts(o), o.name, o.campaign_id),
    )
    running = sorted(
        (one for one in known.values() if _starts(one) <= today and _runs(one, today)),
        key=lambda o: (o.ends or date.max, o.name, o.campaign_id),
    )
    listed = [*ahead, *running][:MOST_LINES]
    if not listed:
        return Shown()
    lines = [_line(one, today) for one in listed]
    text = "\n".join(lines)
    while len(text) > MOST_LETTERS:
        lines.pop()
        text = "\n".join(lines)
    turns = [_starts(one) for one in ahead]
    turns += [one.ends + timedelta(days=1) for one in running if one.ends is not None]
    return Shown(text, tuple(one.campaign_id for one in listed[: len(lines)]), min(turns, default=None))


def _is_over(one: Membership) -> bool:
    return (one.state or "").strip().lower() in _OVER


def _starts(one: Membership) -> date:
    return one.starts or date.max


def _runs(one: Membership, today: date) -> bool:
    return one.active if one.ends is None else one.ends >= today


def _line(one: Membership, today: date) -> str:
    if _starts(one) > today:
        when = f"From {_day(_starts(one))}"
    else:
        when = f"Until {_day(one.ends)}" if one.ends else f"Since {_day(_starts(one))}"
    status = (one.status or "").strip()
    told = "responded" if one.responded else _WORDS.get(status.lower(), status.lower())
    return f"{when}: {one.name} ({told})" if told else f"{when}: {one.name}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
