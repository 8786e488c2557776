"""The activity timeline of a Salesforce record: its tasks and events, newest first."""

from collections.abc import Callable
from datetime import UTC, datetime, time

from sandbox.pages import formats
from sandbox.pages.views import Icon, TimelineItem
from sandbox.salesforce.org import Org
from sandbox.salesforce.table import Row

_ICONS: dict[str, Icon] = {"Call": "call", "Email": "email", "List Email": "campaign"}


def timeline_of(org: Org, who_id: str, name_of: Callable[[str | None], str | None]) -> list[TimelineItem]:
    """Tasks and events about one person."""
    tasks = [_task(row, name_of(row["OwnerId"])) for row in org.find("Task", "WhoId", who_id)]
    events = [_event(row, name_of(row["OwnerId"])) for row in org.find("Event", "WhoId", who_id)]
    return sorted(tasks + events, key=lambda item: item.at, reverse=True)


def _task(row: Row, owner: str | None) -> TimelineItem:
    done = bool(row["IsClosed"])
    at = row.get("HubSpot_Activity_At__c") or (row["CompletedDateTime"] if done else None)
    if at is None:
        at = _noon(row) or row["CreatedDate"]
    facts = (row["CallDisposition"], formats.duration(row["CallDurationInSeconds"]))
    return TimelineItem(
        at=at,
        icon=_ICONS.get(row["TaskSubtype"] or "", "task"),
        title=row["Subject"] or row["TaskSubtype"] or "Task",
        detail=formats.paragraph(", ".join(filter(None, facts)), row["Description"]),
        by=owner or "",
        due=None if done else formats.due(row["ActivityDate"]),
    )


def _event(row: Row, owner: str | None) -> TimelineItem:
    at = row["StartDateTime"] or row["ActivityDateTime"] or _noon(row) or row["CreatedDate"]
    return TimelineItem(
        at=at,
        icon="meeting",
        title=row["Subject"] or "Event",
        detail=formats.paragraph(row["Location"], row["Description"]),
        by=owner or "",
    )


def _noon(row: Row) -> datetime | None:
    day = row["ActivityDate"]
    return None if day is None else datetime.combine(day, time(12), UTC)
