"""The laws that hold once everything is quiet, each told as a list of its violations."""

from collections import Counter
from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from connectors.store import holds, journal
from connectors.store.tables import activities, conflicts, mirror
from connectors.store.tables import holds as hold_table
from connectors.store.tables import journal as journal_table
from sandbox.hubspot.records import Record
from sandbox.salesforce.table import Row
from tests.e2e.hostile.hostile_world import HostileWorld
from tests.e2e.hostile.ledger import FIELDS, Field, Person
from tests.e2e.hostile.people import People

MOST_PASSES = 8


def come_to_rest(world: HostileWorld) -> list[str]:
    """Passes until one writes nothing; then one more, in the same minute, may not write either.

    In the same minute, because what Accord computes may change by time alone: a deadline is missed.
    """
    for _ in range(MOST_PASSES):
        before = world.writes()
        world.one_pass(minutes=11)
        if world.writes() == before:
            break
    else:
        return [f"still writing after {MOST_PASSES} passes: {_last_writes(world)}"]
    before = world.writes()
    world.one_pass(minutes=0)
    if world.writes() != before:
        return [f"an echo: a further pass wrote {_last_writes(world)}"]
    return []


def _last_writes(world: HostileWorld) -> list[str]:
    with world.bench.store.begin() as connection:
        plan = journal.latest_plan(connection)
        rows = connection.execute(sa.select(journal_table).where(journal_table.c.plan_id == plan.plan_id))
        return [
            f"{row.side} {row.object_type} {row.operation} {row.record_id}: "
            + ", ".join(
                f"{name} {before!r} to {after!r} ({rule})"
                for name, _, before, after, _, rule, _ in row.changes
            )
            for row in rows
        ]


Told = tuple[str, str]
"""A field, and a value of it that lost, or a link whose field is held; "" is a whole record."""


def on_record(world: HostileWorld) -> set[Told]:
    """Every decision against a value, and every hold, that the database tells of."""
    with world.bench.store.begin() as connection:
        lost = connection.execute(sa.select(conflicts.c.field, conflicts.c.losing_value)).all()
        held = connection.execute(sa.select(hold_table.c.field, hold_table.c.link_id)).all()
    return {(field, str(what)) for field, what in [*lost, *held]}


def violations(world: HostileWorld, people: People, told: set[Told]) -> list[str]:
    """Every broken law, in words.

    Args:
        told: what databases told of that the operator has thrown away since.
    """
    found = list(_reconciliation(world))
    told = told | on_record(world)
    for person in people.everybody:
        contacts, others = people.contacts(person), people.salesforce(person)
        found += _once(world, person, contacts)
        found += _activities(world, person, contacts, others)
        found += _mails(world, person, contacts, others)
        if len(contacts) == 1 and len(others) == 1:
            contact, (sobject, row) = contacts[0], others[0]
            if _linked(contact, row):
                links = _links_of(world, contact.id, row.id)
                found += _agreement(world, person, contact, sobject, row, links)
                found += _edits(person, contact, sobject, row, links, told)
                found += _consent(person, contact, row)
    return found


def _reconciliation(world: HostileWorld) -> Iterator[str]:
    with world.bench.store.begin() as connection:
        counts = connection.execute(
            sa.text("SELECT link_id, reason FROM reconciliation WHERE class = 'unexplained'")
        ).all()
    for row in counts:
        yield f"reconciliation: {row.link_id} is unexplained: {row.reason}"


# ---- nobody twice, nothing twice


def _once(world: HostileWorld, person: Person, contacts: list[Record]) -> Iterator[str]:
    ours = [
        row.id
        for sobject in ("Lead", "Contact")
        for row in world.org.rows(sobject, include_deleted=True)
        if row["LastName"] == person.last_name and row["CreatedById"] == world.org.integration_user_id
    ]
    if len(ours) > 1:
        yield f"{person.last_name} was created {len(ours)} times in Salesforce: {ours}"
    if (
        ours
        and person.by_hand["salesforce"]
        and not person.disturbed
        and not _by_hand_later(world, person, ours)
    ):
        yield f"{person.last_name} was created in Salesforce although they were there"
    most = person.by_hand["hubspot"] or 1
    if len(contacts) > most:
        yield f"{person.last_name} is {len(contacts)} times in HubSpot, entered {most} times by people"


def _by_hand_later(world: HostileWorld, person: Person, ours: list[str]) -> bool:
    first = min(str(world.sf(_sobject(one), one)["CreatedDate"]) for one in ours)
    return any(
        str(row["CreatedDate"]) >= first
        for row in world.org.rows("Lead", include_deleted=True)
        if row["LastName"] == person.last_name and row.id not in ours
    )


def _sobject(record_id: str) -> str:
    return "Lead" if record_id.startswith("00Q") else "Contact"


