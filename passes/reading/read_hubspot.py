"""What changed in HubSpot: people, companies, activities, and marketing engagement."""

from dataclasses import replace
from datetime import datetime, timedelta

from connectors.budget import urgent_calls
from connectors.hubspot.marketing import ENGAGEMENT_PROPERTIES, SOURCES
from connectors.results import EngagementEvent
from connectors.store import cursors, mirror
from passes.context import PassContext
from passes.reading import archived, barred
from passes.reading.deferring import deferrable
from passes.reading.mirroring import read_changes
from passes.reading.positions import OVERLAP
from passes.reading.side_facts import check_schema, refresh_owners
from passes.step import StepResult
from sync_rules.records import Record

ENGAGED_FACT = "_engaged"
ENGAGEMENT_TYPE = "engagement"
# One type at a time: what all of them cost together would show in a pass that has nothing to do.
_ARCHIVED_AGES = {
    name: timedelta(minutes=minutes)
    for name, minutes in (("calls", 29), ("emails", 31), ("meetings", 37), ("tasks", 41))
}
_VERSION = "engagement taken from mirror version"


def people(context: PassContext) -> StepResult:
    """Contacts, with tombstones of archived ones; owners and schema once an hour."""
    # Opt-outs are on these records, so they may be read from the reserve.
    with urgent_calls():
        findings = check_schema(context, "hubspot")
        owners = refresh_owners(context, "hubspot")
        result = read_changes(context, "hubspot", ("contacts",))
        gone = archived.read(context, "contacts")
    figures = {**result.figures, "contacts archived": gone, "owners read": owners}
    return StepResult(figures=figures, findings=findings)


@deferrable
def companies(context: PassContext) -> StepResult:
    """Companies; archived ones once an hour."""
    result = read_changes(context, "hubspot", ("companies",))
    gone = archived.read(context, "companies")
    return StepResult(figures={**result.figures, "companies archived": gone}, findings=result.findings)


@deferrable
def activities(context: PassContext) -> StepResult:
    """Calls, e-mails, meetings and tasks, each with the contacts it belongs to."""
    result = read_changes(context, "hubspot", tuple(_ARCHIVED_AGES), enrich=_with_contacts)
    gone = sum(_read_archived(context, object_type) for object_type in _ARCHIVED_AGES)
    return StepResult(figures={**result.figures, "activities archived": gone})


def _read_archived(context: PassContext, object_type: str) -> int:
    """Tombstones of one type, which no search tells of, about twice an hour; answers how many were new."""
    now, name = context.now(), f"archived read hubspot {object_type}"
    with context.store.begin() as connection:
        last = cursors.get(connection, name)
    if last is not None and now - datetime.fromisoformat(last) < _ARCHIVED_AGES[object_type]:
        return 0
    archived = context.hubspot.archived(object_type)
    with context.store.begin() as connection:
        known = mirror.load(connection, "hubspot", object_type, [record.id for record in archived])
        told = [
            barred.bare(record) if known[record.id].fields.get(barred.FACT) else record
            for record in archived
            if record.id in known
        ]
        gone = mirror.save(connection, told)
        cursors.put(connection, name, now.isoformat(), now=now)
    return len(gone)


def _with_contacts(context: PassContext, object_type: str, page: list[Record]) -> list[Record]:
    living = [record for record in page if not record.deleted]
    with context.store.begin() as connection:
        known = mirror.load(connection, "hubspot", object_type, [record.id for record in living])
    # Our own write coming back says nothing new; association reads cost calls too.
    fresh = {record.id for record in living if not _says_nothing_new(record, known.get(record.id))}
    contacts = context.hubspot.associations(object_type, "contacts", sorted(fresh)) if fresh else {}
    return [
        replace(record, fields={**record.fields, "_contacts": sorted(contacts.get(record.id, []))})
        if record.id in fresh
        else record
        for record in page
    ]


def _says_nothing_new(record: Record, known: Record | None) -> bool:
    return (
        known is not None
        and "_contacts" in known.fields
        and all(
            record.fields.get(name, value) == value for name, value in known.fields.items() if name[0] != "_"
        )
    )


@deferrable
def engagement(context: PassContext) -> StepResult:
    """Forms, page views and marketing e-mail of the contacts whose engagement moved.

    From contact properties and their history, which every tier has; or, when settings ask for it, from the
    event endpoints that the account has.
    """
    now = context.now()
    with context.store.begin() as connection:
        done = cursors.get(connection, _VERSION) or 0
        contacts, reached = mirror.since(connection, done, [("hubspot", "contacts")])
    moved = [
        record
        for record in contacts
        if not record.deleted and not record.fields.get(barred.FACT) and _engaged(record) != _known(record)
    ]
    source, found = "contact properties and their history", 0
    events: list[EngagementEvent] | None = None
    if moved and context.engagement_source == "events":
        events = _events(context, moved)
        source = ", ".join(
            f"{name}: {'yes' if there else 'not in this account'}"
            for name, there in sorted(context.hubspot.marketing().available_sources().items())
        )
    if moved and events is None:
        histories = context.hubspot.read(
            "contacts",
            [record.id for record in moved],
            ENGAGEMENT_PROPERTIES,
            history=ENGAGEMENT_PROPERTIES,
        )
        found = len(histories)
        # The counters may have moved on since the search saw them; what was read now is what is noted. Under a
        # newer stamp the contact's other properties, which were not read, would pass for read.
        known = {record.id: record.modified_at for record in moved}
        read = [
            replace(
                r,
                fields={**r.fields, ENGAGED_FACT: _engaged(r)},
                stamps={},
                modified_at=known.get(r.id, r.modified_at),
            )
            for r in histories
        ]
    else:
        read = [replace(r, fields={**r.fields, ENGAGED_FACT: _engaged(r)}) for r in moved]
        read += [_as_record(event) for event in events or ()]
        found = len(events or ())
    with context.store.begin() as connection:
        mirror.save(connection, barred.admit(context, connection, read))
        cursors.put(connection, _VERSION, reached, now=now)
    return StepResult(
        figures={"contacts with new engagement": len(moved), "events or histories read": found},
        texts={"source": source},
    )


def _engaged(record: Record) -> dict[str, str]:
    return {name: value for name in ENGAGEMENT_PROPERTIES if (value := record.fields.get(name))}


def _known(record: Record) -> dict[str, str]:
    return dict(record.fields.get(ENGAGED_FACT) or {})


def _events(context: PassContext, moved: list[Record]) -> list[EngagementEvent] | None:
    """Events since the last look, if the account has every source; None when one is missing."""
    sources = context.hubspot.marketing()
    with context.store.begin() as connection:
        latest = mirror.latest_change(connection, "hubspot", ENGAGEMENT_TYPE)
    # Events may show up a little after their time; one that is read twice is known by its id.
    latest = latest - OVERLAP if latest is not None else None
    answers = {
        "forms": sources.form_submissions(latest),
        "email_events": sources.email_events(latest),
        "page_views": sources.page_views([record.id for record in moved], latest),
    }
    found = [answers[name] for name in SOURCES if answers[name] is not None]
    if len(found) < len(SOURCES):
        # A source that is missing would leave a hole, and two sources for one kind would count it twice.
        return None
    return [event for events in found for event in events or ()]


def _as_record(event: EngagementEvent) -> Record:
    return Record(
        side="hubspot",
        object_type=ENGAGEMENT_TYPE,
        id=event.activity_id[:80],
        fields={
            "kind": event.kind,
            "at": event.at.isoformat(),
            "detail": event.detail,
            "contact_id": event.contact_id,
            "email": event.email,
        },
        modified_at=event.at,
    )
