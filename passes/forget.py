"""Erases one person on request: on both sides, then here, so that a crash at any moment is taken up again.

First what is to be erased is noted with the hashes that stop re-entry; then both sides' records are deleted, each
deletion harmless to repeat; then both sides are read, and only when nothing is left is the person deleted here.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.results import RecordWrite
from connectors.store import erase, erasures, history, holds, mirror, runs
from connectors.store.erasures import RecordKey
from connectors.store.keyed_hash import hasher
from passes.context import PassContext
from passes.judging.timeline import BY_PERSON
from passes.reading import barred, wanted
from passes.reading.people_named import people_of
from passes.step import StepResult
from passes.workbench import Workbench
from reports.erasure import Certificate, Deleted, certificate_json
from sync_rules.addresses import normal_email
from sync_rules.identity import new_link_id
from sync_rules.mapping import Mapping as SyncMapping
from sync_rules.record_keys import emails_of, text_of
from sync_rules.records import Record

PREFIX = "forget-"
# Activities go before people, so that none is left that names nobody.
_ORDER = ("calls", "emails", "meetings", "tasks", "Task", "Event", "contacts", "Lead", "Contact")


@dataclass(frozen=True, slots=True)
class Survey:
    """What an erasure would delete.

    Attributes:
        records: people and the activities that name nobody else.
        shared: activities that name others too, and stay.
        emails: addresses that are barred from here on; shared mailboxes are not among them.
    """

    link_ids: tuple[str, ...]
    records: tuple[RecordKey, ...]
    emails: tuple[str, ...]
    shared: int

    def counts(self) -> dict[str, int]:
        """Records by side and type."""
        tally: dict[str, int] = {}
        for side, object_type, _ in self.records:
            tally[f"{side} {object_type}"] = tally.get(f"{side} {object_type}", 0) + 1
        return tally


class ForgetError(Exception):
    """The erasure could not be finished; what was done is kept, and the same command goes on from there."""


def survey(
    context: PassContext, link_ids: Iterable[str], records: Iterable[RecordKey], email: str | None
) -> Survey:
    """Whom the links, records and the address mean, on both sides as they are now."""
    mapping = context.mapping
    with context.store.begin() as connection:
        everyone = {one for link_id in link_ids for one in history.absorbed(connection, link_id)}
        keys = {key for key in erase.linked_records(connection, sorted(everyone)) if key[1] in barred.PEOPLE}
        keys |= {key for key in records if key[1] in barred.PEOPLE}
        known = list(mirror.load_many(connection, keys).values())
    addresses = {one for record in known for one in emails_of(record, mapping)}
    addresses |= {email} if email else set()
    addresses = {one for one in addresses if not _shared_mailbox(one, mapping)}
    keys |= {(r.side, r.object_type, r.id) for r in _living_with(context, addresses)}
    with context.store.begin() as connection:
        found = mirror.find(connection, "person:email", addresses)
        keys |= {key for each in found.values() for key in each}
        more = mirror.link_ids(connection, keys).values()
        everyone |= {one for link_id in more for one in history.absorbed(connection, link_id)}
        keys |= {key for key in erase.linked_records(connection, sorted(everyone)) if key[1] in barred.PEOPLE}
        alone, shared = _activities(connection, keys)
    return Survey(
        link_ids=tuple(sorted(everyone)),
        records=tuple(sorted(keys | alone, key=lambda key: (_ORDER.index(key[1]), key))),
        emails=tuple(sorted(addresses)),
        shared=shared,
    )


def _shared_mailbox(email: str, mapping: SyncMapping) -> bool:
    return email.partition("@")[0] in mapping.identity.shared_mailboxes


def _living_with(context: PassContext, addresses: Iterable[str]) -> list[Record]:
    """Records with one of the addresses that the mirror may not know of yet."""
    wanted_ones = sorted(addresses)
    if not wanted_ones:
        return []
    found = context.hubspot.read_by("contacts", "email", wanted_ones, ["email"])
    for object_type in ("Lead", "Contact"):
        found += context.salesforce.read_by(object_type, "Email", wanted_ones, ["Email"])
    return found


def _activities(connection: sa.Connection, people: set[RecordKey]) -> tuple[set[RecordKey], int]:
    ids = {record_id for _, _, record_id in people}
    found = mirror.find(connection, BY_PERSON, ids)
    activities = mirror.load_many(connection, {key for keys in found.values() for key in keys})
    alone = {key for key, record in activities.items() if set(people_of(record)) <= ids}
    return alone, len(activities) - len(alone)


# ---- carrying it out


def carry_out(bench: Workbench, asked: Survey, *, requested_by: str, reference: str | None) -> Certificate:
    """Erase what a survey found.

    Raises:
        ForgetError: a side refuses a deletion, or still has a record afterwards.
        ConnectorError, ConfigError, LeaseHeldError: as the steps raise them; run it again.
    """
    erasure_id = f"{PREFIX}{secrets.token_hex(6)}"

    def begin(context: PassContext) -> StepResult:
        with context.store.begin() as connection:
            scope = {
                "link_ids": list(asked.link_ids),
                "records": [[*key, None] for key in asked.records],
                "shared": asked.shared,
            }
            erasures.begin(
                connection, erasure_id,
                emails=asked.emails, records=asked.records, scope=scope,
                requested_by=requested_by, reference=reference, now=context.now(),
            )  # fmt: skip
            _bar(connection, asked, erasure_id, context)
        return StepResult(figures={"records": len(asked.records)})

    return _run(bench, erasure_id, begin)


def resume(bench: Workbench, erasure_id: str) -> Certificate:
    """Go on with an erasure that was interrupted. Raises as ``carry_out``."""
    return _run(bench, erasure_id, None)


def _run(bench: Workbench, erasure_id: str, begin: Callable[[PassContext], StepResult] | None) -> Certificate:
    made: list[Certificate] = []

    def delete(context: PassContext) -> StepResult:
        return _delete_there(context, erasure_id)

    def finish(context: PassContext) -> StepResult:
        made.append(_delete_here(context, erasure_id))
        return StepResult(figures={"rows": sum(made[0].local.values())})

    status = "failed"
    try:
        if begin is not None:
            bench.run(begin, "erasure_begun", erasure_id)
        bench.run(delete, "erased_there", erasure_id)
        bench.run(finish, "erased_here", erasure_id)
        status = "done"
    finally:
        with bench.store.begin() as connection:
            runs.end_pass(connection, erasure_id, status, now=bench.clock())
        bench.release()
    erase.compact(bench.store)
    return made[0]


def _bar(connection: sa.Connection, asked: Survey, erasure_id: str, context: PassContext) -> None:
    """From here on no pass writes to these people, whatever becomes of the rest."""
    people = {key for key in asked.records if key[1] in barred.PEOPLE}
    link_of = mirror.link_ids(connection, people)
    held = [
        barred.hold(link_of.get(key) or new_link_id(_named(key, context)), key, erasure_id)
        for key in sorted(people)
    ]
    holds.add(connection, held, now=context.now())
    known = mirror.load_many(connection, people)
    mirror.save(connection, [barred.bare(record) for record in known.values()], mark=False)


def _named(key: RecordKey, context: PassContext) -> Record:
    side, object_type, record_id = key
    return Record(side, object_type, record_id, {}, context.now())


def _delete_there(context: PassContext, erasure_id: str) -> StepResult:
    """Delete both sides' records and see that they are gone; what is done already is not done again."""
    with context.store.begin() as connection:
        row = erasures.row_of(connection, erasure_id)
    if row.state != "begun":
        raise ForgetError(f"{erasure_id} is {row.state}: another process has finished it meanwhile")
    scope = dict(row.scope)
    records: list[list[Any]] = scope["records"]
    refused: list[str] = []
    for object_type in _ORDER:
        todo = [entry for entry in records if entry[1] == object_type and entry[3] is None]
        if not todo:
            continue
        side = todo[0][0]
        writes = [RecordWrite(entry[2], entry[2], None, {}) for entry in todo]
        gateway = context.hubspot if side == "hubspot" else context.salesforce
        operation = "purge" if object_type == "contacts" else "archive"
        results = {result.key: result for result in gateway.write(object_type, operation, writes)}  # type: ignore[arg-type]
        left = _still_there(context, side, object_type, [entry[2] for entry in todo])
        for entry in todo:
            if entry[2] not in left:
                entry[3] = context.now().isoformat(timespec="seconds")
            else:
                result = results[entry[2]]
                refused.append(
                    f"{object_type} {entry[2]}: {result.code or 'still there'} {result.message or ''}"
                )
        with context.store.begin() as connection:
            erasures.set_scope(connection, erasure_id, scope)
    if refused:
        raise ForgetError(
            f"{len(refused)} records could not be deleted: {'; '.join(refused[:5])}. Remove what is in the way, "
            "then run `accord forget --again`."
        )
    return StepResult(figures={"deleted": len(records)})