def _activities(
    world: HostileWorld, person: Person, contacts: list[Record], others: list[tuple[str, Row]]
) -> Iterator[str]:
    here: Counter[str] = Counter()
    for kind, name in (
        ("calls", "hs_call_title"),
        ("tasks", "hs_task_subject"),
        ("meetings", "hs_meeting_title"),
    ):
        here.update(str(record.properties.get(name)) for record in world.portal.records(kind))
    there = Counter(str(row["Subject"]) for name in ("Task", "Event") for row in world.org.rows(name))
    whole = len(contacts) == 1 and len(others) == 1 and _linked(contacts[0], others[0][1])
    for subject in person.activities:
        for side, counted in (("HubSpot", here), ("Salesforce", there)):
            if counted[subject] > 1:
                yield f"activity {subject!r} is {counted[subject]} times in {side}"
            if counted[subject] == 0 and whole and not person.disturbed and not _held_at_all(world):
                yield f"activity {subject!r} of {person.last_name} is not in {side}"


def _mails(
    world: HostileWorld, person: Person, contacts: list[Record], others: list[tuple[str, Row]]
) -> Iterator[str]:
    """Each mail is one touch, whichever tools logged it; and on both sides, if nothing is in the way."""
    whole = len(contacts) == 1 and len(others) == 1 and _linked(contacts[0], others[0][1])
    if not whole or person.disturbed or _held_at_all(world):
        return
    ours = sa.select(activities.c.side).where(activities.c.copy_of.is_(None))
    here = Counter(str(one.properties.get("hs_email_subject")) for one in world.portal.records("emails"))
    there = Counter(str(row["Subject"]) for row in world.org.rows("Task"))
    for message_id, sides in person.mails.items():
        subject = f"About {message_id}"
        with world.bench.store.begin() as connection:
            counted = len(connection.execute(ours.where(activities.c.detail == subject)).all())
        if counted != 1:
            yield f"mail {message_id} of {person.last_name} counts {counted} times"
        if not here[subject] or not there[subject] or here[subject] + there[subject] > 1 + len(sides):
            found = f"{here[subject]} times in HubSpot and {there[subject]} times in Salesforce"
            yield f"mail {message_id}, logged by {len(sides)} tools, is {found}"


def _held_at_all(world: HostileWorld) -> bool:
    with world.bench.store.begin() as connection:
        return any(":" in row.link_id for row in holds.open_holds(connection))


# ---- agreement, edits, consent


def _linked(contact: Record, row: Row) -> bool:
    return row.get("HubSpot_Contact_Id__c") == contact.id


def _links_of(world: HostileWorld, contact_id: str, record_id: str) -> set[str]:
    query = sa.select(mirror.c.link_id).where(mirror.c.record_id.in_([contact_id, record_id]))
    with world.bench.store.begin() as connection:
        return {row.link_id for row in connection.execute(query) if row.link_id}


def _pairs(sobject: str, contact: Record, row: Row) -> Iterator[tuple[Field, str | None, str | None]]:
    for field in FIELDS:
        target = field.lead if sobject == "Lead" else field.contact
        if target is not None:
            yield field, contact.properties.get(field.contact_property) or None, row[target] or None


def _agreement(
    world: HostileWorld, person: Person, contact: Record, sobject: str, row: Row, links: set[str]
) -> Iterator[str]:
    held = _held(world, links)
    for field, left, right in _pairs(sobject, contact, row):
        if left == right or "" in held or field.name in held:
            continue
        if not field.blanks_flow and (left is None or right is None):
            continue
        yield f"{person.last_name}.{field.name}: HubSpot has {left!r}, Salesforce {right!r}"


def _held(world: HostileWorld, links: Iterable[str]) -> set[str]:
    with world.bench.store.begin() as connection:
        return {row.field for row in holds.open_holds(connection, sorted(links))}


def _edits(
    person: Person, contact: Record, sobject: str, row: Row, links: set[str], told: set[Told]
) -> Iterator[str]:
    if person.disturbed:
        return
    for field, left, right in _pairs(sobject, contact, row):
        edit = person.edits.get(field.name)
        if edit is None or edit.value is None or left == right == edit.value:
            continue
        held = any((name, link) in told for link in links for name in (field.name, ""))
        if not held and (field.name, edit.value) not in told:
            yield (
                f"{person.last_name}.{field.name}: the edit to {edit.value!r} in {edit.side} is lost: "
                f"HubSpot has {left!r}, Salesforce {right!r}, and no decision is on record"
            )


def _consent(person: Person, contact: Record, row: Row) -> Iterator[str]:
    if person.opted_out:
        shown = (contact.properties.get("hs_email_optout"), row["HasOptedOutOfEmail"])
        if shown != ("true", True):
            yield f"{person.last_name} opted out, and the systems show {shown}"
    if person.do_not_call:
        shown = (contact.properties.get("do_not_call"), row["DoNotCall"])
        if shown != ("true", True):
            yield f"{person.last_name} wants no calls, and the systems show {shown}"
