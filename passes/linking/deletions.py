"""Remembers who was deleted, and makes room for those who come back, before anybody is linked.

By keyed hashes of e-mails and ids (``connectors.store.tombstones``); who may take whose place is decided in
``sync_rules.returning``, and who is who afterwards in ``sync_rules.identity`` as always.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from connectors.store import journal, links, mirror, tombstones
from connectors.store.rename import is_free, rename
from connectors.store.tombstones import RecordKey, Tombstone
from passes.context import PassContext
from sync_rules.identity import new_link_id
from sync_rules.plan import REMOVALS
from sync_rules.record_keys import keys_of
from sync_rules.records import Link, Record, Side
from sync_rules.returning import Grave, made_since, room_for

_DONE_ALL_THE_SAME = frozenset({"INTERRUPTED", "OUTCOME_UNKNOWN"})


def settle(context: PassContext, connection: sa.Connection, changed: Sequence[Record], now: datetime) -> int:
    """Bury the deleted among these people, clear the stones of the living, make room for who comes back.

    Returns:
        How many places of deleted records were made free or taken.
    """
    gone = [record for record in changed if record.deleted and not record.fields.get("_master_id")]
    living = [record for record in changed if not record.deleted]
    named = mirror.link_ids(connection, (_key(record) for record in changed))
    tombstones.clear(connection, (_key(record) for record in living), now=now)
    tombstones.bury(
        connection,
        {
            _key(record): (
                named.get(_key(record), new_link_id(record)),
                record.modified_at,
                keys_of(record, context.mapping),
            )
            for record in gone
        },
        now=now,
    )
    if not tombstones.any_at_all(connection):
        return 0
    paired = _paired(connection, named.values())
    alone = [
        record
        for record in living
        if record.fields.get("IsConverted") is not True and named.get(_key(record)) not in paired
    ]
    stones = tombstones.find(
        connection, {_key(record): keys_of(record, context.mapping) for record in alone}, now=now
    )
    return sum(
        _make_room(connection, record, stones[_key(record)], named.get(_key(record)), now)
        for record in alone
        if _key(record) in stones
    )


def _paired(connection: sa.Connection, link_ids: Iterable[str]) -> set[str]:
    """Those of the links that name a record on both sides."""
    found = links.load(connection, link_ids)
    return {name for name, row in found.items() if None not in (row.link.hubspot_id, row.link.salesforce_id)}


def _make_room(
    connection: sa.Connection,
    record: Record,
    stones: Iterable[Tombstone],
    own_link: str | None,
    now: datetime,
) -> bool:
    for link in links.living(connection, [stone.link_id for stone in stones]).values():
        if link.link_id == own_link:
            continue
        dead = _dead_of(connection, link)
        room = room_for(record, Grave(link, {one.side: one.modified_at for one in dead}))
        if room is None or (room.taken and own_link is not None):
            continue
        kept = room.link
        # The deleted record may come back too, and then begins a link by this name.
        if own_link is None and link.link_id in {new_link_id(one) for one in dead}:
            name = new_link_id(record)
            if is_free(connection, name):
                rename(connection, link.link_id, name)
                kept = replace(kept, link_id=name)
        links.save(connection, [kept], now=now)
        # A new record has agreed on nothing yet.
        links.forget_base(connection, kept.link_id)
        if room.taken:
            mirror.assign(connection, {_key(record): kept.link_id})
        return True
    return False


def _dead_of(connection: sa.Connection, link: Link) -> list[Record]:
    keys: list[RecordKey] = []
    if link.hubspot_id is not None:
        keys.append(("hubspot", "contacts", link.hubspot_id))
    if link.salesforce_id is not None and link.salesforce_type is not None:
        keys.append(("salesforce", link.salesforce_type, link.salesforce_id))
    return [record for record in mirror.load_many(connection, keys).values() if record.deleted]


def _key(record: Record) -> RecordKey:
    return record.side, record.object_type, record.id


# ---- what the planner has to know


def buried(
    context: PassContext, connection: sa.Connection, alone: Mapping[str, Record], now: datetime
) -> dict[str, datetime]:
    """People with one living record who were deleted on the other side after that record was made, and when.

    Args:
        alone: the living record by link id.
    """
    if not alone or not tombstones.any_at_all(connection):
        return {}
    stones = tombstones.find(
        connection, {_key(one): keys_of(one, context.mapping) for one in alone.values()}, now=now
    )
    answer = {}
    for link_id, record in alone.items():
        across = [stone.deleted_at for stone in stones.get(_key(record), ()) if stone.side != record.side]
        if across and not made_since(record, across):
            answer[link_id] = max(across)
    return answer


def removed_by_us(connection: sa.Connection, people: Mapping[str, Sequence[Record]]) -> set[str]:
    """Links of which Accord itself has deleted a record: what followed once follows no further, and not again.

    Args:
        people: the records by link id, of links with a deleted record.
    """
    dead = {(one.side, one.id): one.deleted for records in people.values() for one in records}
    answer = set()
    for row in journal.of_links(connection, people):
        place: tuple[Side, str] = (row.write.side, row.write.record_id or "")
        if row.write.operation in REMOVALS and place in dead:
            uncertain = row.code in _DONE_ALL_THE_SAME and dead[place]
            if row.state == "done" or uncertain:
                answer.add(row.write.link_id)
    return answer