def _still_there(context: PassContext, side: str, object_type: str, ids: Sequence[str]) -> set[str]:
    gateway = context.hubspot if side == "hubspot" else context.salesforce
    name = "hs_object_id" if side == "hubspot" else "Id"
    found = gateway.read(object_type, ids, [name])
    # An absorbed id is answered by its winner, which is in the scope by its own id.
    return {record.id for record in found}


def _delete_here(context: PassContext, erasure_id: str) -> Certificate:
    now = context.now()
    with context.store.begin() as connection:
        row = erasures.row_of(connection, erasure_id)
        hashed = hasher(connection, now=now)
        keys: list[RecordKey] = [(side, kind, one) for side, kind, one, _ in row.scope["records"]]
        known = list(mirror.load_many(connection, keys).values())
        person = erase.Person(
            link_ids=frozenset(row.scope["link_ids"]),
            records=frozenset(keys),
            emails=frozenset(one for record in known for one in _addresses(record, context.mapping)),
            texts=frozenset(one for record in known for one in _texts(record, context.mapping)),
        )
        local = erase.erase(connection, person)
        deleted = tuple(
            Deleted(side, kind, erasures.record_digest(hashed, (side, kind, one)), at)
            for side, kind, one, at in row.scope["records"]
        )
        certificate = Certificate(
            erasure_id=erasure_id,
            reference=row.reference,
            requested_by=row.requested_by,
            requested_at=row.requested_at,
            finished_at=now,
            deleted=deleted,
            shared_activities=row.scope["shared"],
            local=local,
            hashes=erasures.digests_of(connection, erasure_id),
        )
        name = f"{erase.CERTIFICATE} {erasure_id}"
        runs.save_document(connection, name, "application/json", certificate_json(certificate), now=now)
        erasures.finish(connection, erasure_id, now=now)
    return certificate


