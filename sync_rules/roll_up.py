"""One Salesforce Task per person and business day that tells what marketing saw of them.

Grouping and wording; where the engagement is read from is the connectors' business.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC
from zoneinfo import ZoneInfo

from sync_rules.activities import ROLL_UP_PREFIX
from sync_rules.addresses import plain_text
from sync_rules.changes import Bench, Place, fits, update
from sync_rules.external_ids import ACTIVITY_AT_IN_SALESFORCE, ACTIVITY_ID_IN_SALESFORCE
from sync_rules.mapping_activities import RollUp
from sync_rules.normalise import moment
from sync_rules.plan import FieldChange, Write
from sync_rules.records import Link, Record
from sync_rules.state import MarketingEvent, RollUpState

_WORDS: Mapping[str, tuple[str, str]] = {
    "form_submission": ("form", "forms"),
    "page_view": ("page", "pages"),
    "email_open": ("e-mail opened", "e-mails opened"),
    "email_click": ("e-mail link clicked", "e-mail links clicked"),
}
_SUBJECT_LIMIT = 255
_LINE_LIMIT = 300


def roll_up_key(contact_id: str, day: str) -> str:
    """The external id of the Task of one person and day (``2026-11-22``)."""
    return f"{ROLL_UP_PREFIX}{contact_id}:{day}"


def roll_ups(
    events: Iterable[MarketingEvent], links: Iterable[Link], tasks: Iterable[Record], rules: RollUp
) -> list[RollUpState]:
    """Group engagement by person and business day, for people linked on both sides.

    Args:
        events: all of each day that is concerned, not only the new ones: the Task is written whole.
        tasks: the roll-up Tasks that exist for those days.
    """
    people = {
        link.hubspot_id: link
        for link in links
        if link.hubspot_id is not None and link.salesforce_id is not None
    }
    existing = {
        plain_text(task.fields.get(ACTIVITY_ID_IN_SALESFORCE)): task for task in tasks if not task.deleted
    }
    zone = ZoneInfo(rules.time_zone)
    grouped: dict[tuple[str, str], list[MarketingEvent]] = {}
    for event in events:
        if event.kind in rules.kinds and event.contact_id in people:
            day = event.at.astimezone(zone).date()
            grouped.setdefault((event.contact_id, day.isoformat()), []).append(event)
    return [
        RollUpState(
            link=people[contact_id],
            day=found[0].at.astimezone(zone).date(),
            events=tuple(sorted(found, key=lambda e: (e.at, e.kind, e.detail or ""))),
            salesforce=existing.get(roll_up_key(contact_id, day)),
        )
        for (contact_id, day), found in sorted(grouped.items())
    ]


def plan_roll_up(bench: Bench, state: RollUpState, rules: RollUp) -> None:
    """Note the Task to create, or what of it changed as the day grew."""
    link = state.link
    if not state.events or link.hubspot_id is None or link.salesforce_id is None:
        return
    key = roll_up_key(link.hubspot_id, state.day.isoformat())
    existing = state.salesforce
    place = Place(key, "salesforce", "Task", creating=existing is None)
    wanted = {
        "Subject": _subject(state.events),
        "Description": _description(state.events, rules),
        ACTIVITY_AT_IN_SALESFORCE: state.events[-1].at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if existing is None:
        day = state.day.isoformat()
        wanted |= {
            "WhoId": link.salesforce_id,
            "ActivityDate": day,
            "Status": "Completed",
            "TaskSubtype": "Task",
        }
    changes = [
        FieldChange(
            target,
            target,
            _before(existing, target),
            after,
            after,
            "accord",
            "marketing engagement of the day",
        )
        for target, after in wanted.items()
        if not _same(existing, target, after) and fits(bench, place, target, target, after)
    ]
    if existing is not None:
        if changes:
            bench.found.writes.append(update(place, existing.id, changes))
        return
    bench.found.writes.append(
        Write(
            key=f"salesforce:Task:new:{key}",
            side="salesforce",
            object_type="Task",
            operation="create",
            record_id=None,
            link_id=key,
            changes=tuple(changes),
            external_key=(ACTIVITY_ID_IN_SALESFORCE, key),
        )
    )


def _before(existing: Record | None, target: str) -> object:
    return existing.fields.get(target) if existing is not None else None


def _same(existing: Record | None, target: str, after: str) -> bool:
    if existing is None:
        return False
    before = plain_text(existing.fields.get(target))
    if target == ACTIVITY_AT_IN_SALESFORCE and before is not None:
        return moment(before) == moment(after)
    return before == after


def _subject(events: tuple[MarketingEvent, ...]) -> str:
    counts = Counter(event.kind for event in events)
    parts = []
    for kind, count in sorted(
        counts.items(), key=lambda item: list(_WORDS).index(item[0]) if item[0] in _WORDS else 99
    ):
        one, many = _WORDS.get(kind, (kind.replace("_", " "),) * 2)
        parts.append(f"{count} {one if count == 1 else many}")
    return f"Marketing: {', '.join(parts)}"[:_SUBJECT_LIMIT]


def _description(events: tuple[MarketingEvent, ...], rules: RollUp) -> str:
    """The last lines of the day, in the business's time, equal ones in a row counted."""
    zone = ZoneInfo(rules.time_zone)
    lines: list[str] = []
    repeated = 1
    last: tuple[str, str | None] | None = None
    for event in events:
        if (event.kind, event.detail) == last:
            repeated += 1
            lines[-1] = f"{lines[-1].removesuffix(f' (x{repeated - 1})')} (x{repeated})"
            continue
        last, repeated = (event.kind, event.detail), 1
        word = _WORDS.get(event.kind, (event.kind.replace("_", " "), ""))[0]
        line = f"{event.at.astimezone(zone):%H:%M} {word}{f': {event.detail}' if event.detail else ''}"
        lines.append(" ".join(line.split())[:_LINE_LIMIT])
    left_out = len(lines) - rules.lines
    if left_out > 0:
        lines = [f"({left_out} earlier lines are in HubSpot)", *lines[-rules.lines :]]
    return "\n".join(lines)