def _addresses(record: Record, mapping: SyncMapping) -> list[str]:
    return emails_of(record, mapping) if record.object_type in barred.PEOPLE else []


def _texts(record: Record, mapping: SyncMapping) -> list[str]:
    """The person's name, addresses and numbers, by which reports are searched."""
    if record.object_type not in barred.PEOPLE:
        return []
    first, last = text_of(record, "first_name", mapping), text_of(record, "last_name", mapping)
    name = " ".join(part for part in (first, last) if part)
    numbers = (text_of(record, "phone", mapping), text_of(record, "mobile", mapping))
    return [one for one in (name, *emails_of(record, mapping), *numbers) if one]


# ---- coming in again


def came_again(connection: sa.Connection) -> dict[RecordKey, Any]:
    """Records of erased people that were met since, with their hold's row."""
    return {
        (row.side, row.object_type, row.value["record_id"]): row
        for row in holds.open_holds(connection)
        if row.kind == barred.KIND
    }


def lift(bench: Workbench, erasure_id: str) -> int:
    """Let an erased person in again, and read what came in meanwhile; returns how many records that are.

    Raises:
        ConnectorError, ConfigError, LeaseHeldError: as reading raises them; nothing is lifted then.
    """
    read: list[Record] = []

    def step(context: PassContext) -> StepResult:
        with context.store.begin() as connection:
            keys = [
                key for key, row in came_again(connection).items() if row.value["erasure_id"] == erasure_id
            ]
        for object_type in ("contacts", "Lead", "Contact"):
            ids = [one for _, kind, one in keys if kind == object_type]
            gateway = context.hubspot if object_type == "contacts" else context.salesforce
            fields = wanted.fields(context.mapping, gateway.side, object_type)
            read.extend(gateway.read(object_type, ids, fields) if ids else [])
        with context.store.begin() as connection:
            erasures.lift(connection, erasure_id)
            mirror.save(connection, barred.admit(context, connection, read))
        return StepResult(figures={"records let in": len(read)})

    lifting = f"lift-{secrets.token_hex(6)}"
    try:
        bench.run(step, "erasure_lifted", lifting)
    finally:
        with bench.store.begin() as connection:
            runs.end_pass(connection, lifting, "done", now=bench.clock())
        bench.release()
    return len(read)


def erasure_of(connection: sa.Connection, who: str, *, now: datetime) -> str | None:
    """The erasure of the person whom an address or a record's id means, or None."""
    erased = erasures.load(connection, now=now)
    if "@" in who:
        return erased.of_email(normal_email(who))
    keys: list[RecordKey] = [
        ("hubspot", "contacts", who), ("salesforce", "Lead", who), ("salesforce", "Contact", who),
    ]  # fmt: skip
    return next((found for key in keys if (found := erased.of_record(key)) is not None), None)
